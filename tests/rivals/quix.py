"""Quix Streams with ``exactly-once``; needs the dependency group ``compare``."""

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from quixstreams import Application, message_context
from quixstreams.models.serializers import SerializationContext, Serializer

from agents.delivery.guard import Stage, answer
from agents.messages import Incoming, Output
from agents.settings import load_settings
from agents.stages import make_stages
from schemas.topics import PRODUCER_MAX_BYTES, TOPICS, prefixed

settings = load_settings(os.environ)
states: dict[bytes, bytes] = {}


class Value(Serializer):  # type: ignore[misc] # only there with the group `compare`
    """Takes the bytes out of an output."""

    def __call__(self, value: Output, ctx: SerializationContext) -> bytes | None:
        """Give the value."""
        return value.value


def worker(stage: Stage) -> Callable[..., list[Output]]:
    """Make what works on one message."""

    def work(value: bytes, key: Any, timestamp: int, headers: Any) -> list[Output]:
        at = message_context()
        record = Incoming(
            topic=at.topic,
            partition=at.partition,
            offset=at.offset,
            timestamp=timestamp,
            key=key,
            value=value,
            headers=tuple(headers or ()),
        )
        made = answer(stage, record, states.get(key) if stage.state else None, datetime.now(UTC))
        if made.state is not None:
            states[key] = made.state
        return list(made.outputs)

    return work


def main() -> None:
    """Run both stages in one application."""
    session = {"session.timeout.ms": settings.session_timeout_seconds * 1000}
    static = {"group.instance.id": settings.instance_id} if settings.instance_id else {}
    app = Application(
        settings.bootstrap_servers,
        consumer_group=settings.group_id,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=0.5,
        state_dir=tempfile.mkdtemp(),
        auto_create_topics=False,
        consumer_extra_config={**session, **static},
        producer_extra_config={"message.max.bytes": PRODUCER_MAX_BYTES},
    )
    names = {topic.name: prefixed(topic, settings.topic_prefix) for topic in TOPICS}
    written = {name: app.topic(full, value_serializer=Value()) for name, full in names.items()}
    for stage in make_stages(settings):
        frame = app.dataframe(app.topic(names[stage.topic.name], value_deserializer="bytes"))
        frame = frame.apply(worker(stage), expand=True, metadata=True)
        frame = frame.set_headers(lambda output, *_: list(output.headers))
        frame.to_topic(lambda output, *_: written[output.topic], key=lambda output: output.key)
    app.run()


if __name__ == "__main__":
    main()
