"""A bare loop of aiokafka's: consume, process, produce and commit in one transaction, and nothing besides.

It writes what the worker writes, its states included, and stands for what the library can do: the worker is measured
against it. It has one transactional id, no deadline, no child process, and keeps its states in memory.
``RIVAL_BATCH`` is how many records it fetches at once.
"""

import asyncio
import os
import signal
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from agents.app import connection
from agents.delivery.guard import answer, state_output
from agents.delivery.lanes import incoming_of
from agents.messages import Output
from agents.settings import load_settings
from agents.stages import make_stages
from schemas.topics import PRODUCER_MAX_BYTES, STATE, prefixed

settings = load_settings(os.environ)
stages = {prefixed(stage.topic, settings.topic_prefix): stage for stage in make_stages(settings)}
states: dict[bytes, bytes] = {}
choose = DefaultPartitioner()
batch = int(os.environ.get("RIVAL_BATCH", "256"))


async def work(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
    """Process one fetch in one transaction."""
    fetched = await consumer.getmany(timeout_ms=100, max_records=batch)
    if not fetched:
        return
    async with producer.transaction():
        sent, offsets = [], {}
        for place, records in fetched.items():
            changed: dict[bytes, Output] = {}
            for record in map(incoming_of, records):
                stage, key = stages[record.topic], record.key or b""
                made = answer(stage, record, states.get(key) if stage.state else None, datetime.now(UTC))
                if made.state is not None and made.state != states.get(key):
                    states[key] = made.state
                    changed[key] = state_output(STATE, key, made.state, place.partition)
                sent += [await send(producer, output) for output in made.outputs]
            sent += [await send(producer, output) for output in changed.values()]
            offsets[TopicPartition(*place)] = records[-1].offset + 1
        await asyncio.gather(*sent)
        await producer.send_offsets_to_transaction(offsets, settings.group_id)


async def send(producer: AIOKafkaProducer, output: Output) -> asyncio.Future[object]:
    """Hand one output over."""
    topic, partition = prefixed(output.topic, settings.topic_prefix), output.partition
    if output.partition_key is not None:
        partitions = sorted(await producer.partitions_for(topic))
        partition = choose(output.partition_key, partitions, partitions)
    sent: asyncio.Future[object] = await producer.send(
        topic, value=output.value, key=output.key, partition=partition, headers=list(output.headers)
    )
    return sent


async def main() -> None:
    """Work until told to stop."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    connected = connection(settings)
    consumer = AIOKafkaConsumer(
        *stages,
        **connected,
        group_id=settings.group_id,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
    )
    producer = AIOKafkaProducer(
        **connected,
        transactional_id=f"{settings.group_id}.bare",
        max_request_size=PRODUCER_MAX_BYTES,
        max_batch_size=512 * 1024,
        retry_backoff_ms=20,
    )
    async with consumer, producer:
        while not stopped.is_set():
            await work(consumer, producer)


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
