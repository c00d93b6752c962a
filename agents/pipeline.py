"""READ FIRST: the two agents, in the order in which a story travels.

raw bytes -> ``read_wires`` -> stories -> ``extract_statements`` -> enriched stories, statements, recalls, audit

Two agents and not one, because the versions of a story must meet: raw records are keyed by anything, stories by story
id. Each agent hands its records, one after the other, to the delivery, which runs the pure stage named here, publishes
what comes of it, and only then counts the record as done. A record on which a stage fails becomes a dead letter.
"""

from datetime import datetime
from typing import Any

from agents.app import app, delivery, settings, stories, wires
from agents.delivery.stages import Outputs, Stage
from agents.errors import WireError
from agents.lifecycle import extract_story
from agents.messages import Incoming
from agents.reading import read_wire
from schemas.codec import DecodeError, decode_story
from schemas.outcomes import StoryState
from schemas.stories import Story


def read(wire: Incoming, state: StoryState | None, now: datetime) -> tuple[Outputs, StoryState | None]:
    """Stage 1: one raw record to its stories, none of them above the story limit; it has no state."""
    return read_wire(wire, max_story_bytes=settings.story_max_bytes), None


def extract(record: Incoming, state: StoryState | None, now: datetime) -> tuple[Outputs, StoryState | None]:
    """Stage 2: one version of a story, and what is known of the story, to what is published of it."""
    return extract_story(story_of(record), state, now)


def story_of(record: Incoming) -> Story:
    """Decode a record of the stories topic, or raise ``WIRE-204``."""
    try:
        return decode_story(record.value or b"")
    except DecodeError as error:
        raise WireError("WIRE-204", error.cause, path=error.path) from error


READ = Stage(name="read", run=read, unforeseen="WIRE-205")
EXTRACT = Stage(name="extract", run=extract, unforeseen="WIRE-501")


@app.agent(wires)  # type: ignore[untyped-decorator]
async def read_wires(records: Any) -> None:
    """Read each raw record and publish its stories, keyed by story id."""
    async for record in records.noack().events():
        await delivery.take(READ, record)


@app.agent(stories)  # type: ignore[untyped-decorator]
async def extract_statements(records: Any) -> None:
    """Extract the statements of each story and publish them with the enriched story."""
    async for record in records.noack().events():
        await delivery.take(EXTRACT, record)
