"""Every alert, defined once: when it fires, what it means, what to do; the runbook's table is made of them."""

from dataclasses import dataclass
from typing import Any, Final, Literal

Severity = Literal["critical", "warning"]

HOURS_OF_A_WEEK: Final = 7 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. ``held`` is how long the expression has to be true before it fires, in Prometheus' words."""

    name: str
    expr: str
    held: str
    severity: Severity
    summary: str
    meaning: str
    action: str


def ratio(part: str, whole: str, window: str, by: str = "namespace, provider", offset: str = "") -> str:
    """Divide the increase of one counter by that of another, over a window.

    >>> ratio("a_total", "b_total", "1h", by="namespace")
    '(sum by (namespace) (increase(a_total[1h])) / sum by (namespace) (increase(b_total[1h])))'
    """
    over, under = (f"sum by ({by}) (increase({counter}[{window}]{offset}))" for counter in (part, whole))
    return f"({over} / {under})"


ITEMS: Final = "wire_stories_total"
PUBLISHED: Final = 'wire_stories_total{outcome="published"}'
DEAD: Final = 'wire_stories_total{outcome="dead"}'
BUSY: Final = "sum by (namespace, provider) (increase(wire_stories_total[6h])) > 50"

ALERTS: Final = (
    Alert(
        name="TasrihLate",
        expr="max by (namespace, topic) (wire_lag_seconds) > 300",
        held="5m",
        severity="warning",
        summary="{{ $labels.topic }} is {{ $value | humanizeDuration }} behind",
        meaning="The oldest record that is not committed has waited for over five minutes.",
        action="Look at the rate on the dashboard. Add workers up to the number of partitions; where there are as many "
        "already, see how to grow.",
    ),
    Alert(
        name="TasrihStuck",
        expr="sum by (namespace, pod) (wire_lag) > 0 unless "
        "sum by (namespace, pod) (increase(wire_transaction_seconds_count[10m])) > 0",
        held="5m",
        severity="critical",
        summary="{{ $labels.pod }} has records to read and commits nothing",
        meaning="A worker holds partitions with records and has not committed a transaction for ten minutes.",
        action="Read its log: a broker that is away or refuses a write is named there. `/live` restarts a worker that "
        "hangs; one that comes back to the same record should have made a dead letter of it: report it.",
    ),
    Alert(
        name="TasrihNotReady",
        expr="sum by (namespace) (wire_ready) == 0 or absent(wire_ready)",
        held="5m",
        severity="critical",
        summary="No worker is ready",
        meaning="No worker holds a place in the group with its state restored, or none is there at all.",
        action="`kubectl get pods` and the log of one: settings (exit 2), topics (`tasrih topics check`), brokers, "
        "access lists. A long restore says `state restored` when it is done.",
    ),
    Alert(
        name="TasrihDeadLetters",
        expr=f"{ratio(DEAD, ITEMS, '1h')} > 0.05 and sum by (namespace, provider) (increase({DEAD}[1h])) >= 3",
        held="5m",
        severity="warning",
        summary="{{ $value | humanizePercentage }} of what {{ $labels.provider }} sends becomes dead letters",
        meaning="More than a twentieth of a provider's items of the last hour, and at least three, could not be read.",
        action="`tasrih dead list --provider NAME`, then the code's line in the README says what to do. Redrive them "
        "when the cause is gone.",
    ),
    Alert(
        name="TasrihStageFails",
        expr='sum by (namespace, code) (increase(wire_dead_total{code=~"WIRE-(205|501|602|603)"}[15m])) > 0',
        held="0m",
        severity="warning",
        summary="A story ended as {{ $labels.code }}",
        meaning="A story made the worker's own code fail, hang or lose its process. The rest of its batch went on.",
        action="`tasrih dead list --code CODE` and `tasrih dead show`; report it with the letter. Many WIRE-603 at "
        "once mean that memory is short.",
    ),
    Alert(
        name="TasrihProviderSilent",
        expr="sum by (namespace, provider) (increase(wire_stories_total[6h])) == 0 and "
        f"sum by (namespace, provider) (increase(wire_stories_total[7d])) > {HOURS_OF_A_WEEK}",
        held="15m",
        severity="warning",
        summary="Nothing from {{ $labels.provider }} for six hours",
        meaning="A provider that sent over one item an hour this week has sent none for six hours.",
        action="Look at its feed. Whether the raw topic gets records at all is on the dashboard.",
    ),
    Alert(
        name="TasrihFewPublished",
        expr=f"{ratio(PUBLISHED, ITEMS, '6h')} < 0.5 * {ratio(PUBLISHED, ITEMS, '7d', offset=' offset 6h')} and {BUSY}",
        held="30m",
        severity="warning",
        summary="Only {{ $value | humanizePercentage }} of what {{ $labels.provider }} sends is published",
        meaning="The share of a provider's items that are published has fallen to half of that of its last seven days.",
        action="The dashboard shows what became of the others: duplicates and superseded versions point to a feed that "
        "repeats itself, empty ones to its template.",
    ),
    Alert(
        name="TasrihFewerStatements",
        expr=f"{ratio('wire_statements_total', PUBLISHED, '6h')} < 0.5 * "
        f"{ratio('wire_statements_total', PUBLISHED, '7d', offset=' offset 6h')} and {BUSY}",
        held="30m",
        severity="warning",
        summary="{{ $labels.provider }} brings {{ $value | humanize }} statements a story",
        meaning="A provider's stories bring half as many statements as in its last seven days.",
        action="Compare some with `tasrih explain`: another layout, language or charset, or texts that are cut. After "
        "an upgrade of the worker, compare versions.",
    ),
    Alert(
        name="TasrihUnknownSources",
        expr=f"{ratio('wire_unknown_sources_total', 'wire_statements_total', '6h')} > 0.1 + 1.5 * "
        f"{ratio('wire_unknown_sources_total', 'wire_statements_total', '7d', offset=' offset 6h')} and {BUSY}",
        held="30m",
        severity="warning",
        summary="{{ $value | humanizePercentage }} of {{ $labels.provider }}'s sources are of unknown kind",
        meaning="The share of statements whose source is of unknown kind is far above that of the last seven days.",
        action="Read some: offices or names that the lexicon lacks, or text that is wrongly cut into sentences.",
    ),
    Alert(
        name="TasrihLateVersions",
        expr="sum by (namespace, provider) (increase(wire_late_versions_total[15m])) > 0",
        held="0m",
        severity="warning",
        summary="{{ $labels.provider }} sent a usable version of a story that it had killed or held",
        meaning="A usable version came after a kill or hold of its story. It was not published.",
        action="The worker's log names the story (`late version`). Ask the provider; where the story may be used "
        "again, `tasrih release STORY`.",
    ),
    Alert(
        name="TasrihUnclearTransactions",
        expr="sum by (namespace) (increase(wire_unclear_transactions_total[15m])) > 10",
        held="5m",
        severity="warning",
        summary="{{ $value | humanize }} transactions of 15 minutes had to be cleared up",
        meaning="Brokers answer late or refuse: outcomes of transactions were asked for again. Nothing is lost.",
        action="Look at the brokers: load, leader elections, in-sync replicas, and the cause in the worker's log.",
    ),
)


def rule_groups() -> dict[str, Any]:
    """Give the alerts as Prometheus reads them."""
    return {"groups": [{"name": "tasrih", "rules": [_rule(alert) for alert in ALERTS]}]}


def _rule(alert: Alert) -> dict[str, Any]:
    notes = {"summary": alert.summary, "description": f"{alert.meaning} {alert.action}"}
    labels = {"severity": alert.severity}
    return {"alert": alert.name, "expr": alert.expr, "for": alert.held, "labels": labels, "annotations": notes}


def alerts_table() -> str:
    """Write the alerts as a Markdown table: name, what it means, what to do."""
    rows = (f"| `{one.name}` ({one.severity}) | {one.meaning} | {one.action} |" for one in ALERTS)
    return "\n".join(("| alert | what it means | what to do |", "|---|---|---|", *rows))
