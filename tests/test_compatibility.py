"""Whoever reads by the schemas of the last release reads on; and the comparison sees what would stop them."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schemas.__main__ import topic_schema
from schemas.topics import DEAD, ENRICHED, STATEMENTS, Topic
from tests.compatibility import KEPT, ROOT, breaks, released, releases

Change = Callable[[Any], Any]


@pytest.mark.parametrize("topic", KEPT, ids=[topic.name for topic in KEPT])
def test_readers_of_the_last_release_read_on(topic: Topic) -> None:
    assert breaks(released(topic, releases()[-1]), topic_schema(topic)) == []


def test_every_release_is_in_the_changelog_and_kept_whole() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for folder in releases():
        assert f"## {folder.name}" in changelog
        kept = {file.name for file in folder.iterdir()}
        assert kept >= {f"{topic.name}.schema.json" for topic in KEPT}


def record(schema: Any, name: str = "Statement") -> Any:
    return schema["$defs"][name]


BREAKS: dict[str, tuple[Topic, Change, str]] = {
    "field gone": (STATEMENTS, lambda s: record(s)["properties"].pop("rule"), "$.rule: is gone"),
    "deep field gone": (
        ENRICHED,
        lambda s: record(s, "Cue")["properties"].pop("lemma"),
        "$.statements[].cue.lemma: is gone",
    ),
    "required no more": (
        STATEMENTS,
        lambda s: record(s)["required"].remove("confidence"),
        "$.confidence: need not be there any more",
    ),
    "another type": (
        STATEMENTS,
        lambda s: record(s)["properties"]["seq"].update(type="string"),
        "$.seq: may now be string",
    ),
    "null": (
        STATEMENTS,
        lambda s: record(s)["properties"].update(rule={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "$.rule: may now be null",
    ),
    "another stance": (
        STATEMENTS,
        lambda s: record(s)["properties"]["stance"]["enum"].append("joked"),
        "$.stance: may now be joked",
    ),
    "below zero": (
        STATEMENTS,
        lambda s: record(s, "Segment")["properties"]["start"].pop("minimum"),
        "$.content.segments[].start: minimum is gone, was 0",
    ),
    "more than one": (
        STATEMENTS,
        lambda s: record(s)["properties"]["confidence"].update(maximum=100),
        "$.confidence: maximum is 100, was 1",
    ),
    "another way to write time": (
        ENRICHED,
        lambda s: record(s, "EnrichedStory")["properties"]["received_at"].pop("format"),
        "$.received_at: format is gone, was date-time",
    ),
    "open": (STATEMENTS, lambda s: record(s).pop("additionalProperties"), "$: is no longer closed"),
    "header gone": (DEAD, lambda s: s["properties"].pop("wire-error-code"), "$.wire-error-code: is gone"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_change_that_breaks_readers_is_named(name: str) -> None:
    topic, change, told = BREAKS[name]
    schema = copy.deepcopy(topic_schema(topic))
    change(schema)
    assert told in breaks(topic_schema(topic), schema)


ALLOWED: dict[str, tuple[Topic, Change]] = {
    "another field": (STATEMENTS, lambda s: record(s)["properties"].update(tone={"type": "string"})),
    "another field of a nested record": (
        ENRICHED,
        lambda s: record(s, "Source")["properties"].update(gender={"type": ["string", "null"]}),
    ),
    "other words": (STATEMENTS, lambda s: record(s)["properties"]["rule"].update(description="The rule.")),
    "a value fewer": (STATEMENTS, lambda s: record(s)["properties"]["stance"]["enum"].remove("other")),
    "never null": (STATEMENTS, lambda s: record(s)["properties"].update(addressee={"$ref": "#/$defs/Mention"})),
    "always there": (STATEMENTS, lambda s: record(s)["required"].append("via")),
    "one record less": (ENRICHED, lambda s: s.update(anyOf=s["anyOf"][:1])),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_a_change_that_readers_may_ignore_is_not(name: str) -> None:
    topic, change = ALLOWED[name]
    schema = copy.deepcopy(topic_schema(topic))
    change(schema)
    assert schema != topic_schema(topic)
    assert breaks(topic_schema(topic), schema) == []
