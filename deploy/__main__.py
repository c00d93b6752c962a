"""Write the files of this folder that follow from the package: ``uv run python -m deploy``.

With ``--render``, which needs Helm, the rendered manifests too.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

from agents.metrics import metrics_table
from deploy.access import access_lists
from deploy.alerts import alerts_table, rule_groups
from deploy.dashboard import dashboard_json
from deploy.rendering import CHART, HERE, render_all
from deploy.values import values_schema_json
from schemas.topics import TOPICS, topic_config

README: Final = HERE / "README.md"
PART: Final = re.compile(r"<!-- (?P<name>alerts|metrics) -->\n.*?<!-- end -->", re.DOTALL)
MADE: Final = "# Made by: uv run python -m deploy\n"


def as_yaml(value: Any) -> str:
    """Write a value as YAML, in the order it has.

    >>> print(as_yaml({"b": ["1"], "a": 2}), end="")
    # Made by: uv run python -m deploy
    b:
      - "1"
    a: 2
    """
    return MADE + str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True))


class _Dumper(yaml.SafeDumper):
    """Lists are indented, and text is quoted where it could be read as something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = re.fullmatch(r"[A-Za-z][\w./-]*", text) and text.lower() not in ("true", "false", "null", "yes", "no", "on")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, None if plain else '"')


_Dumper.add_representer(str, _quoted)


def topics() -> dict[str, Any]:
    """Give the topics as the chart's template reads them."""
    return {topic.name: {"partitions": topic.partitions, "config": topic_config(topic)} for topic in TOPICS}


def readme() -> str:
    """Give the runbook with its two tables as they are now."""
    tables = {"alerts": alerts_table(), "metrics": metrics_table()}

    def replaced(part: re.Match[str]) -> str:
        return f"<!-- {part['name']} -->\n{tables[part['name']]}\n<!-- end -->"

    return PART.sub(replaced, README.read_text(encoding="utf-8"))


FILES: Final[dict[Path, Callable[[], str]]] = {
    CHART / "values.schema.json": values_schema_json,
    CHART / "files" / "topics.yaml": lambda: as_yaml(topics()),
    CHART / "files" / "access.yaml": lambda: as_yaml(access_lists()),
    CHART / "files" / "alerts.yaml": lambda: as_yaml(rule_groups()),
    CHART / "files" / "dashboard.json": dashboard_json,
    README: readme,
}


def main(arguments: list[str]) -> None:
    """Write them all."""
    for path, make in FILES.items():
        path.write_text(make(), encoding="utf-8")
    if "--render" in arguments:
        render_all()


if __name__ == "__main__":
    main(sys.argv[1:])
