"""The project's own command line, run as an operator runs it, and what comes out of the topics."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.topics import PRODUCER_MAX_BYTES, RAW
from tests.broker.kafka import free_ports

READY_SECONDS = 40
COMMAND_SECONDS = 60
STOP_SECONDS = 15

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Topics of a test's own on a broker: the prefix makes them its own, and its group too."""

    address: str
    prefix: str

    def environ(self, **settings: object) -> dict[str, str]:
        """Give an environment with these settings and none of the machine's."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TASRIH_")}
        own = {"bootstrap_servers": self.address, "topic_prefix": self.prefix, "group_id": f"{self.prefix}group"}
        named = own | {"session_timeout_seconds": 6} | settings
        return plain | {f"TASRIH_{name.upper()}": str(value) for name, value in named.items()}

    def tasrih(self, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", "agents.cli", *arguments]
        environ = self.environ(**settings)
        return subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )

    def create_topics(self, partitions: int = 2) -> None:
        """Make the topics as an operator does."""
        made = self.tasrih("topics", "create", "--partitions", str(partitions), "--replication", "1")
        assert made.returncode == 0, made.stdout + made.stderr

    def drop_topics(self) -> None:
        """Take the topics away, so that a broker which outlives the tests is left as it was."""
        admin = AdminClient({"bootstrap.servers": self.address})
        own = [name for name in admin.list_topics(timeout=10).topics if name.startswith(self.prefix)]
        for answer in (admin.delete_topics(own) if own else {}).values():
            answer.result(20)

    def send(self, values: Sequence[tuple[bytes | None, Headers]], key: bytes | None = None) -> list[tuple[int, int]]:
        """Put raw records on the raw topic, in order, and give the partition and offset of each.

        Each has a key of its own, unless one is given for all, which keeps them in one partition.
        """
        options = {"bootstrap.servers": self.address, "message.max.bytes": PRODUCER_MAX_BYTES}
        producer, places = Producer(options | {"enable.idempotence": True}), dict[int, tuple[int, int]]()
        for number, (value, headers) in enumerate(values):
            producer.poll(0)
            producer.produce(
                self.prefix + RAW.name,
                value=value,
                key=f"key-{number}".encode() if key is None else key,
                headers=list(headers),
                on_delivery=_noting(places, number),
            )
        assert producer.flush(30) == 0
        return [places[number] for number in range(len(values))]

    def read(self, topics: Sequence[str], enough: Callable[[list[Any]], bool], seconds: float = 30) -> list[Any]:
        """Read topics from their beginning until the records are enough; fails when they do not come in time."""
        consumer = Consumer(
            {"bootstrap.servers": self.address, "group.id": f"{self.prefix}reader", "isolation.level": "read_committed"}
        )
        try:
            found = [consumer.list_topics(self.prefix + name, timeout=10).topics[self.prefix + name] for name in topics]
            consumer.assign(
                [TopicPartition(one.topic, part, OFFSET_BEGINNING) for one in found for part in one.partitions]
            )
            records: list[Any] = []
            deadline = time.monotonic() + seconds
            while not enough(records):
                assert time.monotonic() < deadline, f"{len(records)} records of {topics} in {seconds} s are not enough"
                records += [record for record in consumer.consume(500, timeout=0.2) if record.error() is None]
            return records
        finally:
            consumer.close()


def _noting(places: dict[int, tuple[int, int]], number: int) -> Callable[[Any, Any], None]:
    def note(error: Any, record: Any) -> None:
        assert error is None, error.str()
        places[number] = (record.partition(), record.offset())

    return note


@dataclass(frozen=True, kw_only=True)
class Running:
    """A worker's process, its web port and its log."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def page(self, path: str) -> tuple[int, str]:
        """Get a page: status and text; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_until_ready(self) -> None:
        """Wait until the worker holds its partitions."""
        deadline = time.monotonic() + READY_SECONDS
        while self.page("/ready")[0] != 200:
            assert self.process.poll() is None, f"the worker ended:\n{self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"the worker was not ready:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.1)

    def stop(self) -> tuple[int, float]:
        """Tell the worker to stop; give its exit code and how long it took, in seconds."""
        began = time.monotonic()
        self.process.terminate()
        code = self.process.wait(STOP_SECONDS)
        return code, time.monotonic() - began


WORKER = ("-m", "agents.cli", "worker")


@contextmanager
def running(place: Place, folder: Path, command: Sequence[str] = WORKER, **settings: object) -> Iterator[Running]:
    """Run a worker; its process is gone in the end, whatever the test did."""
    port = free_ports(1)[0]
    log = folder / f"worker-{port}.log"
    environ = place.environ(web_port=port, **settings)
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, *command], env=environ, stdout=output, stderr=output)
    try:
        yield Running(process=process, port=port, log=log)
    finally:
        process.kill()
        process.wait()


@contextmanager
def own_place(address: str, partitions: int = 2) -> Iterator[Place]:
    """Make topics of a name that nobody else has, and take them away in the end."""
    place = Place(address=address, prefix=f"t{uuid.uuid4().hex[:10]}.")
    place.create_topics(partitions)
    try:
        yield place
    finally:
        place.drop_topics()


def header_map(record: Any) -> Mapping[str, bytes]:
    """Give a record's headers by name."""
    return dict(record.headers() or ())
