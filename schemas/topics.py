"""Every topic of the worker, defined once: what it is for, who may read it, and how Kafka keeps it.

What creates, checks, secures or documents a topic reads ``TOPICS``. Settings may put a prefix before the names.
"""

from dataclasses import dataclass
from types import UnionType
from typing import Literal

from schemas.outcomes import Outcome, Recall, StoryState
from schemas.statements import Statement
from schemas.stories import EnrichedStory, RecalledStory, Story

Access = Literal["input", "internal", "consumers", "operators"]
Cleanup = Literal["delete", "compact", "compact,delete"]

MIB = 2**20
HOUR_MS = 60 * 60 * 1000
DAY_MS = 24 * HOUR_MS

# A dead letter is a raw value and more headers; a producer's request holds either and the batch around it.
RAW_MAX_BYTES = 8 * MIB
DEAD_MAX_BYTES = RAW_MAX_BYTES + MIB
PRODUCER_MAX_BYTES = DEAD_MAX_BYTES + MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic.

    ``value`` is the record type, ``bytes`` for values that are carried as they are, ``str`` for plain UTF-8 text.
    ``access`` is who may read it: ``input`` is read by this worker and written by feeds. ``retention_ms`` None keeps
    every key's last value for good. Times are milliseconds.
    """

    name: str
    purpose: str
    access: Access
    key: str
    value: type | UnionType
    cleanup: Cleanup
    retention_ms: int | None
    max_message_bytes: int = MIB
    delete_retention_ms: int = DAY_MS
    min_compaction_lag_ms: int = 0
    partitions: int = 6

    @property
    def compacted(self) -> bool:
        """Whether a null value deletes its key, and an older value of a key may be gone."""
        return self.cleanup != "delete"


RAW = Topic(
    name="wire.raw.v1",
    purpose="Wire items as agencies send them; headers wire-provider, wire-channel, wire-format are optional.",
    access="input",
    key="anything",
    value=bytes,
    cleanup="delete",
    retention_ms=30 * DAY_MS,
    max_message_bytes=RAW_MAX_BYTES,
)
STORIES = Topic(
    name="wire.stories.v1",
    purpose="Every version of every story, parsed and normalized; holds embargoed and killed text.",
    access="internal",
    key="story id",
    value=Story,
    cleanup="delete",
    retention_ms=30 * DAY_MS,
    max_message_bytes=RAW_MAX_BYTES,
)
STATE = Topic(
    name="wire.state.v1",
    purpose="The lifecycle state of each story, from which a worker goes on after a restart.",
    access="internal",
    key="story id",
    value=StoryState,
    cleanup="compact",
    retention_ms=None,
    # A story under an embargo stands in it whole.
    max_message_bytes=RAW_MAX_BYTES,
)
INDEX = Topic(
    name="wire.index.v1",
    purpose="From a number, headline or slugline to the story id, so that a kill in prose finds its story.",
    access="internal",
    key="JSON list: provider, `number` + day + number or `slugline` + words or `headline` + hash, story id",
    value=str,
    cleanup="compact",
    retention_ms=None,
)
ENRICHED = Topic(
    name="wire.enriched.v1",
    purpose="The current version of each story with all its statements; no text once it is canceled or withheld.",
    access="consumers",
    key="story id",
    value=EnrichedStory | RecalledStory,
    cleanup="compact,delete",
    retention_ms=90 * DAY_MS,
    max_message_bytes=RAW_MAX_BYTES,
    delete_retention_ms=7 * DAY_MS,
    min_compaction_lag_ms=HOUR_MS,
)
STATEMENTS = Topic(
    name="wire.statements.v1",
    purpose="Each attributed statement by itself; null retracts it. The partition is chosen from the story id.",
    access="consumers",
    key="statement id",
    value=Statement,
    cleanup="compact,delete",
    retention_ms=90 * DAY_MS,
    max_message_bytes=2 * MIB,
    delete_retention_ms=7 * DAY_MS,
    min_compaction_lag_ms=HOUR_MS,
)
RECALLS = Topic(
    name="wire.recalls.v1",
    purpose="Notices that published statements no longer stand, or stand changed.",
    access="consumers",
    key="story id, null when unresolved",
    value=Recall,
    cleanup="delete",
    retention_ms=365 * DAY_MS,
)
AUDIT = Topic(
    name="wire.audit.v1",
    purpose="What became of every item of every raw record.",
    access="operators",
    key="story id, else the SHA-256 of the raw value",
    value=Outcome,
    cleanup="delete",
    retention_ms=90 * DAY_MS,
)
DEAD = Topic(
    name="wire.dead.v1",
    purpose="Records that a stage could not handle: the bytes it consumed, and headers that say why.",
    access="operators",
    key="the original key",
    value=bytes,
    cleanup="delete",
    retention_ms=30 * DAY_MS,
    max_message_bytes=DEAD_MAX_BYTES,
)

TOPICS: tuple[Topic, ...] = (RAW, STORIES, STATE, INDEX, ENRICHED, STATEMENTS, RECALLS, AUDIT, DEAD)

# A story's versions, state and outputs meet in one partition number, so these counts are equal and never change.
COPARTITIONED: tuple[Topic, ...] = (STORIES, STATE, ENRICHED, STATEMENTS)


def prefixed(topic: Topic | str, prefix: str) -> str:
    """Give the name of a topic on a cluster where several installations share the broker.

    >>> prefixed(RAW, "staging.")
    'staging.wire.raw.v1'
    >>> prefixed("wire.raw.v1", "")
    'wire.raw.v1'
    """
    return prefix + (topic if isinstance(topic, str) else topic.name)


def topic_config(topic: Topic) -> dict[str, str]:
    """Give the Kafka configuration of a topic, as the admin API takes it; replication is the cluster's business.

    >>> topic_config(STATE)["cleanup.policy"], topic_config(STATE)["retention.ms"]
    ('compact', '-1')
    """
    config = {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(-1 if topic.retention_ms is None else topic.retention_ms),
        "max.message.bytes": str(topic.max_message_bytes),
    }
    if topic.compacted:
        config["delete.retention.ms"] = str(topic.delete_retention_ms)
        config["min.compaction.lag.ms"] = str(topic.min_compaction_lag_ms)
    return config


def partition_problems(counts: dict[str, int]) -> list[str]:
    """Name what is wrong with the partition counts of a cluster, by topic name without prefix.

    Topics that are missing from ``counts`` are left to whoever looked them up.

    >>> partition_problems({"wire.stories.v1": 6, "wire.state.v1": 6})
    []
    >>> partition_problems({"wire.stories.v1": 6, "wire.state.v1": 3})
    ['wire.state.v1 has 3 partitions and wire.stories.v1 has 6: they must be equal']
    """
    first = STORIES.name
    return [
        f"{topic.name} has {counts[topic.name]} partitions and {first} has {counts[first]}: they must be equal"
        for topic in COPARTITIONED
        if topic.name in counts and first in counts and counts[topic.name] != counts[first]
    ]


def retention_problems(retentions: dict[str, int]) -> list[str]:
    """Name what is wrong with the retentions of a cluster: state must outlive every other topic.

    ``retentions`` maps topic names without prefix to milliseconds, -1 for unlimited. A compacted topic without
    ``delete`` in its policy keeps its values whatever its ``retention.ms`` says: give -1 for it.

    >>> retention_problems({"wire.state.v1": -1, "wire.recalls.v1": 31_536_000_000})
    []
    >>> retention_problems({"wire.state.v1": 1000, "wire.dead.v1": 2000})
    ['wire.state.v1 is kept for 1000 ms and wire.dead.v1 for 2000 ms: state must outlive it']
    """
    kept = retentions.get(STATE.name, -1)
    if kept == -1:
        return []
    others = {topic.name: retentions[topic.name] for topic in TOPICS if topic.name in retentions and topic is not STATE}
    return [
        f"{STATE.name} is kept for {kept} ms and {name} for {other} ms: state must outlive it"
        for name, other in others.items()
        if other == -1 or other >= kept
    ]
