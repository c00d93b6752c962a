"""``tasrih send``: put raw records on the raw topic."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from agents.cli.environment import client_options, environment

SEND_TIMEOUT_SECONDS = 30
PROGRESS_FROM_RECORDS = 200


def send(
    files: Annotated[
        list[str],
        typer.Argument(help="Files to send, one raw record each; a `.jsonl` file has one a line; - is standard input."),
    ],
    provider: Annotated[str | None, typer.Option(help="Agency that the records come from (`wire-provider`).")] = None,
    channel: Annotated[str | None, typer.Option(help="Desk or service of the agency (`wire-channel`).")] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option(help="Format of the records (`wire-format`); recognized when not given.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Topic to send to, by its full name; the raw topic when not given.")
    ] = None,
) -> None:
    """Send raw records as they are, wait until the broker has them, and print how many it took.

    Exits with 1 when any was refused or no broker answered; what was not sent is named on standard error.
    """
    settings = environment()
    from confluent_kafka import Producer  # noqa: PLC0415

    from schemas.topics import PRODUCER_MAX_BYTES, RAW, prefixed  # noqa: PLC0415

    named = {"wire-provider": provider, "wire-channel": channel, "wire-format": format}
    headers = [(name, value.encode()) for name, value in named.items() if value]
    records = list(read_records(files))
    target = topic or prefixed(RAW, settings.topic_prefix)
    options = client_options(settings) | {"message.max.bytes": PRODUCER_MAX_BYTES, "enable.idempotence": True}
    options |= {"message.timeout.ms": SEND_TIMEOUT_SECONDS * 1000, "log_level": 0}
    tally = send_records(Producer(options), target, with_progress(records), headers)
    report(tally, len(records), target)


@dataclass(slots=True)
class Tally:
    """What became of the records: how many the broker took, their bytes, and why it did not take the others."""

    records: int = 0
    size: int = 0
    refused: list[str] = field(default_factory=list)


def read_records(files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Give each raw record with the name of where it came from; a file that cannot be read ends the command with 2."""
    for name in files:
        try:
            value = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            typer.echo(f"{name}: {error.strerror}", err=True)
            raise typer.Exit(2) from error
        if name.endswith(".jsonl"):
            yield from lines(name, value)
        else:
            yield name, value


def lines(name: str, value: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the records of a `.jsonl` file, blank lines left out.

    >>> list(lines("a.jsonl", b'{"text": "1"}' + bytes([10, 10]) + b'{"text": "2"}'))
    [('a.jsonl:1', b'{"text": "1"}'), ('a.jsonl:3', b'{"text": "2"}')]
    """
    for number, line in enumerate(value.split(b"\n"), 1):
        if line.strip():
            yield f"{name}:{number}", line


def send_records(producer: Any, topic: str, records: Iterable[tuple[str, bytes]], headers: Any) -> Tally:
    """Send the records and wait for the broker's word on each; ``producer`` is a confluent-kafka Producer."""
    tally = Tally()
    for name, value in records:
        produce(producer, topic, value, headers, acknowledge(tally, name, len(value)))
    producer.flush(SEND_TIMEOUT_SECONDS + 5)
    return tally


def produce(producer: Any, topic: str, value: bytes, headers: Any, on_delivery: Any) -> None:
    """Hand one record to the client, waiting while its queue is full; what it refuses at once is reported as well."""
    from confluent_kafka import KafkaException  # noqa: PLC0415

    while True:
        try:
            producer.produce(topic, value=value, headers=headers, on_delivery=on_delivery)
        except BufferError:
            producer.poll(0.5)
        except KafkaException as error:
            on_delivery(error.args[0], None)
            return
        else:
            producer.poll(0)
            return


def acknowledge(tally: Tally, name: str, size: int) -> Any:
    """Make the callback that counts one record."""

    def on_delivery(error: Any, _: Any) -> None:
        if error is None:
            tally.records += 1
            tally.size += size
        else:
            tally.refused.append(f"{name}: {error.str()}")

    return on_delivery


def with_progress(records: list[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    """Show a progress bar in a terminal when there are many records."""
    if len(records) < PROGRESS_FROM_RECORDS or not sys.stderr.isatty():
        return records
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    return track(records, description="Sending", console=Console(stderr=True))


def report(tally: Tally, asked: int, topic: str) -> None:
    """Print the counts; exit with 1 when the broker has not taken every record."""
    for line in tally.refused:
        typer.echo(line, err=True)
    silent = asked - tally.records - len(tally.refused)
    if silent:
        typer.echo(f"{silent} records without an answer from the broker", err=True)
    typer.echo(f"sent {tally.records} of {asked} records, {tally.size} bytes, to {topic}")
    if tally.records < asked:
        raise typer.Exit(1)
