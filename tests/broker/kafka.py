"""A real Apache Kafka for the tests: one KRaft node on this machine, its jars kept in a cache."""

import base64
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

VERSION = "4.1.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tasrih"
DOWNLOAD_SECONDS = 400
FORMAT_SECONDS = 60
START_SECONDS = 60
STOP_SECONDS = 20
START_TRIES = 3
JAVA = ("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tasrih</groupId><artifactId>test-broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version>
  </dependency></dependencies>
</project>
"""

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={folder}/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor={copies}
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
default.replication.factor={copies}
min.insync.replicas={in_sync}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
"""


def why_not() -> str | None:
    """Say what a broker of our own lacks on this machine, or None."""
    lacking = [program for program in ("java", "mvn") if shutil.which(program) is None]
    return f"{' and '.join(lacking)} not found" if lacking else None


def kafka_jars() -> Path:
    """Give the folder of Kafka's jars, fetched once; two copies may run at once, the first to finish wins."""
    folder = CACHE / f"kafka-{VERSION}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="fetch-") as work:
            fetch_jars(Path(work))
            try:
                (Path(work) / "jars").rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise
    return folder


def fetch_jars(work: Path) -> None:
    """Let Maven copy Kafka and what it depends on into ``work/jars``."""
    (work / "pom.xml").write_text(POM)
    goal = ["dependency:copy-dependencies", "-DoutputDirectory=jars", "-DincludeScope=runtime"]
    subprocess.run(["mvn", "-q", "-B", *goal], cwd=work, check=True, timeout=DOWNLOAD_SECONDS)


@contextmanager
def apache_kafka() -> Iterator[str]:
    """Run one broker in a temporary folder and give its address; it is stopped and its folder removed in the end."""
    with kafka_cluster(1) as brokers:
        yield brokers[0].address


@contextmanager
def kafka_cluster(nodes: int) -> Iterator[list["Broker"]]:
    """Run brokers that form one cluster; they are stopped and their folder removed in the end."""
    jars = kafka_jars()
    for attempt in range(1, START_TRIES + 1):
        with tempfile.TemporaryDirectory(prefix="tasrih-kafka-") as folder:
            brokers = make_brokers(jars, Path(folder), nodes)
            try:
                for broker in brokers:
                    broker.start()
                if all(broker.answers() for broker in brokers):
                    yield brokers
                    return
            finally:
                for broker in brokers:
                    broker.stop()
            # Somebody may have taken a port between its choice and its use.
            if attempt == START_TRIES:
                raise RuntimeError(f"Kafka did not start:\n{brokers[0].log.read_text()[-4000:]}")


def make_brokers(jars: Path, folder: Path, nodes: int) -> list["Broker"]:
    """Format a data folder for each node of a cluster; all are brokers and controllers."""
    ports = free_ports(2 * nodes)
    voters = ",".join(f"{node + 1}@127.0.0.1:{ports[nodes + node]}" for node in range(nodes))
    # Kafka's own id format; the letter in front because a leading minus would read as an option.
    cluster = "T" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
    brokers = []
    for node in range(nodes):
        own = folder / str(node + 1)
        own.mkdir()
        numbers = {"node": node + 1, "port": ports[node], "controller": ports[nodes + node]}
        copies = {"copies": min(nodes, 3), "in_sync": 2 if nodes > 2 else 1}
        properties = own / "server.properties"
        properties.write_text(PROPERTIES.format(voters=voters, folder=own, **numbers, **copies))
        broker = Broker(f"127.0.0.1:{ports[node]}", own, [*JAVA, "-cp", f"{jars}/*"])
        broker.format(cluster)
        brokers.append(broker)
    return brokers


class Broker:
    """One node: its address, its folder, and its process, which may be killed and started again on the same data."""

    def __init__(self, address: str, folder: Path, java: list[str]) -> None:
        self.address = address
        self.log = folder / "kafka.log"
        self._properties = str(folder / "server.properties")
        self._java = java
        self._process: subprocess.Popen[bytes] | None = None

    def format(self, cluster: str) -> None:
        """Format the data folder."""
        tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", self._properties]
        subprocess.run([*self._java, *tool], check=True, timeout=FORMAT_SECONDS, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start the process; `answers` waits for it."""
        with self.log.open("ab") as log:
            command = [*self._java, "kafka.Kafka", self._properties]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def answers(self, options: dict[str, Any] | None = None) -> bool:
        """Wait until the broker answers a client with these options; False when its process ends or the time is up."""
        client = AdminClient({"bootstrap.servers": self.address, "log_level": 0} | (options or {}))
        deadline = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            try:
                client.list_topics(timeout=1)
            except KafkaException:
                time.sleep(0.1)
            else:
                return True
        return False

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Stop the process, gently and then not."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


def free_ports(count: int) -> list[int]:
    """Give ports of this machine that nobody listens on, all different."""
    taken = [socket.socket() for _ in range(count)]
    try:
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]
    finally:
        for one in taken:
            one.close()
