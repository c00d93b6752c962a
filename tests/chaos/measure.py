"""Looking at a fleet from outside while it works: who has which partitions, how far the group is, how much is left."""

import re
import time
import urllib.request
from collections.abc import Callable, Sequence

from confluent_kafka import Consumer, TopicPartition

from schemas.topics import RAW, STORIES
from tests.broker.stream import Place
from tests.chaos.fleet import Fleet, Worker
from tests.chaos.load import Load
from tests.chaos.watch import Watch

Partition = tuple[str, int]
OWNED = re.compile(r'^wire_lag\{partition="(\d+)",topic="([^"]+)"\}', re.MULTILINE)


def owned(worker: Worker) -> list[Partition]:
    """Ask a worker for its partitions; none when it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/metrics", timeout=2) as answer:
            return [(topic, int(partition)) for partition, topic in OWNED.findall(answer.read().decode())]
    except OSError:
        return []


def ready(worker: Worker) -> bool:
    """Whether a worker says that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class Offsets:
    """The group's committed offsets, asked for again and again."""

    def __init__(self, place: Place, partitions: int) -> None:
        self._consumer = Consumer({"bootstrap.servers": place.address, "group.id": f"{place.prefix}group"})
        names = (place.prefix + RAW.name, place.prefix + STORIES.name)
        self._places = [TopicPartition(name, number) for name in names for number in range(partitions)]

    def now(self) -> dict[Partition, int]:
        """Give all of them as of now."""
        return {(one.topic, one.partition): one.offset for one in self._consumer.committed(self._places, timeout=10)}

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


def wait(condition: Callable[[], bool], seconds: float, what: str, *, step: float = 0.05) -> float:
    """Wait for something and give how long it took; fails when it does not come."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(step)
    return time.monotonic() - began


def all_ready(workers: Fleet, seconds: float = 60) -> None:
    """Wait until every worker is ready and has a partition."""
    wait(lambda: all(ready(one) and owned(one) for one in workers.workers), seconds, "the workers are ready")


def finish(watch: Watch, load: Load, seconds: float, workers: Fleet | None = None) -> float:
    """Wait until everything that was sent has an outcome, and give how long that took; ``workers`` are tended."""

    def done() -> bool:
        watch.look(0.1)
        if workers is not None:
            workers.tend()
        return len(watch.done) >= len(load.records)

    return wait(done, seconds, "the rest", step=0)


def quantile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share of them lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def summary(values: Sequence[float]) -> dict[str, float]:
    """Give minimum, median, 95th percentile, maximum and number of measurements."""
    shares = {"min": 0.0, "median": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(quantile(values, share), 2) for name, share in shares.items()} | {"n": len(values)}
