"""``tasrih extract``: stories in, enriched stories out, without Kafka."""

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NamedTuple

import typer

if TYPE_CHECKING:
    from schemas.stories import EnrichedStory, RecalledStory, Story

# As a shell reports a program that SIGPIPE ended.
BROKEN_PIPE = 141


class Input(NamedTuple):
    """One raw record: what it is called in messages, where it stood, when it came (milliseconds), and its bytes."""

    name: str
    file: str
    number: int
    timestamp: int
    value: bytes


Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE...|-",
        help="Stories to read, in any format; a `.jsonl` file has one a line; - is standard input.",
        show_default=False,
    ),
]


Html = Annotated[
    bool, typer.Option("--html", help="Print one web page instead, with every statement marked in its place.")
]


Ninjs = Annotated[bool, typer.Option("--ninjs", help="Print ninjs 3.1 instead, each statement an associated object.")]


def extract(files: Files = None, html: Html = False, ninjs: Ninjs = False) -> None:
    """Read stories and print each with its statements as one line of JSON, in the order of the input; no Kafka needed.

    A story that cannot be read is named on standard error with its code, the others go on; the exit code is then 1.
    """
    if html and ninjs:
        raise typer.BadParameter("--html and --ninjs do not go together")
    if html:
        print_page(files)
    else:
        print_each(files, ninjs_line if ninjs else as_json)


def print_page(files: list[str] | None) -> None:
    """Print a page that needs nothing beside it, with all stories; errors and exit codes are those of the command."""
    from agents.highlight import PAGE_END, page_start, story_html  # noqa: PLC0415

    names = map("s{}-".format, itertools.count(1))
    print_each(files, lambda story: story_html(published(story), next(names)).encode(), page_start(), PAGE_END)


def print_each(files: list[str] | None, write: Callable[["Story"], bytes], head: str = "", foot: str = "") -> None:
    """Read the files and print what ``write`` makes of each story; end with 1 where one could not be read."""
    try:
        sys.stdout.buffer.write(head.encode())
        failures = sum(not print_stories(record, write) for record in inputs(files or ["-"]))
        sys.stdout.buffer.write(foot.encode())
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and must not find the pipe there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None
    if failures:
        raise typer.Exit(1)


def as_json(story: "Story") -> bytes:
    """Return the enriched story as one line of JSON."""
    from schemas.codec import encode  # noqa: PLC0415

    return encode(published(story))


def ninjs_line(story: "Story") -> bytes:
    """Return the story as one line of ninjs."""
    import orjson  # noqa: PLC0415

    from agents.ninjs import as_ninjs  # noqa: PLC0415

    return orjson.dumps(as_ninjs(published(story)))


def published(story: "Story") -> "EnrichedStory | RecalledStory":
    """Return the story as it is published: enriched, or in its variant without text where it was killed or withheld."""
    from agents.lifecycle import RECALLED, enrich, recalled  # noqa: PLC0415

    return recalled(story) if story.status in RECALLED else enrich(story)


def inputs(files: Iterable[str]) -> Iterator[Input | OSError]:
    """Yield the raw records of the files in order, and for a file that cannot be opened what kept it from it."""
    for name in files:
        try:
            if name == "-":
                yield from records(name, sys.stdin.buffer, time.time())
                continue
            with Path(name).open("rb") as stream:
                yield from records(name, stream, os.fstat(stream.fileno()).st_mtime)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            yield error


def records(name: str, stream: BinaryIO, moment: float) -> Iterator[Input]:
    """Yield the records of one stream: one a line in ``.jsonl``, blank lines left out, else the whole.

    No more than one byte above the raw topic's limit is held of a record; the rest of such a line is passed over.
    """
    from schemas.topics import RAW_MAX_BYTES  # noqa: PLC0415

    timestamp = int(moment * 1000)
    if not name.endswith(".jsonl"):
        yield Input(name, name, 0, timestamp, stream.read(RAW_MAX_BYTES + 1))
        return
    number = 0
    while line := stream.readline(RAW_MAX_BYTES + 1):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(RAW_MAX_BYTES)):
            pass
        if line.strip():
            yield Input(f"{name}:{number + 1}", name, number, timestamp, line)
        number += 1


def print_stories(record: Input | OSError, write: Callable[["Story"], bytes]) -> bool:
    """Print the stories of one record, or its error; say whether it was read."""
    from agents.errors import EmptyError, WireError  # noqa: PLC0415

    if isinstance(record, OSError):
        typer.echo(f"{record.filename}: {record.strerror}", err=True)
        return False
    try:
        lines = written(record, write)
    except WireError as error:
        typer.echo(f"{record.name}: {error}", err=True)
        return isinstance(error, EmptyError)
    for line in lines:
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
    return True


def written(record: Input, write: Callable[["Story"], bytes]) -> list[bytes]:
    """Return what is printed for the stories of one raw record; raises ``WireError`` as the two stages do."""
    from agents.errors import WireError  # noqa: PLC0415
    from agents.messages import Incoming  # noqa: PLC0415
    from agents.reading import read_stories  # noqa: PLC0415
    from schemas.topics import RAW_MAX_BYTES  # noqa: PLC0415

    if len(record.value) > RAW_MAX_BYTES:
        raise WireError("WIRE-104", f"more than {RAW_MAX_BYTES} bytes, the most that the raw topic takes")
    raw = Incoming(
        topic=record.file,
        partition=0,
        offset=record.number,
        timestamp=record.timestamp,
        key=None,
        value=record.value,
    )
    try:
        stories = read_stories(raw)
    except WireError:
        raise
    except Exception as failure:
        raise WireError("WIRE-205", f"{type(failure).__name__}: {failure}"[:300]) from failure
    try:
        return [write(story) for story in stories]
    except Exception as failure:
        raise WireError("WIRE-501", f"{type(failure).__name__}: {failure}"[:300]) from failure
