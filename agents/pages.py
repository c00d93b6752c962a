"""The pages on the worker's web port: ``/live``, ``/ready`` and ``/metrics``."""

import asyncio
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agents import metrics
from agents.app import app

# Set between the end of a rebalance and the beginning of the next.
joined = asyncio.Event()
metrics.READY.set_function(lambda: float(joined.is_set()))


@app.on_rebalance_complete.connect  # type: ignore[untyped-decorator]
async def join(*_: Any, **__: Any) -> None:
    """Note that the worker holds its partitions, or holds a place in the group without any."""
    joined.set()


@app.on_partitions_revoked.connect  # type: ignore[untyped-decorator]
async def leave(*_: Any, **__: Any) -> None:
    """Note that a rebalance began."""
    joined.clear()


@app.page("/live")  # type: ignore[untyped-decorator]
async def live(page: Any, request: Any) -> Any:
    """Answer 200 while the event loop runs; a worker that cannot go on ends its process by itself."""
    return page.json({"status": "live"})


@app.page("/ready")  # type: ignore[untyped-decorator]
async def ready(page: Any, request: Any) -> Any:
    """Answer 200 while the worker holds its place in the group, and 503 before and during a rebalance."""
    return page.json({"status": "ready"}) if joined.is_set() else page.json({"status": "joining"}, status=503)


@app.page("/metrics")  # type: ignore[untyped-decorator]
async def scrape(page: Any, request: Any) -> Any:
    """Answer the metrics in Prometheus' text format."""
    measure_lag()
    # The whole type as a header: aiohttp takes none with a charset as its argument.
    return page.bytes(generate_latest(metrics.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


def measure_lag() -> None:
    """Set the lag of each partition that is ours: end of the partition, less what Faust has committed of it."""
    metrics.LAG.clear()
    consumer = app.consumer
    for partition in consumer.assignment():
        end = consumer.highwater(partition)
        if end is not None:
            done = consumer._committed_offset[partition] or 0
            metrics.LAG.labels(partition.topic, partition.partition).set(max(end - done, 0))
