"""What every test may use: a real broker, or the reason why there is none."""

import os
from collections.abc import Iterator

import pytest

from tests.broker.kafka import apache_kafka, why_not

# Fetching and starting Kafka falls to whichever test comes first.
KAFKA_SECONDS = 600
HOW = "install Java 17 and Maven, or set TASRIH_TEST_KAFKA=host:port (TASRIH_REQUIRE_KAFKA=1 makes it a failure)"


def lacking() -> str | None:
    """Say why there is no Kafka for the tests, or None."""
    return None if os.environ.get("TASRIH_TEST_KAFKA") else why_not()


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """Give the address of a running Kafka: the one named in TASRIH_TEST_KAFKA, else one of our own."""
    if reason := lacking():
        pytest.fail(f"the broker tests are required, but {reason}: {HOW}")
    if given := os.environ.get("TASRIH_TEST_KAFKA"):
        yield given
    else:
        with apache_kafka() as address:
            yield address


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the broker tests their time, or skip them where there is no Kafka and none is required."""
    reason = None if os.environ.get("TASRIH_REQUIRE_KAFKA") == "1" else lacking()
    for item in items:
        if "kafka" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(KAFKA_SECONDS))
            if reason:
                item.add_marker(pytest.mark.skip(reason="no Kafka"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once how to run the broker tests, when they were skipped."""
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if "no Kafka" in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} broker tests skipped, {lacking()}; to run them, {HOW}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites the corpus from the current output, and those that name an image to test."""
    parser.addoption(
        "--update", action="store_true", help="Rewrite the expectations of the corpus and the stories from the output."
    )
    parser.addoption("--image", help="Image of the worker for tests/deploy; deploy/verify/t1 builds one.")
    parser.addoption("--base", help="Image that it was built on; the Dockerfile's when not given.")
