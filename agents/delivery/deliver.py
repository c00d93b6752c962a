"""One record's way: stage, broker, acknowledgement, in this order and never in another."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, Never

from agents import metrics
from agents.delivery.sender import Sender
from agents.delivery.stages import Outputs, Stage, outputs_of
from agents.messages import Incoming


class Delivery:
    """Takes records from the agents, one at a time for each stage.

    A record is acknowledged only after the broker has acknowledged everything made of it, so a crash at any moment
    repeats records and loses none. ``crash`` ends the worker with the failure as its reason.
    """

    def __init__(self, sender: Sender, crash: Callable[[BaseException], Awaitable[None]]) -> None:
        self._sender = sender
        self._crash = crash
        self._busy: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def take(self, stage: Stage, event: Any) -> None:
        """Run ``stage`` on the record of a Faust event, publish its outputs, and acknowledge it.

        When publishing fails, this does not return: the record stays unacknowledged, the agent takes no other, so that
        no later offset is committed over it, and the worker stops.
        """
        try:
            async with self._busy[stage.name]:
                with metrics.STAGE_SECONDS.labels(stage.name).time():
                    outputs = outputs_of(stage, incoming_of(event.message))
                await self._publish(stage, outputs)
                event.ack()
        except Exception as failure:
            # Whatever kept it from the broker, the record must not be passed over.
            await self._give_up(failure)

    async def _publish(self, stage: Stage, outputs: Outputs) -> None:
        began = time.perf_counter()
        await self._sender.publish(outputs)
        metrics.PUBLISH_SECONDS.labels(stage.name).observe(time.perf_counter() - began)
        metrics.count(outputs)

    async def _give_up(self, failure: Exception) -> Never:
        await self._crash(failure)
        await asyncio.Event().wait()
        raise AssertionError("the worker is stopping, nothing wakes this up")

    async def drain(self) -> None:
        """Wait until the records that were begun are done."""
        for busy in list(self._busy.values()):
            async with busy:
                pass


def incoming_of(message: Any) -> Incoming:
    """Give the record of a Faust message, with the topic's full name and the bytes as they came."""
    headers = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Incoming(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=round(message.timestamp * 1000),
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in headers),
    )
