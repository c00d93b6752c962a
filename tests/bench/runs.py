"""One run of one system: its topics, its processes on their cores, its stories, and what came out."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from schemas.topics import ENRICHED, RAW, STATEMENTS
from tests.bench.stories import Raw
from tests.bench.systems import System
from tests.broker.stream import Place, own_place
from tests.chaos.fleet import Fleet, fleet
from tests.chaos.measure import wait
from tests.chaos.watch import Watch

PARTITIONS = 4
START_SECONDS = 90
RUN_SECONDS = 600
SETTLE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Cores:
    """Which cores the broker and the bench have, and which the system that is measured."""

    broker: frozenset[int]
    system: frozenset[int]

    @property
    def told(self) -> str:
        """Say it in words."""
        return f"broker and clients on {sorted(self.broker)}, the system on {sorted(self.system)}"


def cores(wanted: int = 1) -> Cores:
    """Give the last ``wanted`` cores to the system and the others to the broker; what there is too little of is shared.

    >>> cores(10_000).system == cores(10_000).broker
    True
    """
    there = sorted(os.sched_getaffinity(0))
    system = frozenset(there[-wanted:])
    return Cores(frozenset(there) - system or frozenset(there), system)


@contextmanager
def pinned(to: frozenset[int]) -> Iterator[None]:
    """Keep this thread on some cores, and with it the processes that it starts meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, to)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass
class Bench:
    """A system at work on topics of its own."""

    place: Place
    watch: Watch
    workers: Fleet
    sent: int = 0

    def send(self, records: Iterable[Raw], rate: float | None = None) -> dict[tuple[int, int], float]:
        """Send raw records, at ``rate`` a second or at once; give when each was sent (monotonic), by place."""
        options = {"bootstrap.servers": self.place.address, "enable.idempotence": True, "linger.ms": 0 if rate else 5}
        producer = Producer({**options, "partitioner": "murmur2_random"})
        times: dict[tuple[int, int], float] = {}
        began = time.monotonic()
        for number, (key, value) in enumerate(records):
            now = time.monotonic()
            if rate and (ahead := number / rate - (now - began)) > 0:
                self._look(ahead)
                now = time.monotonic()

            def note(error: object, record: object, sent: float = now) -> None:
                assert error is None, error
                times[record.partition(), record.offset()] = sent  # type: ignore[attr-defined]

            producer.produce(self.place.prefix + RAW.name, key=key, value=value, on_delivery=note)
            producer.poll(0)
            self.sent += 1
        assert producer.flush(60) == 0
        return times

    def _look(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.watch.look(min(left, 0.005))

    def finish(self, seconds: float = RUN_SECONDS) -> None:
        """Wait until every raw record has its outcome."""

        def done() -> bool:
            self.watch.look(0.01)
            assert all(one.process.poll() is None for one in self.workers.workers), "the system has ended"
            return len(self.watch.done) >= self.sent

        wait(done, seconds, "the outcomes", step=0)


@contextmanager
def bench(
    address: str,
    system: System,
    on: Cores,
    warm: Sequence[Raw],
    size: int = 1,
    *,
    prepare: Callable[[Place], object] = lambda place: None,
) -> Iterator[Bench]:
    """Start a system on topics that were prepared, and give it when it has worked through the ``warm`` records."""
    with ExitStack() as stack:
        place = stack.enter_context(own_place(address, PARTITIONS))
        prepare(place)
        watch = Watch(place)
        stack.callback(watch.close)
        options: Mapping[str, str] = {**system.environ, "TASRIH_LOG_LEVEL": "warning"}
        with pinned(on.system):
            workers = stack.enter_context(fleet(place, size, command=system.command, static=False, **options))
        made = Bench(place, watch, workers)
        made.send(warm)
        made.finish(START_SECONDS)
        yield made


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to: stories a second, and how many records were published of each kind."""

    rate: float
    enriched: int
    statements: int


def throughput(
    address: str, system: System, on: Cores, warm: Sequence[Raw], records: Sequence[Raw], size: int = 1
) -> Done:
    """Send all at once to a system that is warm, and measure until the last outcome is committed."""
    with bench(address, system, on, warm, size) as at:
        began = time.monotonic()
        at.send(records)
        at.finish()
        rate = len(records) / (time.monotonic() - began)
        # Who promises less may publish the outcome before what it stands for.
        time.sleep(SETTLE_SECONDS)
        at.workers.stop()
        return Done(rate, committed(at.place, ENRICHED.name), committed(at.place, STATEMENTS.name))


def committed(place: Place, topic: str) -> int:
    """Count the committed records of a topic."""
    options = {"bootstrap.servers": place.address, "group.id": "count", "isolation.level": "read_committed"}
    consumer = Consumer({**options, "enable.auto.commit": False, "enable.partition.eof": True})
    name = place.prefix + topic
    partitions = consumer.list_topics(name, timeout=20).topics[name].partitions
    consumer.assign([TopicPartition(name, number, OFFSET_BEGINNING) for number in partitions])
    count, ended = 0, 0
    while ended < len(partitions):
        for record in consumer.consume(2000, timeout=1):
            ended += record.error() is not None
            count += record.error() is None
    consumer.close()
    return count
