"""The local copy of the state: it holds what was put in, knows what it reflects, and gives way when it is unsure."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from agents.delivery.restore import starting_offset
from agents.delivery.state import STALE_SECONDS, LocalState, Reflected, StateFolder


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    return LocalState(tmp_path / "0.db")


def test_changes_and_what_they_reflect_come_back_after_a_restart(state: LocalState, tmp_path: Path) -> None:
    state.apply({b"a": b"1", b"b": b"2"}, Reflected(5, 2))
    state.apply({b"a": None, b"b": b"3"}, Reflected(8, 4))
    state.close()
    again = LocalState(tmp_path / "0.db")
    assert (again.read([b"a", b"b", b"c"]), again.reflected(), again.count()) == ({b"b": b"3"}, (8, 4), 1)


def test_more_keys_than_one_query_takes(state: LocalState) -> None:
    many = {f"{n}".encode(): b"v" for n in range(1300)}
    state.apply(dict(many), Reflected(1, 1))
    assert state.read(many) == many


def test_a_closed_copy_takes_nothing_more(state: LocalState, tmp_path: Path) -> None:
    state.close()
    with pytest.raises(Exception, match="closed"):
        state.apply({b"a": b"old"}, Reflected(1, 1))
    assert LocalState(tmp_path / "0.db").count() == 0


def test_a_file_that_is_no_database_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "0.db").write_bytes(b"no database at all" * 100)
    assert LocalState(tmp_path / "0.db").reflected() is None


@pytest.mark.parametrize(
    ("reflected", "first", "end", "committed", "start"),
    [
        (Reflected(10, 5), 0, 20, 5, 10),
        (Reflected(10, 5), 0, 20, 9, 10),
        (Reflected(10, 5), 0, 10, 5, 10),
        (Reflected(10, 5), 12, 20, 9, 12),  # the topic begins later
        (Reflected(10, 5), 0, 8, 9, 0),  # the topic ends before
        (Reflected(10, 5), 0, 20, 4, 0),  # so much input was never committed
        (None, 3, 20, 5, 3),
    ],
)
def test_a_copy_is_used_only_where_it_can_be_a_part_of_the_topic(
    state: LocalState, reflected: Reflected | None, first: int, end: int, committed: int, start: int
) -> None:
    if reflected:
        state.apply({b"a": b"1"}, reflected)
    assert starting_offset(state, first, end, committed) == start
    assert state.count() == (1 if reflected and start == reflected.changelog else 0)


def test_a_copy_that_was_away_long_enough_to_miss_a_tombstone_is_not_used(
    state: LocalState, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.apply({b"a": b"1"}, Reflected(10, 5))
    later = time.time() + STALE_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert starting_offset(state, 0, 20, 5) == 0
    assert state.count() == 0


def test_each_worker_of_a_host_has_a_folder_and_a_restarted_one_finds_its_own(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from agents.delivery.state import StateFolder\n"
        f"folder = StateFolder(Path({str(tmp_path)!r})); print(folder.open('t', 0)._file.parent.name, flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"0\n"
        mine = StateFolder(tmp_path)
        assert mine.open("t", 0)._file.parent.name == "1"
        other.kill()
    assert StateFolder(tmp_path).open("t", 0)._file.parent.name == "0"
    mine.close()
