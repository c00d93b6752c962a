"""Sentences: where they end outside quotation marks and brackets."""

import re
from bisect import bisect_left

from agents.normalize.quotes import Quote

ENDS = re.compile(r"[.!?؟؛]+|\n")
INITIAL = re.compile(r"(?:^|[\s(.])\w$")
CLOSERS = "»”\"')›«"


def split_sentences(text: str, start: int, end: int, quotes: list[Quote]) -> list[tuple[int, int]]:
    """Return the sentences of one paragraph ``text[start:end]`` as (start, end), their final mark included.

    A mark inside a quotation ends nothing, so that a quoted speech of three sentences stays with its cue; nor does
    the point in ``30.4``, after an initial (``د. سالم``) or in ``...``.

    >>> from agents.normalize.quotes import pair_quotes
    >>> text = "قال: «تعبنا. سنعود». وغادر د. سالم القاعة."
    >>> [text[a:b] for a, b in split_sentences(text, 0, len(text), pair_quotes(text, 0, len(text)))]
    ['قال: «تعبنا. سنعود».', 'وغادر د. سالم القاعة.']
    """
    quoted = _quoted(quotes)
    found = []
    at = start
    for match in ENDS.finditer(text, start, end):
        if _ends(text, match, quoted):
            found.append((at, match.end()))
            at = match.end()
    if text[at:end].strip():
        found.append((at, end))
    return [_trim(text, a, b) for a, b in found if text[a:b].strip()]


def _quoted(quotes: list[Quote]) -> list[tuple[int, int]]:
    """Return the outermost closed quotations as (open, close), in order, none inside another."""
    found: list[tuple[int, int]] = []
    for quote in quotes:
        if quote.close is not None and not (found and quote.open < found[-1][1]):
            found.append((quote.open, quote.close))
    return found


def _ends(text: str, match: re.Match[str], quoted: list[tuple[int, int]]) -> bool:
    i = match.start()
    before = bisect_left(quoted, (i, i)) - 1
    if before >= 0 and i < quoted[before][1]:
        return False
    if match.group() != ".":
        return not match.group().startswith("..")
    after = text[match.end() : match.end() + 1]
    if after and not after.isspace() and after not in CLOSERS:
        return (
            not (after.isalnum() and text[i - 1 : i].isdigit())
            and not after.isdigit()
            and not INITIAL.search(text[max(0, i - 2) : i])
        )
    return not INITIAL.search(text[max(0, i - 2) : i])


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
