"""Bytewax, whose Kafka sink is at least once: ``python -m bytewax.run tests.rivals.flow:flow``.

It needs the dependency group ``compare``.
"""

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow

from agents.delivery.guard import Stage, answer
from agents.messages import Incoming
from agents.settings import load_settings
from agents.stages import make_stages
from schemas.topics import PRODUCER_MAX_BYTES, prefixed

settings = load_settings(os.environ)
brokers = settings.bootstrap_servers.split(",")
states: dict[bytes, bytes] = {}


def worked(stage: Stage, message: Any) -> list[KafkaSinkMessage[Any, Any]]:
    """Run a stage on one message."""
    record = Incoming(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=message.timestamp[1],
        key=message.key,
        value=message.value,
        headers=tuple(message.headers or ()),
    )
    key = record.key or b""
    made = answer(stage, record, states.get(key) if stage.state else None, datetime.now(UTC))
    if made.state is not None:
        states[key] = made.state
    return [
        KafkaSinkMessage(output.key, output.value, prefixed(output.topic, settings.topic_prefix), list(output.headers))
        for output in made.outputs
    ]


def flow() -> Dataflow:
    """Both stages in one dataflow, each from its topic."""
    made = Dataflow("tasrih")
    for stage in make_stages(settings):
        topic = prefixed(stage.topic, settings.topic_prefix)
        source = kafka.input(f"{stage.name}-in", made, brokers=brokers, topics=[topic], batch_size=256)
        out = op.flat_map(stage.name, source.oks, partial(worked, stage))
        kafka.output(
            f"{stage.name}-out",
            out,
            brokers=brokers,
            topic=topic,
            add_config={"message.max.bytes": str(PRODUCER_MAX_BYTES)},
        )
    return made
