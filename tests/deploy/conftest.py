"""The image under test, where one was named."""

import os
import re
from pathlib import Path

import pytest

from tests.broker.kafka import why_not

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="session")
def image(request: pytest.FixtureRequest) -> str:
    """Give the image named by ``--image``; without one, the tests of the image are skipped, and say so."""
    named = request.config.getoption("--image")
    if named is None:
        pytest.skip("no --image: deploy/verify/t1 builds one and names it")
    return str(named)


@pytest.fixture(scope="session")
def base(request: pytest.FixtureRequest) -> str:
    """Give the image that it was built on: the one named, else the Dockerfile's own."""
    own = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert own is not None
    return str(request.config.getoption("--base") or own[1])


@pytest.fixture(scope="session")
def kafka_can_run() -> None:
    """Skip where no broker of our own can be run, unless one is required."""
    if reason := why_not():
        if os.environ.get("TASRIH_REQUIRE_KAFKA") == "1":
            pytest.fail(f"a broker is required, but {reason}")
        pytest.skip(f"no Kafka: {reason}")
