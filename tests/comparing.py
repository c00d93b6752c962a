"""Compares the statements that came out of a case with the ones that it expects."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from schemas.statements import Mention, SaidAt, Statement
from tests.cases import Case, Expectation, Place, block_lines, places_of
from tests.extracted import Extracted

SHOWN = ("rule", "source", "name", "cue", "content", "form", "stance")


class Pair(NamedTuple):
    """An expectation and the statement that answers it; either may be missing."""

    expected: Expectation | None
    statement: Statement | None


def words_of(mention: Mention | SaidAt | None) -> str:
    """Return a mention's words, ``-`` where there is none."""
    return mention.text if mention else "-"


def listed(values: Sequence[str]) -> str:
    """Return values as the corpus writes several.

    >>> listed(["one", "two"]), listed([])
    ('one | two', '-')
    """
    return " | ".join(values) or "-"


def segments_of(statement: Statement) -> str:
    """Return the words of a content's segments, cut out of its hull."""
    content = statement.content
    return listed([content.text[s.start - content.start : s.end - content.start] for s in content.segments])


READERS: dict[str, Callable[[Statement], str]] = {
    "rule": lambda s: s.rule,
    "source": lambda s: s.source.text,
    "name": lambda s: s.source.name,
    "role": lambda s: s.source.role or "-",
    "type": lambda s: s.source.type,
    "members": lambda s: listed([m.name for m in s.source.members]),
    "spokesperson_for": lambda s: s.source.spokesperson_for or "-",
    "resolution": lambda s: s.source.resolution,
    "cue": lambda s: s.cue.text if s.cue else "-",
    "kind": lambda s: s.cue.kind if s.cue else "-",
    "content": lambda s: s.content.text,
    "segments": segments_of,
    "form": lambda s: s.form,
    "stance": lambda s: s.stance,
    "polarity": lambda s: s.polarity,
    "via": lambda s: listed([v.name for v in s.via]),
    "addressee": lambda s: words_of(s.addressee),
    "occasion": lambda s: words_of(s.occasion),
    "said_at": lambda s: words_of(s.said_at),
    "section": lambda s: s.section,
}


def described(statement: Statement, expected: Expectation | None) -> Expectation:
    """Return a statement as the corpus writes it: the keys that the expectation has, a choice where there is none.

    An outlet answers by its name or by its words, whichever was expected.
    """
    keys = [key for key in expected or SHOWN if key in READERS]
    shown = {key: READERS[key](statement) for key in keys}
    by_words = listed([v.text for v in statement.via])
    if expected and "via" in shown and expected["via"] == by_words:
        shown["via"] = by_words
    return shown


def paired(case: Case, got: Extracted) -> list[Pair]:
    """Return expectations and statements in the order of the text, each with the one that overlaps it most."""
    places = places_of(case)
    candidates = sorted(
        ((overlap(place, statement), -i, -j) for i, place in enumerate(places)
         for j, statement in enumerate(got.statements)),
        reverse=True,
    )  # fmt: skip
    chosen: dict[int, int] = {}
    for share, i, j in candidates:
        if share > 0 and -i not in chosen and -j not in chosen.values():
            chosen[-i] = -j
    pairs = [
        (places[i].start, Pair(e, got.statements[chosen[i]] if i in chosen else None))
        for i, e in enumerate(case.expected)
    ]
    left = [s for j, s in enumerate(got.statements) if j not in chosen.values()]
    pairs += [(s.content.start, Pair(None, s)) for s in left]
    return [pair for _, pair in sorted(pairs, key=lambda p: p[0])]


def overlap(place: Place, statement: Statement) -> float:
    """Return the intersection over union of an expected content and a statement's."""
    content = statement.content
    shared = min(place.end, content.end) - max(place.start, content.start)
    return max(0, shared) / (place.end - place.start + content.end - content.start - max(0, shared))


def counted(pair: Pair) -> bool:
    """Say whether a pair counts: one that is expected as optional never does."""
    return pair.expected is None or "optional" not in pair.expected


def expected_lines(pairs: Sequence[Pair]) -> list[str]:
    """Return what was expected, as lines of the corpus."""
    return [line for p in pairs if p.expected for line in [*block_lines(p.expected), "\n"]]


def actual_lines(pairs: Sequence[Pair]) -> list[str]:
    """Return what came out, as lines of the corpus."""
    return [line for p in pairs if p.statement for line in [*block_lines(described(p.statement, p.expected)), "\n"]]


def difference(case: Case, got: Extracted) -> str:
    """Return what differs, with the text and the spans that came out marked; empty where nothing does."""
    pairs = [pair for pair in paired(case, got) if counted(pair)]
    expected, actual = expected_lines(pairs), actual_lines(pairs)
    if expected == actual:
        return ""
    diff = "".join(difflib.unified_diff(expected, actual, "expected", "came out", n=20))
    return f"{case.where}: {case.title}\n{marked(got)}\n\n{diff}"


def marked(got: Extracted) -> str:
    """Return the story's text with each content between its number and a closing bracket: ``1[ ... ]1``."""
    marks = sorted(mark for n, s in enumerate(got.statements, 1) for mark in content_marks(n, s))
    text = got.story.text
    pieces, after = [], 0
    for at, _, mark in marks:
        pieces += [text[after:at], mark]
        after = at
    return "".join([*pieces, text[after:]])


def content_marks(number: int, statement: Statement) -> Iterator[tuple[int, int, str]]:
    """Yield the opening and the closing mark of a content and where they go; closing ones first at one place."""
    yield statement.content.start, number, f" {number}[ "
    yield statement.content.end, -number, f" ]{number} "


def updated(case: Case, got: Extracted) -> tuple[Expectation, ...]:
    """Return the expectations as the current output has them; optional ones stay as they are."""
    return tuple(block for pair in paired(case, got) for block in rewritten(pair))


def rewritten(pair: Pair) -> Iterator[Expectation]:
    """Yield the one block of a pair; none where a statement that counts did not come out."""
    if pair.expected and not counted(pair):
        yield pair.expected
    elif pair.statement:
        yield described(pair.statement, pair.expected)
