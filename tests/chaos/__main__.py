"""Run the proof: ``uv run python -m tests.chaos [--quick]``; the last line is JSON, the exit code 0 when it holds."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.broker.kafka import apache_kafka
from tests.chaos import scenarios, soak, states
from tests.chaos.storm import Result, Storm, run

QUICK = Storm(records=12_000, load_seconds=45, kills=20, freezes=3, seconds=110)
LONG = Storm(records=300_000, load_seconds=1000, kills=300, freezes=30, seconds=3600, drain_seconds=600)
# Each guard, and the harm that exposes its absence: a worker frozen in a transaction that wakes when its partitions are
# another's; one that dies with records sent; one that dies between its transaction and its offset.
SMALL = Storm(records=4_000, load_seconds=40, kills=0, freezes=0, workers=2, static=False, seconds=45, held=0.0)
EXPOSED = {
    "fencing": replace(SMALL, freezes=4, own_faults="after offset:0.004:SIGSTOP", seconds=70),
    "committed reads": replace(SMALL, own_faults="after send:0.004:SIGKILL", static=True),
    "offset in the transaction": replace(SMALL, own_faults="after commit:0.004:SIGKILL", static=True),
}


def on_kafka(scenario: Callable[..., dict[str, Any]], **options: Any) -> Callable[[int], dict[str, Any]]:
    """Give a scenario a Kafka to take place on."""

    def run_it(times: int) -> dict[str, Any]:
        with kafka() as address:
            return scenario(address, times, **options)

    return run_it


SCENARIOS: dict[str, Callable[[int], dict[str, Any]]] = {
    "recovery": on_kafka(scenarios.recovery, static=False),
    "recovery-static": on_kafka(scenarios.recovery, static=True),
    "scale": on_kafka(scenarios.scale),
    "stop": on_kafka(scenarios.stops),
    "poison": on_kafka(scenarios.poison),
    "embargo": on_kafka(scenarios.embargo),
    "soak": on_kafka(soak.soak),
    "states": on_kafka(states.states),
    "full-disk": on_kafka(scenarios.full_disk),
    "slow-broker": lambda times: scenarios.brokers(1, times, slow=True),
    "broker": lambda times: scenarios.brokers(1, times),
    "three-brokers": lambda times: scenarios.brokers(3, times),
}


def sound(figures: dict[str, Any]) -> bool:
    """Whether a scenario lost nothing, doubled nothing and ended no worker."""
    wrong = ("lost", "doubled", "ghosts", "torn", "early", "disordered", "restarts")
    return not any(figures.get(name) for name in wrong) and set(figures.get("codes", ())) <= {0}


# The same harm for each, and for ours: static members that are killed and started again, two that are frozen.
OTHERS = {
    "tasrih": ("-m", "tests.chaos.worker"),
    "stock Faust, at least once": ("-m", "tests.rivals.stock", "worker", "-l", "warn"),
    "stock Faust, exactly once": ("-m", "tests.rivals.stock", "worker", "-l", "warn"),
    "aiokafka loop, at least once": ("-m", "tests.rivals.bare"),
    "Quix Streams, exactly once": ("-m", "tests.rivals.quix"),
}
COMPARED = Storm(
    records=6_000,
    load_seconds=60,
    kills=12,
    freezes=2,
    workers=2,
    own_faults="",
    seconds=90,
    pause=(2, 5),
    poison=0.0,
    held=0.0,
)


def compare(address: str) -> int:
    """Let the same storm pass over each, and print a table; ours is sound or the exit code is 1."""
    rows = {}
    for name, command in OTHERS.items():
        os.environ["STOCK_GUARANTEE"] = "exactly_once" if name.endswith("exactly once") else "at_least_once"
        rows[name] = told(name, run(address, replace(COMPARED, command=command)))
    kept = ("kills", "freezes", "sent", "done", "lost", "doubled", "disordered", "aborted")
    print("| worker |", " | ".join(kept), "|")
    print("|---" * (len(kept) + 1) + "|")
    for name, figures in rows.items():
        print(f"| {name} |", " | ".join(str(figures[one]) for one in kept), "|")
    return 0 if sound(rows["tasrih"]) else 1


def told(name: str, result: Result) -> dict[str, Any]:
    """Print what came of a storm, and give its figures."""
    harm = result.harm
    figures = {
        "kills": harm.kills + harm.own_kills,
        "freezes": harm.freezes,
        "sent": result.sent,
        "done": result.done,
        "seconds": round(result.seconds),
        "exits": harm.exits,
        "codes": result.codes,
        **result.verdict.as_dict(),
    }
    print(name, json.dumps(figures, ensure_ascii=False), flush=True)
    return figures


def holds(result: Result) -> bool:
    """Whether nothing went wrong, and the harm met open transactions."""
    return (
        result.verdict.clean and result.verdict.aborted > 0 and result.done == result.sent and set(result.codes) == {0}
    )


def main() -> int:
    """Run the storms that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 kills, 3 freezes, one guard removed: about 4 minutes")
    parser.add_argument("--records", type=int)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--freezes", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--dynamic", action="store_true", help="workers without a static member name")
    parser.add_argument("--without", choices=EXPOSED, help="take this guard out; then the judge has to find something")
    parser.add_argument("--compare", action="store_true", help="the same storm over other frameworks (group `compare`)")
    parser.add_argument("--beside", help="a checkout of another version, of which half of the workers are at any time")
    parser.add_argument("--scenario", choices=SCENARIOS, help="one kind of harm, measured, in place of the storm")
    parser.add_argument("--times", type=int, default=10, help="how often the scenario does its harm; minutes of soak")
    options = parser.parse_args()
    given = {
        name: value for name in ("records", "kills", "freezes", "seconds", "seed") if (value := getattr(options, name))
    }
    storm = replace(QUICK if options.quick else LONG, **given, static=not options.dynamic)
    if options.beside:
        os.environ["CHAOS_OTHER"] = str(Path(options.beside).resolve())
        storm = replace(storm, command=("-m", "tests.chaos.mixed"))
    if options.scenario:
        figures = SCENARIOS[options.scenario](options.times)
        print(options.scenario, json.dumps(figures, ensure_ascii=False))
        return 0 if sound(figures) else 1
    with kafka() as address:
        if options.compare:
            return compare(address)
        if options.without:
            return 0 if catches(address, options.without) else 1
        return prove(address, storm, options.quick)


@contextmanager
def kafka() -> Iterator[str]:
    """Give the Kafka that is named, or run one."""
    if address := os.environ.get("TASRIH_TEST_KAFKA"):
        yield address
    else:
        with apache_kafka() as address:
            yield address


def catches(address: str, guard: str) -> bool:
    """Run the storm that exposes a guard's absence, without it, and say whether the judge saw anything wrong."""
    result = run(address, replace(EXPOSED[guard], without=guard))
    told(f"without {guard}", result)
    return not result.verdict.clean


def prove(address: str, storm: Storm, sensitivity: bool) -> int:
    """Run the storm, and one without a guard that has to be caught."""
    result = run(address, storm)
    figures = told("storm", result)
    caught = None
    if sensitivity:
        # A freeze may fall where it does no harm; a guard that is missing does not stay hidden for long.
        caught = any(catches(address, "fencing") for _ in range(3))
    kept = ("kills", "freezes", "aborted", "lost", "doubled")
    print(json.dumps({name: figures[name] for name in kept} | {"sensitivity": caught}))
    return 0 if holds(result) and caught is not False else 1


if __name__ == "__main__":
    sys.exit(main())
