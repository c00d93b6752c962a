"""The fork server's own program, and the children's: ``python -m agents.delivery.forkserver FD MODULE:FUNCTION``.

It makes the stages once, by calling the function with the settings, and forks a child whenever the worker asks, in
milliseconds and with its memory shared. It has one thread and no event loop, which is what makes forking safe. The
worker's end of a socket closes when the worker dies, however it dies; then this process and its children end too.
"""

import gc
import logging.config
import os
import pkgutil
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct

from agents.delivery.guard import Answer, Stage, answer, encode_answer
from agents.messages import Incoming

FORK: Final = b"F"
END: Final = b"E"
NUMBER: Final = struct.Struct("!i")
LENGTH: Final = struct.Struct("!I")


class Work(Struct, frozen=True, array_like=True):
    """A batch for a child: the stage, the time (seconds since the epoch), the records, and the states they need."""

    stage: str
    now: float
    records: tuple[Incoming, ...]
    states: dict[bytes, bytes]


encode_work = msgspec.msgpack.Encoder().encode
decode_work = msgspec.msgpack.Decoder(Work).decode


def transmit(peer: socket.socket, frame: bytes) -> None:
    """Send a frame with its length before it."""
    peer.sendall(LENGTH.pack(len(frame)) + frame)


def receive(peer: socket.socket, tick_seconds: float | None = None, ticks: int = 0) -> bytes:
    """Receive a frame; ``EOFError`` at the other side's end, ``TimeoutError`` after so many silent ticks."""
    peer.settimeout(tick_seconds)
    length: int = LENGTH.unpack(receive_exactly(peer, LENGTH.size, ticks))[0]
    return receive_exactly(peer, length, ticks)


def receive_exactly(peer: socket.socket, count: int, ticks: int) -> bytes:
    """Receive a number of bytes."""
    parts: list[bytes] = []
    while count:
        try:
            part = peer.recv(min(count, 1 << 20))
        except TimeoutError:
            ticks -= 1
            if ticks < 0:
                raise
            continue
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def serve(worker: socket.socket, stages: Mapping[str, Stage]) -> None:
    """Be a child: work through batches until the worker's end closes."""
    while True:
        try:
            work = decode_work(receive(worker))
            for one in answers(work, stages[work.stage]):
                transmit(worker, encode_answer(one))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def answers(work: Work, stage: Stage) -> Iterator[Answer]:
    """Run the stage on each record, giving each the state that the one before left."""
    now = datetime.fromtimestamp(work.now, UTC)
    states = dict(work.states)
    for record in work.records:
        key = record.key or b""
        began = time.perf_counter()
        one = answer(stage, record, states.get(key) if stage.state else None, now)
        if one.state is None:
            states.pop(key, None)
        else:
            states[key] = one.state
        yield msgspec.structs.replace(one, seconds=time.perf_counter() - began)


def fork_on_demand(control: socket.socket, stages: Mapping[str, Stage]) -> None:
    """Fork a child for each ``FORK`` and end one for each ``END``, until the worker's end closes."""
    children: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, len(FORK) + NUMBER.size, 1)
        if message[:1] == FORK:
            with socket.socket(fileno=descriptors[0]) as worker:
                pid = os.fork()
                if pid == 0:
                    control.close()
                    serve(worker, stages)
                    os._exit(0)
            children.add(pid)
            control.sendall(NUMBER.pack(pid))
        elif message[:1] == END:
            pid = NUMBER.unpack(message[1:])[0]
            children.discard(pid)
            control.sendall(NUMBER.pack(end(pid)))
        else:
            for pid in children:
                end(pid)
            return


def warm(stages: Iterable[Stage]) -> None:
    """Run the stages on an example and on what the one before makes of it: so no child begins by filling caches."""
    values: dict[str, bytes] = {}
    for stage in stages:
        value = stage.example or values.get(stage.topic.name)
        if value is not None:
            record = Incoming(topic="", partition=0, offset=0, timestamp=0, key=b"", value=value)
            made = answer(stage, record, None, datetime.fromtimestamp(0, UTC))
            values |= {output.topic: output.value for output in made.outputs if output.value is not None}


def end(pid: int) -> int:
    """Kill a child of this process and give its wait status; one that has ended already keeps its own."""
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def main() -> None:
    """Load the stages and serve; signals are the worker's business."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    from agents.logs import logging_config  # noqa: PLC0415
    from agents.settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    logging.config.dictConfig(dict(logging_config(settings)))
    stages = {stage.name: stage for stage in pkgutil.resolve_name(sys.argv[2])(settings)}
    warm(stages.values())
    gc.collect()
    gc.freeze()
    fork_on_demand(socket.socket(fileno=int(sys.argv[1])), stages)


if __name__ == "__main__":
    main()
