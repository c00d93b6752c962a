"""CloudEvents 1.0 headers of the records that the worker publishes, in the Kafka binding's binary mode.

Header values are plain UTF-8, Arabic included: the binding asks for UTF-8 strings and has no percent-encoding (that is
HTTP's), and the ``cloudevents`` package reads them so. ``ce_source`` and ``ce_dataschema`` are URIs, and those are
percent-encoded because RFC 3986 says so. No header holds the wall clock: an event redone after a crash stays the same.
https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/kafka-protocol-binding.md
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

import orjson
from msgspec import Struct

from schemas.outcomes import Outcome, Recall
from schemas.stories import Story
from schemas.topics import AUDIT, ENRICHED, RECALLS, STATEMENTS, STORIES, Topic

Headers = tuple[tuple[str, bytes], ...]
StatementEvent = Literal["asserted", "changed", "unchanged", "retracted"]
StoryEvent = Literal["published", "updated", "corrected", "released", "withheld", "canceled", "erased"]

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
SCHEMA_PREFIX = "urn:tasrih:schema:"

# CloudEvents 1.0, type system: String.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class Event(Struct, frozen=True, kw_only=True):
    """What the headers of one record say, apart from its value.

    ``type`` is ``tasrih.<entity>.<what happened>``. ``times`` are ISO 8601 candidates for ``ce_time``: the first that
    is a full timestamp with an offset is taken. ``emission`` is the counter in the story's state, 0 without one.
    """

    topic: Topic
    type: str
    key: bytes | None
    subject: str | None
    version: str | None
    provider: str
    channel: str | None = None
    times: tuple[str | None, ...] = ()
    emission: int = 0


def event_id(event: Event, value: bytes | None) -> str:
    """Hash what makes an event itself: type, key, story version, emission counter and value.

    Equal for an event that is redone after a crash, different for any two others, so that ``ce_id`` removes doubles.
    """
    key = None if event.key is None else event.key.hex()
    digest = None if value is None else hashlib.sha256(value).hexdigest()
    identity = orjson.dumps([event.type, key, event.version, event.emission, digest])
    return hashlib.sha256(identity).hexdigest()[:32]


def event_source(provider: str, channel: str | None) -> str:
    """Name the wire that an event came over, as a URI reference.

    >>> event_source("afp", "ar/general")
    '/wire/afp/ar%2Fgeneral'
    """
    return "/wire/" + "/".join(quote(part, safe="") for part in (provider, channel) if part)


def event_time(times: tuple[str | None, ...]) -> str | None:
    """Take the first time that RFC 3339 can write: one with a date, a time and an offset.

    >>> event_time((None, "2026-03-02", "2026-03-02T09:30:00Z"))
    '2026-03-02T09:30:00Z'
    """
    for time in times:
        try:
            parsed = datetime.fromisoformat(time or "")
            if parsed.tzinfo is not None:
                return parsed.astimezone(UTC).isoformat().replace("+00:00", "Z")
        except (ValueError, OverflowError):
            continue
    return None


def schema_uri(topic: Topic) -> str:
    """Give the ``$id`` of a topic's JSON Schema, which is what ``ce_dataschema`` says.

    >>> schema_uri(STATEMENTS)
    'urn:tasrih:schema:wire.statements.v1'
    """
    return SCHEMA_PREFIX + topic.name


def event_headers(event: Event, value: bytes | None) -> Headers:
    """Give the headers of one record, in their fixed order; a null value (a tombstone) has no content type.

    ``traceparent`` is not among them: it is the consumed record's, and whoever publishes copies it.

    >>> event = Event(topic=STATEMENTS, type="tasrih.statement.retracted", key=b"6f", subject="afp:1", version="2",
    ...               provider="afp", times=("2026-03-02T09:30:00Z",), emission=2)
    >>> for name, text in event_headers(event, None):
    ...     print(name, text.decode())
    ce_specversion 1.0
    ce_id 90effee5d248baf9e7d909c254e82b71
    ce_source /wire/afp
    ce_type tasrih.statement.retracted
    ce_subject afp:1
    ce_time 2026-03-02T09:30:00Z
    ce_dataschema urn:tasrih:schema:wire.statements.v1
    """
    headers = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": event_id(event, value),
        "ce_source": event_source(event.provider, event.channel),
        "ce_type": event.type,
        "ce_subject": _header_text(event.subject),
        "ce_time": event_time(event.times),
        "content-type": None if value is None else CONTENT_TYPE,
        "ce_dataschema": schema_uri(event.topic),
    }
    return tuple((name, text.encode()) for name, text in headers.items() if text)


def _header_text(text: str | None) -> str | None:
    """Percent-encode what a CloudEvents string must not hold (control characters), and leave the rest.

    >>> _header_text("وكالة:7" + chr(10))
    'وكالة:7%0A'
    """
    return text and _FORBIDDEN.sub(lambda found: quote(found[0]), text)


def story_headers(story: Story, value: bytes) -> Headers:
    """Give the headers of a story on ``wire.stories.v1``."""
    return event_headers(_of_story(story, STORIES, "tasrih.story.read", story.id, 0), value)


def enriched_headers(story: Story, what: StoryEvent, emission: int, value: bytes | None) -> Headers:
    """Give the headers of a story on ``wire.enriched.v1``; ``value`` may be its canceled variant, or None: erased."""
    return event_headers(_of_story(story, ENRICHED, f"tasrih.story.{what}", story.id, emission), value)


def statement_headers(id_: str, story: Story, what: StatementEvent, emission: int, value: bytes | None) -> Headers:
    """Give the headers of a statement on ``wire.statements.v1``; a null ``value`` retracts it.

    ``story`` is the version that asserts the statement, or the one in which it is gone.
    """
    return event_headers(_of_story(story, STATEMENTS, f"tasrih.statement.{what}", id_, emission), value)


def _of_story(story: Story, topic: Topic, type_: str, key: str, emission: int) -> Event:
    return Event(
        topic=topic,
        type=type_,
        key=key.encode(),
        subject=story.id,
        version=story.version,
        provider=story.provider,
        channel=story.channel,
        times=(story.published_at, story.received_at),
        emission=emission,
    )


def recall_headers(recall: Recall, emission: int, value: bytes) -> Headers:
    """Give the headers of a recall on ``wire.recalls.v1``."""
    event = Event(
        topic=RECALLS,
        type=f"tasrih.recall.{recall.recall}",
        key=recall.story_id.encode() if recall.story_id else None,
        subject=recall.story_id,
        version=recall.story_version,
        provider=recall.provider,
        times=(recall.received_at,),
        emission=emission,
    )
    return event_headers(event, value)


def outcome_key(outcome: Outcome) -> bytes:
    """Give the key of an outcome on ``wire.audit.v1``: the story id, else the SHA-256 of the raw value."""
    return (outcome.story_id or outcome.sha256).encode()


def outcome_headers(outcome: Outcome, emission: int, value: bytes) -> Headers:
    """Give the headers of an outcome on ``wire.audit.v1``; ``emission`` is 0 where no story has a state."""
    event = Event(
        topic=AUDIT,
        type=f"tasrih.outcome.{outcome.outcome}",
        key=outcome_key(outcome),
        subject=outcome.story_id,
        version=outcome.story_version,
        provider=outcome.provider,
        times=(outcome.received_at,),
        emission=emission,
    )
    return event_headers(event, value)
