"""Full load for a long time: whether a worker's memory stays where it was."""

import json
import time
from pathlib import Path
from typing import Any

from tests.broker.stream import own_place
from tests.chaos.fleet import fleet
from tests.chaos.judge import judge
from tests.chaos.load import Load, sending
from tests.chaos.measure import all_ready, finish
from tests.chaos.storm import PARTITIONS, watching

SAMPLE_SECONDS = 5.0
# More than one worker gets through, so that a backlog grows as long as the load lasts.
OVERLOAD_RATE = 2000.0


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
    """Keep one worker under more load than it can take, and look at its memory; the first third is warming up."""
    with own_place(address, PARTITIONS) as place, watching(place) as watch, fleet(place, 1) as workers:
        all_ready(workers)
        load, samples, began = Load(), list[tuple[float, float]](), time.monotonic()
        sender = sending(place, load, int(minutes * 60 * OVERLOAD_RATE), rate=OVERLOAD_RATE)
        while (now := time.monotonic() - began) < minutes * 60:
            watch.look(SAMPLE_SECONDS)
            if now - (samples[-1][0] if samples else -SAMPLE_SECONDS) >= SAMPLE_SECONDS:
                samples.append((now, megabytes(workers.workers[0].process.pid)))
        rate = len(watch.done) / now
        sender.join()
        finish(watch, load, minutes * 60 * 10)
        settled = megabytes(workers.workers[0].process.pid)
        codes = workers.stop()
        warm = [(at / 3600, value) for at, value in samples if at > now / 3]
        return {
            "stories a second": round(rate),
            "overload": round(OVERLOAD_RATE / rate, 1),
            "memory MB": {"peak": round(max(value for _, value in samples)), "end": round(settled)},
            "slope MB an hour": round(slope(warm), 1),
            "samples": json.dumps([round(value) for _, value in samples[:: max(len(samples) // 20, 1)]]),
            "sent": len(load.records),
            "codes": codes,
            **judge(place, load).as_dict(),
        }
