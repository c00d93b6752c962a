"""``python -m tests.reliability``: how often statements are right that claim to be, on the annotated stories.

Right means that the statement answers one of the gold with an overlap of 0.3 (found) or 0.8 (close); statements that
answer an optional one are left out.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.annotated import SETS, TEXTS, read_annotated
from tests.score import predicted
from tests.scoring import CLOSE, Record, matched, ranges_of

BINS = (0.96, 0.95, 0.94, 0.9, 0.8, 0.0)
TUNED = "tune"


class Judged(NamedTuple):
    """One statement: what it claims, and whether it was found and close."""

    confidence: float
    found: bool
    close: bool


def judged(gold: Sequence[Record]) -> Iterator[Judged]:
    """Yield every statement that counts."""
    for story, prediction in zip(gold, predicted(gold), strict=True):
        ranges = ranges_of(story, prediction)
        matches = {m.predicted: m for m in matched(story["statements"], prediction["statements"], *ranges)}
        for j, statement in enumerate(prediction["statements"]):
            match = matches.get(j)
            if match is None or not story["statements"][match.gold]["optional"]:
                yield Judged(statement["confidence"], match is not None, match is not None and match.iou >= CLOSE)


def lines(statements: Sequence[Judged]) -> Iterator[str]:
    """Write the table: from which confidence on, how many statements, their mean claim, their shares of right ones.

    >>> print(*lines([Judged(0.98, True, True), Judged(0.7, False, False)]), sep="\\n")
    from  statements  claimed  found  close
    0.96     1  50%     0.98  100.0  100.0
    0.95     1  50%     0.98  100.0  100.0
    0.94     1  50%     0.98  100.0  100.0
    0.90     1  50%     0.98  100.0  100.0
    0.80     1  50%     0.98  100.0  100.0
    0.00     2 100%     0.84   50.0   50.0
    """
    yield "from  statements  claimed  found  close"
    for least in BINS:
        part = [s for s in statements if s.confidence >= least]
        if part:
            claimed = sum(s.confidence for s in part) / len(part)
            found, close = (
                100 * sum(values) / len(part) for values in zip(*((s.found, s.close) for s in part), strict=True)
            )
            share = 100 * len(part) / len(statements)
            yield f"{least:.2f} {len(part):>5} {share:>3.0f}% {claimed:>8.2f} {found:>6.1f} {close:>6.1f}"


def main() -> int:
    """Print the table of each set."""
    if not TEXTS.is_dir():
        print("SKIP: no stories beside the checkout (../shared/stories): reliability NOT measured")
        return 0
    kept: list[Judged] = []
    for name, path in SETS.items():
        statements = list(judged(read_annotated(path)))
        kept += statements if name != TUNED else []
        print(f"\nannotated here: {name}", *lines(statements), sep="\n")
    print("\nall but those that rules were tuned on", *lines(kept), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
