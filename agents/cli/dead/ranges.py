"""Sets of offsets, written as ranges: what the mark of a redrive holds."""

from collections.abc import Iterable


def as_ranges(offsets: Iterable[int]) -> str:
    """Write offsets as ranges, in order.

    >>> as_ranges({21, 3, 5, 4})
    '3-5,21'
    >>> as_ranges([])
    ''
    """
    runs: list[list[int]] = []
    for offset in sorted(set(offsets)):
        if runs and offset == runs[-1][1] + 1:
            runs[-1][1] = offset
        else:
            runs.append([offset, offset])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def from_ranges(text: str) -> set[int]:
    """Read what ``as_ranges`` wrote; anything else raises ``ValueError``.

    >>> sorted(from_ranges("3-5,21")), from_ranges("")
    ([3, 4, 5, 21], set())
    """
    found: set[int] = set()
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        found.update(range(int(first), int(last if dash else first) + 1))
    return found
