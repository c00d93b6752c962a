"""Places on the broker for the tests beside this file."""

from collections.abc import Iterator

import pytest

from tests.broker.stream import Place, own_place


@pytest.fixture
def place(kafka: str) -> Iterator[Place]:
    """Give a place of the test's own, with the topics made."""
    with own_place(kafka) as place:
        yield place
