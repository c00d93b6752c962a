"""One input partition's transactional producer: everything made of a batch and the input's offset, or nothing of it.

The transactional id is the input partition's, so starting a writer fences whoever wrote for that partition before,
in this process or another, alive, dead or frozen; from then on its committed offset stands still.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, KafkaError, ProducerFenced
from aiokafka.partitioner import DefaultPartitioner

from agents.messages import Output
from schemas.topics import PRODUCER_MAX_BYTES, prefixed

log = logging.getLogger(__name__)

# How long a transaction of a worker that died may keep committed records from readers when nobody takes over.
TRANSACTION_TIMEOUT_MS: Final = 15_000
# An idempotent producer tries for ever; after this long the outcome is asked of the broker with a new one.
WRITE_SECONDS: Final = 20.0
START_SECONDS: Final = 20.0
STOP_SECONDS: Final = 2.0
# The outputs of a batch are there all at once, so there is no use in lingering, and 16 KB would be four stories.
BATCH_BYTES: Final = 512 * 1024
# aiokafka's 100 ms would be half of a transaction's time whenever the coordinator asks for patience.
BACKOFF_MS: Final = 20

# aiokafka refuses a record with neither key nor value, which Kafka allows and a dead letter may be.
NULL: Final = object()

choose: Final = DefaultPartitioner()


class UnclearError(Exception):
    """A transaction's outcome is not known: a new writer has to be started, and the committed offset tells."""


class FencedError(UnclearError):
    """The transaction was ended from outside: another writer has this partition, or the broker lost patience."""


class Writer:
    """One transactional id. ``connection`` is how to reach the brokers, in aiokafka's words."""

    def __init__(self, transactional_id: str, connection: Mapping[str, Any], group: str, prefix: str) -> None:
        self._id = transactional_id
        self._connection = connection
        self._group = group
        self._prefix = prefix
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect and fence; raises ``UnclearError`` when no broker answers in time. Starting again fences again."""
        await self.close()
        producer = AIOKafkaProducer(
            transactional_id=self._id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            max_batch_size=BATCH_BYTES,
            max_request_size=PRODUCER_MAX_BYTES,
            request_timeout_ms=15_000,
            retry_backoff_ms=BACKOFF_MS,
            value_serializer=lambda value: None if value is NULL else value,
            **self._connection,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await producer.start()
        except BaseException as failure:
            await abandon(producer)
            raise named(failure) from failure
        self._producer = producer

    async def write(self, outputs: Sequence[Output], place: TopicPartition, offset: int | None) -> list[int]:
        """Publish the outputs and commit ``offset`` of the input partition, if there is one, in one transaction.

        Gives the offset of each output. Raises ``UnclearError`` when the outcome is not known.
        """
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self.begin()
                offsets = await self.send(outputs)
                if offset is not None:
                    await self.add_offset(place, offset)
                await self.end()
        except Exception as failure:
            raise named(failure) from failure
        return offsets

    async def begin(self) -> None:
        """Begin the transaction."""
        await self._started.begin_transaction()

    async def send(self, outputs: Iterable[Output]) -> list[int]:
        """Send the outputs in order, and wait until the brokers have them all."""
        sent = [await self._send(output) for output in outputs]
        return [record.offset for record in await asyncio.gather(*sent)]

    async def add_offset(self, place: TopicPartition, offset: int) -> None:
        """Add the input's offset to the transaction."""
        await self._started.send_offsets_to_transaction({place: offset}, self._group)

    async def end(self) -> None:
        """Commit the transaction."""
        await self._started.commit_transaction()

    async def _send(self, output: Output) -> asyncio.Future[Any]:
        topic, partition = prefixed(output.topic, self._prefix), output.partition
        if output.partition_key is not None:
            partitions = sorted(await self._started.partitions_for(topic))
            partition = choose(output.partition_key, partitions, partitions)
        value = NULL if output.value is None and output.key is None else output.value
        sent: asyncio.Future[Any] = await self._started.send(
            topic, value=value, key=output.key, partition=partition, headers=list(output.headers)
        )
        # Where one fails, nobody asks what became of the others, and asyncio would complain.
        sent.add_done_callback(lambda future: future.cancelled() or future.exception())
        return sent

    @property
    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("the writer was not started")
        return self._producer

    async def close(self) -> None:
        """Disconnect; a transaction that is still open is left to the next writer, which ends it by fencing."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await abandon(producer)


async def abandon(producer: AIOKafkaProducer) -> None:
    """End a producer at once, whatever it still has to send: its own ``stop`` would wait for that, for ever."""
    producer._closed = True
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await producer._sender.close()
    except (TimeoutError, KafkaError):
        log.debug("the sender of an abandoned producer did not end in order")
    finally:
        await producer.client.close()


def named(failure: BaseException) -> BaseException:
    """Tell apart what is unclear, what was fenced, and what is no failure of the broker's or the way to it.

    Whatever aiokafka raises leaves open what became of the transaction, and its producer is of no further use.

    >>> [type(named(failure)).__name__ for failure in (TimeoutError(), ProducerFenced(), ValueError())]
    ['UnclearError', 'FencedError', 'ValueError']
    """
    # After a fencing that came between two sends, aiokafka says that no transaction is open.
    if isinstance(failure, ProducerFenced | IllegalOperation):
        return FencedError(failure)
    return UnclearError(failure) if isinstance(failure, TimeoutError | KafkaError | OSError) else failure
