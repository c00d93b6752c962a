"""What the measurements come to: ratios with their spread, one table, and plots."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.runs import Done
from tests.bench.systems import BARE, OTHERS, TASRIH, System

Rounds = Mapping[str, Sequence[Done]]


def best_bare(rounds: Rounds) -> System:
    """Give the bare loop whose batches did best."""
    return max(BARE, key=lambda one: median(done.rate for done in rounds[one.key]))


def ratio(rounds: Rounds, other: System) -> dict[str, Any]:
    """Compare the worker with another, round by round."""
    ours, theirs = rounds[TASRIH.key], rounds[other.key]
    found = sorted(mine.rate / its.rate for mine, its in zip(ours, theirs, strict=True))
    return {
        "median": round(median(found), 2),
        "spread": [round(found[0], 2), round(found[-1], 2)],
        "rounds": len(found),
        "against": other.name,
        "promise": other.promise,
    }


def ratios(rounds: Rounds) -> dict[str, Any]:
    """Give all ratios by the names of the JSON."""
    made = {"bare": ratio(rounds, best_bare(rounds))}
    return made | {one.key: ratio(rounds, one) for one in OTHERS if one.key in rounds}


def rates(rounds: Rounds) -> dict[str, Any]:
    """Give stories a second of each system."""
    made = {}
    for key, runs in rounds.items():
        found = sorted(done.rate for done in runs)
        made[key] = {"median": round(median(found)), "spread": [round(found[0]), round(found[-1])]}
    return made


def table(figures: Mapping[str, Any]) -> str:
    """Write the comparison as a table in Markdown."""
    lines = ["| against | promise | ratio (median) | spread |", "|---|---|---|---|"]
    for one in figures["ratios"].values():
        low, high = one["spread"]
        lines.append(f"| {one['against']} | {one['promise']} | {one['median']:.2f} | {low:.2f} to {high:.2f} |")
    return "\n".join(lines)


def plot(figures: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw throughput and latency as SVG files; needs matplotlib."""
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib import pyplot  # noqa: PLC0415

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "tasrih"
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / "throughput.svg"]
    bars = {key: one for key, one in figures["rates"].items() if key == TASRIH.key or key in names(figures)}
    labels = [names(figures).get(key, TASRIH.name) for key in bars]
    middles = [one["median"] for one in bars.values()]
    errors = [
        [one["median"] - one["spread"][0] for one in bars.values()],
        [one["spread"][1] - one["median"] for one in bars.values()],
    ]
    figure, axes = pyplot.subplots(figsize=(7, 2.8))
    axes.barh(labels, middles, xerr=errors, color=["#0b6e4f" if key == TASRIH.key else "#9aa5a0" for key in bars])
    axes.invert_yaxis()
    axes.set_xlabel("stories of 2 to 4 kB a second, raw to committed statements, one process on one core")
    figure.tight_layout()
    figure.savefig(made[0], metadata={"Date": None})
    if "latency_ms" in figures:
        made.append(folder / "latency.svg")
        figure, axes = pyplot.subplots(figsize=(7, 2.4))
        for number, (name, quantiles) in enumerate(figures["latency_ms"]["half_load"].items()):
            places = [at + 0.4 * number for at in range(3)]
            axes.barh(places, [quantiles[one] for one in ("p50", "p95", "p99")], height=0.36, label=name)
        axes.set_yticks([at + 0.2 for at in range(3)], ["p50", "p95", "p99"])
        axes.invert_yaxis()
        axes.set_xlabel("milliseconds from produce to read_committed, at half the greatest rate")
        axes.legend()
        figure.tight_layout()
        figure.savefig(made[1], metadata={"Date": None})
    return made


def names(figures: Mapping[str, Any]) -> dict[str, str]:
    """Give the names of those that are compared, by their keys among the rates."""
    return {figures["best_bare"]: figures["ratios"]["bare"]["against"]} | {
        one.key: one.name for one in OTHERS if one.key in figures["rates"]
    }
