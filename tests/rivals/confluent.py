"""A plain loop of confluent-kafka's (librdkafka): consume, process, produce and commit in one transaction.

``RIVAL_BATCH`` is how many records it takes at once.
"""

import os
import signal
from datetime import UTC, datetime
from typing import Any

from aiokafka.partitioner import DefaultPartitioner
from confluent_kafka import Consumer, Producer, TopicPartition

from agents.delivery.guard import answer, state_output
from agents.messages import Incoming, Output
from agents.settings import load_settings
from agents.stages import make_stages
from schemas.topics import PRODUCER_MAX_BYTES, STATE, prefixed

settings = load_settings(os.environ)
stages = {prefixed(stage.topic, settings.topic_prefix): stage for stage in make_stages(settings)}
states: dict[bytes, bytes] = {}
partitions: dict[str, list[int]] = {}
choose = DefaultPartitioner()
batch = int(os.environ.get("RIVAL_BATCH", "256"))


def incoming(record: Any) -> Incoming:
    """Give the worker's record for librdkafka's."""
    return Incoming(
        topic=record.topic(),
        partition=record.partition(),
        offset=record.offset(),
        timestamp=record.timestamp()[1],
        key=record.key(),
        value=record.value(),
        headers=tuple(record.headers() or ()),
    )


def send(producer: Producer, output: Output) -> None:
    """Hand one output over."""
    topic, partition = prefixed(output.topic, settings.topic_prefix), output.partition
    if output.partition_key is not None:
        if topic not in partitions:
            partitions[topic] = sorted(producer.list_topics(topic, 10).topics[topic].partitions)
        partition = choose(output.partition_key, partitions[topic], partitions[topic])
    placed = {} if partition is None else {"partition": partition}
    producer.produce(topic, value=output.value, key=output.key, headers=list(output.headers), **placed)


def work(consumer: Consumer, producer: Producer) -> None:
    """Process what was taken in one transaction."""
    records = [record for record in consumer.consume(batch, timeout=0.1) if record.error() is None]
    if not records:
        return
    producer.begin_transaction()
    offsets: dict[tuple[str, int], int] = {}
    for record in map(incoming, records):
        stage, key = stages[record.topic], record.key or b""
        made = answer(stage, record, states.get(key) if stage.state else None, datetime.now(UTC))
        for output in made.outputs:
            send(producer, output)
        if made.state is not None and made.state != states.get(key):
            states[key] = made.state
            send(producer, state_output(STATE, key, made.state, record.partition))
        offsets[record.topic, record.partition] = record.offset + 1
    places = [TopicPartition(topic, partition, offset) for (topic, partition), offset in offsets.items()]
    producer.send_offsets_to_transaction(places, consumer.consumer_group_metadata())
    producer.commit_transaction()


def main() -> None:
    """Work until told to stop."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    connected = {"bootstrap.servers": settings.bootstrap_servers}
    consumer = Consumer(
        {
            **connected,
            "group.id": settings.group_id,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 100,
        }
    )
    producer = Producer(
        {
            **connected,
            "transactional.id": f"{settings.group_id}.plain",
            "message.max.bytes": PRODUCER_MAX_BYTES,
            # As Java's producer and aiokafka's place records, so that keys meet across clients.
            "partitioner": "murmur2_random",
        }
    )
    producer.init_transactions(30)
    consumer.subscribe(list(stages))
    while not stopped:
        work(consumer, producer)
    consumer.close()


if __name__ == "__main__":
    main()
