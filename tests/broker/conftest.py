"""Places on the broker for the tests beside this file."""

import uuid
from pathlib import Path

import pytest

from tests.broker.stream import Place


@pytest.fixture
def place(kafka: str) -> Place:
    """Give a place of the test's own, with the topics made."""
    place = Place(address=kafka, prefix=f"t{uuid.uuid4().hex[:10]}.")
    place.create_topics()
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder for the logs of the workers."""
    return tmp_path
