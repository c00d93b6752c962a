"""From produce to what a consumer of committed records sees, at half the greatest rate and at a quiet hour's."""

from collections.abc import Sequence
from typing import Any

from tests.bench.runs import Cores, bench
from tests.bench.stories import Raw
from tests.bench.systems import System
from tests.chaos.measure import quantile

QUIET_RATE = 10.0
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def latencies(
    address: str, system: System, on: Cores, warm: Sequence[Raw], records: Sequence[Raw], rate: float
) -> list[float]:
    """Send at a rate, and give for each record the milliseconds until its outcome was seen."""
    with bench(address, system, on, warm) as at:
        sent = at.send(records, rate)
        at.finish()
        at.workers.stop()
        return [1000 * (at.watch.done[place] - when) for place, when in sent.items()]


def shown(values: Sequence[float]) -> dict[str, Any]:
    """Give the quantiles in milliseconds."""
    return {name: round(quantile(values, share), 1) for name, share in SHARES.items()}
