"""The guard round a stage: what a failing record leaves behind, and what is found too large before anything is sent."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from agents.delivery.guard import Outputs, Stage, answer
from agents.delivery.tracing import traced
from agents.errors import EmptyError, WireError
from agents.messages import Incoming, Output
from schemas.codec import decode_outcome
from schemas.outcomes import StoryState
from schemas.topics import AUDIT, DEAD, ENRICHED, RAW, RECALLS, TOPICS

TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
RECORD = Incoming(
    topic="p.wire.raw.v1",
    partition=3,
    offset=41,
    timestamp=1_700_000_000_123,
    key=b"key",
    value=b"\xff\xfe",
    headers=(("wire-provider", b"manara"), TRACE, ("x", b"\x00\xff"), ("x", b"again")),
)


def stage(made: Outputs | BaseException) -> Stage:
    def run(incoming: Incoming, state: StoryState | None, now: datetime) -> tuple[Outputs, StoryState | None]:
        if isinstance(made, BaseException):
            raise made
        return made, None

    return Stage(name="read", topic=RAW, run=run, unforeseen="WIRE-205")


def outputs_of(stage: Stage, record: Incoming) -> Outputs:
    return tuple(traced(stage, record, answer(stage, record, None, datetime.now(UTC))))


def headers_of(output: Output) -> dict[str, bytes]:
    return dict(output.headers)


def test_a_dead_letter_keeps_the_record_as_it_came() -> None:
    letter, _ = outputs_of(stage(WireError("WIRE-101", "no", path="byte 0")), RECORD)
    assert (letter.topic, letter.key, letter.value) == (DEAD.name, RECORD.key, RECORD.value)
    assert letter.headers[: len(RECORD.headers)] == RECORD.headers


def test_a_dead_letter_says_what_happened_and_where() -> None:
    headers = headers_of(outputs_of(stage(WireError("WIRE-101", "no", path="byte 0")), RECORD)[0])
    assert headers["wire-error-code"] == b"WIRE-101"
    assert headers["wire-stage"] == b"read"
    assert headers["__connect.errors.topic"] == b"p.wire.raw.v1"
    assert headers["__connect.errors.partition"] == b"3"
    assert headers["__connect.errors.offset"] == b"41"
    assert headers["__connect.errors.exception.class.name"] == b"agents.errors.WireError"
    assert b"byte 0" in headers["__connect.errors.exception.message"]


def test_a_dead_record_has_an_outcome() -> None:
    _, output = outputs_of(stage(WireError("WIRE-101", "no")), RECORD)
    outcome = decode_outcome(output.value or b"")
    assert output.topic == AUDIT.name
    assert output.key == outcome.sha256.encode()
    assert (outcome.outcome, outcome.code, outcome.provider) == ("dead", "WIRE-101", "manara")
    assert (outcome.topic, outcome.partition, outcome.offset) == (RECORD.topic, 3, 41)
    assert outcome.received_at == "2023-11-14T22:13:20.123Z"
    assert headers_of(output)["ce_type"] == b"tasrih.outcome.dead"
    assert TRACE in output.headers


@pytest.mark.parametrize("failure", [KeyError("x"), RecursionError("deep"), MemoryError(), ValueError("\ud800")])
def test_an_unforeseen_failure_is_a_dead_letter_with_its_traceback(failure: Exception) -> None:
    headers = headers_of(outputs_of(stage(failure), RECORD)[0])
    assert headers["wire-error-code"] == b"WIRE-205"
    assert headers["__connect.errors.exception.class.name"] == f"builtins.{type(failure).__name__}".encode()
    assert b"raise made" in headers["__connect.errors.exception.stacktrace"]


def test_what_an_error_or_a_header_quotes_does_not_grow_into_the_outputs() -> None:
    vast = Incoming(
        topic="t",
        partition=0,
        offset=0,
        timestamp=0,
        key=None,
        value=b"v",
        headers=(("wire-provider", b"p" * 2_000_000),),
    )
    _, output = outputs_of(stage(WireError("WIRE-302", "x" * 2_000_000)), vast)
    assert len(output.value or b"") < 5_000


def test_a_record_that_holds_nothing_to_publish_is_empty_and_no_dead_letter() -> None:
    (output,) = outputs_of(stage(EmptyError("a package")), RECORD)
    told = json.loads(output.value or b"")
    assert (output.topic, told["outcome"], told["code"]) == ("wire.audit.v1", "empty", "WIRE-203")


def test_a_null_value_stays_null() -> None:
    null = Incoming(topic="t", partition=0, offset=0, timestamp=0, key=None, value=None)
    letter, output = outputs_of(stage(WireError("WIRE-103", "null")), null)
    assert (letter.key, letter.value) == (None, None)
    assert json.loads(output.value or b"")["provider"] == "unknown"


def test_a_second_death_replaces_the_headers_of_the_first() -> None:
    first, _ = outputs_of(stage(WireError("WIRE-101", "no")), RECORD)
    again = Incoming(topic="t", partition=0, offset=7, timestamp=0, key=None, value=first.value, headers=first.headers)
    second, _ = outputs_of(stage(WireError("WIRE-102", "empty")), again)
    names = [name for name, _ in second.headers]
    assert names.count("wire-error-code") == 1
    assert names.count("__connect.errors.offset") == 1
    assert headers_of(second)["__connect.errors.offset"] == b"7"
    assert second.headers[: len(RECORD.headers)] == RECORD.headers


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_an_output_above_its_topics_limit_never_reaches_the_broker(topic: Any) -> None:
    def made(size: int) -> Outputs:
        return outputs_of(stage((Output(topic=topic.name, key=b"k", value=b"x" * size),)), RECORD)

    assert made(topic.max_message_bytes - 1000)[0].topic == topic.name
    assert headers_of(made(topic.max_message_bytes)[0])["wire-error-code"] == b"WIRE-601"


def test_one_oversized_output_takes_the_others_with_it() -> None:
    good = Output(topic=RECALLS.name, key=b"k", value=b"{}")
    big = Output(topic=ENRICHED.name, key=b"k", value=b"x" * ENRICHED.max_message_bytes)
    assert [output.topic for output in outputs_of(stage((good, big)), RECORD)] == [DEAD.name, AUDIT.name]


def test_a_trace_is_carried_on_and_not_replaced() -> None:
    own = ("traceparent", b"00-own")
    plain = Output(topic=AUDIT.name, key=None, value=b"{}", headers=(("a", b"b"),))
    traced = Output(topic=AUDIT.name, key=None, value=b"{}", headers=(own,))
    first, second = outputs_of(stage((plain, traced)), RECORD)
    assert first.headers == (("a", b"b"), TRACE)
    assert second.headers == (own,)
