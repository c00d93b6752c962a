"""Kills and freezes at random moments and at named points, under load; then the judge."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.broker.stream import Place, own_place
from tests.chaos.fleet import WORKER, Fleet, Harm, fleet, pick
from tests.chaos.judge import Verdict, judge
from tests.chaos.load import Load, sending
from tests.chaos.watch import Watch

PARTITIONS = 4
# A worker is left in peace for this long after its start, so that most kills meet one that works.
GROWN_SECONDS = 1.5
# What workers do to themselves at named points, with which probability at each passing.
KILL_POINTS = {
    "after begin": 0.005,
    "after send": 0.02,
    "after offset": 0.02,
    "in commit": 0.01,
    "after commit": 0.01,
    "in revocation": 0.01,
    "after fencing": 0.002,
    "in restore": 0.01,
}
STOP_POINTS = {"after send": 0.001, "after offset": 0.001, "in commit": 0.001}
# The same inside the transactions in which held stories are released, of which there are fewer.
KILL_POINTS |= {"release after begin": 0.01, "release after send": 0.03, "release in commit": 0.02}
KILL_POINTS |= {"release after commit": 0.02}
STOP_POINTS |= {"release after send": 0.005, "release in commit": 0.005}
OWN_FAULTS = ",".join(
    [f"{point}:{chance}:SIGKILL" for point, chance in KILL_POINTS.items()]
    + [f"{point}:{chance}:SIGSTOP" for point, chance in STOP_POINTS.items()]
)


@dataclass(frozen=True, kw_only=True)
class Storm:
    """What is to happen: how much load in how long, how much harm, which workers, and how long it may take."""

    records: int
    load_seconds: float
    kills: int
    freezes: int
    poison: float = 0.01
    held: float = 0.05
    workers: int = 3
    static: bool = True
    pause: tuple[float, float] = (0.3, 2.5)
    own_faults: str = OWN_FAULTS
    without: str = ""
    command: tuple[str, ...] = WORKER
    seconds: float = 240
    drain_seconds: float = 90
    seed: int = 1


@dataclass
class Result:
    """What a storm left behind."""

    verdict: Verdict
    harm: Harm
    sent: int
    done: int
    seconds: float
    codes: list[int]


def run(address: str, storm: Storm) -> Result:
    """Let a storm pass over a fleet of workers, and judge what came through."""
    began = time.monotonic()
    with own_place(address, PARTITIONS) as place, watching(place) as watch:
        environ = {"CHAOS_FAULTS": storm.own_faults, "CHAOS_WITHOUT": storm.without}
        with fleet(place, storm.workers, command=storm.command, static=storm.static, **environ) as workers:
            load = Load()
            sender = sending(
                place,
                load,
                storm.records,
                poison=storm.poison,
                held=storm.held,
                rate=storm.records / storm.load_seconds,
                seed=storm.seed,
            )
            try:
                rage(storm, workers, watch, began + storm.seconds)
                while sender.is_alive():
                    watch.look(0.1)
                    workers.tend()
            finally:
                sender.join()
            workers.environment(CHAOS_FAULTS="")
            drain(storm, workers, watch, load)
            codes = workers.stop()
            harm = workers.harm
        verdict = judge(place, load)
    return Result(verdict, harm, len(load.records), len(watch.done), time.monotonic() - began, codes)


@contextmanager
def watching(place: Place) -> Iterator[Watch]:
    """Follow the outcomes of a place."""
    watch = Watch(place)
    try:
        yield watch
    finally:
        watch.close()


def rage(storm: Storm, workers: Fleet, watch: Watch, until: float) -> None:
    """Do all the harm, or as much as there is time for."""
    dice = random.Random(storm.seed)
    next_kill = next_freeze = time.monotonic() + 5
    counted = storm.kills or storm.freezes
    while time.monotonic() < until and (
        not counted or workers.harm.kills < storm.kills or workers.harm.freezes < storm.freezes
    ):
        watch.look(0.05)
        workers.tend()
        now = time.monotonic()
        grown = workers.grown(GROWN_SECONDS)
        if workers.harm.kills < storm.kills and now >= next_kill and (victim := pick(dice, grown)):
            workers.kill(victim)
            next_kill = now + dice.uniform(*storm.pause)
        if storm.kills and workers.harm.freezes < storm.freezes and now >= next_freeze and len(grown) > 1:
            workers.freeze(dice.choice(workers.grown(GROWN_SECONDS) or grown))
            next_freeze = now + dice.uniform(3, 6) * max(1, storm.kills / max(storm.freezes, 1) / 4)


def drain(storm: Storm, workers: Fleet, watch: Watch, load: Load) -> None:
    """Let the workers finish in peace; those who harm themselves are replaced by ones that do not."""
    until = time.monotonic() + storm.drain_seconds
    while time.monotonic() < until and len(watch.done) < len(load.records):
        watch.look(0.2)
        workers.tend()
