"""Sending letters back to their stage, a transaction at a time.

A transaction holds the records that are sent again and, on the dead topic itself, a mark that says which letters these
were. So they are sent and marked, or neither. The offsets of a consumer group would not do for the mark: a broker
forgets those of a group without members after a week, and letters are kept for longer.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from confluent_kafka import KafkaException, Producer

from agents.cli.dead.failures import UnsureError
from agents.cli.dead.letters import Letter, Resent
from agents.cli.dead.ranges import as_ranges
from agents.cli.environment import client_options
from agents.messages import weight
from agents.settings import Settings
from schemas.headers import REDRIVEN
from schemas.topics import MIB, PRODUCER_MAX_BYTES, prefixed

CHUNK_RECORDS = 500
CHUNK_BYTES = 64 * MIB
# A transaction that a killed redrive left open hides what stands behind it for as long.
TRANSACTION_SECONDS = 30
INIT_SECONDS = 60
UNASSIGNED = -1

Chunk = list[tuple[Letter, Resent]]


def chunks(records: Iterable[tuple[Letter, Resent]]) -> Iterator[Chunk]:
    """Divide records into what goes into one transaction."""
    chunk: Chunk = []
    size = 0
    for letter, again in records:
        more = weight(again.record)
        if chunk and (len(chunk) == CHUNK_RECORDS or size + more > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append((letter, again))
        size += more
    if chunk:
        yield chunk


class Lane:
    """The transactional producer for the letters of one partition; only the newest of its name can send."""

    def __init__(self, settings: Settings, dead: str, partition: int, counts: dict[str, int]) -> None:
        self._dead, self._partition, self._counts = dead, partition, counts
        self._prefix = settings.topic_prefix
        options = client_options(settings) | {"log_level": 0, "message.max.bytes": PRODUCER_MAX_BYTES}
        options |= {"transactional.id": f"{settings.group_id}.redrive.{dead}.{partition}"}
        options |= {"transaction.timeout.ms": TRANSACTION_SECONDS * 1000}
        options |= {"queue.buffering.max.kbytes": 2 * CHUNK_BYTES // 1024}
        # As the worker and Kafka's own clients place a key; librdkafka's default is another.
        self._producer = Producer(options | {"partitioner": "murmur2_random"})

    def open(self) -> None:
        """End whatever another producer of this name has open, and keep it from going on."""
        patiently(self._producer.init_transactions, INIT_SECONDS)

    def send(self, chunk: Chunk) -> None:
        """Send records and the mark that they were sent, in one transaction."""
        self._producer.begin_transaction()
        try:
            for _, again in chunk:
                self._produce(again)
            mark = as_ranges(letter.offset for letter, _ in chunk)
            self._producer.produce(self._dead, partition=self._partition, headers=[(REDRIVEN, mark.encode())])
            flush(self._producer)
        except BaseException:
            abort(self._producer)
            raise
        commit(self._producer)

    def _produce(self, again: Resent) -> None:
        record, partition = again.record, again.partition
        topic = prefixed(record.topic, self._prefix)
        known = partition is not None and partition < self._counts[topic]
        self._producer.produce(
            topic,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            timestamp=again.timestamp,
            partition=partition if known else UNASSIGNED,
        )


def flush(producer: Any) -> None:
    """Wait until the broker has what was produced; what it has not in time fails the commit."""
    deadline = time.monotonic() + TRANSACTION_SECONDS
    while producer.flush(1.0) and time.monotonic() < deadline:
        pass


def commit(producer: Any) -> None:
    """Commit, or abort where the client says so; raises ``UnsureError`` where nobody can tell what came of it."""
    try:
        patiently(producer.commit_transaction, TRANSACTION_SECONDS)
    except KafkaException as error:
        if error.args[0].txn_requires_abort():
            abort(producer)
            raise
        raise UnsureError(error.args[0].str()) from error
    except KeyboardInterrupt:
        raise UnsureError("interrupted while committing") from None


def abort(producer: Any) -> None:
    """Abort, as far as a broker answers: without a commit, the transaction ends in nothing anyway."""
    with suppress(KafkaException):
        patiently(producer.abort_transaction, TRANSACTION_SECONDS)


def patiently(call: Callable[[float], None], seconds: float) -> None:
    """Call a method of a transaction a second at a time, for as long as it may be called again; Ctrl-C is heard so."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call(1.0)
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() > deadline:
                raise
        time.sleep(0.1)
