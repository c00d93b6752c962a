"""A loop of aiokafka's that commits after it has published: at least once."""

import asyncio
import os
import signal
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from agents.app import connection
from agents.delivery.guard import answer
from agents.delivery.lanes import incoming_of
from agents.settings import load_settings
from agents.stages import make_stages
from schemas.topics import PRODUCER_MAX_BYTES, prefixed

settings = load_settings(os.environ)
stages = {prefixed(stage.topic, settings.topic_prefix): stage for stage in make_stages(settings)}
states: dict[bytes, bytes] = {}


async def work(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
    """Publish what comes of one fetch, then commit its offsets."""
    for place, records in (await consumer.getmany(timeout_ms=500, max_records=256)).items():
        sent = []
        for record in map(incoming_of, records):
            stage, key = stages[record.topic], record.key or b""
            made = answer(stage, record, states.get(key) if stage.state else None, datetime.now(UTC))
            if made.state is not None:
                states[key] = made.state
            for output in made.outputs:
                topic = prefixed(output.topic, settings.topic_prefix)
                headers = list(output.headers)
                sent.append(await producer.send(topic, value=output.value, key=output.key, headers=headers))
        await asyncio.gather(*sent)
        await consumer.commit({TopicPartition(*place): records[-1].offset + 1})


async def main() -> None:
    """Work until told to stop."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    connected = connection(settings)
    consumer = AIOKafkaConsumer(
        *stages,
        **connected,
        group_id=settings.group_id,
        group_instance_id=settings.instance_id,
        session_timeout_ms=settings.session_timeout_seconds * 1000,
        heartbeat_interval_ms=settings.session_timeout_seconds * 250,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        **connected, acks="all", enable_idempotence=True, max_request_size=PRODUCER_MAX_BYTES, max_batch_size=512 * 1024
    )
    async with consumer, producer:
        while not stopped.is_set():
            await work(consumer, producer)


if __name__ == "__main__":
    asyncio.run(main())
