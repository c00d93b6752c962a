"""The processes in which stages run, so that a record may hang or kill its process and take nobody with it.

A worker has one fork server (``forkserver.py``) and one or more children of it. Each child works through one batch at
a time and sends back each record's answer as soon as it has it: when a child ends or goes silent, the first record
without an answer is the one that did it, and the others are done already or go on in the next child.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final, NamedTuple

from agents.delivery.forkserver import END, FORK, NUMBER, Work, encode_work, receive, transmit
from agents.delivery.guard import Answer, Stage, dead_outputs, decode_answer
from agents.errors import WireError
from agents.messages import Incoming

log = logging.getLogger(__name__)

# How often a silent child is looked at. Each look counts as one tick however late it comes: a worker that was frozen
# (SIGSTOP, a suspended machine) must not take its children for hung when it wakes.
TICK_SECONDS: Final = 0.25
TRANSMIT_SECONDS: Final = 30.0
START_SECONDS: Final = 30.0
# A process may be killed for what is not its record's fault (an operator, another process that needs the memory), so
# the record gets a second chance; what aborts or crashes is the record's own doing.
ATTEMPTS: Final = 2
FROM_OUTSIDE: Final = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)


class ForkServer:
    """The process that forks children; it ends with this one, and takes its children with it."""

    def __init__(self, stages: str) -> None:
        ours, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self._control = ours
        command = [sys.executable, "-m", "agents.delivery.forkserver", str(theirs.fileno()), stages]
        # In a session of its own, so that Ctrl-C in a terminal reaches the worker only, which then drains.
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], start_new_session=True)  # noqa: S603
        theirs.close()
        ours.settimeout(START_SECONDS)

    def fork(self) -> tuple[int, socket.socket]:
        """Make a child and give its process id and the socket to it."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            socket.send_fds(self._control, [FORK + NUMBER.pack(0)], [theirs.fileno()])
            return self._reply(), ours

    def end(self, pid: int) -> int:
        """Kill a child, if it still lives, and give its wait status."""
        with self._lock:
            self._control.sendall(END + NUMBER.pack(pid))
            return self._reply()

    def _reply(self) -> int:
        reply = self._control.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(reply) != NUMBER.size:
            raise RuntimeError("the fork server has ended")
        number: int = NUMBER.unpack(reply)[0]
        return number

    def close(self) -> None:
        """End the fork server and every child."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Lost(NamedTuple):
    """Why a child is gone, and whether its record is to blame for sure."""

    error: WireError
    certain: bool


class Child:
    """One child process, and how to get a batch through it."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server
        self._pid, self._socket = server.fork()

    def work(self, work: Work, deadline_seconds: float, answers: list[Answer]) -> Lost | None:
        """Have a batch worked through; append answers in order, and say why when there are fewer than records.

        After a failure the child is gone.
        """
        try:
            self._socket.settimeout(TRANSMIT_SECONDS)
            transmit(self._socket, encode_work(work))
            while len(answers) < len(work.records):
                frame = receive(self._socket, TICK_SECONDS, int(deadline_seconds / TICK_SECONDS))
                answers.append(decode_answer(frame))
        except TimeoutError:
            self.end()
            return Lost(WireError("WIRE-602", f"no answer within {deadline_seconds:g} s"), certain=True)
        except (EOFError, OSError):
            status = self.end()
            outside = os.WIFSIGNALED(status) and os.WTERMSIG(status) in FROM_OUTSIDE
            return Lost(WireError("WIRE-603", described(status)), certain=not outside)
        return None

    def close(self) -> None:
        """Close the socket, upon which the process ends by itself."""
        self._socket.close()

    def end(self) -> int:
        """Kill the process and give its wait status."""
        self.close()
        return self._server.end(self._pid)


def described(status: int) -> str:
    """Say in words how a process ended, from its wait status.

    >>> described(signal.SIGKILL), described(0)
    ('killed by SIGKILL', 'exit code 0')
    """
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exit code {os.waitstatus_to_exitcode(status)}"


class Children:
    """All children of a worker; each belongs to one thread, which waits for it so that the event loop does not.

    ``stages`` names the function that makes the stages from the settings, as ``module:function``.
    """

    def __init__(self, stages: str, processes: int = 1) -> None:
        self._stages = stages
        self._server: ForkServer | None = None
        self._of_thread: dict[int, Child] = {}
        self.threads = ThreadPoolExecutor(processes, thread_name_prefix="child")

    def start(self) -> None:
        """Start the fork server; does nothing when it runs."""
        if self._server is None:
            self._server = ForkServer(self._stages)

    def work(
        self, stage: Stage, records: Sequence[Incoming], states: Mapping[bytes, bytes], now: datetime | None = None
    ) -> list[Answer]:
        """Run a stage over records, in order, and give the answer of each; blocks, so call it in ``threads``.

        ``states`` has the encoded state of each key that has one; a record sees what the one before it left. Records
        that hang or crash their process, or with which it was killed twice, are answered with their dead letter.
        """
        current = dict(states)
        moment = (now or datetime.now(UTC)).timestamp()
        answers: list[Answer] = []
        deaths = 0
        while len(answers) < len(records):
            begun = len(answers)
            work = Work(stage.name, moment, tuple(records[begun:]), current)
            got: list[Answer] = []
            lost = self._child().work(work, stage.deadline_seconds, got)
            answers += got
            remember(current, stage, records[begun:], got)
            if lost is None:
                continue
            del self._of_thread[threading.get_ident()]
            deaths = deaths + 1 if not got else 1
            culprit = records[len(answers)]
            log.warning("child lost", extra={"stage": stage.name, "cause": lost.error.detail, "attempt": deaths})
            if lost.certain or deaths >= ATTEMPTS:
                kept = current.get(culprit.key or b"")
                answers.append(Answer(dead_outputs(stage, culprit, lost.error), kept, stage.deadline_seconds))
                deaths = 0
        return answers

    def _child(self) -> Child:
        if self._server is None:
            raise RuntimeError("the children were not started")
        thread = threading.get_ident()
        if thread not in self._of_thread:
            self._of_thread[thread] = Child(self._server)
        return self._of_thread[thread]

    def close(self) -> None:
        """End every process; what they were at is lost, and nothing of it was published."""
        if self._server is not None:
            self._server.close()
        self.threads.shutdown(wait=True, cancel_futures=True)
        for child in self._of_thread.values():
            child.close()


def remember(states: dict[bytes, bytes], stage: Stage, records: Sequence[Incoming], answers: Sequence[Answer]) -> None:
    """Put the states after the answered records in the place of those before."""
    if stage.state is None:
        return
    for record, one in zip(records, answers, strict=False):
        key = record.key or b""
        if one.state is None:
            states.pop(key, None)
        else:
            states[key] = one.state
