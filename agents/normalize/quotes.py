"""Quotation marks: which one opens, which one closes, decided by where it stands and not by which way it points.

Archives print » « reversed, agencies use ``"`` for both, and one mark in thirty has lost its partner. Never raises:
a mark without a partner is reported with ``close`` None.
"""

from typing import NamedTuple

FAMILY = {"«": "«", "»": "«", "“": '"', "”": '"', "„": '"', '"': '"', "‹": "‹", "›": "‹"}
OPENERS = frozenset("«“„‹")
CLOSERS = frozenset("»›")
BEFORE_OPEN = frozenset(" \n(:،,؛[-–/")
AFTER_CLOSE = frozenset(" \n).:،,؛؟!?]-–/…")


class Quote(NamedTuple):
    """A quotation: the index of its opening mark, and of its closing mark or None."""

    open: int
    close: int | None


def pair_quotes(text: str, start: int, end: int) -> list[Quote]:
    """Return the quotations of one paragraph ``text[start:end]``, outermost first, by opening mark.

    A mark opens where it follows a space or punctuation and precedes a letter, closes in the mirrored place, and
    where both or neither hold the mark's own shape decides, then whether one of its family is open.

    >>> text = 'قال: »نطالب بالعدل». وأضاف "لن نتراجع".'
    >>> [text[q.open + 1 : q.close] for q in pair_quotes(text, 0, len(text))]
    ['نطالب بالعدل', 'لن نتراجع']
    """
    found: list[Quote] = []
    stack: list[tuple[str, int]] = []
    for i in range(start, end):
        family = FAMILY.get(text[i])
        if family is None:
            continue
        inside = any(f == family for f, _ in stack)
        if _opens(text, i, start, end, inside):
            stack.append((family, len(found)))
            found.append(Quote(i, None))
        else:
            _close(found, stack, family, i)
    return found


def _close(found: list[Quote], stack: list[tuple[str, int]], family: str, i: int) -> None:
    while stack:
        top, index = stack.pop()
        if top == family:
            found[index] = Quote(found[index].open, i)
            return


def _opens(text: str, i: int, start: int, end: int, inside: bool) -> bool:
    before = text[i - 1] if i > start else "\n"
    after = text[i + 1] if i + 1 < end else "\n"
    could_open = before in BEFORE_OPEN and after not in AFTER_CLOSE
    could_close = after in AFTER_CLOSE and before not in BEFORE_OPEN
    if could_open != could_close:
        return could_open
    if text[i] in OPENERS and not inside:
        return True
    if text[i] in CLOSERS and inside:
        return False
    return not inside
