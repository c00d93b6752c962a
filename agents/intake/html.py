"""HTML: an article on a page, or a fragment with one.

The article is the element whose own paragraphs hold most text; menus, comments and scripts are left out. That is less
than a page reader such as trafilatura does, and all that an agency's page needs.
"""

import copy
import re
from collections.abc import Iterator

from lxml import etree, html
from lxml.etree import _Element
from lxml.html import defs

from agents.errors import WireError
from agents.intake.items import Item
from agents.intake.wire import Wire
from agents.intake.xml import MAX_TAGS, TOO_DEEP, drop, first_text, first_value, inner_xml, words_of

BESIDE = re.findall(
    r"\w+",
    "script style noscript template head nav header footer aside form figure figcaption iframe button select svg",
)
FLOW = frozenset(["p", "h2", "h3", "h4", "blockquote", "ul", "ol", "pre"])
MIN_SHARE = 0.3  # of the page's text that the densest element must hold


def is_html(wire: Wire) -> bool:
    """Say whether the record begins with an element of HTML."""
    return wire.root_name.lower() in defs.tags


def read_html(wire: Wire) -> list[Item]:
    """Return the one story of a page; WIRE-207 for more tags than a page has, WIRE-301 where none of it is text."""
    root = page_of(wire.text)
    meta = dict(meta_of(root))
    item = Item(
        body=body_of(root),
        body_kind="html",
        format="html",
        charset=wire.charset,
        id=first_value(root, ".//link[@rel='canonical']", "href") or meta.get("og:url"),
        provider=meta.get("og:site_name"),
        language=root.get("lang") or meta.get("og:locale"),
        headline=meta.get("og:title") or first_text(root, ".//h1", ".//title"),
        byline=meta.get("author") or meta.get("article:author"),
        version_created=meta.get("article:modified_time") or meta.get("article:published_time"),
        first_created=meta.get("article:published_time"),
        subjects=tuple(dict.fromkeys(tag for name, tag in meta_of(root) if name == "article:tag")),
        copyright=meta.get("copyright"),
    )
    return [item]


def page_of(text: str) -> _Element:
    """Return the tree of a page, as browsers read it: tags that are not closed are mended."""
    if text.count("<") > MAX_TAGS:
        raise WireError("WIRE-207", f"more than {MAX_TAGS} tags")
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "surrogatepass"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise WireError("WIRE-206", str(error)[:100]) from error
    if any(entry.type == TOO_DEEP for entry in parser.error_log):
        raise WireError("WIRE-207", "the page is nested too deep")
    return root


def meta_of(root: _Element) -> Iterator[tuple[str, str]]:
    """Yield name and content of the page's ``meta`` elements."""
    for element in root.iter("meta"):
        name, content = element.get("property") or element.get("name"), (element.get("content") or "").strip()
        if name and content:
            yield name.lower(), content


def body_of(root: _Element) -> str:
    """Return the article: the paragraphs of the element that holds most of them, else all that is shown."""
    body = copy.deepcopy(root if (found := root.find("body")) is None else found)
    drop(body, *BESIDE)
    best = max(parents_of_paragraphs(body), key=own_text, default=None)
    whole = len(words_of(body) or "")
    if best is None or own_text(best) < MIN_SHARE * whole:
        return inner_xml(body) if whole else ""
    return "\n".join(etree.tostring(child, encoding="unicode") for child in best if child.tag in FLOW)


def parents_of_paragraphs(body: _Element) -> list[_Element]:
    """Return the elements with paragraphs of their own, each once, in order."""
    parents = (parent for paragraph in body.iter("p") if (parent := paragraph.getparent()) is not None)
    return list(dict.fromkeys(parents))


def own_text(element: _Element) -> int:
    """Return how many characters an element's own paragraphs hold."""
    return sum(len(words_of(child) or "") for child in element if child.tag == "p")
