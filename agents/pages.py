"""The pages on the worker's web port: ``/live``, ``/ready`` and ``/metrics``."""

import time
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agents import metrics
from agents.app import app, lanes, settings
from agents.delivery.lane import Lane

metrics.READY.set_function(lambda: float(lanes.ready))


@app.page("/live")  # type: ignore[untyped-decorator]
async def live(page: Any, request: Any) -> Any:
    """Answer 200 while every lane that has records to read gets on, and 503 with those that do not.

    A lane without records is live however long that lasts; so is a worker that holds no partition.
    """
    stuck = [f"{lane.place.topic}-{lane.place.partition}" for lane in lanes if is_stuck(lane)]
    return page.json({"status": "stuck", "lanes": stuck}, status=503) if stuck else page.json({"status": "live"})


@app.page("/ready")  # type: ignore[untyped-decorator]
async def ready(page: Any, request: Any) -> Any:
    """Answer 200 while the worker holds its place in the group, has its state, and its transactions are committed."""
    if lanes.ready:
        return page.json({"status": "ready"})
    if lanes.generation is None:
        return page.json({"status": "joining"}, status=503)
    restored = all(lane.restored for lane in lanes)
    return page.json({"status": "not committing" if restored else "restoring"}, status=503)


@app.page("/metrics")  # type: ignore[untyped-decorator]
async def scrape(page: Any, request: Any) -> Any:
    """Answer the metrics in Prometheus' text format."""
    measure_lag()
    metrics.measure_silence()
    # The whole type as a header: aiohttp takes none with a charset as its argument.
    return page.bytes(generate_latest(metrics.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


def is_stuck(lane: Lane) -> bool:
    """Say whether a lane has had work for the liveness window and did none of it."""
    return time.monotonic() - lane.moved > settings.liveness_seconds and (not lane.restored or lag(lane) > 0)


def lag(lane: Lane) -> int:
    """Give the data records that are not committed: those that the lane holds, and at most those not fetched yet.

    What is not fetched is counted from the consumer's position, which passes transaction markers, so that a partition
    that ends with one has no lag.
    """
    reached = app.consumer.reached(lane.place)
    return lane.held + (max(reached[1] - reached[0], 0) if reached else 0)


def measure_lag() -> None:
    """Set the lag of each partition that is ours, in records and in seconds."""
    metrics.LAG.clear()
    metrics.LAG_SECONDS.clear()
    for lane in lanes:
        records = lag(lane)
        labels = (lane.place.topic, lane.place.partition)
        metrics.LAG.labels(*labels).set(records)
        metrics.LAG_SECONDS.labels(*labels).set(max(time.time() - lane.oldest / 1000, 0) if records else 0)
