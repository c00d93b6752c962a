"""The two stages alone, without Kafka: how many stories a second one core reads, and how that grows with length."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from agents.delivery.guard import answer
from agents.messages import Incoming
from agents.settings import Settings
from agents.stages import make_stages
from schemas.topics import RAW
from tests.bench.stories import Raw, raw

LENGTHS = (1, 2, 4, 8)


class Worked(NamedTuple):
    """The seconds that each stage took, and how many records came out for each topic."""

    read: float
    extract: float
    outputs: Counter[str]

    @property
    def seconds(self) -> float:
        """Give both together."""
        return self.read + self.extract


def work(records: Iterable[Raw]) -> Worked:
    """Run both stages over raw records."""
    read, extract = make_stages(Settings())
    now = datetime.now(UTC)
    reading = extracting = 0.0
    outputs: Counter[str] = Counter()
    for offset, (key, value) in enumerate(records):
        began = time.perf_counter()
        record = Incoming(topic=RAW.name, partition=0, offset=offset, timestamp=0, key=key, value=value)
        made = answer(read, record, None, now)
        half = time.perf_counter()
        for one in made.outputs:
            story = Incoming(topic=one.topic, partition=0, offset=offset, timestamp=0, key=one.key, value=one.value)
            outputs.update(output.topic for output in answer(extract, story, None, now).outputs)
        reading += half - began
        extracting += time.perf_counter() - half
    return Worked(reading, extracting, outputs)


def pure(texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Read every text once a round; the first round warms up and is left out."""
    records = list(raw(list(texts), len(texts), "pure"))
    size = sum(len(text.encode()) for text in texts) / 1e6
    measured = [work(records) for _ in range(rounds + 1)][1:]
    rates = sorted(len(records) / one.seconds for one in measured)
    total = sum(one.seconds for one in measured)
    middle = rates[len(rates) // 2]
    return {
        "stories": len(records),
        "median": round(middle),
        "spread": [round(rates[0]), round(rates[-1])],
        "ms_per_story": round(1000 / middle, 2),
        "mb_per_s": round(middle * size / len(records), 2),
        "share_by_stage": {
            "read": round(sum(one.read for one in measured) / total, 2),
            "extract": round(sum(one.extract for one in measured) / total, 2),
        },
        "mb_per_s_by_length": by_length(texts),
    }


def by_length(texts: Sequence[str]) -> dict[str, float]:
    """Give the speed for texts of one, two, four and eight wires' length: where cost is linear it is the same."""
    speeds = {}
    for length in LENGTHS:
        joined = ["\n".join(texts[at : at + length]) for at in range(0, min(len(texts), 96) - length + 1, length)]
        size = sum(len(text.encode()) for text in joined) / 1e6
        speeds[f"{length}x"] = round(size / work(raw(joined, len(joined), f"long-{length}")).seconds, 2)
    return speeds
