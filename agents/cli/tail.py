"""``tasrih tail``: follow an output topic in a terminal or a pipe, committed records only."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import typer

from agents.cli.environment import client_options, environment
from agents.cli.extract import BROKEN_PIPE
from agents.cli.lines import isolated, key, printable
from agents.cli.records import Lines, outcome_lines, recall_lines, statement_lines, story_lines
from agents.settings import Settings

ASK_SECONDS = 20
POLL_SECONDS = 0.5


class Output(StrEnum):
    """The topics that can be followed, by their short names."""

    STATEMENTS = "statements"
    ENRICHED = "enriched"
    RECALLS = "recalls"
    AUDIT = "audit"


LINES: dict[Output, Lines] = {
    Output.STATEMENTS: statement_lines,
    Output.ENRICHED: story_lines,
    Output.RECALLS: recall_lines,
    Output.AUDIT: outcome_lines,
}


class Wanted(NamedTuple):
    """What is to be shown; None is anything."""

    source: str | None = None
    stance: str | None = None
    provider: str | None = None
    story: str | None = None

    def takes(self, record: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Say whether a record is wanted: one of its statements, where it has several. A retraction has no source."""
        story = record.get("story_id") or record.get("id") or headers.get("ce_subject")
        provider = record.get("provider") or headers.get("ce_source", "").removeprefix("/wire/").split("/")[0]
        if (self.story not in (None, story)) or (self.provider not in (None, provider)):
            return False
        if self.source is None and self.stance is None:
            return True
        return any(self.says(one) for one in record.get("statements", [record] if "stance" in record else []))

    def says(self, statement: Mapping[str, Any]) -> bool:
        """Say whether a statement has the source, by a part of its name, and the stance."""
        source = statement["source"]
        named = self.source is None or any(self.source in source[field] for field in ("name", "key", "text"))
        return named and self.stance in (None, statement["stance"])


def stance_named(value: str | None) -> str | None:
    """Check a stance as it is typed."""
    from typing import get_args  # noqa: PLC0415

    from schemas.statements import Stance  # noqa: PLC0415

    if value is not None and value not in get_args(Stance):
        raise typer.BadParameter(f"expected one of {', '.join(get_args(Stance))}")
    return value


def tail(  # noqa: PLR0917 - typer calls it by name
    topic: Annotated[Output, typer.Argument(help="Topic to follow.")] = Output.STATEMENTS,
    source: Annotated[str | None, typer.Option(help="A part of the source's name.")] = None,
    stance: Annotated[str | None, typer.Option(callback=stance_named, help="Stance, such as denied.")] = None,
    provider: Annotated[str | None, typer.Option(help="Who sent the story.")] = None,
    story: Annotated[str | None, typer.Option(help="Id of the story.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON a record: place, key, type, value.")
    ] = False,
    beginning: Annotated[bool, typer.Option("--from-beginning", help="Begin with the oldest record.")] = False,
    follow: Annotated[bool, typer.Option(help="Wait for more at the end, until Ctrl-C.")] = True,
) -> None:
    """Show the records of an output topic as they are committed, for people or as JSON; ends with Ctrl-C.

    It belongs to no group and commits nothing. Kept in one partition, records come in their order.
    """
    from confluent_kafka import KafkaException  # noqa: PLC0415

    settings, wanted = environment(), Wanted(source, stance, provider, story)
    try:
        for record in records(settings, topic, beginning=beginning, follow=follow):
            show(record, topic, wanted, as_json=as_json)
        sys.stdout.flush()
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None
    except KafkaException as error:
        typer.echo(f"the topic cannot be read from {settings.bootstrap_servers}: {error.args[0].str()}", err=True)
        raise typer.Exit(1) from None


def records(settings: Settings, output: Output, *, beginning: bool, follow: bool) -> Iterator[Any]:
    """Yield the committed records of a topic, for good or up to where it ends now."""
    from confluent_kafka import (  # noqa: PLC0415
        OFFSET_BEGINNING,
        OFFSET_END,
        Consumer,
        KafkaError,
        KafkaException,
        TopicPartition,
    )

    own = {"group.id": f"{settings.group_id}.tail", "enable.auto.commit": False, "enable.partition.eof": True}
    options = client_options(settings) | own | {"isolation.level": "read_committed", "log_level": 0}
    name = f"{settings.topic_prefix}wire.{output.value}.v1"
    with closing(Consumer(options)) as consumer:
        there = consumer.list_topics(name, timeout=ASK_SECONDS).topics[name]
        if there.error is not None:
            raise KafkaException(there.error)
        start, open_ends = OFFSET_BEGINNING if beginning else OFFSET_END, set(there.partitions)
        consumer.assign([TopicPartition(name, partition, start) for partition in there.partitions])
        while open_ends or follow:
            if (record := consumer.poll(POLL_SECONDS)) is None:
                continue
            if record.error() is None:
                yield record
            elif record.error().code() == KafkaError._PARTITION_EOF:
                open_ends.discard(record.partition())
            elif not record.error().retriable():
                raise KafkaException(record.error())


def show(record: Any, output: Output, wanted: Wanted, *, as_json: bool) -> None:
    """Print a record, if it is wanted."""
    import orjson  # noqa: PLC0415

    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers() or ()}
    value = None if record.value() is None else orjson.loads(record.value())
    if not wanted.takes(value or {}, headers):
        return
    lines = json_lines(record, value, headers) if as_json else text_lines(record, value, headers, output)
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def text_lines(record: Any, value: Any, headers: Mapping[str, str], output: Output) -> Iterator[str]:
    """Write a record for people, below what happened to it; nothing in it steers a terminal."""
    title = printable(headers.get("ce_type", "").removeprefix("tasrih."))
    if value is None:
        yield typer.style(title, fg="red")
        yield key("id", (record.key() or b"").decode(errors="replace"))
        yield key("story", isolated(printable(headers.get("ce_subject", ""))))
        yield ""
    else:
        yield from LINES[output](cleaned(value), title)


def cleaned(value: Any) -> Any:
    """Make every text in a record printable, its lines included."""
    if isinstance(value, str):
        return printable(" ".join(value.split()))
    if isinstance(value, dict):
        return {name: cleaned(one) for name, one in value.items()}
    return [cleaned(one) for one in value] if isinstance(value, list) else value


def json_lines(record: Any, value: Any, headers: Mapping[str, str]) -> Iterator[str]:
    """Write a record as one line of JSON; the value of a retraction is null."""
    import orjson  # noqa: PLC0415

    told = {
        "topic": record.topic(),
        "partition": record.partition(),
        "offset": record.offset(),
        "key": None if record.key() is None else record.key().decode(errors="replace"),
        "type": headers.get("ce_type"),
        "subject": headers.get("ce_subject"),
        "value": value,
    }
    yield orjson.dumps(told).decode()
