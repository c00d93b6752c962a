"""Redriving dead letters, as far as it needs no broker."""

import json
from dataclasses import replace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from agents.cli import tasrih
from agents.cli.dead import dead, sending, topic
from agents.cli.dead.choosing import AGAIN, ASTRAY, LOOP, OLD, Rules, Selection, plan, refusal
from agents.cli.dead.failures import UnsureError
from agents.cli.dead.letters import Letter, Resent, letter_of, resent
from agents.cli.dead.listing import json_line, summary, table
from agents.cli.dead.ranges import as_ranges, from_ranges
from agents.cli.dead.redriving import Tally, fitting
from agents.cli.dead.sending import chunks, commit, patiently
from agents.cli.dead.topic import Found
from agents.cli.dead.trial import trial
from agents.cli.lines import printable
from agents.delivery.dead_letters import dead_letter
from agents.delivery.guard import Stage
from agents.errors import WireError
from agents.messages import Headers, Incoming
from agents.settings import Settings
from agents.stages import make_stages
from schemas.headers import RECEIVED_AT, REDRIVES
from schemas.topics import DAY_MS, RAW, RAW_MAX_BYTES, STORIES

NOW = 1_772_442_005_000
OWN: Headers = (("wire-provider", b"manara"), ("x", b"\x00\xff"), ("x", b"again"))


def died(stage: str = "read", code: str = "WIRE-101", headers: Headers = OWN, offset: int = 3) -> Letter:
    """A letter as the worker writes it, read again."""
    record = Incoming(topic="t", partition=1, offset=9, timestamp=NOW, key=b"k", value=b"v", headers=headers)
    letter = dead_letter(record, stage, WireError(code, "for the test"))
    return letter_of((0, offset), NOW + 500, letter.headers)


def again(value: bytes, offset: int = 0) -> tuple[Letter, Resent]:
    letter = died(offset=offset)
    return letter, resent(letter, b"k", value, OWN)


# What a letter says


def test_a_letter_says_what_the_worker_wrote() -> None:
    letter = died(headers=(*OWN, (REDRIVES, b"2")))
    assert (letter.place, letter.written_at, letter.received_at) == ((0, 3), NOW + 500, NOW)
    assert (letter.code, letter.stage, letter.provider, letter.redrives) == ("WIRE-101", "read", "manara", 2)
    assert letter.origin == 1
    assert letter.cause.startswith("unknown charset: for the test")


def test_a_letter_of_another_hand_is_read_as_far_as_it_goes() -> None:
    letter = letter_of((0, 1), NOW, ((REDRIVES, b"many"), (RECEIVED_AT, b"\xff"), ("wire-stage", b"\xff")))
    assert (letter.code, letter.stage, letter.redrives, letter.received_at) == ("", "\ufffd", 0, NOW)


def test_a_record_goes_back_without_the_headers_of_its_death() -> None:
    letter = died(headers=(*OWN, (REDRIVES, b"1")))
    record = dead_letter(
        Incoming(topic="t", partition=1, offset=9, timestamp=NOW, key=b"k", value=b"v", headers=OWN),
        "read",
        WireError("WIRE-101", "no"),
    )
    sent = resent(letter, b"k", None, record.headers)
    assert sent.record.headers == (*OWN, (RECEIVED_AT, str(NOW).encode()), (REDRIVES, b"2"))
    assert (sent.record.topic, sent.record.key, sent.record.value) == (RAW.name, b"k", None)
    assert (sent.timestamp, sent.partition) == (NOW, 1)
    assert sent.incoming().timestamp == NOW


def test_a_story_goes_back_to_the_stories() -> None:
    assert resent(died("extract"), b"k", b"v", ()).record.topic == STORIES.name


def test_what_a_feed_sent_cannot_steer_a_terminal() -> None:
    hostile = printable("\x1b[2J\u202e\u2068\r\n" + "قال")
    assert hostile.isprintable()
    assert hostile.endswith("قال")


# Ranges


@given(st.sets(st.integers(min_value=0, max_value=400)))
def test_ranges_give_back_what_was_written(offsets: set[int]) -> None:
    assert from_ranges(as_ranges(offsets)) == offsets


@pytest.mark.parametrize("wrong", ["x", "1-", "-1", "1,,2", "3-x"])
def test_what_is_no_range_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        from_ranges(wrong)


# Filters and guards


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(codes=frozenset({"WIRE-101", "WIRE-999"})), True),
        (Selection(codes=frozenset({"WIRE-102"})), False),
        (Selection(provider="manara"), True),
        (Selection(provider="sahil"), False),
        (Selection(since=NOW + 500), True),
        (Selection(since=NOW + 501), False),
        (Selection(until=NOW + 501), True),
        (Selection(until=NOW + 500), False),
        (Selection(places=frozenset({(0, 3), (7, 7)})), True),
        (Selection(places=frozenset({(1, 3)})), False),
        (Selection(provider="manara", codes=frozenset({"WIRE-102"})), False),
    ],
)
def test_a_letter_passes_every_filter_or_is_left_out(selection: Selection, taken: bool) -> None:
    assert selection.takes(died()) is taken


def test_named_letters_reach_no_other_partition() -> None:
    assert [Selection(places=frozenset({(1, 3)})).reaches(one) for one in (0, 1)] == [False, True]
    assert Selection().reaches(5)


TIRED = died(headers=((REDRIVES, b"3"),))


@pytest.mark.parametrize(
    ("letter", "redriven", "rules", "now", "reason"),
    [
        (died(), False, Rules(), NOW, None),
        (died(), True, Rules(), NOW, AGAIN),
        (died(), True, Rules(again=True), NOW, None),
        (died(), True, Rules(force=True), NOW, AGAIN),
        (died(headers=((REDRIVES, b"2"),)), False, Rules(), NOW, None),
        (TIRED, False, Rules(), NOW, LOOP),
        (TIRED, False, Rules(again=True), NOW, LOOP),
        (TIRED, False, Rules(force=True), NOW, None),
        (died(), False, Rules(), NOW + 30 * DAY_MS - 1, None),
        (died(), False, Rules(), NOW + 30 * DAY_MS, OLD),
        (died(), False, Rules(force=True), NOW + 30 * DAY_MS, None),
        (died("shout"), False, Rules(again=True, force=True), NOW, ASTRAY),
    ],
)
def test_a_guard_holds_a_letter_back_until_it_is_lifted(
    letter: Letter, redriven: bool, rules: Rules, now: int, reason: str | None
) -> None:
    assert refusal(letter, redriven, rules, now) == reason


def test_a_plan_sends_or_counts_every_letter() -> None:
    letters = [died(offset=0), died(offset=1), TIRED]
    made = plan(letters, {(0, 1)}, Rules(), NOW)
    assert [letter.offset for letter in made.chosen] == [0]
    assert made.refused == {AGAIN: 1, LOOP: 1}


# Transactions


def test_a_transaction_is_bounded_in_records_and_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CHUNK_RECORDS", 3)
    monkeypatch.setattr(sending, "CHUNK_BYTES", 10_000)
    sizes = [10, 10, 10, 10, 6_000, 6_000, 20_000, 10]
    made = list(chunks(again(b"v" * size, offset) for offset, size in enumerate(sizes)))
    assert [[letter.offset for letter, _ in chunk] for chunk in made] == [[0, 1, 2], [3, 4], [5], [6], [7]]


def test_a_record_that_its_topic_would_refuse_takes_no_other_with_it() -> None:
    tally = Tally()
    left = list(fitting([again(b"v" * RAW_MAX_BYTES), again(b"v", 1)], tally))
    assert [letter.offset for letter, _ in left] == [1]
    assert tally.refused.total() == 1


class Client:
    """A producer whose every call ends as it is told, in order."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends, self.calls = list(ends), list[str]()

    def commit_transaction(self, _: float) -> None:
        self.calls.append("commit")
        if end := self.ends.pop(0):
            raise end

    def abort_transaction(self, _: float) -> None:
        self.calls.append("abort")


def failure(**kinds: bool) -> KafkaException:
    return KafkaException(KafkaError(KafkaError._FAIL, "told so", **kinds))


def test_a_call_is_repeated_while_it_may_be() -> None:
    client = Client(failure(retriable=True), failure(retriable=True), None)
    commit(client)
    assert client.calls == ["commit"] * 3


def test_a_commit_that_must_be_aborted_is() -> None:
    client = Client(failure(txn_requires_abort=True))
    with pytest.raises(KafkaException):
        commit(client)
    assert client.calls == ["commit", "abort"]


@pytest.mark.parametrize("end", [failure(fatal=True), failure(), KeyboardInterrupt()])
def test_a_commit_that_nobody_knows_of_is_not_called_done(end: BaseException) -> None:
    with pytest.raises(UnsureError, match="not known whether the last transaction was committed"):
        commit(Client(end))


def test_waiting_has_an_end() -> None:
    client = Client(*[failure(retriable=True)] * 50)
    with pytest.raises(KafkaException):
        patiently(client.commit_transaction, 0.2)
    assert len(client.calls) < 5


# Trials


def raw(value: bytes) -> Incoming:
    return Incoming(topic=RAW.name, partition=0, offset=0, timestamp=NOW, key=b"k", value=value)


def test_a_trial_runs_both_stages() -> None:
    with trial(Settings()) as one:
        assert one.outcome("read", raw(b"Talks begin")) is None
        assert one.outcome("read", raw(b"")) == "WIRE-102"
        assert one.outcome("extract", raw(b"{}")) == "WIRE-204"


def test_a_story_that_fails_after_it_was_read_does_not_pass() -> None:
    with trial(Settings(), "tests.test_dead:broken_stages") as one:
        assert one.outcome("read", raw(b"Talks begin")) == "WIRE-501"


def broken_stages(settings: Settings) -> tuple[Stage, Stage]:
    """The first stage as it is, and a second that fails."""
    return make_stages(settings)[0], replace(make_stages(settings)[1], run=fail)


def fail(*_: object) -> Any:
    raise KeyError


def test_a_letter_that_hangs_or_ends_its_process_is_one_of_many() -> None:
    with trial(Settings(), "tests.staged:make_stages") as one:
        values = (b"well", b"sleep", b"exit", b"well")
        assert [one.outcome("read", raw(value)) for value in values] == [None, "WIRE-602", "WIRE-603", None]


# What is printed


def test_a_letter_is_one_line() -> None:
    hostile = letter_of((0, 1), NOW, (("__connect.errors.exception.message", b"two\nlines [bold]\x1b[2J"),))
    letters = [hostile, died(offset=123, headers=(("wire-provider", b"wakala\x1b\n"),))]
    head, first, second = table(Found(letters, {(0, 1)}), 240)
    assert first.split()[0] == "0:1"
    assert first.endswith("yes       two lines [bold]\\x1b[2J")
    assert "wakala\\x1b\\n" in second
    assert head.index("cause") == first.index("two lines") == second.index("unknown charset")
    line = json_line(hostile, redriven=True)
    assert "\n" not in line
    assert json.loads(line)["cause"] == "two\nlines [bold]\x1b[2J"


@pytest.mark.parametrize("width", [10, 110, 120])
def test_a_long_cause_gives_way_to_the_other_columns(width: int) -> None:
    long = letter_of((0, 1), NOW, (("__connect.errors.exception.message", b"x" * 500),))
    head, line = table(Found([long], set()), width)
    assert line.startswith("0:1     2026-03-02T09:00:05.000Z")
    assert len(line) <= max(width, head.index("cause") + 20)


def test_the_summary_counts_by_code() -> None:
    letters = [died(offset=0), died(offset=1), died(code="WIRE-205", offset=2)]
    assert list(summary(letters, {(0, 1)})) == ["3 dead letters, 1 redriven", "   WIRE-101  2", "   WIRE-205  1"]


def test_every_command_explains_itself_and_its_exit_codes() -> None:
    for command in dead.registered_commands:
        assert command.callback is not None
        assert "Exits with" in (command.callback.__doc__ or "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--since", "yesterday"),
        ("show", "7"),
        ("show", "a:b"),
        ("redrive", "--letter", "-1:2"),
        ("redrive", "x"),
    ],
)
def test_a_wrong_argument_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(tasrih, ["dead", *arguments]).exit_code == 2


def test_a_broker_that_is_away_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "ASK_SECONDS", 1)
    ended = CliRunner().invoke(tasrih, ["dead", "redrive"], env={"TASRIH_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    assert ended.exit_code == 1
    assert "redriven 0 letters\n" in ended.output
    assert "Kafka at 127.0.0.1:1: " in ended.output
