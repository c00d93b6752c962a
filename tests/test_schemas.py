"""The JSON Schemas are generated, closed and described; they and the codec agree on real and on broken records."""

import functools
import re
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from msgspec import structs

from schemas.__main__ import FOLDER, rendered, schema_file, topic_schema
from schemas.codec import (
    DecodeError,
    decode_enriched,
    decode_outcome,
    decode_recall,
    decode_state,
    decode_statement,
    decode_story,
    encode,
)
from schemas.events import schema_uri
from schemas.stories import EnrichedStory, Extractor, RecalledStory
from schemas.topics import AUDIT, DEAD, ENRICHED, RAW, RECALLS, STATE, STATEMENTS, STORIES, TOPICS, Topic
from tests import examples
from tests.records import make_origin, make_statement, make_story
from tests.test_events import OUTCOME, RECALL

UNIT = re.compile(r"[Cc]ode point|from 0|How (many|often)|ISO 8601|RFC 3339|a (number|rank)\b")
RECORD_TOPICS = tuple(topic for topic in TOPICS if topic.value not in (bytes, str))
DECODERS = {
    STORIES: decode_story,
    STATE: decode_state,
    ENRICHED: decode_enriched,
    STATEMENTS: decode_statement,
    RECALLS: decode_recall,
    AUDIT: decode_outcome,
}
STORY = make_story(headline="عنوان", flags=("mojibake",))
ENRICHED_STORY = EnrichedStory(
    **structs.asdict(STORY), statements=(make_statement(STORY),), extractor=Extractor(version="1", lexicon="0" * 64)
)
RECALLED_STORY = RecalledStory(
    id=STORY.id,
    version="2",
    status="canceled",
    signal="kill",
    provider=STORY.provider,
    received_at=STORY.received_at,
    provenance=STORY.provenance,
)


def names(topics: tuple[Topic, ...]) -> list[str]:
    return [topic.name for topic in topics]


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every object that a schema describes field by field, at any depth."""
    if isinstance(schema, list):
        return [found for part in schema for found in objects(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if "properties" in schema and schema.get("type") == "object" else []
    return own + [found for part in schema.values() for found in objects(part)]


@pytest.mark.parametrize("topic", TOPICS, ids=names(TOPICS))
def test_the_schema_file_is_what_the_records_say(topic: Topic) -> None:
    assert schema_file(topic).read_bytes() == rendered(topic), "run: uv run python -m schemas"


def test_there_is_one_schema_a_topic_and_no_other_file() -> None:
    assert sorted(FOLDER.iterdir()) == sorted(schema_file(topic) for topic in TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=names(TOPICS))
def test_the_schema_is_valid_and_named(topic: Topic) -> None:
    schema = topic_schema(topic)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == schema_uri(topic)
    assert schema["title"] == topic.name
    assert schema["description"]


@pytest.mark.parametrize("topic", RECORD_TOPICS, ids=names(RECORD_TOPICS))
def test_every_object_is_closed_and_every_field_described(topic: Topic) -> None:
    found = objects(topic_schema(topic))
    assert found
    for described in found:
        assert described["additionalProperties"] is False, described["title"]
        missing = [name for name, field in described["properties"].items() if not field.get("description")]
        assert missing == [], described["title"]


def is_measured(name: str, field: dict[str, Any]) -> bool:
    """Whether a field holds a number, a mapping to numbers, or a time."""
    kinds = [field, *field.get("anyOf", ()), field.get("additionalProperties") or {}]
    types = {kind.get("type") for kind in kinds if isinstance(kind, dict)}
    is_time = "string" in types and name.endswith(("_at", "_until", "date", "_created"))
    return is_time or bool(types & {"integer", "number"})


@pytest.mark.parametrize("topic", RECORD_TOPICS, ids=names(RECORD_TOPICS))
def test_every_number_and_time_says_its_unit(topic: Topic) -> None:
    fields = [pair for described in objects(topic_schema(topic)) for pair in described["properties"].items()]
    measured = [(name, field["description"]) for name, field in fields if is_measured(name, field)]
    assert measured
    assert [(name, text) for name, text in measured if not UNIT.search(text)] == []


def test_the_field_that_python_cannot_name_is_called_class() -> None:
    cue = topic_schema(STATEMENTS)["$defs"]["Cue"]
    assert "class" in cue["properties"]
    assert orjson.loads(encode(make_statement(STORY)))["cue"]["class"] == "said"


RECORDS = [
    (STORIES, STORY),
    (ENRICHED, ENRICHED_STORY),
    (ENRICHED, RECALLED_STORY),
    (STATEMENTS, make_statement(STORY)),
    (STATEMENTS, make_statement(STORY, cue=None)),
    (RECALLS, RECALL),
    (AUDIT, OUTCOME),
]


@pytest.mark.parametrize(("topic", "record"), RECORDS, ids=[type(record).__name__ for _, record in RECORDS])
def test_a_record_is_valid_and_comes_back_as_it_was(topic: Topic, record: Any) -> None:
    value = encode(record)
    Draft202012Validator(topic_schema(topic)).validate(orjson.loads(value))
    assert DECODERS[topic](value) == record
    assert encode(DECODERS[topic](value)) == value


@pytest.mark.parametrize(("topic", "record"), RECORDS, ids=[type(record).__name__ for _, record in RECORDS])
def test_the_codec_and_the_schema_refuse_the_same(topic: Topic, record: Any) -> None:
    """Each field in turn is dropped, nulled, given another type, and one too many is added."""
    validator = Draft202012Validator(topic_schema(topic))
    plain = orjson.loads(encode(record))
    broken = [plain | {"surplus": 1}]
    broken += [{key: value for key, value in plain.items() if key != name} for name in plain]
    broken += [plain | {name: wrong} for name in plain for wrong in (None, 1.5, "x", [1], {"x": 1})]
    refused = [not validator.is_valid(candidate) for candidate in broken]
    assert refused == [refuses(topic, candidate) for candidate in broken]
    assert any(refused)


def refuses(topic: Topic, plain: dict[str, Any]) -> bool:
    try:
        DECODERS[topic](orjson.dumps(plain))
    except DecodeError:
        return True
    return False


def test_a_decode_error_names_the_record_the_cause_and_the_path() -> None:
    plain = orjson.loads(encode(STORY))
    plain["sections"][0]["start"] = "0"
    with pytest.raises(DecodeError) as raised:
        decode_story(orjson.dumps(plain))
    assert (raised.value.record, raised.value.path) == ("Story", "$.sections[0].start")
    assert raised.value.cause == "expected `int`, got `str`"


@pytest.mark.parametrize(
    "value", [b"", b"\xff", b'"\xff"', b"[]", b"null", b"{", b'{"id":"\xff"}', b'{"x":' + b"[" * 10**5]
)
@pytest.mark.parametrize("topic", DECODERS, ids=names(tuple(DECODERS)))
def test_bytes_that_are_no_record_raise_only_decode_errors(topic: Topic, value: bytes) -> None:
    with pytest.raises(DecodeError):
        DECODERS[topic](value)


def test_a_state_of_an_unknown_format_is_refused_before_its_fields() -> None:
    with pytest.raises(DecodeError, match="format 99 is not one of"):
        decode_state(b'{"format":99,"whatever":1}')


def test_arabic_is_written_as_it_is_and_equal_records_give_equal_bytes() -> None:
    one = make_story(provenance=structs.replace(STORY.provenance, changes={"a": 1, "b": 2}))
    other = make_story(provenance=structs.replace(STORY.provenance, changes={"b": 2, "a": 1}))
    assert one.text.encode() in encode(one)
    assert encode(one) == encode(other)


def test_fields_stand_in_the_order_of_the_record() -> None:
    assert list(orjson.loads(encode(make_origin()))) == list(make_origin().__struct_fields__)


def test_the_dead_letters_headers_are_the_ones_described() -> None:
    from agents.delivery.dead_letters import error_headers  # noqa: PLC0415
    from agents.errors import WireError  # noqa: PLC0415
    from agents.messages import Incoming  # noqa: PLC0415

    incoming = Incoming(topic=RAW.name, partition=0, offset=1, timestamp=0, key=None, value=b"\xff")
    headers = {name: value.decode() for name, value in error_headers(incoming, "read", WireError("WIRE-101", "byte 0"))}
    schema = topic_schema(DEAD)
    Draft202012Validator(schema).validate(headers)
    assert sorted(headers) == sorted(schema["properties"])


@functools.cache
def made() -> dict[str, bytes]:
    return examples.make_examples()


def masked(content: bytes) -> bytes:
    """Leave out what every edit of the lexicon, or another Python's traceback, changes."""
    return re.sub(rb'("lexicon"|"__connect[.]errors[.]exception[.]stacktrace"): ".*"', rb"\1", content)


def test_the_examples_are_what_the_program_makes() -> None:
    written = {path.name: masked(path.read_bytes()) for path in examples.FOLDER.iterdir() if path.is_file()}
    assert written == {name: masked(content) for name, content in made().items()}, (
        "run: uv run python -m tests.examples"
    )


@pytest.mark.parametrize("topic", TOPICS, ids=names(TOPICS))
def test_every_topic_has_an_example_and_it_is_valid(topic: Topic) -> None:
    example = orjson.loads((examples.FOLDER / f"{topic.name}.json").read_bytes())
    Draft202012Validator(topic_schema(topic)).validate(example)
    if topic in DECODERS:
        DECODERS[topic](orjson.dumps(example))


def test_the_example_shows_a_story_with_statements_whose_spans_hold() -> None:
    story = decode_enriched(made()[f"{ENRICHED.name}.json"])
    assert isinstance(story, EnrichedStory)
    assert len(story.statements) >= 4
    for statement in story.statements:
        for mention in (statement.content, statement.cue, statement.source):
            if mention is not None and mention.text:
                assert story.text[mention.start : mention.end] == mention.text


def test_the_dead_letters_example_is_what_was_sent() -> None:
    assert made()[f"{DEAD.name}.value"] == examples.BROKEN.value
