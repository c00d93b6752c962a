"""``schemas/asyncapi.yaml`` says of every topic what ``schemas/topics.py`` says, and AsyncAPI's own parser takes it."""

import functools
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
import yaml
from jsonschema import Draft7Validator
from msgspec import structs

from schemas.__main__ import ASYNCAPI, rendered_asyncapi, schema_file, topic_schema
from schemas.asyncapi import EVENTS
from schemas.events import enriched_headers
from schemas.headers import DEAD_HEADERS, EVENT_HEADERS, MARK_HEADERS, RAW_HEADERS
from schemas.topics import DEAD, RAW, TOPICS, Topic, topic_config
from tests import examples
from tests.node import INSTALL_SECONDS, npm_packages
from tests.records import make_story

PARSER = "3.6.6"
PARSE_SECONDS = 60
PARSE = """
const { Parser, fromFile } = require('@asyncapi/parser');
fromFile(new Parser(), process.argv[1]).parse().then(({ document, diagnostics }) =>
  console.log(JSON.stringify({ diagnostics, channels: document?.channels().all().map(channel => {
    const value = channel.messages().get('value');
    const records = value.payload().anyOf() ?? [value.payload()];
    return { address: channel.address(),
      examples: value.examples().all().map(one => one.payload() ?? one.headers()),
      records: records.map(record => Object.keys(record.properties() ?? {})) };
  }) })));
"""
ERROR, WARNING = 0, 1
HEADERS = {RAW: RAW_HEADERS, DEAD: DEAD_HEADERS} | dict.fromkeys(EVENTS, EVENT_HEADERS)

each_topic = pytest.mark.parametrize("topic", TOPICS, ids=[topic.name for topic in TOPICS])


@functools.cache
def written() -> Any:
    return yaml.safe_load(ASYNCAPI.read_bytes())


def channel(topic: Topic) -> Any:
    return written()["channels"][topic.name]


def test_the_document_is_what_the_topics_say() -> None:
    assert ASYNCAPI.read_bytes() == rendered_asyncapi(), "run: uv run python -m schemas"


def test_it_has_every_topic_and_no_other() -> None:
    assert list(written()["channels"]) == [topic.name for topic in TOPICS]


@each_topic
def test_kafka_keeps_the_topic_as_said(topic: Topic) -> None:
    kafka = channel(topic)["bindings"]["kafka"]
    config = kafka["topicConfiguration"]
    assert (channel(topic)["address"], kafka["topic"], kafka["partitions"]) == (
        topic.name,
        topic.name,
        topic.partitions,
    )
    assert ",".join(config["cleanup.policy"]) == topic.cleanup
    assert config["retention.ms"] == (-1 if topic.retention_ms is None else topic.retention_ms)
    assert config["max.message.bytes"] == topic.max_message_bytes
    assert config.keys() == topic_config(topic).keys()


@each_topic
def test_purpose_access_key_and_headers_are_told(topic: Topic) -> None:
    value = channel(topic)["messages"]["value"]
    told = {name: field["description"] for name, field in value["headers"]["properties"].items()}
    assert channel(topic)["description"] == topic.purpose
    assert [tag["name"] for tag in channel(topic)["tags"]] == [topic.access]
    assert value["bindings"]["kafka"]["key"]["description"] == topic.key
    assert told == HEADERS.get(topic, {})


@each_topic
def test_values_are_described_and_shown_by_the_files_beside_it(topic: Topic) -> None:
    value = channel(topic)["messages"]["value"]
    (example,) = value["examples"]
    shown = example["headers" if topic.value is bytes else "payload"]["$ref"]
    assert (ASYNCAPI.parent / shown).resolve() == (examples.FOLDER / f"{topic.name}.json").resolve()
    if topic.value is bytes:
        assert value["payload"]["format"] == "binary"
    else:
        for reference in value["payload"].get("anyOf", [value["payload"]]):
            file, _, record = reference["$ref"].partition("#/$defs/")
            assert (ASYNCAPI.parent / file).resolve() == schema_file(topic).resolve()
            assert not record or record in topic_schema(topic)["$defs"]


@pytest.mark.parametrize("topic", [RAW, DEAD], ids=[RAW.name, DEAD.name])
def test_the_headers_that_are_shown_are_as_described(topic: Topic) -> None:
    """The parser resolves examples but does not hold them against their schemas; test_schemas does so for values."""
    headers = orjson.loads((examples.FOLDER / f"{topic.name}.json").read_bytes())
    Draft7Validator(channel(topic)["messages"]["value"]["headers"]).validate(headers)


@each_topic
def test_nulls_are_told_where_they_delete_or_mark(topic: Topic) -> None:
    messages = channel(topic)["messages"]
    nulls = [name for name, message in messages.items() if message["payload"].get("type") == "null"]
    assert nulls == (["deletion"] if topic.compacted else ["mark"] if topic is DEAD else [])
    if topic is DEAD:
        assert list(messages["mark"]["headers"]["properties"]) == list(MARK_HEADERS)


def test_operations_are_those_of_feeds_and_readers() -> None:
    told = {one["channel"]["$ref"]: one["action"] for one in written()["operations"].values()}
    assert told == {
        f"#/channels/{topic.name}": "receive" if topic.access == "input" else "send"
        for topic in TOPICS
        if topic.access != "internal"
    }


def test_the_headers_of_events_are_the_ones_that_are_written() -> None:
    (required,) = {tuple(channel(topic)["messages"]["value"]["headers"]["required"]) for topic in EVENTS}
    full = {name for name, _ in enriched_headers(make_story(), "published", 1, b"{}")}
    assert full | {"traceparent"} == set(EVENT_HEADERS)
    assert set(required) < full


def parser() -> Path:
    """Give the folder of the parser, or skip where there is no Node.js and none is required."""
    return npm_packages("asyncapi-parser", f"@asyncapi/parser@{PARSER}")


def parsed(file: Path) -> Any:
    command = ("node", "-e", PARSE, str(file))
    ran = subprocess.run(command, cwd=parser(), check=True, capture_output=True, timeout=PARSE_SECONDS)
    return orjson.loads(ran.stdout)


def complaints(answer: Any, least: int) -> list[str]:
    """The parser's messages of at least a severity, 0 being the highest."""
    return [f"{one['code']}: {one['message']}" for one in answer["diagnostics"] if one["severity"] <= least]


def fields_of(record: Any) -> list[str]:
    return [] if record in (bytes, str) else [field.encode_name for field in structs.fields(record)]


@pytest.mark.timeout(INSTALL_SECONDS + PARSE_SECONDS)
def test_the_parser_of_asyncapi_takes_it_without_a_warning() -> None:
    answer = parsed(ASYNCAPI)
    assert complaints(answer, WARNING) == []
    assert [seen["address"] for seen in answer["channels"]] == [topic.name for topic in TOPICS]
    for topic, seen in zip(TOPICS, answer["channels"], strict=True):
        assert seen["examples"] == [orjson.loads((examples.FOLDER / f"{topic.name}.json").read_bytes())]
        assert seen["records"] == [fields_of(record) for record in get_args(topic.value) or (topic.value,)]


DAMAGES = [
    ("asyncapi.yaml", "partitions: 6", "partitions: six"),
    ("asyncapi.yaml", "wire.audit.v1.schema", "wire.audit.v9.schema"),
    ("json/wire.audit.v1.schema.json", '"type": "integer"', '"type": "int"'),
]


@pytest.mark.parametrize(("file", "old", "new"), DAMAGES, ids=["binding", "reference", "schema"])
@pytest.mark.timeout(INSTALL_SECONDS + PARSE_SECONDS)
def test_the_parser_sees_what_is_wrong(file: str, old: str, new: str, tmp_path: Path) -> None:
    """Whoever trusts the parser's silence wants it to look into the files that the document refers to."""
    for name in ("json", "examples"):
        shutil.copytree(ASYNCAPI.parent / name, tmp_path / name)
    shutil.copy(ASYNCAPI, tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    assert complaints(parsed(tmp_path / "asyncapi.yaml"), ERROR) != []
