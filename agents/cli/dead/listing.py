"""What ``tasrih dead list`` prints."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Collection, Iterator

import typer

from agents.cli.dead.choosing import Selection
from agents.cli.dead.failures import failures_told
from agents.cli.dead.letters import Letter, Place
from agents.cli.dead.topic import Found, dead_topic, survey
from agents.cli.lines import isolated, printable, shortened
from agents.messages import iso
from agents.settings import Settings

HEAD = ("letter", "time", "code", "stage", "provider", "redrives", "redriven")
LEAST_CAUSE = 20
FILE_WIDTH = 240


def list_letters(settings: Settings, selection: Selection, *, as_json: bool) -> None:
    """Read the topic and print a line a letter, then the counts; with JSON, these go to standard error."""
    with failures_told(settings), dead_topic(settings) as topic:
        spans = topic.spans(topic.partitions(selection), committed=True)
        found = survey(topic, spans, selection)
    if as_json:
        for letter in found.letters:
            typer.echo(json_line(letter, redriven=letter.place in found.redriven))
    elif found.letters:
        for line in table(found, line_width()):
            typer.echo(line)
    for line in summary(found.letters, found.redriven):
        typer.echo(line, err=as_json)


def line_width() -> int:
    """Give the width of the terminal; where there is none, a line may be long."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else FILE_WIDTH


def json_line(letter: Letter, *, redriven: bool) -> str:
    """Write a letter as one line of JSON."""
    fields = {
        "letter": name_of(letter.place),
        "time": iso(letter.written_at),
        "code": letter.code,
        "stage": letter.stage,
        "provider": letter.provider,
        "received_at": iso(letter.received_at),
        "redrives": letter.redrives,
        "redriven": redriven,
        "cause": letter.cause,
    }
    return json.dumps(fields, ensure_ascii=False)


def name_of(place: Place) -> str:
    """Write where a letter stands as the commands take it.

    >>> name_of((0, 17))
    '0:17'
    """
    return f"{place[0]}:{place[1]}"


def table(found: Found, width: int) -> Iterator[str]:
    """Lay the letters out, one line each under a head, the cause cut to what a line of ``width`` leaves for it."""
    rows = [HEAD, *(cells(letter, redriven=letter.place in found.redriven) for letter in found.letters)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = max(LEAST_CAUSE, width - sum(widths) - 2 * len(widths))
    causes = ["cause", *(isolated(printable(short(letter.cause, room))) for letter in found.letters)]
    for row, cause in zip(rows, causes, strict=True):
        yield "  ".join((*map(str.ljust, row, widths), cause))


def cells(letter: Letter, *, redriven: bool) -> tuple[str, ...]:
    """Give what stands in a letter's line before the cause."""
    return (
        name_of(letter.place),
        iso(letter.written_at),
        printable(letter.code),
        printable(letter.stage),
        printable(letter.provider),
        str(letter.redrives),
        "yes" if redriven else "no",
    )


def short(cause: str, room: int) -> str:
    r"""Write a cause on one line, its middle cut out when it is longer than there is room.

    >>> short("a field\nis wrong", 40), len(short("x" * 100, 40))
    ('a field is wrong', 39)
    """
    line = " ".join(cause.split())
    return line if len(line) <= room else shortened(line, most=room - 3)


def summary(letters: Collection[Letter], redriven: Collection[Place]) -> Iterator[str]:
    """Count the letters by code.

    >>> list(summary([], set()))
    ['0 dead letters']
    """
    done = sum(letter.place in redriven for letter in letters)
    yield f"{counted(len(letters), 'dead letter')}" + (f", {done} redriven" if done else "")
    for code, count in sorted(Counter(letter.code for letter in letters).items()):
        yield f"   {printable(code) or 'no code'}  {count}"


def counted(count: int, noun: str) -> str:
    """Write a number of things.

    >>> counted(1, "letter"), counted(2, "letter")
    ('1 letter', '2 letters')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
