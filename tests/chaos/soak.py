"""Full load for a long time: whether a worker's memory stays where it was."""

import time
from pathlib import Path
from typing import Any

from tests.broker.stream import own_place
from tests.chaos.fleet import fleet
from tests.chaos.judge import judge
from tests.chaos.load import Load, send
from tests.chaos.measure import all_ready, finish
from tests.chaos.storm import PARTITIONS, watching

SAMPLE_SECONDS = 5.0
# How many records are sent at once; so many wait at least, so the worker always has more than it can take in.
PART = 20_000


def family(pid: int) -> list[int]:
    """Give a process and all its descendants."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def megabytes(pid: int) -> float:
    """Give the memory of a worker, all its processes together; what they share is counted once."""
    total = 0
    for one in family(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def slope(samples: list[tuple[float, float]]) -> float:
    """Give the slope of a line through samples of time and value, by least squares."""
    count = len(samples)
    mean_x, mean_y = (sum(axis) / count for axis in zip(*samples, strict=True))
    spread: float = sum((x - mean_x) ** 2 for x, _ in samples)
    together: float = sum((x - mean_x) * (y - mean_y) for x, y in samples)
    return together / spread


def soak(address: str, minutes: int) -> dict[str, Any]:
    """Give one worker for minutes more than it can do, and look at its memory; the first third is warming up."""
    with own_place(address, PARTITIONS) as place, watching(place) as watch, fleet(place, 1) as workers:
        all_ready(workers)
        load, samples, began = Load(), list[tuple[float, float]](), time.monotonic()
        while time.monotonic() - began < minutes * 60:
            if len(load.records) - len(watch.done) < PART:
                send(place, load, PART, seed=len(load.records) // PART + 1)
            until = time.monotonic() + SAMPLE_SECONDS
            while time.monotonic() < until:
                watch.look(0.2)
            samples.append((time.monotonic() - began, megabytes(workers.workers[0].process.pid)))
        ended = samples[-1][0]
        rate = len(watch.done) / ended
        finish(watch, load, 300)
        codes = workers.stop()
        warm = [(at / 3600, value) for at, value in samples if at > ended / 3]
        return {
            "records a second": round(rate),
            "memory MB": {"peak": round(max(value for _, value in samples)), "last": round(samples[-1][1])},
            "slope MB an hour": round(slope(warm), 1),
            "samples": [round(value) for _, value in samples[:: max(len(samples) // 20, 1)]],
            "sent": len(load.records),
            "codes": codes,
            **judge(place, load).as_dict(),
        }
