"""The headers are CloudEvents in Kafka's binary mode: the ``cloudevents`` package reads and writes them alike."""

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from msgspec import structs

from schemas.codec import encode
from schemas.events import (
    Event,
    Headers,
    event_headers,
    event_id,
    outcome_headers,
    recall_headers,
    statement_headers,
    story_headers,
)
from schemas.outcomes import Outcome, Recall
from schemas.topics import STATEMENTS
from tests.records import make_statement, make_story

STORY = make_story(id="وكالة:خبر 7", provider="وكالة", channel="أخبار/عام")
RECALL = Recall(
    recall="unresolved",
    story_id=None,
    story_version=None,
    provider="wakala",
    reason="يلغى الخبر",
    retracted=(),
    changed=(),
    added=(),
    received_at="2026-03-02T09:00:05Z",
)
OUTCOME = Outcome(
    outcome="dead",
    story_id=None,
    story_version=None,
    topic="wire.raw.v1",
    partition=0,
    offset=1,
    item=0,
    items=1,
    sha256="0" * 64,
    provider="wakala",
    received_at="2026-03-02T09:00:05Z",
    code="WIRE-101",
)
EVENT = Event(
    topic=STATEMENTS, type="tasrih.statement.asserted", key=b"s1", subject="a:1", version="1", provider="a", emission=1
)


def all_records() -> dict[str, tuple[bytes, Headers]]:
    story, statement = encode(STORY), encode(make_statement(STORY))
    recall, outcome = encode(RECALL), encode(OUTCOME)
    return {
        "story": (story, story_headers(STORY, story)),
        "statement": (statement, statement_headers("s1", STORY, "asserted", 1, statement)),
        "recall": (recall, recall_headers(RECALL, 3, recall)),
        "outcome": (outcome, outcome_headers(OUTCOME, 0, outcome)),
    }


@pytest.mark.parametrize("name", all_records())
def test_the_oracle_reads_the_headers_and_writes_the_same(name: str) -> None:
    value, headers = all_records()[name]
    event = from_binary(KafkaMessage(headers=dict(headers), key=None, value=value), JSONFormat())
    assert event.get_specversion() == "1.0"
    assert event.get_time() is not None
    assert to_binary(event, JSONFormat()).headers == dict(headers)


def test_the_oracle_reads_a_tombstones_headers() -> None:
    headers = statement_headers("s1", STORY, "retracted", 2, None)
    event = from_binary(KafkaMessage(headers=dict(headers), key=None, value=b""), JSONFormat())
    assert event.get_type() == "tasrih.statement.retracted"
    assert event.get_subject() == STORY.id
    assert "content-type" not in dict(headers)


def test_arabic_stands_as_utf8_in_strings_and_percent_encoded_in_uris() -> None:
    headers = dict(story_headers(STORY, b"{}"))
    assert headers["ce_subject"].decode() == STORY.id
    assert headers["ce_source"].isascii()
    assert headers["ce_source"].count(b"/") == 3


def test_every_name_stands_once() -> None:
    for value, headers in all_records().values():
        names = [name for name, _ in headers]
        assert len(names) == len(set(names)), value


@pytest.mark.parametrize(
    "other",
    [
        structs.replace(EVENT, type="tasrih.statement.changed"),
        structs.replace(EVENT, key=b"s2"),
        structs.replace(EVENT, key=None),
        structs.replace(EVENT, version="2"),
        structs.replace(EVENT, version=None),
        structs.replace(EVENT, emission=2),
    ],
)
def test_events_that_differ_in_anything_have_different_ids(other: Event) -> None:
    assert event_id(other, b"{}") != event_id(EVENT, b"{}")


def test_values_that_differ_have_different_ids_and_null_is_a_value() -> None:
    assert len({event_id(EVENT, value) for value in (b"{}", b"", None)}) == 3


def test_an_event_redone_is_the_same() -> None:
    assert event_headers(EVENT, b"{}") == event_headers(structs.replace(EVENT), b"{}")


def test_moving_bytes_between_fields_does_not_collide() -> None:
    one = structs.replace(EVENT, key=b"a", version="bc")
    other = structs.replace(EVENT, key=b"ab", version="c")
    assert event_id(one, b"{}") != event_id(other, b"{}")


@pytest.mark.parametrize("time", ["2026-03-02", "2026-03-02T09:00:00", "", "غدا", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_rfc_3339_cannot_write_is_left_out(time: str) -> None:
    assert "ce_time" not in dict(event_headers(structs.replace(EVENT, times=(time,)), b"{}"))
