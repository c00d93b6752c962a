"""Wire formats: whole records, in real envelopes, against every field that is read of them."""

from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from agents.intake import FORMATS
from agents.lifecycle import enrich
from agents.messages import Incoming
from agents.reading import read_stories
from schemas.stories import Story
from tests.spans import check_story

FOLDER = Path(__file__).parent / "wires"
SAMPLES = sorted(path for path in FOLDER.iterdir() if path.is_file() and path.suffix != ".md" and path.name[0] != ".")
# What intake promises to look for, per format; what a format cannot say is left out of its list.
COMMON = {"id", "provider", "language", "headline", "text", "published_at"}
FULL = {"version", "status", "signal", "urgency", "editorial_note", "slugline", "byline", "dateline", "copyright"}
PROMISED = {
    "newsml-g2": COMMON | FULL | {"channel", "transmission", "embargoed_until", "subjects"},
    "newsml-1": COMMON | FULL | {"channel", "transmission", "embargoed_until", "subjects"},
    "nitf": (COMMON | FULL | {"channel", "transmission", "embargoed_until", "subjects"}) - {"signal"},
    "ninjs": (COMMON | FULL | {"embargoed_until", "subjects"}) - {"signal"},
    "json": COMMON | FULL | {"channel", "transmission", "embargoed_until", "subjects"},
    "anpa": COMMON
    | {"version", "signal", "urgency", "editorial_note", "slugline", "byline", "transmission", "subjects"},
    "iptc7901": COMMON
    | {"version", "signal", "urgency", "editorial_note", "slugline", "dateline", "transmission", "subjects"},
    "rss": COMMON | {"channel", "byline", "subjects", "copyright"},
    "atom": COMMON | {"byline", "subjects", "copyright"},
    "mail": COMMON | {"channel", "byline", "urgency", "signal"},
    "html": COMMON | {"byline", "subjects", "copyright"},
    "text": (COMMON - {"published_at"}) | {"byline", "dateline"},
}


def stories_of(path: Path) -> list[Story]:
    raw = Incoming(topic="wire.raw.v1", partition=0, offset=0, timestamp=0, key=None, value=path.read_bytes())
    return read_stories(raw)


def shown(story: Story) -> dict[str, Any]:
    """A story without what its text says twice: sections as printed, no offsets, no place in Kafka."""
    fields = msgspec.to_builtins(story)
    raw = fields.pop("provenance")["raw"]
    kept = {name: value for name, value in fields.items() if value not in (None, (), []) and name != "offsets"}
    kept["sections"] = [[part.kind, story.text[part.start : part.end]] for part in story.sections]
    return {"format": raw["format"], "charset": raw["charset"], "item": f"{raw['item'] + 1}/{raw['items']}"} | kept


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_field_of_every_wire(path: Path, request: pytest.FixtureRequest) -> None:
    expected = FOLDER / "expected" / f"{path.name}.json"
    found = orjson.dumps(
        [shown(story) for story in stories_of(path)], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    if request.config.getoption("update"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_bytes(found)
    assert found.decode() == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_span_of_every_wire_holds(path: Path) -> None:
    for story in stories_of(path):
        check_story(enrich(story))


def test_every_format_has_a_wire_and_every_promised_field_is_asserted() -> None:
    seen: dict[str, set[str]] = {}
    for path in (FOLDER / "expected").iterdir():
        for story in orjson.loads(path.read_bytes()):
            said = {name for name, value in story.items() if (name, value) not in (("signal", "new"), ("version", "1"))}
            seen.setdefault(story["format"], set()).update(said)
    assert set(seen) == {row.name for row in FORMATS} == set(PROMISED)
    assert {name: fields - seen[name] for name, fields in PROMISED.items() if fields - seen[name]} == {}
