"""What ``tasrih dead show`` prints."""

import sys
from collections.abc import Iterator
from typing import Any

import typer

from agents.cli.dead.choosing import Selection
from agents.cli.dead.failures import failures_told
from agents.cli.dead.letters import Letter, Place, letter_of, redriven_by
from agents.cli.dead.listing import name_of
from agents.cli.dead.topic import dead_topic, headers_of
from agents.cli.lines import key, printable
from agents.delivery.dead_letters import CONNECT
from agents.messages import Headers, iso
from agents.settings import Settings

STACKTRACE = CONNECT + "exception.stacktrace"
MESSAGE = CONNECT + "exception.message"


def show_letter(settings: Settings, place: Place, *, raw: bool) -> None:
    """Print one letter, or write its bytes and nothing else; exit with 1 when it is not there."""
    message = fetch(settings, place)
    if message is None:
        typer.echo(f"{name_of(place)}: no dead letter stands there", err=True)
        raise typer.Exit(1)
    if raw:
        sys.stdout.buffer.write(message.value() or b"")
        sys.stdout.buffer.flush()
        return
    headers = headers_of(message)
    for line in described(letter_of(place, message.timestamp()[1], headers), message.key(), message.value(), headers):
        typer.echo(line)


def fetch(settings: Settings, place: Place) -> Any:
    """Read one letter; None when the topic does not hold it."""
    partition, offset = place
    with failures_told(settings), dead_topic(settings) as topic:
        held = topic.spans(topic.partitions(Selection(places=frozenset({place}))), committed=True)
        if offset not in held.get(partition, ()):
            return None
        message = next(topic.records({partition: range(offset, offset + 1)}), None)
    return None if message is None or redriven_by(headers_of(message)) is not None else message


def described(letter: Letter, key_: bytes | None, value: bytes | None, headers: Headers) -> Iterator[str]:
    """Write a letter: what happened, the headers, the traceback, the bytes."""
    yield f"letter {name_of(letter.place)}"
    for name, text in {
        "died": iso(letter.written_at),
        "received": iso(letter.received_at),
        "code": letter.code,
        "stage": letter.stage,
        "cause": letter.cause,
        "key": "null" if key_ is None else decoded(key_),
    }.items():
        yield key(name, printable(text))
    yield "headers"
    width = max((len(name) for name, _ in headers), default=0)
    for name, bytes_ in headers:
        if name not in (STACKTRACE, MESSAGE):
            yield key(printable(name), printable(decoded(bytes_)), width=width)
    if trace := dict(headers).get(STACKTRACE):
        yield "traceback"
        yield from (f"   {printable(line)}" for line in decoded(trace).splitlines())
    yield "value, null" if value is None else f"value, {len(value)} bytes"
    yield from (printable(line) for line in decoded(value).split("\n")) if value else ()


def decoded(value: bytes) -> str:
    r"""Read bytes as UTF-8; what is none becomes an escape.

    >>> decoded("قال".encode() + bytes([255]))
    'قال\\xff'
    """
    return value.decode(errors="backslashreplace")
