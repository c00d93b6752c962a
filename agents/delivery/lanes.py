"""All lanes of a worker: made when the group has given it partitions, ended when the group takes them away.

Faust owns the group. Its signals come in this order: partitions revoked, rebalance complete, seek to the committed
offsets, flow resumed. So lanes end at the first, which Faust awaits before it rejoins, and begin at the second, which
it awaits before it seeks: the committed offsets are final by then, because every writer has fenced its partition. The
group's protocol is eager: a partition that comes back is given up and taken anew, one way for all.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition

from agents.delivery.guard import Stage
from agents.delivery.lane import RETRY_SECONDS, Lane, Shared
from agents.delivery.state import StateFolder
from agents.delivery.writer import UnclearError, Writer, named
from agents.messages import Incoming
from schemas.topics import STATE, prefixed

log = logging.getLogger(__name__)

Crash = Callable[[BaseException], Awaitable[None]]


class Lanes:
    """The lanes by input partition. ``crash`` ends the worker with a lane's failure as its reason."""

    def __init__(self, stages: Iterable[Stage], shared: Shared, folder: StateFolder, group: str, crash: Crash) -> None:
        self._stages = {prefixed(stage.topic, shared.prefix): stage for stage in stages}
        self._shared = shared
        self._folder = folder
        self._group = group
        self._crash = crash
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._opening: asyncio.Task[None] | None = None
        # The generation whose lanes are open, and how often lanes were opened.
        self.generation: int | None = None
        self.opened = 0
        self._checked = False

    def start(self) -> None:
        """Start the processes in which stages run."""
        self._shared.children.start()

    async def open(self, assigned: Iterable[tuple[str, int]], generation: int) -> None:
        """Fence the assigned partitions and begin a lane on each, at its committed offset.

        Keeps trying while no broker answers. Returns without lanes when the partitions are taken away meanwhile.
        """
        await self.close()
        self._opening = asyncio.create_task(self._open([TopicPartition(*place) for place in assigned], generation))
        await asyncio.wait([self._opening])
        if not self._opening.cancelled():
            self._opening.result()

    async def _open(self, assigned: Sequence[TopicPartition], generation: int) -> None:
        began = time.monotonic()
        writers = {place: self._writer(*place) for place in assigned}
        try:
            committed = await self._fence(writers)
        except BaseException:
            await asyncio.gather(*(writer.close() for writer in writers.values()))
            raise
        self._shared.index.start(self._folder.path)
        for place, writer in writers.items():
            self._begin(place, generation, committed.get(place, 0), writer)
        self.generation = generation
        self.opened += 1
        seconds = round(time.monotonic() - began, 3)
        log.info("lanes open", extra={"generation": generation, "partitions": len(writers), "seconds": seconds})

    async def _fence(self, writers: Mapping[TopicPartition, Writer]) -> dict[tuple[str, int], int]:
        """Start every writer, and only then ask for the committed offsets."""
        while True:
            try:
                async with asyncio.TaskGroup() as starting:
                    for writer in writers.values():
                        starting.create_task(writer.start())
                return await self._shared.cluster.committed(writers)
            except* Exception as failures:
                unclear = [failure for failure in failures.exceptions if not isinstance(named(failure), UnclearError)]
                if unclear:
                    raise unclear[0] from None
                log.warning("no broker to fence with", extra={"cause": repr(failures.exceptions[0])})
            await asyncio.sleep(RETRY_SECONDS)

    def _writer(self, topic: str, partition: int) -> Writer:
        return Writer(f"{self._group}.{topic}.{partition}", self._shared.connection, self._group, self._shared.prefix)

    def _begin(self, place: TopicPartition, generation: int, position: int, writer: Writer) -> None:
        stage = self._stages[place.topic]
        state = self._folder.open(prefixed(STATE, self._shared.prefix), place.partition) if stage.state else None
        lane = Lane(stage, place, generation, position, writer=writer, state=state, shared=self._shared)
        self._lanes[place] = lane
        lane.start().add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("lane failed", exc_info=failure, extra={"lane": task.get_name()})
            self._failing = asyncio.ensure_future(self._crash(failure))

    async def close(self) -> None:
        """End all lanes, begun or about to begin: no transaction of theirs is under way afterwards."""
        self.generation = None
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        lanes, self._lanes = list(self._lanes.values()), {}
        await asyncio.gather(*(lane.stop() for lane in lanes))

    async def end(self) -> None:
        """End everything: the lanes, their children, the local state's lock."""
        await self.close()
        await self._shared.index.close()
        await self._shared.cluster.close()
        await asyncio.to_thread(self._shared.children.close)
        self._folder.close()

    async def problems(self) -> list[str]:
        """Name what is wrong with the topics, the first time; a broker that is away is waited for elsewhere."""
        if self._checked:
            return []
        problems = await self._shared.cluster.problems()
        self._checked = not problems
        return problems

    async def take(self, stage: Stage, event: Any) -> None:
        """Hand a Faust event, a list of records or one, to its partition's lane.

        A list is only fetched for a lane with room, so it is taken at once; a single event waits for room. What was
        fetched for an earlier generation is dropped: the seek that followed brings it again.
        """
        message = event.message
        lane = self._lanes.get((message.topic, message.partition))
        if lane is None or lane.generation != message.generation_id:
            return
        if lane.stage is not stage:
            raise RuntimeError(f"{stage.name} was given a record of {message.topic}")
        if isinstance(message.value, list):
            lane.put([incoming_of(record) for record in message.value])
        else:
            lane.put([incoming_of_message(message)])
            await lane.inbox.wait_for_room()

    def full(self, place: tuple[str, int]) -> bool:
        """Say whether a partition's lane wants nothing more for now."""
        lane = self._lanes.get(place)
        return lane is not None and not lane.inbox.has_room

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes.values())

    @property
    def ready(self) -> bool:
        """Whether the worker is in the group, and every partition that it holds has its state and gets committed."""
        return self.generation is not None and all(lane.restored and lane.settled for lane in self)


def incoming_of(record: Any) -> Incoming:
    """Give the record of aiokafka's, with the topic's full name and the bytes as they came."""
    return Incoming(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers=tuple((name, value or b"") for name, value in record.headers),
    )


def incoming_of_message(message: Any) -> Incoming:
    """Give the record of a Faust message, whose timestamp is in seconds."""
    return Incoming(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=round(message.timestamp * 1000),
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in message.headers or ()),
    )
