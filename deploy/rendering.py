"""The chart as Helm renders it, kept beside it, so that checking what it makes needs no Helm."""

import hashlib
import subprocess
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
CHART: Final = HERE / "helm" / "tasrih"
RENDERED: Final = HERE / "helm" / "rendered"
KUBERNETES: Final = "1.33.0"
HELM_SECONDS: Final = 60


def cases() -> list[str]:
    """Name the cases: each has its values in ``rendered/NAME.values.yaml``.

    >>> cases()
    ['default', 'full', 'stateful']
    """
    return sorted(path.name.removesuffix(".values.yaml") for path in RENDERED.glob("*.values.yaml"))


def digest(case: str) -> str:
    """Give a digest of everything that a case is rendered from."""
    summed = hashlib.sha256()
    for path in [*sorted(path for path in CHART.rglob("*") if path.is_file()), RENDERED / f"{case}.values.yaml"]:
        summed.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return summed.hexdigest()


def head(case: str) -> str:
    """Give the first line of a rendered file, which says what it was made of."""
    return f"# Made by: uv run python -m deploy --render, of {digest(case)}\n"


def rendered(case: str) -> str:
    """Render a case with the ``helm`` on the path; raises ``CalledProcessError`` where the chart refuses."""
    options = ["--namespace", "tasrih", "--kube-version", KUBERNETES, "--values", f"{RENDERED / case}.values.yaml"]
    command = ["helm", "template", "tasrih", str(CHART), *options]
    done = subprocess.run(command, capture_output=True, check=True, timeout=HELM_SECONDS)  # noqa: S603 - our own words
    return head(case) + done.stdout.decode()


def render_all() -> None:
    """Write all cases."""
    for case in cases():
        (RENDERED / f"{case}.yaml").write_text(rendered(case), encoding="utf-8")
