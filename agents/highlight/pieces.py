"""Spans that may nest and overlap, cut into pieces that do neither."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Mark(NamedTuple):
    """A span of the text: code points, end exclusive, what it is, and of which statement."""

    start: int
    end: int
    kind: str
    of: int


class Piece(NamedTuple):
    """A stretch of the text in which the same marks hold, in the order in which they were given."""

    start: int
    end: int
    marks: tuple[Mark, ...]


def pieces(marks: Iterable[Mark], start: int, end: int) -> Iterator[Piece]:
    """Cut the text from ``start`` to ``end`` where a mark begins or ends; the pieces cover all of it, in order.

    Marks outside are left alone, marks that reach over the borders are cut, empty ones are nothing.

    >>> marks = [Mark(0, 6, "content", 1), Mark(2, 4, "source", 2)]
    >>> [(piece.start, piece.end, [mark.kind for mark in piece.marks]) for piece in pieces(marks, 0, 8)]
    [(0, 2, ['content']), (2, 4, ['content', 'source']), (4, 6, ['content']), (6, 8, [])]
    """
    opening: dict[int, list[tuple[int, Mark]]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    for rank, mark in enumerate(marks):
        lo, hi = max(mark.start, start), min(mark.end, end)
        if lo < hi:
            opening[lo].append((rank, mark))
            closing[hi].append(rank)
    active: dict[int, Mark] = {}
    at = start
    for border in sorted({*opening, *closing, end} - {start}):
        active.update(opening.pop(at, ()))
        if at < border:
            yield Piece(at, border, tuple(active[rank] for rank in sorted(active)))
        for rank in closing.get(border, ()):
            del active[rank]
        at = border
