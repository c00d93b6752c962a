"""The same two stages in Faust's own way, as its documentation shows it: what the proof must catch.

``STOCK_GUARANTEE`` is ``at_least_once`` or ``exactly_once``; with an empty ``STOCK_WAITS`` no event waits for its
outputs, which is faster and promises less. The second stage keeps its states in memory; it has no
other place that Faust would commit with its outputs.
"""

import os
from datetime import UTC, datetime
from typing import Any

import faust

from agents.app import connection
from agents.delivery.guard import Stage, answer
from agents.delivery.lanes import incoming_of_message
from agents.messages import Output
from agents.settings import load_settings
from agents.stages import make_stages
from schemas.topics import PRODUCER_MAX_BYTES, RAW, STORIES, TOPICS, prefixed

settings = load_settings(os.environ)
READ, EXTRACT = make_stages(settings)

app = faust.App(
    settings.group_id,
    broker=[f"kafka://{connection(settings)['bootstrap_servers']}"],
    broker_session_timeout=settings.session_timeout_seconds,
    broker_heartbeat_interval=settings.session_timeout_seconds / 4,
    broker_rebalance_timeout=settings.session_timeout_seconds * 1.5,
    consumer_auto_offset_reset="earliest",
    consumer_group_instance_id=settings.instance_id,
    producer_max_request_size=PRODUCER_MAX_BYTES,
    processing_guarantee=os.environ.get("STOCK_GUARANTEE", "at_least_once"),
    topic_disable_leader=True,
    web_port=settings.web_port,
    web_host="127.0.0.1",
)


def topic(name: str) -> Any:
    """Declare a topic of bytes."""
    full = prefixed(name, settings.topic_prefix)
    return app.topic(full, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


topics = {one.name: topic(one.name) for one in TOPICS}
states: dict[bytes, bytes] = {}
waits = bool(os.environ.get("STOCK_WAITS", "yes"))


async def publish(outputs: tuple[Output, ...]) -> None:
    """Send what a stage made, and wait until the broker has it, or go on as fast as Faust can."""
    for output in outputs:
        sent = await topics[output.topic].send(key=output.key, value=output.value, headers=list(output.headers))
        if waits:
            await sent


async def work(stage: Stage, event: Any) -> None:
    """Run a stage on one event."""
    record = incoming_of_message(event.message)
    key = record.key or b""
    made = answer(stage, record, states.get(key) if stage.state else None, datetime.now(UTC))
    if made.state is not None:
        states[key] = made.state
    await publish(made.outputs)


@app.agent(topics[RAW.name])  # type: ignore[untyped-decorator]
async def read_wires(records: Any) -> None:
    """Stage 1."""
    async for event in records.events():
        await work(READ, event)


@app.agent(topics[STORIES.name])  # type: ignore[untyped-decorator]
async def extract_statements(records: Any) -> None:
    """Stage 2."""
    async for event in records.events():
        await work(EXTRACT, event)


if __name__ == "__main__":
    app.main()
