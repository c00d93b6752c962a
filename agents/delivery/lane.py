"""A lane: the way of one input partition's records, in order, from the inbox through the stage into a transaction.

    restore the state · take a batch · run the stage · write outputs, state and offset in one transaction · go on

Between two batches, and while none comes, it does what was held until now (``timer.py``).

A lane lives for one generation of the group. It begins after its writer has fenced the partition, at the offset that
is committed then, and knows from then on where it stands without asking. When a transaction's outcome is unclear, it
fences again, asks for the committed offset, and goes on from there: with the next batch or with the same once more.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import TopicPartition

from agents import metrics
from agents.delivery.children import Children
from agents.delivery.cluster import Cluster
from agents.delivery.guard import Answer, Stage, state_output
from agents.delivery.inbox import Inbox
from agents.delivery.index import Index
from agents.delivery.restore import restore
from agents.delivery.state import LocalState, Reflected
from agents.delivery.timer import Clock, Timer, utc_now
from agents.delivery.tracing import traced
from agents.delivery.writer import FencedError, UnclearError, Writer, named
from agents.messages import Incoming, Output
from schemas.topics import STATE, prefixed

log = logging.getLogger(__name__)

# A transaction takes some 10 ms whatever is in it, so a full lane's are large; a batch that is not full waits a moment.
BATCH_RECORDS: Final = 256
BATCH_BYTES: Final = 1024 * 1024
LINGER_SECONDS: Final = 0.005
# A transaction that is being committed when the partition is taken away has this long; then its fate is left to the
# next owner, who ends it by fencing. Below the time that the group gives a member to rejoin.
STOP_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 0.5
# So many transactions of one batch, each begun with a broker that answers, and none committed: the broker refuses
# something for good, and the worker ends with what it says.
MOST_UNCLEAR: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all lanes of a worker use."""

    children: Children
    cluster: Cluster
    index: Index
    connection: dict[str, Any]
    prefix: str
    # How long the group takes to tell a member that it was expelled, at most.
    heartbeat_seconds: float
    clock: Clock = utc_now


class Lane:
    """One input partition. ``position`` is the offset below which everything is committed."""

    def __init__(
        self,
        stage: Stage,
        place: TopicPartition,
        generation: int,
        position: int,
        *,
        writer: Writer,
        state: LocalState | None,
        shared: Shared,
    ) -> None:
        self.stage = stage
        self.place = place
        self.generation = generation
        self.position = position
        self.inbox = Inbox()
        self.restored = state is None
        # Whether the last transaction was committed; not so while its outcome is asked for, or the broker refuses it.
        self.settled = True
        self.moved = time.monotonic()
        self._batch: Sequence[Incoming] = ()
        self._newest = 0
        self._unclear = 0
        self._expected = position
        self._writer = writer
        self._state = state
        self._shared = shared
        self._timer = None if state is None else Timer(stage, place, state, shared.index, shared.clock)
        self._task: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[int] | None = None

    def start(self) -> asyncio.Task[None]:
        """Begin; the task ends only by failing or by being stopped."""
        self._task = asyncio.create_task(self._run(), name=f"lane {self.place.topic} {self.place.partition}")
        return self._task

    def put(self, records: Sequence[Incoming]) -> None:
        """Take records in. Those before the position were read again after a seek, and are done already."""
        fresh = [record for record in records if record.offset >= self._expected]
        if fresh:
            if not self.held:
                self.progress()
            self._expected = fresh[-1].offset + 1
            self._newest = fresh[-1].timestamp
            self.inbox.put(fresh)

    def progress(self) -> None:
        """Note that the lane gets on."""
        self.moved = time.monotonic()

    @property
    def held(self) -> int:
        """How many records the lane has taken in and not committed."""
        return len(self._batch) + len(self.inbox)

    @property
    def oldest(self) -> int:
        """Kafka timestamp (milliseconds) of the oldest record held, else of the newest one seen."""
        return self._batch[0].timestamp if self._batch else self.inbox.oldest or self._newest

    async def _run(self) -> None:
        await self._restore()
        while True:
            self._batch = await self._next()
            while self._batch:
                self._batch = after(await self._process(self._batch), self._batch)

    async def _next(self) -> tuple[Incoming, ...]:
        """Take a batch; what is held is done while none comes."""
        while True:
            await self._do_held()
            try:
                async with asyncio.timeout(self._timer.seconds() if self._timer else None):
                    return await self.inbox.take(BATCH_RECORDS, BATCH_BYTES, LINGER_SECONDS)
            except TimeoutError:
                continue

    async def _do_held(self) -> None:
        """Publish what was held until now, in a transaction that moves no offset."""
        if self._timer is not None and self._timer.rings:
            children = self._shared.children
            held = await asyncio.get_running_loop().run_in_executor(children.threads, self._timer.work, children)
            if held.records:
                await self._commit(held.records, held.answers, held.states, None)

    async def _restore(self) -> None:
        if self._state is not None:
            place = TopicPartition(prefixed(STATE, self._shared.prefix), self.place.partition)
            await restore(self._shared.connection, place, self._state, self.position, self.progress)
            self.restored = True
            self.progress()

    async def _process(self, batch: Sequence[Incoming]) -> int:
        """Run the stage over a batch and write what comes of it; give the offset that is committed then."""
        states = await self._read_states(batch)
        loop = asyncio.get_running_loop()
        children = self._shared.children
        now = self._shared.clock()
        answers = await loop.run_in_executor(children.threads, children.work, self.stage, batch, states, now)
        return await self._commit(batch, answers, states, batch[-1].offset + 1)

    async def _commit(
        self, batch: Sequence[Incoming], answers: Sequence[Answer], states: dict[bytes, bytes], position: int | None
    ) -> int:
        """Write what comes of a batch, with the offset after it if it has one; give the offset that is committed then.

        When the lane is stopped meanwhile, the transaction goes on for a while: see `stop`.
        """
        self._writing = asyncio.create_task(self._write(batch, answers, states, position))
        try:
            committed = await asyncio.shield(self._writing)
        except UnclearError as unclear:
            self._unclear += 1
            self.settled = False
            if self._unclear > MOST_UNCLEAR:
                raise
            return await self._recover(unclear)
        self._unclear = 0
        self.settled = True
        return committed

    async def _read_states(self, batch: Sequence[Incoming]) -> dict[bytes, bytes]:
        if self._state is None:
            return {}
        keys = {record.key or b"" for record in batch}
        return await asyncio.to_thread(self._state.read, keys)

    async def _write(
        self, batch: Sequence[Incoming], answers: Sequence[Answer], states: dict[bytes, bytes], position: int | None
    ) -> int:
        changes = state_changes(batch, answers, states) if self._state is not None else {}
        outputs = [
            output for record, one in zip(batch, answers, strict=True) for output in traced(self.stage, record, one)
        ]
        outputs = self._shared.index.address(outputs)
        kept = [state_output(STATE, key, value, self.place.partition) for key, value in changes.items()]
        began = time.perf_counter()
        written = await self._writer.write([*outputs, *kept], self.place, position)
        metrics.TRANSACTION_SECONDS.labels(self.stage.name).observe(time.perf_counter() - began)
        self.position = self.position if position is None else position
        await self._reflect(changes, written[len(outputs) :], self.position)
        self._count(outputs, answers)
        self.progress()
        return self.position

    async def _reflect(self, changes: dict[bytes, bytes | None], offsets: Sequence[int], position: int) -> None:
        """Bring the local copy to what was just committed."""
        if self._state is not None and changes:
            await asyncio.to_thread(self._state.apply, changes, Reflected(max(offsets) + 1, position))

    def _count(self, outputs: Sequence[Output], answers: Sequence[Answer]) -> None:
        metrics.count(outputs)
        metrics.BATCH_RECORDS.labels(self.stage.name).observe(len(answers))
        for one in answers:
            metrics.STAGE_SECONDS.labels(self.stage.name).observe(one.seconds)

    async def _recover(self, unclear: UnclearError) -> int:
        """Find out what became of a transaction: fence it, ask for the committed offset, restore the state.

        Who was fenced waits a heartbeat first: if another worker has the partition, the group says so meanwhile, and
        this lane is stopped before it fences the rightful owner.
        """
        while True:
            log.warning("transaction unclear", extra={**self._where(), "cause": repr(unclear.__cause__ or unclear)})
            metrics.UNCLEAR.labels(self.stage.name).inc()
            await asyncio.sleep(self._shared.heartbeat_seconds if isinstance(unclear, FencedError) else RETRY_SECONDS)
            self.progress()
            try:
                await self._writer.start()
                committed = await self._shared.cluster.committed([self.place])
                self._go_on_from(committed.get(self.place, self.position))
                await self._restore()
            except Exception as failure:
                again = named(failure)
                if not isinstance(again, UnclearError):
                    raise
                unclear = again
            else:
                log.info("transaction cleared", extra={**self._where(), "committed": self.position})
                return self.position

    def _go_on_from(self, committed: int) -> None:
        if committed < self.position:
            raise RuntimeError(f"the committed offset went back from {self.position} to {committed}: {self.place}")
        self.position = committed

    def _where(self) -> dict[str, Any]:
        return {"topic": self.place.topic, "partition": self.place.partition}

    async def stop(self) -> None:
        """End the lane: a batch in the stage is dropped, a transaction under way has a few seconds to be committed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing], timeout=STOP_SECONDS)
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._writer.close()
        if self._state is not None:
            await asyncio.to_thread(self._state.close)


def after(position: int, batch: Sequence[Incoming]) -> tuple[Incoming, ...]:
    """Give what of a batch is not committed yet."""
    return tuple(record for record in batch if record.offset >= position)


def state_changes(
    batch: Sequence[Incoming], answers: Sequence[Answer], states: dict[bytes, bytes]
) -> dict[bytes, bytes | None]:
    """Give the last state of each key whose state a batch changed, None where it is gone."""
    last = {record.key or b"": one.state for record, one in zip(batch, answers, strict=True)}
    return {key: value for key, value in last.items() if value != states.get(key)}
