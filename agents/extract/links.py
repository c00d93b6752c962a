"""Links between statements of one story: which stands inside which, and whose source is carried on."""

from collections.abc import Sequence

from msgspec.structs import replace

from schemas.statements import Statement

CARRIED = ("dropped_subject", "participle")
# Nobody's words are carried on, and nothing is nested, over more statements than these.
REACH = 40


def linked(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements with ``parent`` and ``continues``; they come numbered, in the order of the text.

    >>> from agents.extract import extract
    >>> from agents.extract.testing import story
    >>> first, second = extract(story("قالت الوزيرة إن القرار نهائي، مضيفة أن الموازنة كافية.")).statements
    >>> second.continues == first.id, second.parent
    (True, None)
    """
    found = []
    for n, statement in enumerate(statements):
        before = statements[max(0, n - REACH) : n]
        near = [*before, *statements[n + 1 : n + 3]]
        found.append(replace(statement, parent=_parent(statement, near), continues=_carried(statement, before)))
    return tuple(found)


def _parent(statement: Statement, near: Sequence[Statement]) -> str | None:
    """Return the innermost statement in whose content a cue stands, as its source's words; never a quotation's."""
    if statement.cue is None:
        return None
    around = [
        other
        for other in near
        if other.form != "direct"
        and other.content.start <= statement.cue.start < other.content.end
        and not (statement.content.start <= other.content.start < statement.content.end)
    ]
    return min(around, key=lambda other: other.content.end - other.content.start).id if around else None


def _carried(statement: Statement, before: Sequence[Statement]) -> str | None:
    """Return the last statement before with the source that a statement without a subject of its own goes on with."""
    if statement.source.resolution not in CARRIED or not statement.source.key:
        return None
    spoken = (s for s in reversed(before) if s.source.key == statement.source.key and s.section != "headline")
    return next((s.id for s in spoken), None)
