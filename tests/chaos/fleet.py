"""Workers that are killed, frozen and started again, and what happened to them."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.broker.kafka import free_ports
from tests.broker.stream import Place

WORKER = ("-m", "tests.chaos.worker")
STOP_SECONDS = 15


@dataclass
class Worker:
    """One place of the fleet, and the process that fills it."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    started: float
    thaw_at: float | None = None


@dataclass
class Harm:
    """What was done to the fleet, and what became of it."""

    kills: int = 0
    own_kills: int = 0
    freezes: int = 0
    exits: list[int] = field(default_factory=list)


class Fleet:
    """A number of workers on one place. ``static`` gives each a member name that it keeps when it is started again."""

    def __init__(
        self,
        place: Place,
        folder: Path,
        size: int,
        *,
        command: Sequence[str] = WORKER,
        static: bool = True,
        **environ: str,
    ) -> None:
        self._place = place
        self._folder = folder
        self._command = command
        self._static = static
        self._environ = environ
        self.freeze_seconds = 9.0
        self.harm = Harm()
        self.workers = [self._start(f"worker-{number}") for number in range(size)]

    def _start(self, name: str) -> Worker:
        port = free_ports(1)[0]
        settings: dict[str, object] = {"web_port": port, "log_level": "info", "state_folder": self._folder / "state"}
        if self._static:
            settings["instance_id"] = name
        environ = self._place.environ(**settings) | self._environ
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, *self._command], env=environ, stdout=log, stderr=log)
        return Worker(name, process, port, time.monotonic())

    def tend(self) -> None:
        """Start again who has died, and thaw who was frozen for long enough."""
        now = time.monotonic()
        for worker in self.workers:
            code = worker.process.poll()
            if code is not None:
                self.harm.own_kills += code == -signal.SIGKILL and worker.thaw_at is None
                self.harm.exits += [code] if code != -signal.SIGKILL else []
                self._replace(worker)
            elif worker.thaw_at is not None and now >= worker.thaw_at:
                worker.process.send_signal(signal.SIGCONT)
                worker.thaw_at = None
            elif worker.thaw_at is None and is_stopped(worker.process.pid):
                self.harm.freezes += 1
                worker.thaw_at = now + self.freeze_seconds

    def _replace(self, worker: Worker) -> None:
        fresh = self._start(worker.name)
        worker.process, worker.port, worker.started, worker.thaw_at = fresh.process, fresh.port, fresh.started, None

    def kill(self, worker: Worker) -> None:
        """Kill a worker and start it again."""
        worker.process.kill()
        worker.process.wait()
        self.harm.kills += 1
        self._replace(worker)

    def freeze(self, worker: Worker) -> None:
        """Freeze a worker; `tend` wakes it."""
        if worker.thaw_at is None:
            worker.process.send_signal(signal.SIGSTOP)
            worker.thaw_at = time.monotonic() + self.freeze_seconds
            self.harm.freezes += 1

    def grow(self) -> None:
        """Add a worker."""
        self.workers.append(self._start(f"worker-{len(self.workers)}"))

    def shrink(self) -> None:
        """Tell the last worker to stop, and wait for it."""
        worker = self.workers.pop()
        worker.process.terminate()
        self.harm.exits.append(worker.process.wait(STOP_SECONDS))

    def grown(self, seconds: float) -> list[Worker]:
        """Give the workers that run for some time and are not frozen."""
        now = time.monotonic()
        return [one for one in self.workers if one.thaw_at is None and now - one.started > seconds]

    def environment(self, **environ: str) -> None:
        """Change the environment of those who are started from now on."""
        self._environ.update(environ)

    def stop(self) -> list[int]:
        """Tell all to stop, and give their exit codes."""
        for worker in self.workers:
            worker.process.send_signal(signal.SIGCONT)
            worker.process.terminate()
        return [stopped(worker.process) for worker in self.workers]


def stopped(process: subprocess.Popen[bytes]) -> int:
    """Wait until a process has ended, and give its exit code; one that freezes meanwhile is woken."""
    deadline = time.monotonic() + STOP_SECONDS
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
        elif is_stopped(process.pid):
            process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    return process.returncode


def is_stopped(pid: int) -> bool:
    """Whether a process stands still because of a SIGSTOP."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def fleet(place: Place, size: int, **options: object) -> Iterator[Fleet]:
    """Run workers; none is left in the end, and nothing of what they wrote."""
    with tempfile.TemporaryDirectory(prefix="tasrih-chaos-") as folder:
        made = Fleet(place, Path(folder), size, **options)  # type: ignore[arg-type]
        try:
            yield made
        finally:
            for worker in made.workers:
                worker.process.kill()
                worker.process.wait()
            if keep := os.environ.get("CHAOS_LOGS"):
                for path in Path(folder).glob("*.log"):
                    (Path(keep) / f"{place.prefix}{path.name}").write_bytes(path.read_bytes())


def pick(dice: random.Random, workers: Sequence[Worker]) -> Worker | None:
    """Choose one of them, if there is one."""
    return dice.choice(workers) if workers else None
