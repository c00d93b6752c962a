"""A broker in a few lines, for schedules that a real one would not repeat: fencing, offsets, and what was committed."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from aiokafka import TopicPartition

from agents.delivery.children import Children
from agents.delivery.cluster import Cluster
from agents.delivery.forkserver import Work, answers
from agents.delivery.guard import Answer, Stage
from agents.delivery.index import Index
from agents.delivery.lane import Shared
from agents.delivery.lanes import Lanes
from agents.delivery.state import StateFolder
from agents.delivery.timer import Clock, utc_now
from agents.delivery.writer import FencedError, UnclearError, Writer
from agents.messages import Incoming, Output
from schemas.stories import Story
from schemas.topics import INDEX
from tests.staged import KEPT, PLAIN

PLACE = TopicPartition("p.wire.raw.v1", 0)


@dataclass
class FakeBroker:
    """What a broker knows: who may write, how far the group is, and what was committed."""

    epochs: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    # What happens right before a fencing takes effect, and in place of the next transactions.
    before_fencing: list[Callable[[], None]] = field(default_factory=list)
    next_writes: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    # How many transactions moved no offset.
    without_offset: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def values(self) -> list[str]:
        """The values that were committed, in order, without what the stage adds to them."""
        texts = [(output.value or b"").decode() for output in self.outputs if output.topic == INDEX.name]
        return [text.split()[0] for text in texts]

    def commit(self, place: tuple[str, int], offset: int | None, outputs: Iterable[Output] = ()) -> None:
        """Commit a transaction."""
        if offset is None:
            self.without_offset += 1
        else:
            self.offsets[place] = offset
        self.outputs += outputs


class FakeWriter:
    """A writer on that broker."""

    def __init__(self, broker: FakeBroker, transactional_id: str) -> None:
        self._broker, self._id, self._epoch = broker, transactional_id, -1
        self.starts = 0

    async def start(self) -> None:
        while self._broker.before_fencing:
            self._broker.before_fencing.pop()()
        self.starts += 1
        self._broker.epochs[self._id] += 1
        self._epoch = self._broker.epochs[self._id]

    async def write(self, outputs: Sequence[Output], place: TopicPartition, offset: int | None) -> list[int]:
        fate = self._broker.next_writes.pop(0) if self._broker.next_writes else ""
        await self._broker.gate.wait()
        if self._epoch != self._broker.epochs[self._id]:
            raise FencedError("another writer has this partition")
        if fate == "refused":
            raise ValueError("no such topic")
        if fate != "unclear, not committed":
            self._broker.commit(place, offset, outputs)
        if fate.startswith("unclear"):
            raise UnclearError(TimeoutError(fate))
        return [100 + number for number in range(len(outputs))]

    async def close(self) -> None:
        return None


class FakeChildren:
    """Stages run in a thread of this process."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(1)
        self.started = 0

    def start(self) -> None:
        self.started += 1

    def work(self, stage: Stage, batch: Sequence[Incoming], states: dict[bytes, bytes], now: datetime) -> list[Answer]:
        return list(answers(Work(stage.name, now.timestamp(), tuple(batch), states), stage))

    def close(self) -> None:
        self.threads.shutdown()


class FakeCluster:
    """The committed offsets of that broker, and topics as they should be."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker

    async def committed(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        return {place: self._broker.offsets[place] for place in places if place in self._broker.offsets}

    async def problems(self) -> list[str]:
        return []

    async def close(self) -> None:
        return None


class FakeIndex:
    """An index that knows what a test tells it."""

    def __init__(self) -> None:
        self.grown = 0
        self.story: str | None = None

    def start(self, folder: Path) -> None:
        return None

    def find(self, notice: Story) -> str | None:
        return self.story

    def address(self, outputs: list[Output]) -> list[Output]:
        return outputs

    async def close(self) -> None:
        return None


class Crashes(list[BaseException]):
    """The failures with which a worker would have ended."""

    async def crash(self, failure: BaseException) -> None:
        self.append(failure)


def make_lanes(
    broker: FakeBroker,
    folder: Path,
    crash: Callable[[BaseException], Awaitable[None]],
    stages: tuple[Stage, ...] = (PLAIN, KEPT),
    *,
    index: FakeIndex | None = None,
    clock: Clock = utc_now,
) -> Lanes:
    """Make the lanes of a worker on that broker."""
    shared = Shared(
        children=cast(Children, FakeChildren()),
        cluster=cast(Cluster, FakeCluster(broker)),
        index=cast(Index, index or FakeIndex()),
        connection={},
        prefix="p.",
        heartbeat_seconds=0.05,
        clock=clock,
    )
    lanes = Lanes(stages, shared, StateFolder(folder), "group", crash)
    lanes._writer = lambda topic, partition: cast(Writer, FakeWriter(broker, f"{topic}.{partition}"))  # type: ignore[method-assign]
    return lanes


def fetched(first: int, last: int, generation: int, place: TopicPartition = PLACE) -> Any:
    """Make a Faust event of the records at these offsets, each with its offset as its value."""
    records = [
        SimpleNamespace(
            topic=place.topic,
            partition=place.partition,
            offset=offset,
            timestamp=1000 + offset,
            key=b"key",
            value=f"{offset}".encode(),
            headers=(),
        )
        for offset in range(first, last + 1)
    ]
    message = SimpleNamespace(topic=place.topic, partition=place.partition, generation_id=generation, value=records)
    return SimpleNamespace(message=message)


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something; fails when it does not come."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


def offsets(first: int, last: int) -> list[str]:
    """The values of the records at these offsets."""
    return [f"{offset}" for offset in range(first, last + 1)]
