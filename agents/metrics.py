"""Every metric of the worker, defined once, and what counts them."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

from agents.errors import CODES
from agents.messages import Output
from schemas.topics import AUDIT, RECALLS, STATEMENTS
from schemas.topics import STORIES as STORY_TOPIC

log = logging.getLogger(__name__)

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

RECORDS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

STORIES: Final = Counter(
    "wire_stories", "Items of raw records, by provider and outcome.", ("provider", "outcome"), registry=REGISTRY
)
STATEMENT_COUNT: Final = Counter(
    "wire_statements", "Statements published, by provider and form.", ("provider", "form"), registry=REGISTRY
)
UNKNOWN_SOURCES: Final = Counter(
    "wire_unknown_sources",
    "Statements published whose source is not known to be a person, a body or anything else, by provider.",
    ("provider",),
    registry=REGISTRY,
)
RETRACTIONS: Final = Counter("wire_retractions", "Statements retracted.", registry=REGISTRY)
DEAD: Final = Counter("wire_dead", "Records that became dead letters, by code.", ("code",), registry=REGISTRY)
for _code in CODES:
    DEAD.labels(_code)  # a series that begins with its first event would hide that event from rate()
STAGE_SECONDS: Final = Histogram(
    "wire_stage_seconds", "Time that a stage worked on one record.", ("stage",), buckets=SECONDS, registry=REGISTRY
)
TRANSACTION_SECONDS: Final = Histogram(
    "wire_transaction_seconds",
    "Time that one transaction took, from its begin to its commit.",
    ("stage",),
    buckets=SECONDS,
    registry=REGISTRY,
)
BATCH_RECORDS: Final = Histogram(
    "wire_batch_records", "Records of one transaction.", ("stage",), buckets=RECORDS, registry=REGISTRY
)
UNCLEAR: Final = Counter(
    "wire_unclear_transactions",
    "Transactions whose outcome had to be asked of the broker.",
    ("stage",),
    registry=REGISTRY,
)
RECALL_COUNT: Final = Counter("wire_recalls", "Recalls published, by kind.", ("kind",), registry=REGISTRY)
LATE: Final = Counter(
    "wire_late_versions",
    "Usable versions that came after a kill or hold of their story, and were not published.",
    ("provider",),
    registry=REGISTRY,
)
CHARSETS: Final = Counter(
    "wire_charset", "Stories read, by declared and used charset.", ("declared", "used"), registry=REGISTRY
)
LAST_STORY: Final[dict[str, float]] = {}
SILENCE: Final = Gauge(
    "wire_source_silence_seconds",
    "Time since this worker published the last outcome of a provider.",
    ("provider",),
    registry=REGISTRY,
)
LAG: Final = Gauge(
    "wire_lag",
    "Data records of a partition that are not committed yet; an upper bound while some were not fetched.",
    ("topic", "partition"),
    registry=REGISTRY,
)
LAG_SECONDS: Final = Gauge(
    "wire_lag_seconds",
    "Age of the oldest record of a partition that is not committed yet, 0 when there is none.",
    ("topic", "partition"),
    registry=REGISTRY,
)
READY: Final = Gauge(
    "wire_ready",
    "1 while the worker is in the group, has its state and gets its transactions committed, else 0.",
    registry=REGISTRY,
)

METRICS: Final = (
    STORIES, STATEMENT_COUNT, UNKNOWN_SOURCES, RETRACTIONS, RECALL_COUNT, LATE, DEAD, CHARSETS, STAGE_SECONDS,
    TRANSACTION_SECONDS, BATCH_RECORDS, UNCLEAR, LAG, LAG_SECONDS, SILENCE, READY,
)  # fmt: skip


class _Outcome(msgspec.Struct):
    outcome: str
    provider: str
    code: str | None = None
    story_id: str | None = None
    reason: str | None = None


class _Source(msgspec.Struct):
    type: str


class _Statement(msgspec.Struct):
    provider: str
    form: str
    source: _Source


class _Recall(msgspec.Struct):
    recall: str


class _Charset(msgspec.Struct):
    used: str
    declared: str | None = None


class _Raw(msgspec.Struct):
    charset: _Charset


class _Provenance(msgspec.Struct):
    raw: _Raw


class _Story(msgspec.Struct):
    provenance: _Provenance


_OUTCOME = msgspec.json.Decoder(_Outcome)
_STATEMENT = msgspec.json.Decoder(_Statement)
_RECALL = msgspec.json.Decoder(_Recall)
_STORY = msgspec.json.Decoder(_Story)


def count(outputs: Iterable[Output]) -> None:
    """Count what was published, from the records themselves, after the broker has acknowledged them.

    >>> before = STATEMENT_COUNT.labels("wakala", "direct")._value.get()
    >>> value = b'{"provider": "wakala", "form": "direct", "source": {"type": "person"}}'
    >>> count([Output(topic="wire.statements.v1", key=b"s", value=value)])
    >>> STATEMENT_COUNT.labels("wakala", "direct")._value.get() - before
    1.0
    """
    for output in outputs:
        if counter := COUNTERS.get(output.topic):
            counter(output.value)


def _count_outcome(value: bytes | None) -> None:
    if value is not None:
        record = _OUTCOME.decode(value)
        STORIES.labels(record.provider, record.outcome).inc()
        LAST_STORY[record.provider] = time.time()
        if record.outcome == "dead":
            DEAD.labels(record.code or "").inc()
        if record.outcome == "recalled" and record.reason is not None:
            LATE.labels(record.provider).inc()
            log.warning("late version", extra={"story": record.story_id, "cause": record.reason})


def _count_statement(value: bytes | None) -> None:
    if value is None:
        RETRACTIONS.inc()
    else:
        record = _STATEMENT.decode(value)
        STATEMENT_COUNT.labels(record.provider, record.form).inc()
        if record.source.type == "unknown":
            UNKNOWN_SOURCES.labels(record.provider).inc()


def _count_recall(value: bytes | None) -> None:
    if value is not None:
        RECALL_COUNT.labels(_RECALL.decode(value).recall).inc()


def _count_story(value: bytes | None) -> None:
    if value is not None:
        charset = _STORY.decode(value).provenance.raw.charset
        CHARSETS.labels(charset.declared or "none", charset.used).inc()


def measure_silence() -> None:
    """Set how long each provider has been silent."""
    now = time.time()
    for provider, last in LAST_STORY.items():
        SILENCE.labels(provider).set(now - last)


COUNTERS: Final[dict[str, Callable[[bytes | None], None]]] = {
    AUDIT.name: _count_outcome,
    STATEMENTS.name: _count_statement,
    RECALLS.name: _count_recall,
    STORY_TOPIC.name: _count_story,
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
