"""READ FIRST: the two agents, in the order in which a story travels.

raw bytes -> ``read_wires`` -> stories -> ``extract_statements`` -> enriched stories, statements, recalls, audit

Two agents and not one, because the versions of a story must meet: raw records are keyed by anything, stories by story
id. An event is a batch: all records of a partition that were fetched together. Each agent hands it to the partition's
lane, which runs the pure stage named here over it (``stages.py``) and commits everything made of it, dead letters,
outcomes and state included, together with the offset, in one Kafka transaction (``delivery/lane.py``).
"""

from typing import Any

from agents.app import EXTRACT, READ, app, lanes, stories, wires


@app.agent(wires)  # type: ignore[untyped-decorator]
async def read_wires(batches: Any) -> None:
    """Read raw records and publish their stories, keyed by story id."""
    async for batch in batches.events():
        await lanes.take(READ, batch)


@app.agent(stories)  # type: ignore[untyped-decorator]
async def extract_statements(batches: Any) -> None:
    """Extract the statements of stories and publish them with the enriched stories."""
    async for batch in batches.events():
        await lanes.take(EXTRACT, batch)
