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

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

VERSION = "4.1.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tasrih"
DOWNLOAD_SECONDS = 400
FORMAT_SECONDS = 60
START_SECONDS = 60
STOP_SECONDS = 20
START_TRIES = 3

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
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={folder}/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
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
    """Run a broker in a temporary folder and give its address; it is stopped and its folder removed in the end."""
    jars = kafka_jars()
    for attempt in range(1, START_TRIES + 1):
        with tempfile.TemporaryDirectory(prefix="tasrih-kafka-") as folder:
            address, process = start(jars, Path(folder))
            try:
                if answers(address, process):
                    yield address
                    return
            finally:
                stop(process)
            # Somebody may have taken the port between its choice and its use.
            if attempt == START_TRIES:
                raise RuntimeError(f"Kafka did not start:\n{(Path(folder) / 'kafka.log').read_text()[-4000:]}")


def start(jars: Path, folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """Format a data folder and start a broker on it."""
    port, controller = free_ports(2)
    properties = folder / "server.properties"
    properties.write_text(PROPERTIES.format(port=port, controller=controller, folder=folder))
    java = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*"]
    # Kafka's own id format; the letter in front because a leading minus would read as an option.
    cluster = "T" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
    format_ = ["kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(properties)]
    subprocess.run([*java, *format_], check=True, timeout=FORMAT_SECONDS, stdout=subprocess.DEVNULL)
    with (folder / "kafka.log").open("wb") as log:
        process = subprocess.Popen(
            [*java, "kafka.Kafka", str(properties)], stdout=log, stderr=log, start_new_session=True
        )
    return f"127.0.0.1:{port}", process


def answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the broker answers; False when its process ends or the time is up."""
    client = AdminClient({"bootstrap.servers": address, "log_level": 0})
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            client.list_topics(timeout=1)
        except KafkaException:
            time.sleep(0.1)
        else:
            return True
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the broker's process, gently and then not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
