"""Follows the topics for the console: committed records, without a group; and asks how far the workers are behind."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from agents.console.store import Seen
from agents.settings import Settings
from schemas.topics import AUDIT, DEAD, DEAD_MAX_BYTES, ENRICHED, RAW, RECALLS, STATEMENTS, STORIES, prefixed

FOLLOWED = (ENRICHED, STATEMENTS, RECALLS, AUDIT, DEAD)
READ_BY_WORKERS = (RAW, STORIES)
ASK_SECONDS = 20
BATCH = 500
BATCH_SECONDS = 0.2
PEEK_SECONDS = 2.0


class Lag(NamedTuple):
    """How far the workers are behind in a topic: records not committed, at most, and the age of the oldest, seconds."""

    topic: str
    records: int
    seconds: float


class Reader:
    """A consumer of the output topics, from some hours back, or from their beginning where ``hours`` is None.

    Raises ``KafkaException`` where they cannot be read.
    """

    def __init__(self, settings: Settings, options: dict[str, Any], hours: float | None) -> None:
        own = {"group.id": f"{settings.group_id}.console", "enable.auto.commit": False, "log_level": 0}
        limits = {"isolation.level": "read_committed", "fetch.message.max.bytes": DEAD_MAX_BYTES}
        self._options = options | own | limits
        self._settings = settings
        self._consumer = Consumer(self._options)
        self._names = {prefixed(topic, settings.topic_prefix): topic.name for topic in FOLLOWED}
        self._consumer.assign(self._start(hours))

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def read(self) -> list[Seen]:
        """Give what came in the last fifth of a second, at most a batch."""
        records = self._consumer.consume(BATCH, BATCH_SECONDS)
        return [self._seen(record) for record in records if record.error() is None]

    def _seen(self, record: Any) -> Seen:
        headers = tuple((name, value or b"") for name, value in record.headers() or ())
        place = (record.partition(), record.offset(), record.timestamp()[1])
        return Seen(self._names[record.topic()], *place, record.key(), record.value(), headers)

    def _start(self, hours: float | None) -> list[TopicPartition]:
        places = [(name, one) for name in self._names for one in partitions(self._consumer, name)]
        if hours is None:
            return [TopicPartition(*place, OFFSET_BEGINNING) for place in places]
        since = max(int((time.time() - hours * 3600) * 1000), 0)
        asked = [TopicPartition(*place, since) for place in places]
        found = self._consumer.offsets_for_times(asked, timeout=ASK_SECONDS)
        return [
            TopicPartition(one.topic, one.partition, one.offset if one.offset >= 0 else OFFSET_END) for one in found
        ]


def partitions(consumer: Consumer, name: str) -> list[int]:
    """Give the partitions of a topic."""
    found = consumer.list_topics(name, timeout=ASK_SECONDS).topics[name]
    if found.error is not None:
        raise KafkaException(found.error)
    return list(found.partitions)


def lags(settings: Settings, options: dict[str, Any]) -> list[Lag]:
    """Ask how far the workers' group is behind in what it reads."""
    own = {"group.id": settings.group_id, "enable.auto.commit": False, "log_level": 0, "enable.partition.eof": True}
    asking = Consumer(options | own | {"isolation.level": "read_committed"})
    admin = AdminClient(options | {"log_level": 0})
    try:
        return [lag_of(asking, admin, topic.name, prefixed(topic, settings.topic_prefix)) for topic in READ_BY_WORKERS]
    finally:
        asking.close()


def lag_of(asking: Consumer, admin: AdminClient, short: str, name: str) -> Lag:
    """Ask for one topic. Where only a transaction's marker stands behind the commit, nothing is behind."""
    places = [TopicPartition(name, one) for one in partitions(asking, name)]
    committed = asking.committed(places, timeout=ASK_SECONDS)
    first = ends(admin, places, OffsetSpec.earliest())
    last = ends(admin, places, OffsetSpec.latest())
    behind = {
        one.partition: (max(one.offset, first[one.partition]), last[one.partition])
        for one in committed
        if max(one.offset, first[one.partition]) < last[one.partition]
    }
    oldest = dict(oldest_of(asking, name, {partition: start for partition, (start, _) in behind.items()}))
    records = sum(end - start for partition, (start, end) in behind.items() if partition in oldest)
    return Lag(short, records, max((time.time() - at / 1000 for at in oldest.values()), default=0.0))


def ends(admin: AdminClient, places: list[TopicPartition], which: Any) -> dict[int, int]:
    """Give the first or last offset of partitions, of committed records."""
    asked = admin.list_offsets(dict.fromkeys(places, which), isolation_level=IsolationLevel.READ_COMMITTED)
    return {place.partition: future.result(ASK_SECONDS).offset for place, future in asked.items()}


def oldest_of(asking: Consumer, name: str, starts: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Give the Kafka timestamp of the first record of each partition from an offset on, where there is one."""
    waiting = dict(starts)
    asking.assign([TopicPartition(name, partition, start) for partition, start in waiting.items()])
    deadline = time.monotonic() + PEEK_SECONDS
    while waiting and time.monotonic() < deadline:
        record = asking.poll(0.1)
        if record is not None and waiting.pop(record.partition(), None) is not None and record.error() is None:
            yield record.partition(), record.timestamp()[1]
    asking.unassign()
