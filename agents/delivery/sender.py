"""Publishing records and waiting until the broker has them."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from agents.messages import Output
from schemas.topics import PRODUCER_MAX_BYTES, prefixed

# An idempotent producer tries for ever, so this bounds it; a broker that is away longer ends the process.
PUBLISH_TIMEOUT_SECONDS: Final = 25.0
# Four stories a batch at the default; the outputs of one record are there all at once, so there is no use in lingering.
BATCH_BYTES: Final = 512 * 1024

choose: Final = DefaultPartitioner()


class Sender:
    """One idempotent producer. ``connection`` is how to reach the brokers, in aiokafka's words."""

    def __init__(self, connection: Mapping[str, Any], topic_prefix: str) -> None:
        self._connection = connection
        self._prefix = topic_prefix
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect; does nothing when connected."""
        if self._producer is None:
            producer = AIOKafkaProducer(
                acks="all",
                enable_idempotence=True,
                max_batch_size=BATCH_BYTES,
                max_request_size=PRODUCER_MAX_BYTES,
                request_timeout_ms=15_000,
                retry_backoff_ms=20,
                **self._connection,
            )
            await producer.start()
            self._producer = producer

    async def stop(self) -> None:
        """Disconnect; what was published is with the broker already."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def partition_counts(self, topics: Iterable[str]) -> dict[str, int]:
        """Give the number of partitions of each topic, by name without prefix; a topic that is missing is left out."""
        if self._producer is None:
            raise RuntimeError("the sender was not started")
        cluster = await self._producer.client.fetch_all_metadata()
        found = {topic: cluster.partitions_for_topic(prefixed(topic, self._prefix)) for topic in topics}
        return {topic: len(partitions) for topic, partitions in found.items() if partitions}

    async def publish(self, outputs: Iterable[Output]) -> None:
        """Send the outputs in order and return when the broker has acknowledged every one.

        Raises what the client raises, or ``TimeoutError``; then any of the outputs may or may not have been written.
        """
        async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
            sent = [await self._send(output) for output in outputs]
            await asyncio.gather(*sent)

    async def _send(self, output: Output) -> asyncio.Future[Any]:
        if self._producer is None:
            raise RuntimeError("the sender was not started")
        topic = prefixed(output.topic, self._prefix)
        partition = None
        if output.partition_key is not None:
            partitions = sorted(await self._producer.partitions_for(topic))
            partition = choose(output.partition_key, partitions, partitions)
        sent: asyncio.Future[Any] = await self._producer.send(
            topic, value=output.value, key=output.key, partition=partition, headers=list(output.headers)
        )
        return sent
