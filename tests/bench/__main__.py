"""Measures the worker beside the same work in other hands, interleaved, and prints one table.

Every figure is of this machine in this run: only the ratios mean something elsewhere.
"""

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.latency import QUIET_RATE, latencies, shown
from tests.bench.memory import memory
from tests.bench.pure import pure
from tests.bench.report import best_bare, plot, rates, ratios, table
from tests.bench.runs import PARTITIONS, Cores, Done, cores, throughput
from tests.bench.stories import Raw, raw, texts
from tests.bench.systems import SYSTEMS, TASRIH, System
from tests.broker.kafka import apache_kafka

WARM = 300
QUICK, FULL = (3, 1200), (5, 4000)
LATENCY_SECONDS = 20
PROCESSES = (1, 2, 4)


def interleaved(
    address: str, systems: Sequence[System], on: Cores, records: Sequence[Raw], rounds: int
) -> dict[str, list[Done]]:
    """Run every system once a round, each round beginning with another."""
    found: dict[str, list[Done]] = {one.key: [] for one in systems}
    for number in range(rounds):
        for one in [*systems[number % len(systems) :], *systems[: number % len(systems)]]:
            done = throughput(address, one, on, records[:WARM], records[WARM:])
            found[one.key].append(done)
            print(f"round {number + 1}: {one.name}: {done.rate:.0f} stories a second", file=sys.stderr, flush=True)
    return found


def check(rounds: dict[str, list[Done]]) -> list[str]:
    """Name the systems that published other numbers of records than the worker: they did not do the same work."""
    right = {(done.enriched, done.statements) for done in rounds[TASRIH.key]}
    if len(right) != 1:
        return [f"{TASRIH.key}: {sorted(right)}"]
    return [
        f"{key}: {done.enriched} stories and {done.statements} statements, not {right}"
        for key, runs in rounds.items()
        for done in runs
        if (done.enriched, done.statements) not in right
    ]


def latency(address: str, bare: System, on: Cores, records: Sequence[Raw], rate: float, rounds: int) -> dict[str, Any]:
    """Measure the worker and the bare loop in turns, at half the worker's rate and at ten stories a second."""
    made: dict[str, Any] = {"rate": round(rate / 2), "half_load": {}, "quiet": {}}
    for name, speed in (("half_load", rate / 2), ("quiet", QUIET_RATE)):
        values: dict[str, list[float]] = {TASRIH.name: [], "bare aiokafka loop": []}
        count = int(min(speed * LATENCY_SECONDS, len(records) - WARM))
        for _ in range(rounds):
            for label, system in zip(values, (TASRIH, bare), strict=True):
                values[label] += latencies(address, system, on, records[:WARM], records[WARM : WARM + count], speed)
        made[name] = {label: shown(found) for label, found in values.items()}
    return made


def scaling(address: str, records: Sequence[Raw], rounds: int) -> dict[str, Any]:
    """Measure one, two and four workers, each with a core of its own as far as there are any."""
    found: dict[int, list[float]] = {size: [] for size in PROCESSES}
    for _ in range(rounds):
        for size in PROCESSES:
            done = throughput(address, TASRIH, cores(size), records[:WARM], records[WARM:], size)
            found[size].append(done.rate)
    one = found[1]
    return {
        str(size): {
            "against one": round(median(rate / alone for rate, alone in zip(runs, one, strict=True)), 2),
            "cores": cores(size).told,
        }
        for size, runs in found.items()
    }


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Do all the measuring that was asked for."""
    rounds, count = QUICK if options.quick else FULL
    rounds = options.rounds or rounds
    found = texts(options.stories)
    records, on = list(raw(found, WARM + count, "bench")), cores()
    systems = [one for one in SYSTEMS if one.there]
    figures: dict[str, Any] = {
        "configuration": {
            "python": platform.python_version(),
            "partitions": PARTITIONS,
            "stories": f"{count} of {len(found)} texts, {options.stories.name if options.stories else 'own'}",
            "cores": on.told,
            "left out": [f"{one.name}: no {one.needs}" for one in SYSTEMS if not one.there],
        }
    }
    with apache_kafka() as address:
        runs = interleaved(address, systems, on, records, rounds)
        bare = best_bare(runs)
        figures |= {"rates": rates(runs), "best_bare": bare.key, "ratios": ratios(runs), "wrong": check(runs)}
        figures["pure_stories_per_s"] = pure(found, rounds)
        if not options.quick:
            rate = figures["rates"][TASRIH.key]["median"]
            figures["latency_ms"] = latency(address, bare, on, records, rate, rounds)
            figures["processes"] = scaling(address, records, rounds)
            figures["memory_mb"] = memory(address, found)
    return figures


def main() -> int:
    """Measure, print, and write what was asked for; 1 when a system did not do the same work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="throughput and the pure stages only, under five minutes")
    parser.add_argument("--rounds", type=int, help="how often each system is run")
    parser.add_argument("--stories", type=Path, help="a file of JSON lines with a text each, in place of our own")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--plots", type=Path, help="draw the plots into this folder")
    options = parser.parse_args()
    figures = measured(options)
    print(table(figures))
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.plots:
        plot(figures, options.plots)
    return 1 if figures["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
