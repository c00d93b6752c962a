"""Stages made for tests of the delivery, where a record's value says what is to happen to it."""

import os
import signal
import time
from datetime import datetime

from agents.delivery.guard import Outputs, Stage
from agents.errors import WireError
from agents.messages import Incoming, Output
from schemas.outcomes import StoryState
from schemas.topics import INDEX, RAW, STATE, STORIES
from tests.records import make_state


def behave(record: Incoming, state: StoryState | None, now: datetime) -> tuple[Outputs, StoryState | None]:
    """Do what the value says, else publish it together with how often its key was seen."""
    value = (record.value or b"").decode()
    if value == "raise":
        raise WireError("WIRE-301", "as told")
    if value == "loop":
        while True:
            pass
    if value == "sleep":
        time.sleep(60)
    if value == "exit":
        os._exit(3)
    if value == "abort":
        os.abort()
    if value == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if value.startswith("once "):
        killed_once(value.removeprefix("once "))
    if value == "large":
        return (Output(topic=INDEX.name, key=None, value=b"x" * 2_000_000),), None
    seen = (state.emissions if state else 0) + 1
    output = Output(topic=INDEX.name, key=record.key, value=f"{value} {seen} {os.getpid()}".encode())
    return (output,), make_state(emissions=seen)


def killed_once(marker: str) -> None:
    """Kill the process unless the marker's file is there, which it leaves."""
    if not os.path.exists(marker):
        with open(marker, "w"):
            os.kill(os.getpid(), signal.SIGKILL)


PLAIN = Stage(name="read", topic=RAW, run=behave, unforeseen="WIRE-205", deadline_seconds=1)
KEPT = Stage(name="extract", topic=STORIES, run=behave, unforeseen="WIRE-501", state=STATE, deadline_seconds=1)


def records(*values: str, topic: str = RAW.name, key: bytes | None = b"key", offset: int = 0) -> list[Incoming]:
    """Make records of one key with these values, at offsets one after the other."""
    return [
        Incoming(topic=topic, partition=0, offset=offset + n, timestamp=1000 + n, key=key, value=value.encode())
        for n, value in enumerate(values)
    ]


def make_stages(settings: object) -> tuple[Stage, Stage]:
    """Give these stages to a fork server."""
    return PLAIN, KEPT
