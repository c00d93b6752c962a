"""Every metric of the worker, defined once, and what counts them."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

from agents.messages import Output
from schemas.topics import AUDIT, STATEMENTS

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

STORIES: Final = Counter(
    "wire_stories", "Items of raw records, by provider and outcome.", ("provider", "outcome"), registry=REGISTRY
)
STATEMENT_COUNT: Final = Counter("wire_statements", "Statements published, by form.", ("form",), registry=REGISTRY)
RETRACTIONS: Final = Counter("wire_retractions", "Statements retracted.", registry=REGISTRY)
DEAD: Final = Counter("wire_dead", "Records that became dead letters, by code.", ("code",), registry=REGISTRY)
STAGE_SECONDS: Final = Histogram(
    "wire_stage_seconds", "Time that a stage worked on one record.", ("stage",), buckets=SECONDS, registry=REGISTRY
)
PUBLISH_SECONDS: Final = Histogram(
    "wire_publish_seconds",
    "Time until the broker had acknowledged everything made of one record.",
    ("stage",),
    buckets=SECONDS,
    registry=REGISTRY,
)
LAG: Final = Gauge(
    "wire_lag", "Records of a partition that are not yet acknowledged.", ("topic", "partition"), registry=REGISTRY
)
READY: Final = Gauge("wire_ready", "1 while the worker holds its place in the group, else 0.", registry=REGISTRY)

METRICS: Final = (STORIES, STATEMENT_COUNT, RETRACTIONS, DEAD, STAGE_SECONDS, PUBLISH_SECONDS, LAG, READY)


class _Outcome(msgspec.Struct):
    outcome: str
    provider: str
    code: str | None = None


class _Statement(msgspec.Struct):
    form: str


_OUTCOME = msgspec.json.Decoder(_Outcome)
_STATEMENT = msgspec.json.Decoder(_Statement)


def count(outputs: Iterable[Output]) -> None:
    """Count what was published, from the records themselves, after the broker has acknowledged them.

    >>> before = STATEMENT_COUNT.labels("direct")._value.get()
    >>> count([Output(topic="wire.statements.v1", key=b"s", value=b'{"form": "direct"}')])
    >>> STATEMENT_COUNT.labels("direct")._value.get() - before
    1.0
    """
    for output in outputs:
        if counter := COUNTERS.get(output.topic):
            counter(output.value)


def _count_outcome(value: bytes | None) -> None:
    if value is not None:
        record = _OUTCOME.decode(value)
        STORIES.labels(record.provider, record.outcome).inc()
        if record.outcome == "dead":
            DEAD.labels(record.code or "").inc()


def _count_statement(value: bytes | None) -> None:
    if value is None:
        RETRACTIONS.inc()
    else:
        STATEMENT_COUNT.labels(_STATEMENT.decode(value).form).inc()


COUNTERS: Final[dict[str, Callable[[bytes | None], None]]] = {
    AUDIT.name: _count_outcome,
    STATEMENTS.name: _count_statement,
}


def metrics_table() -> str:
    """Write the metrics as a Markdown table: name, labels, what it tells.

    >>> print(metrics_table().splitlines()[2])
    | `wire_stories_total` | provider, outcome | Items of raw records, by provider and outcome. |
    """
    rows = []
    for metric in METRICS:
        family = next(iter(metric.describe()))
        suffix = "_total" if family.type == "counter" else ""
        rows.append(f"| `{family.name}{suffix}` | {', '.join(metric._labelnames)} | {family.documentation} |")
    return "\n".join(("| metric | labels | what it tells |", "|---|---|---|", *rows))
