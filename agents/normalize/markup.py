"""From an HTML body to its text, with the map back.

The standard library's parser is not used: it takes minutes on 200 kB of ``<a <a <a``, and gives lines and columns where
the map needs offsets. Every expression here is linear.
"""

import re
from collections.abc import Iterator

from lxml.html import defs

from agents.normalize.characters import Cleaned
from agents.normalize.offsets import Edit, apply_edits

# Elements whose content no reader sees, and those that begin and end a line.
HIDDEN = frozenset({"script", "style", "head", "template", "noscript", "title"})
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br caption dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
        "header hl1 hl2 hr html li main nav ol p pre section table tbody td tfoot th thead tr ul",
    )
)
QUOTED = r"\"[^\"]*+\"|'[^']*+'"
TAG = re.compile(
    rf"<!--|<!\[CDATA\[|\]\]>|</?([A-Za-z][\w:-]*+)(?:(?:[^<>\"']|{QUOTED})*+|[^<>]*+)>|<[!?][^<>]*+>|</[A-Za-z][\w:-]*+"
)
BLANK = re.compile(r"\s+")
# A tag as HTML and NITF have it, any closing tag, a declaration, or what was cut off at the end; "x < y" and an
# address in angles are none.
NITF_NAMES = frozenset(["nitf", "hl1", "hl2", "hedline", "byline", "dateline", "media"])
NAMES = "|".join(sorted(defs.tags | NITF_NAMES, key=len, reverse=True))
MARKUP = re.compile(
    rf"</?(?:[a-z]+:)?(?:{NAMES})(?:[\s/.][^<>]*+)?>|</[a-z]|<[a-z]+\s+[\w:-]+=|<!--|<!\[|<\?[a-z]"
    r"|<[a-z!/][^<>]{0,300}\Z",
    re.IGNORECASE,
)
CUT_OFF = re.compile(r"<[A-Za-z!/?][^<>]*+\Z")


def has_markup(text: str) -> bool:
    """Say whether a published text would hold markup.

    >>> has_markup("He<br>said"), has_markup("3 < 4 > 2"), has_markup("<desk@example.org>")
    (True, False, False)
    """
    return "<" in text and bool(MARKUP.search(text))


def strip_tags(markup: str) -> Cleaned:
    r"""Return the text of an HTML body, the map to the body, and how many tags were taken out.

    A block is a line, other white space is a space, scripts and styles go. Entities stay: normalization decodes them,
    once.

    >>> strip_tags("<p>One &amp; two.</p><p>Three.</p>").text
    '\nOne &amp; two.\n\nThree.\n'
    """
    tags = list(tags_of(markup))
    edits = [*blanks_between(markup, tags)]
    text, offsets = apply_edits(markup, edits)
    return Cleaned(text, offsets, {"tags": len(tags)})


def tags_of(markup: str) -> Iterator[Edit]:
    """Yield what goes: tags, comments, elements that are not shown. One that is never closed hides all that follows."""
    at = 0
    while match := TAG.search(markup, at):
        name = (match.group(1) or "").lower().rpartition(":")[2]
        at = match.end()
        if match.group() == "<!--":
            at = end_after(markup, "-->", at)
        elif name in HIDDEN and not match.group().startswith("</") and not match.group().endswith("/>"):
            at = end_after(markup, f"</{name}", at)
            at = end_after(markup, ">", at)
        yield Edit(match.start(), at, "\n" if name in BLOCKS else "")
    if cut := CUT_OFF.search(markup, at):
        yield Edit(cut.start(), cut.end(), "")


def end_after(markup: str, mark: str, start: int) -> int:
    """Return where ``mark`` ends at or after ``start``, or the end of the body."""
    match = re.compile(re.escape(mark), re.IGNORECASE).search(markup, start)
    return match.end() if match else len(markup)


def blanks_between(markup: str, tags: list[Edit]) -> Iterator[Edit]:
    """Yield the tags, and between them the white space that is more than one space: in HTML it is one."""
    at = 0
    for tag in (*tags, Edit(len(markup), len(markup), "")):
        for blank in BLANK.finditer(markup, at, tag.start):
            if blank.group() != " ":
                yield Edit(blank.start(), blank.end(), " ")
        yield tag
        at = tag.end
