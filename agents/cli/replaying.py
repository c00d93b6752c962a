"""What a replay reads and writes: raw records, live states and statements; transactions with ids of their own."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from confluent_kafka import Producer

from agents.cli.dead.failures import MissingError
from agents.cli.dead.sending import abort, commit, flush, patiently
from agents.cli.environment import client_options
from agents.cli.orders import records_of
from agents.delivery.writer import choose
from agents.lifecycle import digest
from agents.messages import Incoming, Output, weight
from agents.settings import Settings
from schemas.codec import decode_state, decode_statement
from schemas.outcomes import StoryState
from schemas.statements import Statement
from schemas.topics import MIB, PRODUCER_MAX_BYTES, STATE, STATEMENTS, TOPICS, prefixed

ASK_SECONDS = 20
INIT_SECONDS = 60
TRANSACTION_SECONDS = 30
BATCH_RECORDS = 2000
BATCH_BYTES = 32 * MIB


class Sender:
    """Publishes outputs under a prefix, some hundreds to a transaction; what is open when it fails is aborted."""

    def __init__(self, settings: Settings, prefix: str, name: str) -> None:
        options = client_options(settings) | {"log_level": 0, "message.max.bytes": PRODUCER_MAX_BYTES}
        options |= {"transactional.id": f"{settings.group_id}.replay.{name}.{prefix}"}
        options |= {"transaction.timeout.ms": TRANSACTION_SECONDS * 1000, "partitioner": "murmur2_random"}
        self._producer = Producer(options)
        self._prefix = prefix
        self._partitions: dict[str, list[int]] = {}
        self._waiting: list[Output] = []
        self._bytes = 0

    def __enter__(self) -> Self:
        there = self._producer.list_topics(timeout=ASK_SECONDS).topics
        for topic in TOPICS:
            if prefixed(topic, self._prefix) not in there:
                raise MissingError(prefixed(topic, self._prefix))
        patiently(self._producer.init_transactions, INIT_SECONDS)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._write()

    def send(self, outputs: Iterable[Output]) -> None:
        """Take outputs in, and publish what there is when it is enough."""
        for output in outputs:
            self._waiting.append(output)
            self._bytes += weight(output)
        if len(self._waiting) >= BATCH_RECORDS or self._bytes >= BATCH_BYTES:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        self._producer.begin_transaction()
        try:
            for output in self._waiting:
                self._produce(output)
            flush(self._producer)
        except BaseException:
            abort(self._producer)
            raise
        commit(self._producer)
        self._waiting, self._bytes = [], 0

    def _produce(self, output: Output) -> None:
        topic = prefixed(output.topic, self._prefix)
        # A statement follows its story: the partition is the one that the story's id would get.
        where: dict[str, Any] = {}
        if output.partition_key is not None:
            where["partition"] = choose(output.partition_key, self._partitions_of(topic), self._partitions_of(topic))
        self._producer.produce(topic, output.value, output.key, headers=list(output.headers), **where)
        self._producer.poll(0)

    def _partitions_of(self, topic: str) -> list[int]:
        if topic not in self._partitions:
            found = self._producer.list_topics(topic, timeout=ASK_SECONDS).topics[topic].partitions
            self._partitions[topic] = sorted(found)
        return self._partitions[topic]


def incoming_of(record: Any) -> Incoming:
    """Give a record of the client's as the first stage takes it."""
    headers = tuple((name, value or b"") for name, value in record.headers() or ())
    return Incoming(
        topic=record.topic(),
        partition=record.partition(),
        offset=record.offset(),
        timestamp=record.timestamp()[1],
        key=record.key(),
        value=record.value(),
        headers=headers,
    )


def recalled_states(settings: Settings) -> Iterator[tuple[str, StoryState]]:
    """Give the live states of the stories that were killed, held back or erased, by story id."""
    last = {record.key(): record.value() for record in records_of(settings, STATE.name)}
    for value in last.values():
        state = decode_state(value) if value is not None else None
        if state is not None and state.status != "usable":
            yield state.story_id, state


def live_statements(settings: Settings, stories: set[str]) -> dict[str, dict[str, Statement]]:
    """Give the statements of these stories that stand now, by story and id."""
    last = {record.key(): record.value() for record in records_of(settings, STATEMENTS.name)}
    found: dict[str, dict[str, Statement]] = {}
    for value in last.values():
        if value is not None and (statement := decode_statement(value)).story_id in stories:
            found.setdefault(statement.story_id, {})[statement.id] = statement
    return found


def differences(
    live: Mapping[str, Mapping[str, Statement]], shadow: Mapping[str, Mapping[str, Statement]]
) -> dict[str, Counter[str]]:
    """Count the statements that are added, lost, changed and unchanged, by source."""
    found: dict[str, Counter[str]] = {}
    for story in shadow:
        before, after = live.get(story, {}), shadow[story]
        for id_ in before.keys() | after.keys():
            old, new = before.get(id_), after.get(id_)
            named = new or old
            source = named.source.name if named else ""
            found.setdefault(source, Counter())[difference(old, new)] += 1
    return found


def difference(old: Statement | None, new: Statement | None) -> str:
    """Say what became of a statement; its version and date alone do not change it."""
    if old is None or new is None:
        return "added" if old is None else "lost"
    return "unchanged" if digest(old) == digest(new) else "changed"
