"""Follows the outcomes as they are committed, so that a scenario knows how far the workers are."""

import time
from typing import Any

import msgspec
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from schemas.topics import AUDIT
from tests.broker.stream import Place


class _Outcome(msgspec.Struct):
    outcome: str
    partition: int
    offset: int


_decode = msgspec.json.Decoder(_Outcome).decode


class Watch:
    """The raw records that have their last outcome, when it was seen, and when the last of each raw partition was.

    Times are monotonic seconds.
    """

    def __init__(self, place: Place) -> None:
        self.done: dict[tuple[int, int], float] = {}
        self.last: dict[int, float] = {}
        options = {"bootstrap.servers": place.address, "group.id": "watch", "enable.auto.commit": False}
        self._consumer = Consumer({**options, "isolation.level": "read_committed"})
        name = place.prefix + AUDIT.name
        partitions = self._consumer.list_topics(name, timeout=20).topics[name].partitions
        self._consumer.assign([TopicPartition(name, number, OFFSET_BEGINNING) for number in partitions])

    def look(self, seconds: float) -> int:
        """Take in what was committed since the last look, waiting at most so long; give the number of records."""
        records: list[Any] = self._consumer.consume(2000, timeout=seconds)
        now = time.monotonic()
        for record in records:
            if record.error() is None:
                outcome = _decode(record.value())
                if outcome.outcome == "held":
                    continue  # the second one is its last
                self.done.setdefault((outcome.partition, outcome.offset), now)
                self.last[outcome.partition] = now
        return len(records)

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
