"""Faust's Kafka consumer for lanes: committed records only, as the lanes want them, one event for each fetch.

One event for each record costs Faust 0.1 ms, more than reading and publishing it; one event for each fetch is what an
agent needs to fill a lane. ``TASRIH_INTAKE=events`` keeps Faust's own way. What is used of Faust and aiokafka beyond
their public names is listed in ``PRIVATE`` and looked up when the worker starts.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from aiokafka.errors import IllegalStateError
from aiokafka.producer.sender import Sender
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import ConsumerMessage

READ_COMMITTED: Final = "read_committed"
# Faust lets the broker hold a fetch for 1.5 s, in which a partition whose lane has just got room is not asked for.
FETCH_WAIT_MS: Final = 100
POLL_SECONDS: Final = 1.0
# While some lane is full, the others' fetch must not keep it waiting once it has room.
SHORT_POLL_SECONDS: Final = 0.05
WAIT_SECONDS: Final = 0.02

PRIVATE: Final = (
    (driver.AIOKafkaConsumerThread, ("_create_worker_consumer", "_ensure_consumer")),
    (driver.Consumer, ("_new_consumer_thread", "_getmany", "_get_active_partitions")),
    (Sender, ("close",)),
    (TableManager, ("_update_channels", "on_start")),
)


def check_private_names() -> None:
    """Raise ``RuntimeError`` when this Faust or aiokafka lacks a private name that is used here.

    >>> check_private_names()
    """
    lacking = [f"{owner.__name__}.{name}" for owner, names in PRIVATE for name in names if not hasattr(owner, name)]
    if "generation_id" not in inspect.signature(ConsumerMessage.__init__).parameters:
        lacking.append("ConsumerMessage.generation_id")
    if lacking:
        raise RuntimeError(f"this version of Faust or aiokafka is not supported: {', '.join(lacking)} not found")


class LaneThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc] # Faust's types are not read
    """The thread in which Faust runs aiokafka's consumer."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        # Faust reads committed records only under its own exactly_once, which is not used; the next stage would take
        # in what a failed transaction of this one left behind. aiokafka hands both on to its fetcher at start.
        consumer = super()._create_worker_consumer(transport)
        if consumer._isolation_level != "read_uncommitted" or not hasattr(consumer, "_fetch_max_wait_ms"):
            raise RuntimeError("aiokafka keeps its settings elsewhere: this version is not supported")
        consumer._isolation_level = READ_COMMITTED
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def on_start(self) -> None:
        """Start, and make sure that the fetcher has been told."""
        await super().on_start()
        fetcher = self._consumer._fetcher
        if fetcher is not None and fetcher._isolation_level != 1:
            raise RuntimeError("the consumer would read uncommitted records")

    def reached(self, place: Any) -> tuple[int, int] | None:
        """Give the position in a partition and the end of what is committed there; None before the first fetch.

        The position passes transaction markers and aborted records, which a committed offset stops short of.
        """
        consumer = self._ensure_consumer()
        end = consumer.last_stable_offset(place)
        state = consumer._subscription.subscription.assignment.state_value(place)
        return None if end is None or not state.has_valid_position else (state.position, end)


class LaneConsumer(driver.Consumer):  # type: ignore[misc] # Faust's types are not read
    """Faust's consumer on that thread."""

    _sought = 0

    def _new_consumer_thread(self) -> LaneThread:
        return LaneThread(self, loop=self.loop, beacon=self.beacon)

    def reached(self, place: Any) -> tuple[int, int] | None:
        """Give the position in a partition and the end of what is committed there."""
        reached: tuple[int, int] | None = self._thread.reached(place)
        return reached

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[Any, Any]]:  # noqa: ASYNC109 - Faust's name
        """Fetch for the lanes that are open and have room; never before, so that no record is passed over."""
        lanes = self.app.lanes
        if not self.flow_active or lanes.generation is None or lanes.generation != self.app.consumer_generation_id:
            await asyncio.sleep(WAIT_SECONDS)
            return
        try:
            await self._seek_once(lanes)
        except IllegalStateError:
            return  # the partitions are being taken away
        if self.app.one_by_one:
            async for place, message in super().getmany(timeout):
                yield place, message
            return
        wanted = {place for place in self._get_active_partitions() if not lanes.full(place)}
        if not wanted:
            await asyncio.sleep(WAIT_SECONDS)
            return
        some_full = len(wanted) < len(self._get_active_partitions())
        records = await self._getmany(wanted, SHORT_POLL_SECONDS if some_full else POLL_SECONDS)
        # What comes after the flow was stopped is fetched again from the committed offset.
        if records and self.flow_active and not self.should_stop:
            for place, fetched in records.items():
                yield place, batch_message(place, fetched, self.app.consumer_generation_id)

    async def _seek_once(self, lanes: Any) -> None:
        """Go to where each lane begins, once for a generation: Faust does so too, but may do it in the middle."""
        if self._sought != lanes.opened:
            for lane in lanes:
                await self.seek(lane.place, lane.position)
            self._sought = lanes.opened


class NoTables(TableManager):  # type: ignore[misc] # Faust's types are not read
    """Faust's manager of tables, which waits a second for tables to be registered; this worker has none."""

    async def on_start(self) -> None:
        """Start at once: a worker that is started again takes up its partitions a second sooner."""
        await self._update_channels()
        await self.recovery.start()


class LaneTransport(driver.Transport):  # type: ignore[misc] # Faust's types are not read
    """Faust's transport with that consumer."""

    Consumer = LaneConsumer


def batch_message(place: Any, records: Sequence[Any], generation: int) -> ConsumerMessage:
    """Make one Faust message of records that were fetched together; it stands where the last of them does."""
    last = records[-1]
    return ConsumerMessage(
        last.topic,
        last.partition,
        last.offset,
        last.timestamp / 1000,
        last.timestamp_type,
        None,
        None,
        records,
        None,
        tp=place,
        generation_id=generation,
    )
