"""What ``tasrih extract --ninjs`` prints is ninjs 3.1: names and types as IPTC's schema has them, and nothing else."""

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from agents.intake import read_items
from agents.lifecycle import enrich, recalled
from agents.messages import Incoming
from agents.ninjs import as_ninjs
from agents.reading import read_stories
from tests.cases import STORIES, TESTS
from tests.examples import FIRST
from tests.test_extract_command import tasrih

TEXT = {"type": "string"}
URI = {"type": "string", "format": "uri"}
TIME = {"type": "string", "format": "date-time"}
COUNT = {"type": "integer"}


def listed(*required: str, **fields: dict[str, Any]) -> dict[str, Any]:
    one = {"type": "object", "additionalProperties": False, "required": list(required), "properties": fields}
    return {"type": "array", "items": one}


# The part of http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json that is written, read off it by hand: it is in no
# package. Every object is closed as there.
NEWS: dict[str, Any] = {
    "uri": URI,
    "type": {"enum": ["text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning"]},
    "standard": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"name": TEXT, "version": TEXT, "schema": URI},
    },
    "version": TEXT,
    "versionCreated": TIME,
    "embargoedUntil": TIME,
    "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
    "urgency": {"type": "integer", "minimum": 1, "maximum": 9},
    "copyrightNotice": TEXT,
    "edNote": TEXT,
    "language": TEXT,
    "descriptions": listed("value", role=TEXT, contentType=TEXT, value=TEXT),
    "bodies": listed("value", role=TEXT, contentType=TEXT, charCount=COUNT, wordCount=COUNT, value=TEXT),
    "headlines": listed("value", role=TEXT, contentType=TEXT, value=TEXT),
    "people": listed(name=TEXT, rel=TEXT, uri=URI, literal=TEXT),
    "organisations": listed(name=TEXT, rel=TEXT, uri=URI, literal=TEXT),
    "subjects": listed(name=TEXT, rel=TEXT, uri=URI, literal=TEXT, creator=TEXT),
    "infoSources": listed(name=TEXT, role=TEXT, uri=URI, literal=TEXT),
    "by": TEXT,
    "slugline": TEXT,
    "located": TEXT,
    "altIds": listed(role=TEXT, value=TEXT),
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["uri"],
    "properties": NEWS | {"associations": listed("name", "uri", **NEWS, name=TEXT, rel=TEXT)},
}
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
FILES = [*sorted(STORIES.glob("*.txt")), *sorted(path for path in (TESTS / "wires").iterdir() if path.is_file())]


def stories(value: bytes) -> list[Any]:
    raw = Incoming(topic="", partition=0, offset=0, timestamp=0, key=None, value=value)
    return read_stories(raw)


@pytest.mark.parametrize("file", [one for one in FILES if one.suffix not in (".md",) and one.name[0] != "."], ids=str)
def test_every_story_is_allowed_and_keeps_its_statements(file: Any) -> None:
    for story in stories(file.read_bytes()):
        if story.status == "usable":
            enriched = enrich(story)
            news = as_ninjs(enriched)
            VALIDATOR.validate(news)
            contents = [one["bodies"][0]["value"] for one in news.get("associations", [])]
            assert contents == [one.content.text for one in enriched.statements]


def test_the_validator_sees_a_name_that_ninjs_does_not_have() -> None:
    (story,) = stories(FIRST.value or b"")
    news = as_ninjs(enrich(story))
    assert not VALIDATOR.is_valid(news | {"statements": []})
    assert not VALIDATOR.is_valid(news | {"urgency": 0})
    assert not VALIDATOR.is_valid(news | {"associations": [{"uri": "urn:a:b"}]})


def test_a_killed_story_has_its_status_and_no_text() -> None:
    (story,) = stories(FIRST.value or b"")
    news = as_ninjs(recalled(replace(story, status="canceled")))
    VALIDATOR.validate(news)
    assert news["pubStatus"] == "canceled"
    assert news.keys().isdisjoint({"bodies", "headlines", "associations"})


def test_what_is_written_can_be_read_again() -> None:
    (story,) = stories(FIRST.value or b"")
    (item,) = read_items(orjson.dumps(as_ninjs(enrich(story))), {})
    assert (item.format, item.headline, item.language) == ("ninjs", story.headline, "ar")
    (again,) = stories(orjson.dumps(as_ninjs(enrich(story))))
    told = [[one.content.text for one in enrich(which).statements] for which in (story, again)]
    assert told[0] == told[1]


def test_the_command_prints_one_object_a_story() -> None:
    done = tasrih("--ninjs", given="قال الوزير إن القرار نهائي.".encode())
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    VALIDATOR.validate(orjson.loads(line))
    both = tasrih("--ninjs", "--html", given=b"")
    assert both.returncode == 2
