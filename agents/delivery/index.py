"""The names of all stories, on local disk: what every worker reads of ``wire.index.v1``, whole and as it grows.

A notice in prose names a story that another partition owns, on whatever worker. Whoever has the notice looks here: the
lane that read it, before it publishes, and later the lane that holds it. What is not here, is here in part only, or is
meant by nobody for sure, stays unresolved; the lane that holds the notice looks again whenever the index has grown.
"""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from agents.messages import Output
from agents.naming import addressed, named_by, the_one_named
from agents.reading import NOTICE, passed_on, story_output
from schemas.codec import decode_story
from schemas.stories import Story
from schemas.topics import INDEX, STORIES

log = logging.getLogger(__name__)

FILE: Final = "index.1.db"
# A name is found for as long as its story can be sent again; it bounds the file and what is read at a first start.
KEPT_SECONDS: Final = (STORIES.retention_ms or 0) / 1000
# As in state.py: a copy that was away for longer may have missed a tombstone.
STALE_SECONDS: Final = INDEX.delete_retention_ms / 1000 / 2
POLL_MS: Final = 500
RECORDS_A_POLL: Final = 2000
RETRY_SECONDS: Final = 1.0
READING: Final[dict[str, Any]] = {
    "enable_auto_commit": False,
    "isolation_level": "read_committed",
    "fetch_max_wait_ms": POLL_MS,
}

SCHEMA: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS names (
    name BLOB, story TEXT, partition INTEGER, at REAL, PRIMARY KEY (name, story)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reflected (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL, at REAL NOT NULL);
"""


class Names:
    """The names on disk. Every method blocks for a moment, so threads call them; closing refuses any later one.

    >>> import tempfile
    >>> from contextlib import closing
    >>> with tempfile.TemporaryDirectory() as folder, closing(Names(Path(folder) / "names.db")) as names:
    ...     names.apply(0, [(b'["dpa","slugline","talks","dpa:7"]', b'"dpa:7"', 5.0)], 1)
    ...     names.stories_of([("dpa", "slugline", "talks")]), names.reflected(0)
    ([['dpa:7']], 1)
    """

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._database = connected(file)
        except sqlite3.DatabaseError:
            # Whatever became of the file, the topic has it all.
            file.unlink()
            self._database = connected(file)

    def reflected(self, partition: int) -> int | None:
        """Say below which offset of a partition everything is here; None when that is not known or too long ago."""
        query = "SELECT next FROM reflected WHERE partition = ? AND at > ?"
        with self._lock:
            row = self._database.execute(query, (partition, time.time() - STALE_SECONDS)).fetchone()
        return None if row is None else row[0]

    def apply(
        self, partition: int, records: Iterable[tuple[bytes | None, bytes | None, float]], following: int
    ) -> None:
        """Put in records (key, value or None to remove the name, timestamp in seconds), below offset ``following``."""
        changes = [(*parts, value, at) for key, value, at in records if (parts := parsed(key)) is not None]
        gone = [(name, story) for name, story, value, _ in changes if value is None]
        put = [(name, story, partition, at) for name, story, value, at in changes if value is not None]
        with self._lock, self._database:
            self._database.execute("BEGIN")
            self._database.executemany("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", put)
            self._database.executemany("DELETE FROM names WHERE name = ? AND story = ?", gone)
            self._database.execute(
                "INSERT OR REPLACE INTO reflected VALUES (?, ?, ?)", (partition, following, time.time())
            )

    def forget(self, partition: int) -> None:
        """Drop what came from a partition."""
        with self._lock, self._database:
            self._database.execute("DELETE FROM names WHERE partition = ?", (partition,))

    def prune(self, before: float) -> None:
        """Drop names that no story was given since a time (seconds)."""
        with self._lock, self._database:
            self._database.execute("DELETE FROM names WHERE at < ?", (before,))

    def stories_of(self, names: Iterable[Sequence[str]]) -> list[list[str]]:
        """Give the ids of the stories that go by each name."""
        query = "SELECT story FROM names WHERE name = ?"
        with self._lock:
            rows = [self._database.execute(query, (orjson.dumps(name),)).fetchall() for name in names]
        return [[story for (story,) in found] for found in rows]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


def connected(file: Path) -> sqlite3.Connection:
    """Open the file and make what it lacks."""
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        database.executescript(SCHEMA)
    except BaseException:
        database.close()
        raise
    return database


def parsed(key: bytes | None) -> tuple[bytes, str] | None:
    """Split a key of the topic into the name, as it is looked for, and the story; None for a key that is neither.

    >>> parsed(b'["dpa","slugline","talks","dpa:7"]'), parsed(b"something else")
    ((b'["dpa","slugline","talks"]', 'dpa:7'), None)
    """
    try:
        parts = orjson.loads(key or b"")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(parts, list) or len(parts) < 2 or not all(isinstance(part, str) for part in parts):
        return None
    return orjson.dumps(parts[:-1]), parts[-1]


class Index:
    """The names, and the task that reads them. ``topic`` is the full name; ``grown`` counts what was taken in."""

    def __init__(self, connection: Mapping[str, Any], topic: str) -> None:
        self._connection = connection
        self._topic = topic
        self._names: Names | None = None
        self._following: asyncio.Task[None] | None = None
        self.loaded = False
        self.grown = 0

    def start(self, folder: Path) -> None:
        """Begin to read; does nothing when it was begun."""
        if self._following is None:
            self._names = Names(folder / FILE)
            self._following = asyncio.create_task(self._follow(self._names), name="index")

    async def _follow(self, names: Names) -> None:
        while True:
            consumer = AIOKafkaConsumer(self._topic, **self._connection, **READING)
            try:
                await consumer.start()
                await self._read(consumer, names)
            except (KafkaError, OSError, sqlite3.Error) as failure:
                log.warning("index not read", extra={"topic": self._topic, "cause": repr(failure)})
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                await consumer.stop()

    async def _read(self, consumer: AIOKafkaConsumer, names: Names) -> None:
        # Without a group, a consumer of a topic has all of its partitions.
        places = sorted(consumer.assignment())
        if not places:
            raise KafkaError(f"{self._topic} is not there")
        missing = await consumer.end_offsets(places)
        await seek(consumer, places, missing, names)
        while True:
            fetched = await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_A_POLL)
            for place, records in fetched.items():
                told = [(record.key, record.value, record.timestamp / 1000) for record in records]
                await asyncio.to_thread(names.apply, place.partition, told, records[-1].offset + 1)
                self.grown += len(records)
            if not self.loaded:
                missing = {place: end for place, end in missing.items() if await consumer.position(place) < end}
                if not missing:
                    await asyncio.to_thread(names.prune, time.time() - KEPT_SECONDS)
                    self.loaded = True
                    self.grown += 1
                    log.info("index loaded", extra={"topic": self._topic, "records": self.grown - 1})

    def find(self, notice: Story) -> str | None:
        """Give the id of the story that a notice names; None while the index is not whole, for two may share a name."""
        if self._names is None or not self.loaded:
            return None
        return the_one_named([self._names.stories_of(names) for names in named_by(notice)])

    def address(self, outputs: Iterable[Output]) -> list[Output]:
        """Send each notice among the outputs to the story that it names, if that is known, and leave the others."""
        return [self._addressed(output) if is_marked(output) else output for output in outputs]

    def _addressed(self, output: Output) -> Output:
        notice = decode_story(output.value or b"")
        found = self.find(notice)
        return output if found is None else story_output(addressed(notice, found), passed_on(output.headers))

    async def close(self) -> None:
        """Stop reading."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        if self._names is not None:
            await asyncio.to_thread(self._names.close)


def is_marked(output: Output) -> bool:
    """Say whether an output is a notice in prose on its way to the second stage."""
    return output.topic == STORIES.name and any(name == NOTICE for name, _ in output.headers)


async def seek(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition], ends: Mapping[TopicPartition, int], names: Names
) -> None:
    """Go to where the copy of each partition ends; to the oldest name that is kept where it cannot be a part of it."""
    first = await consumer.beginning_offsets(places)
    since = int((time.time() - KEPT_SECONDS) * 1000)
    kept = await consumer.offsets_for_times(dict.fromkeys(places, since))
    for place in places:
        reflected = await asyncio.to_thread(names.reflected, place.partition)
        if reflected is not None and first[place] <= reflected <= ends[place]:
            consumer.seek(place, reflected)
        else:
            await asyncio.to_thread(names.forget, place.partition)
            oldest = kept.get(place)
            consumer.seek(place, oldest.offset if oldest is not None else ends[place])
