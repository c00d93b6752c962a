"""The records about records: what became of each raw item, what was recalled, and the lifecycle state of a story."""

from typing import Literal

from msgspec import Struct

from schemas.stories import RawOrigin, Status

OutcomeKind = Literal[
    "published", "superseded", "duplicate", "held", "recalled", "advisory", "empty", "unresolved", "dead", "erased",
    "released",
]  # fmt: skip
RecallKind = Literal["killed", "withheld", "updated", "corrected", "released", "erased", "unresolved"]


class Outcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of one item of one raw record: ``item`` of ``items``, numbered from 0."""

    outcome: OutcomeKind
    story_id: str | None
    story_version: str | None
    topic: str
    partition: int
    offset: int
    item: int
    items: int
    sha256: str
    provider: str
    received_at: str
    statements: int = 0
    code: str | None = None
    reason: str | None = None


class Recall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Notice that statements already published no longer stand, or stand changed."""

    recall: RecallKind
    story_id: str | None
    story_version: str | None
    provider: str
    reason: str | None
    retracted: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]
    received_at: str


class StoryState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lifecycle state of one story: what was last published, and how often (``emissions`` feeds ``ce_id``).

    ``statements`` maps each statement id that stands to the SHA-256 of the value last published under it.
    """

    format: int = 1
    story_id: str
    version: str
    version_created: str | None
    received_at: str
    status: Status
    text_sha256: str
    emissions: int
    statements: dict[str, str]
    origin: RawOrigin
