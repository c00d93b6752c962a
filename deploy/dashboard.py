"""The Grafana dashboard, written with Grafana's own builders: what an operator looks at, from the top down."""

from string import ascii_uppercase
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh

# Grafana counts the width of a dashboard in 24 columns.
WIDTH: Final = 8
HEIGHT: Final = 8
SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
HERE: Final = 'namespace=~"$namespace"'


class Graph(NamedTuple):
    """One graph: its title, its unit in Grafana's words, and what is drawn, each line's name with its expression."""

    title: str
    unit: str
    lines: dict[str, str]


def rate(counter: str, by: str, where: str = "") -> str:
    """Give the rate of a counter a second, summed by labels.

    >>> rate("wire_dead_total", "code")
    'sum by (code) (rate(wire_dead_total{namespace=~"$namespace"}[$__rate_interval]))'
    """
    return f"sum by ({by}) (rate({counter}{{{HERE}{where}}}[$__rate_interval]))"


def quantile(histogram: str, share: float) -> str:
    """Give a quantile of a histogram by stage.

    >>> quantile("a_seconds", 0.5)
    'histogram_quantile(0.5, sum by (le, stage) (rate(a_seconds_bucket{namespace=~"$namespace"}[$__rate_interval])))'
    """
    return f"histogram_quantile({share}, {rate(histogram + '_bucket', 'le, stage')})"


def mean(histogram: str) -> str:
    """Give the mean of a histogram by stage."""
    return f"{rate(histogram + '_sum', 'stage')} / {rate(histogram + '_count', 'stage')}"


def share(part: str, whole: str, where: str = "") -> str:
    """Give the part of a counter in another, by provider, over an hour."""
    over = f"sum by (provider) (increase({part}{{{HERE}{where}}}[1h]))"
    return f"{over} / sum by (provider) (increase({whole}{{{HERE}}}[1h]))"


ROWS: Final[dict[str, tuple[Graph, ...]]] = {
    "Is it getting on?": (
        Graph("Age of the oldest record", "s", {"{{topic}}": f"max by (topic) (wire_lag_seconds{{{HERE}}})"}),
        Graph("Records not committed", "short", {"{{topic}}": f"sum by (topic) (wire_lag{{{HERE}}})"}),
        Graph("Workers ready", "short", {"ready": f"sum(wire_ready{{{HERE}}})"}),
    ),
    "What comes in": (
        Graph("Items by provider", "ops", {"{{provider}}": rate("wire_stories_total", "provider")}),
        Graph("Items by outcome", "ops", {"{{outcome}}": rate("wire_stories_total", "outcome")}),
        Graph("Silence", "s", {"{{provider}}": f"min by (provider) (wire_source_silence_seconds{{{HERE}}})"}),
        Graph("Dead letters by code", "ops", {"{{code}}": rate("wire_dead_total", "code")}),
        Graph(
            "Share of dead letters",
            "percentunit",
            {"{{provider}}": share("wire_stories_total", "wire_stories_total", ',outcome="dead"')},
        ),
        Graph("Charsets", "ops", {"{{declared}} as {{used}}": rate("wire_charset_total", "declared, used")}),
    ),
    "What goes out": (
        Graph("Statements by form", "ops", {"{{form}}": rate("wire_statements_total", "form")}),
        Graph("Statements an item", "short", {"{{provider}}": share("wire_statements_total", "wire_stories_total")}),
        Graph(
            "Sources of unknown kind",
            "percentunit",
            {"{{provider}}": share("wire_unknown_sources_total", "wire_statements_total")},
        ),
        Graph("Recalls", "ops", {"{{kind}}": rate("wire_recalls_total", "kind")}),
        Graph("Versions after a kill", "ops", {"{{provider}}": rate("wire_late_versions_total", "provider")}),
        Graph("Retracted statements", "ops", {"retracted": rate("wire_retractions_total", "namespace")}),
    ),
    "How it works": (
        Graph(
            "Time of a stage, a record",
            "s",
            {
                "{{stage}} p50": quantile("wire_stage_seconds", 0.5),
                "{{stage}} p99": quantile("wire_stage_seconds", 0.99),
            },
        ),
        Graph(
            "Time of a transaction",
            "s",
            {
                "{{stage}} p50": quantile("wire_transaction_seconds", 0.5),
                "{{stage}} p99": quantile("wire_transaction_seconds", 0.99),
            },
        ),
        Graph("Records of a transaction", "short", {"{{stage}}": mean("wire_batch_records")}),
        Graph("Transactions cleared up", "ops", {"{{stage}}": rate("wire_unclear_transactions_total", "stage")}),
        Graph("Memory", "bytes", {"{{pod}}": f"process_resident_memory_bytes{{{HERE}}} and wire_ready"}),
        Graph(
            "Processor",
            "short",
            {"{{pod}}": f"rate(process_cpu_seconds_total{{{HERE}}}[$__rate_interval]) and wire_ready"},
        ),
    ),
}


def expressions() -> list[str]:
    """Give everything that the dashboard asks of Prometheus, with Grafana's variables in it."""
    return [expr for graphs in ROWS.values() for graph in graphs for expr in graph.lines.values()]


def dashboard_json() -> str:
    """Write the dashboard as Grafana reads it."""
    made = (
        dashboard.Dashboard("tasrih")
        .uid("tasrih")
        .description("Arabic newswire in, statements out. Made from deploy/dashboard.py.")
        .tags(["tasrih", "kafka"])
        .time("now-6h", "now")
        .refresh("1m")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(_namespaces())
    )
    for title, graphs in ROWS.items():
        made = made.with_row(dashboard.Row(title))
        for graph in graphs:
            made = made.with_panel(_panel(graph))
    return str(JSONEncoder(sort_keys=True, indent=2).encode(made.build())) + "\n"


def _namespaces() -> Any:
    asked = dashboard.QueryVariable("namespace").label("Namespace").datasource(SOURCE)
    return (
        asked.query("label_values(wire_ready, namespace)")
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    )


def _panel(graph: Graph) -> Any:
    panel = timeseries.Panel().title(graph.title).unit(graph.unit).datasource(SOURCE).span(WIDTH).height(HEIGHT).min(0)
    legend = common.VizLegendOptions().show_legend(True)
    panel = panel.legend(legend.display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM))
    for letter, (name, expr) in zip(ascii_uppercase, graph.lines.items(), strict=False):
        panel = panel.with_target(prometheus.Dataquery().ref_id(letter).expr(expr).legend_format(name))
    return panel
