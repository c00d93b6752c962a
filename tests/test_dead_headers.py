"""A dead letter says when its record was first received, through several deaths."""

import pytest

from agents.delivery.dead_letters import dead_letter
from agents.errors import WireError
from agents.messages import Headers, Incoming
from agents.reading import passed_on
from schemas.headers import RECEIVED_AT, REDRIVES

ERROR = WireError("WIRE-101", "no")


def record(headers: Headers = ()) -> Incoming:
    return Incoming(topic="t", partition=0, offset=5, timestamp=1_700_000_000_123, key=None, value=b"", headers=headers)


def test_a_first_death_notes_the_records_own_timestamp() -> None:
    assert (RECEIVED_AT, b"1700000000123") in dead_letter(record(), "read", ERROR).headers


def test_a_second_death_keeps_the_timestamp_of_the_first_and_the_count_of_redrives() -> None:
    headers = ((RECEIVED_AT, b"1600000000000"), (REDRIVES, b"2"))
    letter = dead_letter(record(headers), "read", ERROR)
    assert [value for name, value in letter.headers if name == RECEIVED_AT] == [b"1600000000000"]
    assert [value for name, value in letter.headers if name == REDRIVES] == [b"2"]


@pytest.mark.parametrize("wrong", [b"", b"-1", b"yesterday", b"9" * 14, "\u0661".encode()])
def test_a_timestamp_that_is_none_is_replaced(wrong: bytes) -> None:
    letter = dead_letter(record(((RECEIVED_AT, wrong),)), "read", ERROR)
    assert [value for name, value in letter.headers if name == RECEIVED_AT] == [b"1700000000123"]


def test_a_story_carries_both_on_to_its_own_death() -> None:
    headers = ((RECEIVED_AT, b"1600000000000"), (REDRIVES, b"2"))
    assert passed_on(headers) == headers
