"""``python -m tests.fields``: how often each field of a statement is filled, and right, on gold that lies beside.

Every statement that answers one of the gold (overlap 0.3) is asked; optional ones are left out. ``right`` is the share
of those where the gold has the field; ``extra`` counts fields that are filled where the gold has nothing.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.annotated import SETS, TEXTS, read_annotated
from tests.score import DEV, predicted, read_gold
from tests.scoring import Record, matched, ranges_of, same_cue, same_form, same_outlet, same_source, stems

Value = Callable[[Record], Any]
NOT_COVERED = (
    "source.affiliation source.type source.members source.antecedent source.spokesperson_for cue.lemma cue.class "
    "cue.kind content.segments occasion said_at.value parent continues confidence"
)


@dataclass(slots=True)
class Count:
    """One field: how often the gold has it, the statement fills it, and both agree."""

    gold: int = 0
    filled: int = 0
    right: int = 0
    extra: int = 0


def words(value: Any) -> str | None:
    """Return the text of a span, or the value itself."""
    text: str | None = value["text"] if isinstance(value, dict) else value
    return text


def shares_words(gold: Any, given: Any) -> bool:
    """Tell whether two texts share a word of some length.

    >>> shares_words("وزير الزراعة", "الوزير"), shares_words("أمس", "اليوم")
    (True, False)
    """
    return bool(set(stems(words(gold))) & set(stems(words(given))))


def is_denial(gold: Record) -> bool:
    """Tell whether the gold's stance makes a denial of the statement."""
    return bool(gold["stance"] == "denied")


def same_edges(gold: Record, given: Record) -> bool:
    """Tell whether two contents have the same words."""
    return stems(words(gold["content"])) == stems(words(given["content"]))


# Name, the gold's value, the statement's value, and whether they agree.
FIELDS: tuple[tuple[str, Value, Value, Callable[[Record, Record], bool]], ...] = (
    ("content.text", lambda g: g["content"], lambda s: s["content"], same_edges),
    ("cue.text", lambda g: g.get("cue"), lambda s: s["cue"], same_cue),
    ("source.name", lambda g: g.get("speaker_name"), lambda s: s["source"]["name"], same_source),
    (
        "source.role",
        lambda g: g.get("speaker_role"),
        lambda s: s["source"]["role"],
        lambda g, s: shares_words(g["speaker_role"], s["source"]["role"]),
    ),
    ("form", lambda g: g["type"], lambda s: s["form"], same_form),
    ("stance", lambda g: g["stance"], lambda s: s["stance"], lambda g, s: g["stance"] == s["stance"]),
    ("polarity", lambda g: True, lambda s: True, lambda g, s: is_denial(g) == (s["polarity"] == "deny")),
    (
        "section",
        lambda g: True,
        lambda s: True,
        lambda g, s: bool(g.get("in_headline")) == (s["section"] == "headline"),
    ),
    ("via", lambda g: g.get("medium"), lambda s: s["via"], same_outlet),
    ("said_at", lambda g: g.get("time"), lambda s: s["said_at"], lambda g, s: shares_words(g["time"], s["said_at"])),
    (
        "addressee",
        lambda g: g.get("target"),
        lambda s: s["addressee"],
        lambda g, s: shares_words(g["target"], s["addressee"]),
    ),
)


def counted(gold: Sequence[Record]) -> dict[str, Count]:
    """Return the counts of every field over stories."""
    counts = {name: Count() for name, *_ in FIELDS}
    for story, prediction in zip(gold, predicted(gold), strict=True):
        wanted, given = story["statements"], prediction["statements"]
        for match in matched(wanted, given, *ranges_of(story, prediction)):
            if not wanted[match.gold].get("optional"):
                count(counts, wanted[match.gold], given[match.predicted])
    return counts


def count(counts: dict[str, Count], gold: Record, given: Record) -> None:
    """Count the fields of one matched pair."""
    for name, of_gold, of_given, agrees in FIELDS:
        has, filled = bool(of_gold(gold)), bool(of_given(given))
        counts[name].gold += has
        counts[name].filled += filled
        counts[name].right += has and filled and agrees(gold, given)
        counts[name].extra += filled and not has


def lines(counts: dict[str, Count]) -> Iterator[str]:
    """Write the table.

    >>> print(*lines({"via": Count(gold=4, filled=5, right=3, extra=1)}), sep="\\n")
    field           gold filled  right  extra
    via                4      5   75.0      1
    """
    yield f"{'field':<15} {'gold':>4} {'filled':>6} {'right':>6} {'extra':>6}"
    for name, c in counts.items():
        share = f"{100 * c.right / c.gold:.1f}" if c.gold else "-"
        yield f"{name:<15} {c.gold:>4} {c.filled:>6} {share:>6} {c.extra:>6}"


def main() -> int:
    """Print the table of the development gold and of each annotated set."""
    if not DEV.is_file() or not TEXTS.is_dir():
        print("SKIP: no gold and stories beside the checkout (../shared): fields NOT measured")
        return 0
    sets = {DEV.name: read_gold(DEV)} | {name: read_annotated(path) for name, path in SETS.items()}
    for name, gold in sets.items():
        print(f"\n{name}", *lines(counted(gold)), sep="\n")
    print(f"\nThe gold does not cover: {NOT_COVERED}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
