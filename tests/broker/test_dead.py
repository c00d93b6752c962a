"""Dead letters on a real Kafka: listed, shown, and sent back once, whatever ends the command."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from agents.delivery.dead_letters import dead_letter
from agents.errors import WireError
from agents.messages import Headers, Incoming
from agents.reading import read_wire
from schemas.headers import RECEIVED_AT, REDRIVEN, REDRIVES
from schemas.topics import DEAD, ENRICHED, PRODUCER_MAX_BYTES, RAW, STORIES
from tests.broker.stream import Place, header_map, running

HOUR_MS = 3_600_000
ARRIVED = round(time.time() * 1000) - HOUR_MS
TEXT = "العاصمة - وكالة المنارة: قال وزير المياه سالم الخطيب إن السد امتلأ للمرة {}."

# What a redrive is made to do after its records are with the broker and before it commits.
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
INTERRUPTED = "os.kill(os.getpid(), signal.SIGINT)"
FROZEN = "os.kill(os.getpid(), signal.SIGSTOP)"
AFTER_SENDING = """
import os, signal
from agents.cli import main
from agents.cli.dead import sending
flush, calls = sending.flush, []
def flush_and_then(producer):
    flush(producer)
    calls.append(producer)
    {}
sending.flush = flush_and_then
main()
"""
# The same when it has read what to send, and has sent nothing.
BEFORE_SENDING = """
import os, signal
from agents.cli import main
from agents.cli.dead.sending import Lane
send = Lane.send
def wait_and_send(lane, chunk):
    {}
    send(lane, chunk)
Lane.send = wait_and_send
main()
"""
# What it is made to do before it takes a partition for itself.
BEFORE_OPENING = """
import subprocess, sys
from agents.cli import main
from agents.cli.dead.sending import Lane
open_ = Lane.open
def wait_and_open(lane):
    subprocess.run([sys.executable, "-m", "agents.cli", "dead", "redrive"], check=True, stdout=subprocess.DEVNULL)
    open_(lane)
Lane.open = wait_and_open
main()
"""


def story(number: int) -> bytes:
    return json.dumps({"id": f"dead-{number}", "text": TEXT.format(number)}, ensure_ascii=False).encode()


def letter(
    place: Place, number: int, code: str = "WIRE-205", stage: str = "read", headers: Headers = (), **changes: Any
) -> tuple[int, Sequence[tuple[str, bytes]], bytes | None, bytes | None]:
    """The dead letter of a raw record that stood in partition 1: partition, headers, key and value."""
    topic = place.prefix + (RAW.name if stage == "read" else STORIES.name)
    fields: dict[str, Any] = {
        "timestamp": ARRIVED + number,
        "key": f"key-{number}".encode(),
        "value": story(number),
    } | changes
    incoming = Incoming(topic=topic, partition=1, offset=number, headers=headers, **fields)
    made = dead_letter(incoming, stage, WireError(code, "for the test"))
    return 0, made.headers, made.key, made.value


def write(place: Place, letters: Sequence[Any]) -> None:
    """Put letters on the dead topic, all in one partition, so that they have the offsets 0, 1, 2 and so on."""
    producer = Producer({"bootstrap.servers": place.address, "message.max.bytes": PRODUCER_MAX_BYTES})
    for partition, headers, key, value in letters:
        producer.produce(place.prefix + DEAD.name, value, key, partition=partition, headers=list(headers))
    assert producer.flush(30) == 0


def held(place: Place, topic: str, level: str = "read_committed") -> list[Any]:
    """Every record that a topic holds, to its end."""
    options = {"bootstrap.servers": place.address, "group.id": f"{place.prefix}held", "isolation.level": level}
    consumer = Consumer(options | {"enable.partition.eof": True})
    try:
        partitions = consumer.list_topics(place.prefix + topic, timeout=10).topics[place.prefix + topic].partitions
        waiting = set(partitions)
        consumer.assign([TopicPartition(place.prefix + topic, one, OFFSET_BEGINNING) for one in waiting])
        records, deadline = [], time.monotonic() + 30
        while waiting:
            assert time.monotonic() < deadline
            for message in consumer.consume(500, timeout=0.2):
                if message.error() is None:
                    records.append(message)
                else:
                    waiting.discard(message.partition())
        return records
    finally:
        consumer.close()


def redrive_that(place: Place, program: str) -> subprocess.Popen[str]:
    """Start a redrive that is not left alone."""
    command = [sys.executable, "-c", program, "dead", "redrive"]
    return subprocess.Popen(command, env=place.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_letter_redriven_after_its_cause_is_gone_gives_its_story_once(place: Place, tmp_path: Path) -> None:
    text = " ".join(TEXT.format(number) for number in range(100))
    place.send(
        [(json.dumps({"id": "long", "text": text}, ensure_ascii=False).encode(), (("wire-provider", b"manara"),))]
    )
    with running(place, tmp_path, story_max_bytes=1000) as worker:
        (died,) = place.read([DEAD.name], lambda found: len(found) >= 1)
        assert worker.stop()[0] == 0
    (raw,) = held(place, RAW.name)
    tried = place.tasrih("dead", "redrive", "--dry-run")
    assert tried.stdout == "would redrive 1 letter\n   WIRE-104  1 would pass\n", tried.stderr
    for _ in range(2):
        assert place.tasrih("dead", "redrive").returncode == 0
    with running(place, tmp_path) as worker:
        place.read([ENRICHED.name], lambda found: len(found) >= 1)
        place.send([(story(1), ())])
        records = place.read([ENRICHED.name], lambda found: len(found) >= 2)
        assert worker.stop()[0] == 0
    assert sorted(one.key() for one in records) == [b"manara:long", b"unknown:dead-1"]
    (first,) = [json.loads(one.value()) for one in records if one.key() == b"manara:long"]
    received = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(raw.timestamp()[1] / 1000))
    assert first["received_at"].startswith(received)
    assert header_map(died)[RECEIVED_AT] == str(raw.timestamp()[1]).encode()


def test_a_record_goes_back_as_it_was_with_its_time_and_its_partition(place: Place) -> None:
    own = (("wire-provider", b"manara"), ("x", b"\x00\xff"), ("x", b"again"))
    write(place, [letter(place, 0, headers=own), letter(place, 1, value=None, key=None)])
    redriven = place.tasrih("dead", "redrive")
    assert (redriven.returncode, redriven.stderr) == (0, "")
    assert redriven.stdout == f"redriven 2 letters: 2 to {place.prefix}{RAW.name}\n"
    first, second = held(place, RAW.name)
    sent = [(RECEIVED_AT, str(ARRIVED).encode()), (REDRIVES, b"1")]
    assert (first.key(), first.value(), first.headers()) == (b"key-0", story(0), [*own, *sent])
    assert (first.partition(), first.timestamp()[1]) == (1, ARRIVED)
    assert (second.key(), second.value(), second.partition()) == (None, None, 1)
    assert second.timestamp()[1] == ARRIVED + 1


def test_a_story_goes_back_to_its_own_topic_and_partition(place: Place) -> None:
    raw = Incoming(topic="t", partition=0, offset=0, timestamp=ARRIVED, key=None, value=story(7))
    (made,) = read_wire(raw)
    died = letter(place, 0, "WIRE-501", "extract", made.headers, key=made.key, value=made.value)
    write(place, [died])
    assert "1 would pass" in place.tasrih("dead", "redrive", "--dry-run").stdout
    redriven = place.tasrih("dead", "redrive")
    assert redriven.stdout == f"redriven 1 letter: 1 to {place.prefix}{STORIES.name}\n", redriven.stderr
    (record,) = held(place, STORIES.name)
    assert (record.key(), record.value(), record.partition()) == (made.key, made.value, 1)
    assert held(place, RAW.name) == []


def test_redriving_twice_sends_once_and_again_sends_again(place: Place) -> None:
    write(place, [letter(place, number) for number in range(5)])
    assert place.tasrih("dead", "redrive", "--letter", "0:1", "--letter", "0:3").returncode == 0
    second = place.tasrih("dead", "redrive")
    assert second.stdout.splitlines() == [
        f"redriven 3 letters: 3 to {place.prefix}{RAW.name}",
        "not sent: 2 redriven before (--again sends them once more)",
    ]
    assert place.tasrih("dead", "redrive").stdout.startswith("redriven 0 letters\n")
    assert sorted(one.value() for one in held(place, RAW.name)) == [story(number) for number in range(5)]
    assert "redriven 1 letter:" in place.tasrih("dead", "redrive", "--again", "--letter", "0:3").stdout
    assert sorted(one.value() for one in held(place, RAW.name)).count(story(3)) == 2


def test_many_letters_take_several_transactions_and_each_is_sent_once(place: Place) -> None:
    write(place, [letter(place, number, "WIRE-101" if number % 2 else "WIRE-205") for number in range(2400)])
    redriven = place.tasrih("dead", "redrive", "--code", "WIRE-205")
    assert redriven.stdout.startswith("redriven 1200 letters:"), redriven.stderr
    rest = place.tasrih("dead", "redrive")
    assert rest.stdout.startswith("redriven 1200 letters:"), rest.stderr
    assert sorted(one.value() for one in held(place, RAW.name)) == sorted(map(story, range(2400)))
    marks = [one for one in held(place, DEAD.name) if REDRIVEN in header_map(one)]
    assert len(marks) == 6


def test_a_redrive_killed_before_its_commit_has_sent_nothing(place: Place) -> None:
    write(place, [letter(place, number) for number in range(3)])
    killed = redrive_that(place, AFTER_SENDING.format(KILLED))
    assert killed.wait(60) == -9
    killed.communicate()
    assert len(held(place, RAW.name, "read_uncommitted")) == 3, "it was killed before it had sent"
    again = place.tasrih("dead", "redrive")
    assert again.stdout.startswith("redriven 3 letters:"), again.stderr
    assert sorted(one.value() for one in held(place, RAW.name)) == [story(number) for number in range(3)]
    assert len(held(place, RAW.name, "read_uncommitted")) == 6


def test_a_redrive_interrupted_before_its_commit_says_so_and_has_sent_nothing(place: Place) -> None:
    write(place, [letter(place, number) for number in range(3)])
    interrupted = redrive_that(place, AFTER_SENDING.format(INTERRUPTED))
    output, errors = interrupted.communicate(timeout=60)
    assert (interrupted.returncode, output) == (1, "redriven 0 letters\n"), errors
    assert errors == "interrupted. What was under way was aborted, nothing of it was sent.\n"
    assert held(place, RAW.name) == []
    assert place.tasrih("dead", "list").stdout.splitlines()[-2:] == ["3 dead letters", "   WIRE-205  3"]


def test_a_redrive_interrupted_midway_reports_what_was_committed_and_the_next_sends_the_rest(place: Place) -> None:
    write(place, [letter(place, number) for number in range(800)])
    interrupted = redrive_that(place, AFTER_SENDING.format(f"len(calls) == 2 and {INTERRUPTED}"))
    output, errors = interrupted.communicate(timeout=60)
    assert interrupted.returncode == 1, errors
    assert output == f"redriven 500 letters: 500 to {place.prefix}{RAW.name}\n"
    assert place.tasrih("dead", "redrive").stdout.startswith("redriven 300 letters:")
    assert sorted(one.value() for one in held(place, RAW.name)) == sorted(map(story, range(800)))


@pytest.mark.parametrize("program", [BEFORE_SENDING, AFTER_SENDING], ids=["before sending", "after sending"])
def test_a_redrive_overtaken_by_another_sends_nothing_more(place: Place, program: str) -> None:
    write(place, [letter(place, number) for number in range(3)])
    frozen = redrive_that(place, program.format(FROZEN))
    try:
        wait_for(lambda: Path(f"/proc/{frozen.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        assert len(held(place, RAW.name, "read_uncommitted")) == (3 if program is AFTER_SENDING else 0)
        assert place.tasrih("dead", "redrive").stdout.startswith("redriven 3 letters:")
        frozen.send_signal(signal.SIGCONT)
        output, errors = frozen.communicate(timeout=60)
    finally:
        frozen.kill()
        frozen.wait()
    assert (frozen.returncode, output) == (1, "redriven 0 letters\n"), errors
    assert "fenced" in errors
    assert sorted(one.value() for one in held(place, RAW.name)) == [story(number) for number in range(3)]


def test_a_redrive_sees_what_another_committed_just_before_it_took_over(place: Place) -> None:
    write(place, [letter(place, number) for number in range(3)])
    second = redrive_that(place, BEFORE_OPENING)
    output, errors = second.communicate(timeout=60)
    assert (second.returncode, output.splitlines()[0]) == (0, "redriven 0 letters"), errors
    assert sorted(one.value() for one in held(place, RAW.name)) == [story(number) for number in range(3)]


def test_a_mark_behind_an_open_transaction_is_waited_for(place: Place) -> None:
    write(place, [letter(place, 0)])
    worker = Producer({"bootstrap.servers": place.address, "transactional.id": f"{place.prefix}worker"})
    worker.init_transactions(30)
    worker.begin_transaction()
    _, headers, key, value = letter(place, 1)
    worker.produce(place.prefix + DEAD.name, value, key, partition=0, headers=list(headers))
    worker.flush(30)
    # A mark as a redrive of letter 0 would have written it, which nobody can read yet.
    write(place, [(0, [(REDRIVEN, b"0")], None, None)])
    assert place.tasrih("dead", "list").stdout.splitlines()[-2:] == ["1 dead letter", "   WIRE-205  1"]
    with ThreadPoolExecutor() as pool:
        redriven = pool.submit(place.tasrih, "dead", "redrive")
        time.sleep(4)
        assert not redriven.done()
        worker.commit_transaction(30)
        lines = redriven.result().stdout.splitlines()
    assert lines[0].startswith("redriven 1 letter:")
    assert [one.value() for one in held(place, RAW.name)] == [story(1)]


def test_a_feed_cannot_pass_a_letter_off_as_a_mark(place: Place) -> None:
    write(place, [letter(place, 0), letter(place, 1, headers=((REDRIVEN, b"0-1"),))])
    assert place.tasrih("dead", "redrive").stdout.startswith("redriven 2 letters:")


def test_a_letter_that_died_again_and_again_is_held_back(place: Place) -> None:
    tired = ((REDRIVES, b"3"), (RECEIVED_AT, str(ARRIVED).encode()))
    write(place, [letter(place, 0, headers=tired), letter(place, 1, headers=((REDRIVES, b"2"),))])
    guarded = place.tasrih("dead", "redrive")
    assert guarded.returncode == 0
    assert guarded.stdout.splitlines()[1] == "not sent: 1 redriven 3 times in vain (--force sends them all the same)"
    (record,) = held(place, RAW.name)
    assert header_map(record)[REDRIVES] == b"3"
    assert place.tasrih("dead", "redrive", "--force").stdout.startswith("redriven 1 letter:")
    assert {header_map(one)[REDRIVES] for one in held(place, RAW.name)} == {b"3", b"4"}


def test_a_record_that_fails_again_counts_its_redrives(place: Place, tmp_path: Path) -> None:
    place.send([(b"", ())])
    with running(place, tmp_path) as worker:
        place.read([DEAD.name], lambda found: len(found) >= 1)
        assert place.tasrih("dead", "redrive", "--code", "wire-102").returncode == 0
        records = place.read([DEAD.name], lambda found: len([one for one in found if one.value() is not None]) >= 2)
        assert worker.stop()[0] == 0
    first, second = [header_map(one) for one in records if one.value() is not None]
    assert second[REDRIVES] == b"1"
    assert second[RECEIVED_AT] == first[RECEIVED_AT]
    lines = [json.loads(line) for line in place.tasrih("dead", "list", "--json").stdout.splitlines()]
    assert [(line["redrives"], line["redriven"]) for line in lines] == [(0, True), (1, False)]


def test_a_dry_run_counts_and_changes_nothing(place: Place) -> None:
    write(place, [letter(place, 0), letter(place, 1, "WIRE-101", value=b"\xff"), letter(place, 2)])
    before = len(held(place, DEAD.name, "read_uncommitted"))
    tried = place.tasrih("dead", "redrive", "--dry-run", "--again")
    assert (tried.returncode, tried.stderr) == (0, "")
    assert tried.stdout.splitlines() == [
        "would redrive 3 letters",
        "   WIRE-101  1 would fail with WIRE-101",
        "   WIRE-205  2 would pass",
    ]
    assert held(place, RAW.name, "read_uncommitted") == []
    assert len(held(place, DEAD.name, "read_uncommitted")) == before


def test_a_letter_is_shown_with_its_bytes(place: Place, tmp_path: Path) -> None:
    hostile = (("wire-provider", b"mana\x1b[2Jra"),)
    write(place, [letter(place, 0, "WIRE-101", headers=hostile, value=b"abc\x1b[2J\xff\r\n\x00"), letter(place, 1)])
    shown = place.tasrih("dead", "show", "0:0")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "   code     WIRE-101\n" in shown.stdout
    assert "unknown charset: for the test" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert "abc\\x1b[2J\\xff" in shown.stdout
    command = [sys.executable, "-m", "agents.cli", "dead", "show", "--raw", "0:0"]
    raw = subprocess.run(command, env=place.environ(), capture_output=True, timeout=60, check=True)
    assert raw.stdout == b"abc\x1b[2J\xff\r\n\x00"
    assert TEXT.format(1) in place.tasrih("dead", "show", "0:1").stdout
    assert place.tasrih("dead", "redrive", "--letter", "0:0").returncode == 0
    for nothing in ("0:2", "0:99", "7:0"):
        missing = place.tasrih("dead", "show", nothing)
        assert (missing.returncode, missing.stdout) == (1, "")
        assert missing.stderr == f"{nothing}: no dead letter stands there\n"


def test_the_list_has_a_line_a_letter(place: Place) -> None:
    write(place, [letter(place, 0, headers=(("wire-provider", b"manara"),)), letter(place, 1, "WIRE-101")])
    assert place.tasrih("dead", "redrive", "--letter", "0:1").returncode == 0
    listed = place.tasrih("dead", "list")
    assert listed.returncode == 0, listed.stderr
    head, first, second, *counts = listed.stdout.splitlines()
    assert head.split() == ["letter", "time", "code", "stage", "provider", "redrives", "redriven", "cause"]
    assert first.split()[0:1] + first.split()[2:7] == ["0:0", "WIRE-205", "read", "manara", "0", "no"]
    assert "reading failed: for the test" in first
    assert second.split()[0:1] + second.split()[2:7] == ["0:1", "WIRE-101", "read", "unknown", "0", "yes"]
    assert counts == ["2 dead letters, 1 redriven", "   WIRE-101  1", "   WIRE-205  1"]
    only = place.tasrih("dead", "list", "--provider", "manara", "--json")
    assert [json.loads(line)["letter"] for line in only.stdout.splitlines()] == ["0:0"]


def test_a_letter_that_is_not_there_is_named(place: Place) -> None:
    write(place, [letter(place, 0)])
    redriven = place.tasrih("dead", "redrive", "--letter", "0:0", "--letter", "1:5")
    assert redriven.returncode == 1
    assert redriven.stdout.startswith("redriven 1 letter:")
    assert redriven.stderr == "1:5: no such dead letter, or another filter leaves it out\n"


@pytest.mark.parametrize("command", [("list",), ("show", "0:0"), ("redrive",), ("redrive", "--dry-run")])
def test_a_broker_that_does_not_have_the_topic_is_said_in_a_line(kafka: str, command: tuple[str, ...]) -> None:
    bare = Place(address=kafka, prefix=f"bare{time.time_ns()}.")
    ended = bare.tasrih("dead", *command)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"{bare.prefix}wire.dead.v1 is missing, see `tasrih topics check`.")
    assert ended.stderr.count("\n") == 1


def test_a_redrive_makes_no_topic(place: Place) -> None:
    write(place, [letter(place, 0)])
    admin = AdminClient({"bootstrap.servers": place.address})
    admin.delete_topics([place.prefix + STORIES.name])[place.prefix + STORIES.name].result(20)
    redriven = place.tasrih("dead", "redrive")
    assert (redriven.returncode, redriven.stdout) == (1, "redriven 0 letters\n")
    assert redriven.stderr.startswith(f"{place.prefix}wire.stories.v1 is missing, see `tasrih topics check`.")
    assert held(place, RAW.name) == []
