"""The local copy of the state topic: one SQLite file for each partition, beside the changelog offset that it reflects.

The topic is the truth, written in the lane's transaction; this is what a lane reads states from. It is written after
the transaction has committed, so it may be behind the topic and never before it. What it lacks is read from the topic
when a partition is assigned (``restore.py``).
"""

import fcntl
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from agents.naming import is_notice
from schemas.codec import decode_state
from schemas.topics import STATE

FORMAT: Final = 2
# Kafka drops a tombstone this long after compaction: a copy that was away longer may have missed one.
STALE_SECONDS: Final = STATE.delete_retention_ms / 1000 / 2
KEYS_A_QUERY: Final = 500
# How the state of a story begins that holds something.
HOLDING: Final = b'{"format":3,'
MAX_WORKERS_OF_A_HOST: Final = 1000

SCHEMA: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA user_version = 2;
CREATE TABLE IF NOT EXISTS state (key BLOB PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS held (key BLOB PRIMARY KEY, due REAL NOT NULL, notice INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS reflected (changelog INTEGER NOT NULL, input INTEGER NOT NULL, at REAL NOT NULL);
"""


class Reflected(NamedTuple):
    """What a copy reflects: all of the state topic below ``changelog``, all of the input below ``input``."""

    changelog: int
    input: int


class Holds(NamedTuple):
    """How many states hold something, how many of these a notice, and when the first of all is due, in seconds."""

    states: int
    notices: int
    due: float | None


def holding_of(value: bytes) -> tuple[float, bool] | None:
    """Say when what a state holds is due, and whether it is a notice; None for a state that holds nothing."""
    if not value.startswith(HOLDING):
        return None
    state = decode_state(value)
    return None if not state.held or not state.due else (state.due, is_notice(state.held))


class LocalState:
    """The states of one partition on disk. Every method blocks for a moment on the disk, so threads call them.

    A call in a thread goes on when nobody waits for it any more; closing waits for it, and refuses any later one, so
    that a lane which was stopped can't write into the copy of its successor.

    >>> from contextlib import closing
    >>> with tempfile.TemporaryDirectory() as folder, closing(LocalState(Path(folder) / "0.db")) as state:
    ...     state.apply({b"a:1": b"one", b"a:2": b"two"}, Reflected(7, 3))
    ...     state.apply({b"a:2": None}, Reflected(9, 4))
    ...     state.read([b"a:1", b"a:2"]), state.reflected()
    ({b'a:1': b'one'}, Reflected(changelog=9, input=4))
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._database = self._open()
        self.holds = self._count_held()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        try:
            database.executescript(SCHEMA)
        except sqlite3.DatabaseError:
            # Whatever became of the file, the topic has it all.
            database.close()
            self._file.unlink()
            database = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
            database.executescript(SCHEMA)
        return database

    def reflected(self) -> Reflected | None:
        """Say what the copy reflects; None when it is new, or so old that it may have missed a tombstone."""
        row = self._database.execute("SELECT changelog, input, at FROM reflected").fetchone()
        if row is None or time.time() - row[2] > STALE_SECONDS:
            return None
        return Reflected(row[0], row[1])

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Give the states of those keys that have one."""
        wanted, found = list(dict.fromkeys(keys)), dict[bytes, bytes]()
        for begin in range(0, len(wanted), KEYS_A_QUERY):
            some = wanted[begin : begin + KEYS_A_QUERY]
            marks = ",".join("?" * len(some))
            with self._lock:
                # The marks are question marks only.
                rows = self._database.execute(f"SELECT key, value FROM state WHERE key IN ({marks})", some)  # noqa: S608
                found.update(rows)
        return found

    def apply(self, changes: Mapping[bytes, bytes | None], reflected: Reflected) -> None:
        """Put changes in, all or none; a value of None removes its key."""
        gone = [(key,) for key, value in changes.items() if value is None]
        put = [(key, value) for key, value in changes.items() if value is not None]
        held = [(key, *found) for key, value in put if (found := holding_of(value)) is not None]
        with self._lock, self._database:
            self._database.execute("BEGIN")
            self._database.executemany("DELETE FROM state WHERE key = ?", gone)
            self._database.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", put)
            self._database.execute("DELETE FROM reflected")
            self._database.execute("INSERT INTO reflected VALUES (?, ?, ?)", (*reflected, time.time()))
            if held or self.holds.states:
                self._database.executemany("DELETE FROM held WHERE key = ?", [(key,) for key in changes])
                self._database.executemany("INSERT INTO held VALUES (?, ?, ?)", held)
                self.holds = self._count_held()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock, self._database:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM state")
            self._database.execute("DELETE FROM held")
            self.holds = Holds(0, 0, None)
            self._database.execute("DELETE FROM reflected")

    def _count_held(self) -> "Holds":
        return Holds(
            *self._database.execute("SELECT count(*), coalesce(sum(notice), 0), min(due) FROM held").fetchone()
        )

    def read_held(self, due: float, max_bytes: int, *, notices: bool = False) -> dict[bytes, bytes]:
        """Give states that hold what is due by a time, in seconds, the first ones first; or all that hold notices.

        There are no more than ``max_bytes`` of them, and at least one if there are any.
        """
        query = "SELECT key, value FROM held JOIN state USING (key) WHERE {} ORDER BY due"
        chosen = query.format("notice" if notices else "due <= ?")
        found, size = dict[bytes, bytes](), 0
        with self._lock:
            for key, value in self._database.execute(chosen, () if notices else (due,)):
                size += len(value)
                if found and size > max_bytes:
                    break
                found[key] = value
        return found

    def count(self) -> int:
        """Give the number of keys."""
        number: int = self._database.execute("SELECT count(*) FROM state").fetchone()[0]
        return number

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


class StateFolder:
    """The folder of one worker's copies; workers of one host that share a parent each get a folder of their own.

    A folder belongs to the process that holds its lock, and falls free with it, so that a worker which is started
    again finds the copies that it, or another of the host, left behind.
    """

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._claimed: tuple[Path, int] | None = None

    def open(self, topic: str, partition: int) -> LocalState:
        """Open the copy of a partition of a state topic, given by its full name."""
        return LocalState(self.path / f"{topic}-{partition}.{FORMAT}.db")

    @property
    def path(self) -> Path:
        """The folder itself."""
        if self._claimed is None:
            self._claimed = claim(self._parent)
        return self._claimed[0]

    def close(self) -> None:
        """Let the folder go."""
        if self._claimed is not None:
            os.close(self._claimed[1])
            self._claimed = None


def claim(parent: Path) -> tuple[Path, int]:
    """Take the first folder in ``parent`` that no process holds, and give it with its locked descriptor."""
    for number in range(MAX_WORKERS_OF_A_HOST):
        folder = parent / str(number)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return folder, descriptor
    raise RuntimeError(f"{parent} holds {MAX_WORKERS_OF_A_HOST} folders, and all are in use")


def default_folder(group: str) -> Path:
    """Give the parent folder that is used when none is set."""
    return Path(tempfile.gettempdir()) / f"tasrih-{os.getuid()}" / group
