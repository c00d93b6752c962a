"""``tasrih demo``: the whole stream on one machine, with a broker that lives in memory."""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from agents.cli.records import statement_lines

START_SECONDS = 60
STORIES_SECONDS = 60
STOP_SECONDS = 12

NOTICE = """\
A broker in memory, a worker, and three invented stories: raw wire records in, attributed statements out.
The broker is librdkafka's test cluster. It keeps nothing and isolates nothing: it shows what the worker does, and
proves nothing about delivery. For that, give a worker a real Kafka (TASRIH_BOOTSTRAP_SERVERS).
"""


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running for stories of your own, until Ctrl-C.")
    ] = False,
) -> None:
    """Show the stream at work: start a broker in memory and a worker, send three stories, print each statement.

    It needs no Kafka, reads no TASRIH_* variable, ends by itself and leaves nothing behind. It exits with 1 when the
    statements do not come.
    """
    typer.echo(NOTICE)
    began = time.monotonic()
    try:
        with broker() as address, running_worker(address) as worker, closing(Watch(address)) as watch:
            wait_until_ready(worker)
            typer.secho(f"worker ready after {time.monotonic() - began:.1f} s\n", dim=True)
            sent = send_stories(address)
            show_until(watch, worker, sent)
            typer.echo(watch.summary(time.monotonic() - began))
            typer.echo(f"\nOne of them as a page, every statement in its place:\n\n  {page_command()} > story.html")
            if keep:
                keep_on(watch, worker, address)
    except KeyboardInterrupt:
        typer.echo("stopped")
    else:
        raise typer.Exit(0 if watch.stories == sent else 1)


def page_command() -> str:
    """Give the command that shows one of the demo's stories as a page."""
    return shlex.join(
        ["tasrih", "extract", "--html", str(files("agents.cli") / "demo_stories" / "border_crossing.txt")]
    )


@contextmanager
def broker() -> Iterator[str]:
    """Run a one-broker cluster with the topics in this process, and give its address; it ends with its client."""
    from confluent_kafka import Producer  # noqa: PLC0415

    from schemas.topics import TOPICS  # noqa: PLC0415

    cluster = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 1, "log_level": 3})
    for topic in TOPICS:
        cluster.list_topics(topic.name, timeout=START_SECONDS)  # the cluster makes a topic when it is asked for it
    node = next(iter(cluster.list_topics(timeout=START_SECONDS).brokers.values()))
    yield f"{node.host}:{node.port}"
    cluster.flush(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The worker's process, its page that tells whether it is ready, and its log."""

    process: subprocess.Popen[bytes]
    ready_url: str
    log: Path

    def check(self) -> None:
        """Exit with 1, and the end of its log, when it has ended."""
        if (code := self.process.poll()) is not None:
            typer.echo(self.log.read_text(errors="replace")[-4000:], err=True)
            typer.echo(f"the worker ended with exit code {code}", err=True)
            raise typer.Exit(1)


@contextmanager
def running_worker(address: str) -> Iterator[Worker]:
    """Run a worker in a process of its own; stop it in the end, and take its log away."""
    with tempfile.TemporaryDirectory(prefix="tasrih-demo-") as folder:
        port, log = free_port(), Path(folder) / "worker.log"
        command = [sys.executable, "-m", "agents.cli", "worker"]
        with log.open("wb") as output, started(command, worker_environment(address, port, folder), output) as process:
            yield Worker(process=process, ready_url=f"http://127.0.0.1:{port}/ready", log=log)


@contextmanager
def started(command: list[str], environ: Mapping[str, str], output: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process; tell it to stop in the end, and kill it when it does not."""
    # Its own session, so that Ctrl-C reaches this process only, which then stops the worker in order.
    process = subprocess.Popen(command, env=environ, stdout=output, stderr=output, start_new_session=True)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def worker_environment(address: str, port: int, folder: str) -> dict[str, str]:
    """Give the worker's environment: this one without its settings, and the demo's own."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TASRIH_")}
    own = {"BOOTSTRAP_SERVERS": address, "WEB_PORT": str(port), "LOG_LEVEL": "warning", "GROUP_ID": "tasrih-demo"}
    # librdkafka's cluster takes the transactional bit out of batches and leaves their checksum as it was.
    faust = {"BROKER_CHECK_CRCS": "0"}
    return plain | {f"TASRIH_{name}": value for name, value in own.items()} | faust | {"TMPDIR": folder}


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    import socket  # noqa: PLC0415

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def wait_until_ready(worker: Worker) -> None:
    """Wait until the worker holds its partitions; exit with 1 when it ends or takes too long."""
    from urllib.error import URLError  # noqa: PLC0415
    from urllib.request import urlopen  # noqa: PLC0415

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        worker.check()
        try:
            with urlopen(worker.ready_url, timeout=2):  # noqa: S310 - our own worker's page
                return
        except (URLError, OSError):
            time.sleep(0.1)
    typer.echo(f"the worker was not ready after {START_SECONDS} s", err=True)
    raise typer.Exit(1)


def send_stories(address: str) -> int:
    """Send the stories that come with the package, and give their number."""
    from confluent_kafka import Producer  # noqa: PLC0415

    from schemas.topics import RAW  # noqa: PLC0415

    producer = Producer({"bootstrap.servers": address, "log_level": 3})
    stories = sorted(files("agents.cli").joinpath("demo_stories").iterdir(), key=lambda story: story.name)
    for story in stories:
        producer.produce(RAW.name, value=story.read_bytes(), headers=[("wire-provider", b"manara")])
    producer.flush(STORIES_SECONDS)
    return len(stories)


class Watch:
    """Reads what the worker publishes, prints the statements and counts."""

    def __init__(self, address: str) -> None:
        from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition  # noqa: PLC0415

        from schemas.topics import DEAD, ENRICHED, STATEMENTS  # noqa: PLC0415

        self.consumer = Consumer({"bootstrap.servers": address, "group.id": "tasrih-demo-watch", "log_level": 3})
        names = (ENRICHED.name, STATEMENTS.name, DEAD.name)
        found = [self.consumer.list_topics(name, timeout=START_SECONDS).topics[name] for name in names]
        places = [TopicPartition(topic.topic, part, OFFSET_BEGINNING) for topic in found for part in topic.partitions]
        self.consumer.assign(places)
        self.handlers = {ENRICHED.name: self._story, STATEMENTS.name: self._statement, DEAD.name: self._dead}
        self.stories = self.dead = self.announced = 0
        self.shown: dict[str, int] = {}
        self.sources: set[str] = set()

    def close(self) -> None:
        """Disconnect."""
        self.consumer.close()

    def look(self, seconds: float) -> None:
        """Handle one record, if one comes within the time."""
        record = self.consumer.poll(seconds)
        if record is not None and record.error() is None:
            self.handlers[record.topic()](record)

    def _story(self, record: Any) -> None:
        import orjson  # noqa: PLC0415

        self.stories += 1
        self.announced += len(orjson.loads(record.value()).get("statements", ()))

    def _statement(self, record: Any) -> None:
        import orjson  # noqa: PLC0415

        if record.value() is None:
            return
        statement = orjson.loads(record.value())
        self.shown[statement["form"]] = self.shown.get(statement["form"], 0) + 1
        self.sources.add(statement["source"]["name"])
        for line in statement_lines(statement, f"{self.count}. {statement['form']}"):
            typer.echo(line)

    def _dead(self, record: Any) -> None:
        self.dead += 1
        code = dict(record.headers() or ()).get("wire-error-code", b"").decode()
        typer.secho(f"a story became a dead letter: {code}\n", fg="red")

    @property
    def count(self) -> int:
        """How many statements were shown."""
        return sum(self.shown.values())

    def summary(self, seconds: float) -> str:
        """Say what was seen, and how long it took, in two lines."""
        forms = ", ".join(f"{number} {form}" for form, number in sorted(self.shown.items()))
        dead = f", {self.dead} dead letters" if self.dead else ""
        by = f"{self.count} statements ({forms}) by {len(self.sources)} sources"
        return f"{self.stories} stories: {by}{dead}.\n{seconds:.1f} s from start to end."


def show_until(watch: Watch, worker: Worker, stories: int) -> None:
    """Show statements until those of every story were shown, or until it takes too long."""
    deadline = time.monotonic() + STORIES_SECONDS
    while watch.stories + watch.dead < stories or watch.count < watch.announced:
        worker.check()
        watch.look(0.2)
        if time.monotonic() > deadline:
            typer.echo(f"not all stories came through within {STORIES_SECONDS} s", err=True)
            return


def keep_on(watch: Watch, worker: Worker, address: str) -> None:
    """Serve the console, and show the statements of whatever is sent, until Ctrl-C."""
    port = free_port()
    command = [sys.executable, "-m", "agents.cli", "console", "--from-beginning", "--port", str(port)]
    environ = worker_environment(address, free_port(), str(worker.log.parent))
    with (worker.log.parent / "console.log").open("wb") as output, started(command, environ, output):
        typer.echo(f"\nLook at them at http://127.0.0.1:{port}/ and send stories of your own from another terminal:\n")
        typer.echo(f"  TASRIH_BOOTSTRAP_SERVERS={address} tasrih send FILE\n\nStop with Ctrl-C.\n")
        while True:
            worker.check()
            watch.look(1.0)
