"""How much memory a worker takes with many states behind it and all it can do before it."""

import time
from collections.abc import Sequence
from typing import Any

from tests.bench.runs import bench, cores
from tests.bench.stories import raw
from tests.bench.systems import TASRIH
from tests.broker.stream import Place
from tests.chaos.soak import megabytes, slope
from tests.chaos.states import STATES, fill

STORIES = 200_000
PART = 5_000


def memory(address: str, texts: Sequence[str], count: int = STORIES, states: int = STATES) -> dict[str, Any]:
    """Fill the state topic, give a worker all at once, part by part, and look at its memory after each."""
    samples: list[tuple[float, float]] = []
    sizes: list[int] = []

    def prepare(place: Place) -> None:
        sizes.append(fill(place, states))

    with bench(address, TASRIH, cores(), list(raw(list(texts), 1, "first")), prepare=prepare) as at:
        began = time.monotonic()
        for part in range(count // PART):
            at.send(raw(list(texts), PART, f"part-{part}"))
            at.finish()
            samples.append((float((part + 1) * PART), megabytes(at.workers.workers[0].process.pid)))
        seconds = time.monotonic() - began
        at.workers.stop()
    warm = [one for one in samples if one[0] > count / 3]
    return {
        "peak": round(max(value for _, value in samples)),
        "growth_per_100k_stories": round(slope(warm) * 100_000, 1),
        "samples": [round(value) for _, value in samples[:: max(len(samples) // 20, 1)]],
        "stories": count,
        "states": states,
        "state_mb": round(sizes[0] / 1e6),
        "stories_per_s": round(count / seconds),
    }
