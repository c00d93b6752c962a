"""Alerts and dashboard against the metrics that the worker has."""

import json
import re
import shutil
import subprocess
from typing import Any

import promql_parser
import pytest
import yaml

from agents.metrics import REGISTRY
from deploy.alerts import ALERTS
from deploy.dashboard import ROWS, dashboard_json, expressions
from deploy.rendering import CHART

DEPLOY = CHART.parents[1]
RULE_TESTS = sorted((DEPLOY / "prometheus").glob("*_test.yaml"))
METRIC = re.compile(r"\b(?:wire|process|python)_[a-z_]+\b")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",), "info": ("_info",)}
# Labels that Prometheus adds to what a pod shows.
ADDED = {"namespace", "pod", "le"}


def families() -> dict[str, set[str]]:
    """Every series name of the worker, with the labels of its own."""
    found: dict[str, set[str]] = {}
    for collector in list(REGISTRY._collector_to_names):
        labels = set(getattr(collector, "_labelnames", ()))
        for family in getattr(collector, "describe", collector.collect)():
            found |= {family.name + suffix: labels for suffix in SUFFIXES[family.type]}
    return found | {"process_resident_memory_bytes": set(), "process_cpu_seconds_total": set()}


def plain(expression: str) -> str:
    """Put values in place of Grafana's variables."""
    return expression.replace("$namespace", "tasrih").replace("$__rate_interval", "1m")


EXPRESSIONS = [*(alert.expr for alert in ALERTS), *map(plain, expressions())]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_parses_and_asks_for_metrics_that_there_are(expression: str) -> None:
    promql_parser.parse(expression)
    asked = set(METRIC.findall(expression))
    assert asked
    assert asked - set(families()) == set()


def test_an_expression_that_does_not_parse_would_be_noticed() -> None:
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        promql_parser.parse("sum by (a (x)")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_groups_by_labels_that_its_metrics_have(expression: str) -> None:
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
    known = set().union(*(families()[name] for name in METRIC.findall(expression)), ADDED)
    assert grouped - known == set()


def test_every_metric_of_the_worker_is_looked_at() -> None:
    asked = set(METRIC.findall(" ".join(EXPRESSIONS)))
    own = {name for name in families() if name.startswith("wire_")}
    stems = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in asked}
    assert {name for name in own if re.sub(r"_(bucket|sum|count|total)$", "", name) not in stems} == set()


def rule_tests() -> list[dict[str, Any]]:
    return [one for path in RULE_TESTS for one in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]]


def test_every_alert_has_a_moment_at_which_it_fires_and_one_at_which_it_does_not() -> None:
    moments: dict[str, set[bool]] = {}
    for group in rule_tests():
        for one in group.get("promql_expr_test", ()):
            (name,) = re.findall(r'alertname="(\w+)"', one["expr"])
            moments.setdefault(name, set()).add(bool(one["exp_samples"]))
    assert moments == {alert.name: {True, False} for alert in ALERTS}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool")
def test_the_alerts_fire_when_they_should() -> None:
    done = subprocess.run(
        ["promtool", "test", "rules", *map(str, RULE_TESTS)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_has_every_graph_once() -> None:
    panels = json.loads(dashboard_json())["panels"]
    assert [one["title"] for one in panels] == [
        title for row, graphs in ROWS.items() for title in (row, *(graph.title for graph in graphs))
    ]
    places = [tuple(one["gridPos"][at] for at in "xy") for one in panels]
    assert len(set(places)) == len(places)


def test_the_runbook_names_commands_of_every_alert_and_an_alert_for_every_row() -> None:
    runbook = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert [alert.name for alert in ALERTS if f"| `{alert.name}` ({alert.severity}) |" not in runbook] == []
    assert len(set(re.findall(r"\| `(Tasrih\w+)`", runbook))) == len(ALERTS)
