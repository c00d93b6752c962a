"""Runs the worker's own reading and extraction over a text, as a raw record on the topic would run."""

from functools import lru_cache
from typing import NamedTuple

from agents.extract import extract
from agents.messages import Incoming
from agents.reading import read_stories
from schemas.statements import Statement
from schemas.stories import Story

RECEIVED = 1_700_000_000_000  # any fixed time, in milliseconds since the epoch
TEXT = ("wire-format", b"text")


class Extracted(NamedTuple):
    """A story as read, and its statements in the order in which their contents begin."""

    story: Story
    statements: tuple[Statement, ...]


@lru_cache(maxsize=1024)
def extracted(text: str) -> Extracted:
    """Return the one story of a plain text and its statements."""
    raw = Incoming(
        topic="wire.raw.v1", partition=0, offset=0, timestamp=RECEIVED, key=None, value=text.encode(), headers=(TEXT,)
    )
    (story,) = read_stories(raw)
    statements = sorted(extract(story).statements, key=lambda s: (s.content.start, s.content.end))
    return Extracted(story, tuple(statements))
