"""What keeps records from being lost or doubled, each with how to do without it.

Those that kills and freezes expose are taken out by the chaos suite; the others by the schedules of
``tests/test_lanes.py``. A guard that neither exposes has no business in the code.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import TopicPartition
from faust.transport.drivers import aiokafka as driver

from agents.delivery import consumer, lanes
from agents.delivery.lane import Lane
from agents.delivery.writer import Writer


def one_id_for_each_worker() -> None:
    """Take transactional ids that belong to the process, not to the partition: nobody is fenced."""
    own = uuid.uuid4().hex
    plain = Writer.__init__

    def init(self: Writer, transactional_id: str, *args: Any, **kwargs: Any) -> None:
        plain(self, f"{transactional_id}.{own}", *args, **kwargs)

    Writer.__init__ = init  # type: ignore[method-assign]


def uncommitted_between_the_stages() -> None:
    """Read what was never committed, as Faust does by default."""
    consumer.READ_COMMITTED = "read_uncommitted"  # type: ignore[misc]

    async def on_start(self: Any) -> None:
        await driver.AIOKafkaConsumerThread.on_start(self)

    consumer.LaneThread.on_start = on_start  # type: ignore[method-assign]


def offset_outside_the_transaction() -> None:
    """Commit the offset after the transaction, in one of its own, as a loop without transactions would."""
    plain_end, plain_add = Writer.end, Writer.add_offset
    kept: dict[int, tuple[TopicPartition, int]] = {}

    async def add_offset(self: Writer, place: TopicPartition, offset: int) -> None:
        kept[id(self)] = (place, offset)

    async def end(self: Writer) -> None:
        await plain_end(self)
        if (offset := kept.pop(id(self), None)) is not None:
            await self.begin()
            await plain_add(self, *offset)
            await plain_end(self)

    Writer.add_offset, Writer.end = add_offset, end  # type: ignore[method-assign]


def committed_before_fencing() -> None:
    """Ask for the committed offsets first and fence afterwards: a transaction may be committed in between."""

    async def fence(self: lanes.Lanes, writers: Mapping[TopicPartition, Writer]) -> dict[tuple[str, int], int]:
        committed = await self._shared.cluster.committed(writers)
        for writer in writers.values():
            await writer.start()
        return committed

    lanes.Lanes._fence = fence  # type: ignore[method-assign]


def records_of_any_generation() -> None:
    """Take what was fetched before a rebalance."""

    async def take(self: lanes.Lanes, stage: Any, event: Any) -> None:
        lane = self._lanes.get((event.message.topic, event.message.partition))
        if lane is not None:
            lane.put([lanes.incoming_of(record) for record in event.message.value])

    lanes.Lanes.take = take  # type: ignore[method-assign]


def records_below_the_position() -> None:
    """Take what is committed already once more."""

    def put(self: Lane, records: Any) -> None:
        self.inbox.put(records)

    Lane.put = put  # type: ignore[method-assign]


def flow_before_the_lanes() -> None:
    """Fetch as soon as Faust lets records flow, from wherever Faust left the consumer."""

    async def seek_once(self: Any, lanes: Any) -> None:
        return None

    consumer.LaneConsumer._seek_once = seek_once  # type: ignore[method-assign]


REMOVED: dict[str, Callable[[], None]] = {
    "fencing": one_id_for_each_worker,
    "committed reads": uncommitted_between_the_stages,
    "offset in the transaction": offset_outside_the_transaction,
    "fence before asking": committed_before_fencing,
    "generation": records_of_any_generation,
    "position": records_below_the_position,
    "own seek": flow_before_the_lanes,
}
