"""Reading the dead topic: committed records only, from a beginning to an end, every wait bounded."""

import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from agents.cli.dead.choosing import Selection
from agents.cli.dead.failures import MissingError, UnreadableError
from agents.cli.dead.letters import Letter, Place, letter_of, redriven_by
from agents.cli.environment import client_options
from agents.messages import Headers
from agents.settings import Settings
from schemas.topics import DEAD, DEAD_MAX_BYTES, prefixed

ASK_SECONDS = 20
# Longer than a worker's transaction may stay open after it was killed.
STALL_SECONDS = 90
PROGRESS_FROM_RECORDS = 500
PASSING = (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE)

Spans = Mapping[int, range]


@dataclass(slots=True)
class Found:
    """The letters of a topic that were asked for, and the places of all that were redriven."""

    letters: list[Letter] = field(default_factory=list)
    redriven: set[Place] = field(default_factory=set)


class DeadTopic:
    """The dead topic of a cluster. What it can't do raises ``KafkaException`` or an error of ``failures.py``."""

    def __init__(self, settings: Settings) -> None:
        options = client_options(settings) | {"log_level": 0}
        self.name = prefixed(DEAD, settings.topic_prefix)
        self._admin = AdminClient(options)
        reading: dict[str, Any] = {"group.id": f"{settings.group_id}.redrive", "isolation.level": "read_committed"}
        reading |= {"enable.auto.commit": False, "auto.offset.reset": "earliest", "enable.partition.eof": True}
        limits = {
            "fetch.message.max.bytes": DEAD_MAX_BYTES,
            "queued.max.messages.kbytes": 32_768,
            "fetch.wait.max.ms": 50,
        }
        self._consumer = Consumer(options | reading | limits)

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def partitions(self, selection: Selection) -> list[int]:
        """Give the partitions that may hold what is selected."""
        count = self.partition_counts([self.name])[self.name]
        return [partition for partition in range(count) if selection.reaches(partition)]

    def partition_counts(self, topics: Collection[str]) -> dict[str, int]:
        """Give the number of partitions of each topic; nobody makes one that is missing by asking."""
        there = self._admin.list_topics(timeout=ASK_SECONDS).topics
        if missing := [topic for topic in topics if topic not in there]:
            raise MissingError(missing[0])
        return {topic: len(there[topic].partitions) for topic in topics}

    def spans(self, partitions: Iterable[int], *, committed: bool) -> dict[int, range]:
        """Give the offsets that each partition holds now.

        With ``committed`` they end before the first open transaction, else behind everything that was written.
        """
        level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
        asked = [TopicPartition(self.name, partition) for partition in partitions]
        first, last = (
            self._admin.list_offsets(dict.fromkeys(asked, spec), isolation_level=level, request_timeout=ASK_SECONDS)
            for spec in (OffsetSpec.earliest(), OffsetSpec.latest())
        )
        return {one.partition: range(first[one].result().offset, last[one].result().offset) for one in asked}

    def records(self, spans: Spans) -> Iterator[Any]:
        """Yield the records of these offsets, in order within each partition.

        An open transaction before a span's end is waited for: what it hides may be the mark of a redrive.
        """
        waiting = {partition: span for partition, span in spans.items() if span}
        self._consumer.assign([TopicPartition(self.name, one, span.start) for one, span in waiting.items()])
        try:
            for message in self._polled(waiting):
                partition, offset, error = message.partition(), message.offset(), message.error()
                if partition not in waiting:
                    continue
                stop = waiting[partition].stop
                if error is None and offset < stop:
                    yield message
                if offset + (error is None) >= stop:
                    del waiting[partition]
                    self._consumer.incremental_unassign([TopicPartition(self.name, partition)])
        finally:
            self._consumer.unassign()

    def _polled(self, waiting: Spans) -> Iterator[Any]:
        """Yield records and ends of partitions while something is waited for."""
        deadline = time.monotonic() + STALL_SECONDS
        while waiting:
            message = self._consumer.poll(0.5)
            error = None if message is None else message.error()
            if message is None or (error and error.code() in PASSING):
                if time.monotonic() > deadline:
                    where = ", ".join(f"{one} up to {span.stop}" for one, span in waiting.items())
                    raise UnreadableError(
                        f"{self.name} could not be read (partition {where}) in {STALL_SECONDS} seconds: an open "
                        "transaction holds it back, or a broker is away. Try again later."
                    )
                continue
            if error and error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
            yield message
            deadline = time.monotonic() + STALL_SECONDS


@contextmanager
def dead_topic(settings: Settings) -> Iterator[DeadTopic]:
    """Connect to the dead topic and disconnect in the end."""
    topic = DeadTopic(settings)
    try:
        yield topic
    finally:
        topic.close()


def survey(topic: DeadTopic, spans: Spans, selection: Selection) -> Found:
    """Read the spans without keeping any bytes: the letters that were asked for, and all marks of redrives."""
    found = Found()
    for message in with_progress(topic.records(spans), sum(map(len, spans.values())), "Reading"):
        place, headers = (message.partition(), message.offset()), headers_of(message)
        if (offsets := redriven_by(headers)) is not None:
            found.redriven |= {(place[0], offset) for offset in offsets}
        elif selection.takes(letter := letter_of(place, message.timestamp()[1], headers)):
            found.letters.append(letter)
    found.letters.sort(key=lambda letter: letter.place)
    return found


def fetched(topic: DeadTopic, letters: Iterable[Letter]) -> Iterator[tuple[Letter, Any]]:
    """Yield letters again with their records; what the topic's retention has taken meanwhile is left out."""
    wanted = {letter.place: letter for letter in letters}
    spans: dict[int, range] = {}
    for partition, offset in wanted:
        span = spans.get(partition, range(offset, offset + 1))
        spans[partition] = range(min(span.start, offset), max(span.stop, offset + 1))
    for message in topic.records(spans):
        if letter := wanted.get((message.partition(), message.offset())):
            yield letter, message


def headers_of(message: Any) -> Headers:
    """Give the headers of a record; a null one is empty, as the worker reads it."""
    return tuple((name, value or b"") for name, value in message.headers() or ())


def with_progress(records: Iterable[Any], total: int, doing: str) -> Iterable[Any]:
    """Show a progress bar in a terminal when there are many records."""
    if total < PROGRESS_FROM_RECORDS or not sys.stderr.isatty():
        return records
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    return track(records, total=total, description=doing, console=Console(stderr=True))
