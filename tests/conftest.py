"""What every test may use: a real broker, or the reason why there is none."""

import os
from collections.abc import Iterator

import pytest

from tests.broker.kafka import apache_kafka, why_not

HOW = "install Java 17 and Maven, or set TASRIH_TEST_KAFKA=host:port; TASRIH_REQUIRE_KAFKA=1 makes this a failure"


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """Give the address of a running Kafka: the one named in TASRIH_TEST_KAFKA, else one of our own."""
    if given := os.environ.get("TASRIH_TEST_KAFKA"):
        yield given
    elif reason := why_not():
        if os.environ.get("TASRIH_REQUIRE_KAFKA") == "1":
            pytest.fail(f"the broker tests are required, but: {reason}")
        pytest.skip(f"no Kafka: {reason}; to run the broker tests, {HOW}")
    else:
        with apache_kafka() as address:
            yield address


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="Rewrite the expectations of the corpus and the stories from the output."
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests that may be the first to fetch and start Kafka the time for it."""
    for item in items:
        if "kafka" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(600))
