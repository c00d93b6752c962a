"""The image under test, where one was named."""

import re
from pathlib import Path

import pytest

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
