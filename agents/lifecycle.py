"""Stage 2: one version of a story, and what is known of the story, to everything that is published of it.

Pure: no clock, no Kafka; what waits, and for what, is in ``holding.py``. A version is new, a duplicate (same version,
text and status), superseded (older than what stands) or an update; an update says for every statement whether it is
asserted, changed, unchanged or retracted. A kill or a hold stands until an explicit release, whatever comes after it,
and when it comes before its story.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

from agents.extract import EXTRACTOR, extract
from agents.messages import Output
from schemas.codec import encode
from schemas.events import (
    StatementEvent,
    StoryEvent,
    enriched_headers,
    outcome_headers,
    outcome_key,
    recall_headers,
    statement_headers,
)
from schemas.outcomes import Outcome, OutcomeKind, Recall, RecallKind, StoryState
from schemas.statements import Statement
from schemas.stories import EnrichedStory, RecalledStory, Signal, Status, Story
from schemas.topics import AUDIT, ENRICHED, RECALLS, STATEMENTS

Relation = Literal["new", "duplicate", "superseded", "update", "recalled"]
Age = tuple[float, tuple[tuple[int, str], ...], float]

NO_DATE = float("-inf")
TABLE = "table"
LATE = "a usable version after a kill or hold"
RECALLED: dict[Status, RecallKind] = {"canceled": "killed", "withheld": "withheld"}


class Changes(NamedTuple):
    """Statement ids of a version against those that stood before, each list in the order of its version."""

    asserted: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    retracted: tuple[str, ...]


def extract_story(
    story: Story, state: StoryState | None, *, outcome: OutcomeKind | None = None
) -> tuple[tuple[Output, ...], StoryState]:
    """Give the records to publish for one version of a story, and the story's state after it.

    ``state`` is what the last call for this story returned, None for a story of which nothing was published;
    ``outcome`` takes the place of the outcome ``published``. An embargo is not looked at. Raises nothing of its own.
    """
    relation = relation_to(story, state)
    if state is not None and relation in ("duplicate", "superseded", "recalled"):
        late = LATE if relation == "recalled" and story.status == "usable" else None
        return (outcome_output(story, relation, state.emissions, reason=late),), state
    published = recalled(story) if story.status in RECALLED else enrich(story)
    statements = published.statements if isinstance(published, EnrichedStory) else ()
    after = _next_state(story, statements, state)
    changes = compare(state.statements if state else {}, after.statements)
    outputs = (
        *_statements(story, statements, changes, after.emissions),
        _enriched(story, published, state, after.emissions),
        *_recall(story, changes, state, after.emissions),
        outcome_output(story, _outcome_kind(story, outcome), after.emissions, len(statements)),
    )
    return outputs, after


def enrich(story: Story) -> EnrichedStory:
    """Give a story with its statements.

    A story that is not Arabic, that is an advisory to editors or a table, has none.
    """
    fields = msgspec.structs.asdict(story)
    if story.signal == "advisory" or TABLE in story.flags or not is_arabic(story.language):
        return EnrichedStory(**fields, statements=(), extractor=EXTRACTOR)
    extraction = extract(story)
    return EnrichedStory(**fields, statements=extraction.statements, refusals=extraction.refusals, extractor=EXTRACTOR)


def is_arabic(language: str) -> bool:
    """Say whether a language tag is Arabic; Persian and Urdu share its script and are not.

    >>> is_arabic("ar-EG"), is_arabic("fa")
    (True, False)
    """
    return language.partition("-")[0].lower() == "ar"


def recalled(story: Story) -> RecalledStory:
    """Give what stands for a story that may not be used: no headline, no text, no statements."""
    fields = {name: getattr(story, name) for name in RecalledStory.__struct_fields__}
    return RecalledStory(**fields)


def relation_to(story: Story, state: StoryState | None) -> Relation:
    """Say what a version is to the one that stands; the same version with another text or status is an update.

    A kill or hold is an update however old it claims to be: notices often carry no date, and what is not recalled
    stays in print. Only a release that is newer stands against it. After it, everything but a release is ``recalled``.
    """
    if state is None:
        return "new"
    if (story.version, _sha256(story.text), story.status) == (state.version, state.text_sha256, state.status):
        return "duplicate"
    if sticks(state.status, state.signal) and not lifts(story):
        return "update" if story.status == "canceled" != state.status else "recalled"
    stands = age(state.version_created, state.version, state.received_at)
    older = age(story.published_at, story.version, story.received_at) < stands
    if older and sticks(story.status, story.signal):
        if state.signal != "release":
            return "update"
        # Only when it came tells whether a notice without a date was sent before the release or after it.
        older = _seconds(story.published_at) != NO_DATE or _seconds(story.received_at) <= _seconds(state.received_at)
    return "superseded" if older else "update"


def sticks(status: Status, signal: Signal) -> bool:
    """Say whether a version holds against later ones: a kill does, and what was held on purpose.

    >>> sticks("canceled", "update"), sticks("withheld", "hold"), sticks("withheld", "new")
    (True, True, False)
    """
    return status == "canceled" or (status == "withheld" and signal in ("kill", "hold"))


def lifts(story: Story) -> bool:
    """Say whether a version lifts a kill or a hold."""
    return story.status == "usable" and story.signal == "release"


def age(created: str | None, version: str, received_at: str) -> Age:
    """Order versions of a story: by when the provider made them, then version, then arrival at Kafka.

    A date that is missing or no ISO 8601 sorts first; one without an offset is taken for UTC. Numbers inside a version
    compare as numbers.

    >>> age(None, "9", "2026-03-02T10:00:00Z") < age(None, "10", "2026-03-02T09:00:00Z")
    True
    >>> age(None, "2", "2026-03-02T10:00:00Z") < age("2026-03-01", "1", "2026-03-02T09:00:00Z")
    True
    """
    return _seconds(created), tuple(map(_rank, re.findall(r"\d+|\D+", version))), _seconds(received_at)


def _rank(part: str) -> tuple[int, str]:
    """Rank a stretch of digits by its number, however long, and after other text."""
    number = part.lstrip("0")
    return (len(number), number) if part.isdecimal() else (-1, part)


def _seconds(time: str | None) -> float:
    try:
        parsed = datetime.fromisoformat(time or "")
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return NO_DATE


def compare(before: dict[str, str], after: dict[str, str]) -> Changes:
    """Compare statements by id; both map an id to the digest of what was published under it.

    >>> compare({"a": "1", "b": "1", "c": "1"}, {"d": "1", "b": "2", "a": "1"})
    Changes(asserted=('d',), changed=('b',), unchanged=('a',), retracted=('c',))
    """
    return Changes(
        asserted=tuple(id_ for id_ in after if id_ not in before),
        changed=tuple(id_ for id_, digest in after.items() if before.get(id_, digest) != digest),
        unchanged=tuple(id_ for id_, digest in after.items() if before.get(id_) == digest),
        retracted=tuple(id_ for id_ in before if id_ not in after),
    )


def digest(statement: Statement) -> str:
    """Hash a statement without its version and date, which alone do not change what it says."""
    undated = msgspec.structs.replace(statement, story_version="", published_at=None)
    return hashlib.sha256(encode(undated)).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _next_state(story: Story, statements: tuple[Statement, ...], state: StoryState | None) -> StoryState:
    return StoryState(
        story_id=story.id,
        version=story.version,
        version_created=_created(story, state),
        received_at=story.received_at,
        status=story.status,
        signal=story.signal,
        text_sha256=_sha256(story.text),
        emissions=(state.emissions if state else 0) + 1,
        statements={statement.id: digest(statement) for statement in statements},
        origin=story.provenance.raw,
    )


def _created(story: Story, state: StoryState | None) -> str | None:
    """Give when a version was made; a notice without a date is no older than what it recalls."""
    undated = _seconds(story.published_at) == NO_DATE and sticks(story.status, story.signal)
    return state.version_created if state is not None and undated else story.published_at


def _statements(story: Story, statements: tuple[Statement, ...], changes: Changes, emission: int) -> Iterator[Output]:
    """Publish every statement that stands, in order, then a null for each that vanished."""
    asserted, changed = set(changes.asserted), set(changes.changed)
    for statement in statements:
        id_ = statement.id
        event: StatementEvent = "asserted" if id_ in asserted else "changed" if id_ in changed else "unchanged"
        yield statement_output(story, id_, event, encode(statement), emission)
    for id_ in changes.retracted:
        yield statement_output(story, id_, "retracted", None, emission)


def statement_output(story: Story, id_: str, event: StatementEvent, value: bytes | None, emission: int) -> Output:
    """Give the record of a statement, None as its value where it is retracted; it is placed by its story."""
    return Output(
        topic=STATEMENTS.name,
        key=id_.encode(),
        value=value,
        headers=statement_headers(id_, story, event, emission, value),
        partition_key=story.id.encode(),
    )


def _enriched(
    story: Story, published: EnrichedStory | RecalledStory, state: StoryState | None, emission: int
) -> Output:
    value = encode(published)
    headers = enriched_headers(story, _story_event(story, state), emission, value)
    return Output(topic=ENRICHED.name, key=story.id.encode(), value=value, headers=headers)


def _story_event(story: Story, state: StoryState | None) -> StoryEvent:
    if story.status != "usable":
        return story.status
    if state is None:
        return "published"
    if state.status != "usable":
        return "released"
    return "corrected" if story.signal == "correction" else "updated"


def _recall(story: Story, changes: Changes, state: StoryState | None, emission: int) -> Iterator[Output]:
    """Publish a recall when something published before no longer stands as it did, or a version was corrected."""
    kind = RECALLED.get(story.status, "corrected" if story.signal == "correction" else "updated")
    if state is not None and state.status != "usable" and story.status == "usable":
        kind = "released"
    if state is None or not (changes.retracted or changes.changed or kind != "updated"):
        return
    recall = Recall(
        recall=kind,
        story_id=story.id,
        story_version=story.version,
        provider=story.provider,
        reason=story.editorial_note,
        retracted=changes.retracted,
        changed=changes.changed,
        added=changes.asserted,
        received_at=story.received_at,
    )
    value = encode(recall)
    headers = recall_headers(recall, emission, value)
    yield Output(topic=RECALLS.name, key=story.id.encode(), value=value, headers=headers)


def _outcome_kind(story: Story, outcome: OutcomeKind | None) -> OutcomeKind:
    if story.status in RECALLED:
        return "recalled"
    return outcome or ("advisory" if story.signal == "advisory" else "published")


def outcome_output(
    story: Story, kind: OutcomeKind, emission: int, statements: int = 0, reason: str | None = None
) -> Output:
    """Give the outcome of the raw item that a story came from."""
    raw = story.provenance.raw
    outcome = Outcome(
        outcome=kind,
        story_id=story.id,
        story_version=story.version,
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        item=raw.item,
        items=raw.items,
        sha256=raw.sha256,
        provider=story.provider,
        received_at=story.received_at,
        statements=statements,
        reason=reason,
    )
    value = encode(outcome)
    headers = outcome_headers(outcome, emission, value)
    return Output(topic=AUDIT.name, key=outcome_key(outcome), value=value, headers=headers)
