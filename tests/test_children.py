"""Stages in processes of their own: who hangs or dies takes nobody along, and is told apart from who was only near."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.delivery.children import Children
from agents.delivery.guard import Answer, Stage
from agents.messages import Incoming
from schemas.topics import AUDIT, DEAD
from tests.staged import KEPT, PLAIN, records


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    made = Children("tests.staged:make_stages")
    made.start()
    yield made
    made.close()


def work(
    children: Children, stage: Stage, batch: list[Incoming], states: dict[bytes, bytes] | None = None
) -> list[Answer]:
    return children.threads.submit(children.work, stage, batch, states or {}).result(60)


def told(answer: Answer) -> str:
    """What an answer says: the value that was published, or the code that the record died with."""
    headers = dict(answer.outputs[0].headers)
    return (
        headers["wire-error-code"].decode()
        if "wire-error-code" in headers
        else (answer.outputs[0].value or b"").decode().split()[0]
    )


@pytest.mark.parametrize(
    ("poison", "code"),
    [
        ("raise", "WIRE-301"),
        ("loop", "WIRE-602"),
        ("sleep", "WIRE-602"),
        ("exit", "WIRE-603"),
        ("abort", "WIRE-603"),
        ("kill", "WIRE-603"),
        ("large", "WIRE-601"),
    ],
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_poison_is_a_dead_letter_and_the_rest_of_its_batch_is_not(
    children: Children, poison: str, code: str, place: int
) -> None:
    values = ["a", "b", "c", "d"]
    batch = records(*values[:place], poison, *values[place:])
    answers = work(children, PLAIN, batch)
    assert [told(answer) for answer in answers] == [*values[:place], code, *values[place:]]
    assert [output.topic for output in answers[place].outputs] == [DEAD.name, AUDIT.name]
    assert answers[place].outputs[0].value == poison.encode()


def test_several_poisons_in_a_row(children: Children) -> None:
    answers = work(children, PLAIN, records("exit", "exit", "a", "abort", "raise"))
    assert [told(answer) for answer in answers] == ["WIRE-603", "WIRE-603", "a", "WIRE-603", "WIRE-301"]


def test_a_process_that_was_killed_from_outside_costs_no_record(children: Children, tmp_path: Path) -> None:
    answers = work(children, PLAIN, records("a", f"once {tmp_path / 'marker'}", "b"))
    assert [told(answer) for answer in answers] == ["a", "once", "b"]


def test_a_child_killed_while_it_is_idle_is_replaced(children: Children) -> None:
    (first,) = work(children, PLAIN, records("a"))
    os.kill(int((first.outputs[0].value or b"").split()[2]), signal.SIGKILL)
    assert [told(answer) for answer in work(children, PLAIN, records("b"))] == ["b"]


def test_a_record_sees_the_state_that_the_one_before_it_left(children: Children) -> None:
    answers = work(children, KEPT, records("a", "b", "exit", "c", "raise", "d"))
    seen = [(answer.outputs[0].value or b"").split()[1] for answer in answers if told(answer) in "abcd"]
    assert seen == [b"1", b"2", b"3", b"4"]
    again = work(children, KEPT, records("e"), {b"key": answers[-1].state or b""})
    assert (again[0].outputs[0].value or b"").split()[1] == b"5"


def test_a_dead_record_leaves_the_state_as_it_was(children: Children) -> None:
    first, dead, hung = work(children, KEPT, records("a", "raise", "loop"))
    assert dead.state == first.state == hung.state
    assert first.state is not None


def test_a_frozen_worker_does_not_take_its_children_for_hung(tmp_path: Path) -> None:
    """The worker and its child stand still for longer than the deadline, in the middle of a record."""
    program = (
        "import sys, time; from agents.delivery.children import Children; from tests.staged import PLAIN, records\n"
        "import dataclasses; slow = dataclasses.replace(PLAIN, deadline_seconds=3)\n"
        "children = Children('tests.staged:make_stages'); children.start()\n"
        "print('began', flush=True)\n"
        "(answer,) = children.threads.submit(children.work, slow, records('sleep'), {}).result()\n"
        "print(time.monotonic(), flush=True); children.close()"
    )
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "began\n"
            time.sleep(1)
            process.send_signal(signal.SIGSTOP)
            time.sleep(4)
            process.send_signal(signal.SIGCONT)
            ended = float(process.stdout.readline())
        finally:
            process.kill()
    assert ended - began > 6, "the time in which the worker was frozen was held against the record"


@pytest.mark.parametrize("value", ["loop", "sleep"])
def test_nothing_is_left_of_a_worker_that_was_killed(tmp_path: Path, value: str) -> None:
    program = (
        "from agents.delivery.children import Children; from tests.staged import PLAIN, records\n"
        "children = Children('tests.staged:make_stages'); children.start()\n"
        "(answer,) = children.threads.submit(children.work, PLAIN, records('a'), {}).result()\n"
        "print(answer.outputs[0].value.split()[2].decode(), children._server._process.pid, flush=True)\n"
        f"children.threads.submit(children.work, PLAIN, records({value!r}), {{}}).result()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 2
        time.sleep(0.3)
        process.kill()
    deadline = time.monotonic() + 5
    while any(map(alive, pids)):
        assert time.monotonic() < deadline, pids
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
