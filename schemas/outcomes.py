"""The records about records: what became of each raw item, what was recalled, and the lifecycle state of a story.

The string under a field is its description in the JSON Schema.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from schemas.statements import Instant, Offset
from schemas.stories import RawOrigin, Signal, Status, Story

OutcomeKind = Literal[
    "published", "superseded", "duplicate", "held", "recalled", "advisory", "empty", "unresolved", "dead", "erased",
    "released",
]  # fmt: skip
RecallKind = Literal["killed", "withheld", "updated", "corrected", "released", "erased", "unresolved"]


class Outcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of one item of one raw record: ``item`` of ``items``, numbered from 0."""

    outcome: OutcomeKind
    """What became of it."""
    story_id: str | None
    """The story that it is, null where none could be made of it."""
    story_version: str | None
    """The version of that story."""
    topic: str
    """Topic of the record; the raw topic unless a later stage failed."""
    partition: int
    """Its partition, numbered from 0."""
    offset: int
    """Its offset in the partition, in records from 0."""
    item: Offset
    """Place of the item in the record, from 0."""
    items: Offset
    """How many items the record held."""
    sha256: str
    """SHA-256 of the record's value, in hex."""
    provider: str
    """Who sent it."""
    received_at: Instant
    """Timestamp of the raw record in Kafka: RFC 3339, in UTC, to the millisecond."""
    statements: Offset = 0
    """How many statements were published."""
    code: str | None = None
    """Error code, for dead and empty ones."""
    reason: str | None = None
    """What happened, in words."""


class Recall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Notice that statements already published no longer stand, or stand changed."""

    recall: RecallKind
    """What happened to the story."""
    story_id: str | None
    """The story; null for a notice whose story was not found."""
    story_version: str | None
    """The version that caused the recall."""
    provider: str
    """Who sent it."""
    reason: str | None
    """The provider's own words, where it gave any."""
    retracted: tuple[str, ...]
    """Ids of statements that no longer stand."""
    changed: tuple[str, ...]
    """Ids of statements that stand, but differ in source, stance, polarity or place."""
    added: tuple[str, ...]
    """Ids of statements that are new in this version."""
    received_at: Instant
    """Timestamp of the raw record in Kafka: RFC 3339, in UTC, to the millisecond."""


class StoryState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lifecycle state of one story: what was last published, and how often (``emissions`` feeds ``ce_id``)."""

    format: int = 2
    """Version of this record's own format, a number that only goes up: 3 where a story is held, else 2."""
    story_id: str
    """The story."""
    version: str
    """The version that stands."""
    version_created: str | None
    """When the provider made that version, as it says; ISO 8601."""
    received_at: Instant
    """Kafka timestamp of the raw record that it came from: RFC 3339, in UTC, to the millisecond."""
    status: Status
    """Whether it may be used."""
    signal: Signal = "new"
    """What the provider called that version; since format 2."""
    text_sha256: str
    """SHA-256 of its text, in hex: the same version with another text is an update."""
    emissions: Offset
    """How often something was published of this story."""
    statements: dict[str, str]
    """For each statement that stands, the SHA-256 of what was published, leaving out the version and its date."""
    origin: RawOrigin
    """The raw record that it came from."""
    held: Story | UnsetType = UNSET
    """A story under an embargo, or a notice whose story was not found yet; since format 3, left out where none is."""
    due: float | UnsetType = UNSET
    """When what is held is published or given up, a number of seconds since 1970; since format 3."""
