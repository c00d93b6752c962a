"""Offset maps: where each stretch of a text stood before it was edited."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.stories import Run


class Edit(NamedTuple):
    """A replacement: ``text[start:end]`` becomes ``new``."""

    start: int
    end: int
    new: str


class Stretch(NamedTuple):
    """``length`` code points at ``text`` that stood at ``raw`` before, unchanged."""

    text: int
    raw: int
    length: int


Offsets = list[Stretch]


def identity(text: str) -> Offsets:
    """Return the map of a text onto itself."""
    return [Stretch(0, 0, len(text))] if text else []


def apply_edits(text: str, edits: Sequence[Edit]) -> tuple[str, Offsets]:
    """Return the edited text and the map from it to ``text``; edits are in order and do not overlap.

    >>> apply_edits("a&amp;b", [Edit(1, 6, "&")])
    ('a&b', [Stretch(text=0, raw=0, length=1), Stretch(text=2, raw=6, length=1)])
    """
    pieces: list[str] = []
    offsets: Offsets = []
    here = there = 0
    for start, end, new in edits:
        if start > here:
            pieces.append(text[here:start])
            offsets.append(Stretch(there, here, start - here))
        there += start - here + len(new)
        pieces.append(new)
        here = end
    if here < len(text):
        pieces.append(text[here:])
        offsets.append(Stretch(there, here, len(text) - here))
    return "".join(pieces), offsets


def compose(outer: Offsets, inner: Offsets) -> Offsets:
    """Chain two maps: ``outer`` leads from the newest text to the one between, ``inner`` from there to the oldest.

    Time is linear in both. What either map leaves out, the chain leaves out.

    >>> compose([Stretch(0, 2, 4)], [Stretch(0, 10, 3), Stretch(4, 13, 9)])
    [Stretch(text=0, raw=12, length=1), Stretch(text=2, raw=13, length=2)]
    """
    chained: Offsets = []
    at = 0
    for text, middle, length in outer:
        while at < len(inner) and inner[at].text + inner[at].length <= middle:
            at += 1
        for index in range(at, len(inner)):
            below = inner[index]
            if below.text >= middle + length:
                break
            at = index
            start = max(middle, below.text)
            end = min(middle + length, below.text + below.length)
            chained.append(Stretch(text + start - middle, below.raw + start - below.text, end - start))
    return chained


def shift(offsets: Offsets, by: int) -> Offsets:
    """Return the map of a text that had ``by`` code points put before it."""
    return [Stretch(text + by, raw, length) for text, raw, length in offsets]


def to_runs(offsets: Offsets) -> tuple[Run, ...]:
    """Return the map as the record's runs."""
    return tuple(Run(text=text, raw=raw, length=length) for text, raw, length in offsets)


def body_span(runs: Iterable[Run], start: int, end: int) -> tuple[int, int] | None:
    """Return the span of the decoded body that ``text[start:end]`` came from.

    It reaches from the first to the last code point that stands in the body unchanged: what normalization wrote at an
    edge itself (a space for an NBSP) is left out. None where nothing of the span came from the body, as in a headline
    that stood in a field of its own.

    >>> body_span([Run(text=0, raw=0, length=1), Run(text=2, raw=6, length=3)], 0, 4)
    (0, 8)
    """
    touched = [run for run in runs if run.text < end and run.text + run.length > start]
    if not touched:
        return None
    first, last = touched[0], touched[-1]
    return first.raw + max(0, start - first.text), last.raw + min(last.length, end - last.text)
