"""One kind of harm each, measured: recovery, scaling, brokers that die, stops, poison."""

import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.broker.kafka import Broker, kafka_cluster
from tests.broker.stream import Place, own_place
from tests.chaos.fleet import Fleet, fleet
from tests.chaos.judge import judge
from tests.chaos.load import KILLING, POISON, Load, send, sending
from tests.chaos.measure import Offsets, all_ready, finish, owned, summary, wait
from tests.chaos.storm import PARTITIONS, Storm, run, watching
from tests.chaos.watch import Watch

RATE = 200.0
RECOVERY_SECONDS = 60
# How long the group waits for a member that was killed, where recovery is measured.
SESSION_SECONDS = 8
DISK_BYTES = 16 * 2**20
DISK_LEFT = 512 * 1024


@dataclass
class Ground:
    """Where a scenario takes place."""

    place: Place
    watch: Watch
    workers: Fleet
    load: Load


@contextmanager
def ground(address: str, size: int, **options: Any) -> Iterator[Ground]:
    """Give topics of a scenario's own, workers on them that are ready, and somebody who watches."""
    with own_place(address, PARTITIONS) as place, watching(place) as watch, fleet(place, size, **options) as workers:
        all_ready(workers)
        yield Ground(place, watch, workers, Load())


def judged(ground: Ground) -> dict[str, Any]:
    """Let the workers finish and stop, and judge."""
    finish(ground.watch, ground.load, 180)
    codes = ground.workers.stop()
    return {"sent": len(ground.load.records), "codes": codes, **judge(ground.place, ground.load).as_dict()}


def recovery(address: str, times: int, *, static: bool) -> dict[str, Any]:
    """Kill a worker under load, start it again at once, and measure until each of its partitions commits again."""
    spent: list[float] = []
    with ground(address, 2, static=static, TASRIH_SESSION_TIMEOUT_SECONDS=str(SESSION_SECONDS)) as at:
        sender = sending(at.place, at.load, int(times * 14 * RATE), rate=RATE)
        offsets = Offsets(at.place, PARTITIONS)
        for number in range(times):
            all_ready(at.workers)
            time.sleep(1.5)
            victim = at.workers.workers[number % 2]
            lost = owned(victim)
            at.workers.kill(victim)
            began, before = time.monotonic(), offsets.now()
            waiting = set(lost)
            while waiting:
                assert time.monotonic() - began < RECOVERY_SECONDS, waiting
                moved = {place for place, offset in offsets.now().items() if offset > before[place]}
                spent += [time.monotonic() - began] * len(waiting & moved)
                waiting -= moved
        offsets.close()
        sender.join()
        return {"seconds": summary(spent), **judged(at)}


def scale(address: str, cycles: int) -> dict[str, Any]:
    """Add a worker and take it away again under load; the stall is the longest time without a committed outcome."""
    stalls: list[float] = []
    with ground(address, 1, static=False) as at:
        sender = sending(at.place, at.load, int(cycles * 14 * RATE), rate=RATE)
        for _ in range(cycles):
            stalls.append(stall_during(at.watch, lambda: grow(at.workers), 5))
            stalls.append(stall_during(at.watch, at.workers.shrink, 3))
        sender.join()
        return {"stall seconds": summary(stalls), **judged(at)}


def grow(workers: Fleet) -> None:
    """Add a worker and wait until all share the partitions."""
    workers.grow()
    all_ready(workers)


def stall_during(watch: Watch, change: Callable[[], None], seconds: float) -> float:
    """Make a change beside, and give the longest time without an outcome until some time after it."""
    changing = threading.Thread(target=change)
    changing.start()
    longest, last, ends = 0.0, time.monotonic(), None
    while ends is None or time.monotonic() < ends:
        if watch.look(0.05):
            last = time.monotonic()
        longest = max(longest, time.monotonic() - last)
        if ends is None and not changing.is_alive():
            ends = time.monotonic() + seconds
    changing.join()
    return longest


def brokers(nodes: int, times: int, *, slow: bool = False) -> dict[str, Any]:
    """Kill a broker under load and start it again; nobody starts a worker again. Measure how long catching up takes.

    A slow broker is not killed: it stands still for some seconds.
    """
    harm = standstill if slow else outage
    dice, caught_up, outages = random.Random(1), list[float](), list[float]()
    with kafka_cluster(nodes) as cluster, ground(cluster[0].address, 2, static=True) as at:
        for _ in range(times):
            sender = sending(at.place, at.load, int(8 * RATE), rate=RATE, seed=len(caught_up) + 2)
            time.sleep(2)
            outages.append(harm(dice.choice(cluster), dice.uniform(1, 6)))
            back = time.monotonic()
            sender.join()
            finish(at.watch, at.load, 120)
            caught_up.append(time.monotonic() - back)
            all_ready(at.workers)
        alive = sum(one.process.poll() is None for one in at.workers.workers)
        figures = {"outage seconds": summary(outages), "caught up after": summary(caught_up), "alive": alive}
        ratios = [after / before for after, before in zip(caught_up, outages, strict=True)]
        return figures | {"ratio": summary(ratios)} | judged(at)


def outage(broker: Broker, seconds: float) -> float:
    """Kill a broker, start it again after some time, and give how long it did not answer."""
    began = time.monotonic()
    broker.kill()
    time.sleep(seconds)
    broker.start()
    assert broker.answers()
    return time.monotonic() - began


def standstill(broker: Broker, seconds: float) -> float:
    """Let a broker stand still for some time, and give how long that was."""
    began = time.monotonic()
    broker.signal(signal.SIGSTOP)
    time.sleep(seconds)
    broker.signal(signal.SIGCONT)
    assert broker.answers()
    return time.monotonic() - began


def full_disk(address: str, times: int) -> dict[str, Any]:
    """Let the disk with the local state run full, several times, and make room again. It needs the right to mount."""
    with small_disk() as disk, ground(address, 1, TASRIH_STATE_FOLDER=str(disk)) as at:
        for number in range(times):
            all_ready(at.workers)
            filler = disk / "filler"
            filler.write_bytes(b"x" * max(shutil.disk_usage(disk).free - DISK_LEFT, 0))
            ended = len(at.workers.harm.exits)
            send(at.place, at.load, 3000, seed=number + 2)
            while len(at.workers.harm.exits) == ended:
                at.watch.look(0.1)
                at.workers.tend()
            filler.unlink()
            finish(at.watch, at.load, 120, at.workers)
        return {"exits": at.workers.harm.exits, **judged(at)}


@contextmanager
def small_disk() -> Iterator[Path]:
    """Give a disk of a few megabytes."""
    with tempfile.TemporaryDirectory(prefix="tasrih-disk-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder], check=True, timeout=10)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True, timeout=10)


def stops(address: str, times: int) -> dict[str, Any]:
    """Tell a worker under full load to stop, and start it again: nothing may be left open and nothing done twice."""
    spent, codes = list[float](), list[int]()
    with ground(address, 1) as at:
        sender = sending(at.place, at.load, times * 3000)
        for _ in range(times):
            at_work(at.watch)
            began = time.monotonic()
            codes += at.workers.stop()
            spent.append(time.monotonic() - began)
            at.workers.tend()
            all_ready(at.workers)
        sender.join()
        return {"stop seconds": summary(spent), "stops": codes, **judged(at)}


def embargo(address: str, times: int, records: int = 200) -> dict[str, Any]:
    """Hold every other story, and kill and freeze workers only inside the transactions that release them."""
    faults = "release after begin:0.05:SIGKILL,release after send:0.15:SIGKILL,release in commit:0.1:SIGKILL"
    faults += ",release after commit:0.1:SIGKILL,release after send:0.05:SIGSTOP,release in commit:0.03:SIGSTOP"
    storm = Storm(
        records=records * times, load_seconds=8.0 * times, kills=0, freezes=0, held=0.5, poison=0.0, own_faults=faults,
        seconds=8.0 * times + 30, drain_seconds=180,
    )  # fmt: skip
    result = run(address, storm)
    harm = {"kills": result.harm.own_kills, "freezes": result.harm.freezes, "done": result.done}
    return {"sent": result.sent, **harm, "codes": result.codes, **result.verdict.as_dict()}


def at_work(watch: Watch) -> None:
    """Wait for the next outcome."""
    while watch.look(0):
        pass
    wait(lambda: watch.look(0.1) > 0, 60, "an outcome", step=0)


def poison(address: str, times: int, records: int = 12_000) -> dict[str, Any]:
    """Work through the same number of records with and without 1% of poison, in turns, and compare the times.

    The clock starts when the first record is sent to workers that are ready, not with the first outcome: dead letters
    have theirs a stage before stories do.
    """
    spent: dict[float, list[float]] = {0.0: [], 0.01: []}
    found: list[dict[str, Any]] = []
    environ = {"CHAOS_STAGES": "tests.chaos.poisoned:make_stages"}
    for number in range(times):
        for share, seconds in spent.items():
            with ground(address, 1, **environ) as at:
                began = time.monotonic()
                send(at.place, at.load, records, poison=share, seed=number + 1, kinds=POISON | KILLING)
                finish(at.watch, at.load, 240)
                seconds.append(time.monotonic() - began)
                found.append(judged(at))
    kept = ("lost", "doubled", "ghosts", "torn", "dead")
    ratios = [clean / poisoned for clean, poisoned in zip(spent[0.0], spent[0.01], strict=True)]
    return {
        "seconds clean": summary(spent[0.0]),
        "seconds poisoned": summary(spent[0.01]),
        "throughput ratio": summary(ratios),
        **{name: sum(one[name] for one in found) for name in kept},
        "codes": [code for one in found for code in one["codes"]],
    }
