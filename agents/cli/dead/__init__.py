"""``tasrih dead``: look at the dead letters, and send them back to the stage that failed.

``letters.py`` reads what a letter says, ``choosing.py`` which letters a command is about, ``topic.py`` the dead topic;
``sending.py`` is the transaction of a redrive, ``trial.py`` runs the stages for a dry run; ``listing.py``,
``showing.py`` and ``redriving.py`` are the commands.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli.environment import environment

if TYPE_CHECKING:
    from agents.cli.dead.choosing import Selection

dead = typer.Typer(name="dead", help="List, show and redrive the dead letters.", no_args_is_help=True)

Codes = Annotated[
    list[str] | None, typer.Option("--code", help="Only letters with this error code; may be given several times.")
]
Provider = Annotated[str | None, typer.Option(help="Only letters of this agency (`wire-provider`).")]
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help="Only letters that died at this time or later (ISO 8601; UTC).")
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Only letters that died before this time.")]
Letters = Annotated[
    list[str] | None,
    typer.Option(
        "--letter", metavar="PARTITION:OFFSET", help="Only this letter of the dead topic; may be given several times."
    ),
]


@dead.command("list")
def list_letters(
    *,
    code: Codes = None,
    provider: Provider = None,
    since: Since = None,
    until: Until = None,
    letter: Letters = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON a letter, and the counts on standard error.")
    ] = False,
) -> None:
    """List the dead letters, one line each with whether it was redriven, and count them by code.

    Exits with 1 when the topic could not be read to its end, 2 when an option or a setting is wrong.
    """
    settings, selection = environment(), selected(code, provider, since, until, letter)
    from agents.cli.dead import listing  # noqa: PLC0415

    listing.list_letters(settings, selection, as_json=json)


@dead.command()
def show(
    letter: Annotated[str, typer.Argument(metavar="PARTITION:OFFSET", help="Where the letter stands, as listed.")],
    raw: Annotated[bool, typer.Option("--raw", help="Write the bytes of its value as they are, and no more.")] = False,
) -> None:
    """Show one dead letter: what happened, its headers, the traceback, and its value as text.

    Bytes that are no UTF-8 and controls are shown as escapes. Exits with 1 when there is no such letter or it could not
    be read, 2 when an option or a setting is wrong.
    """
    settings, place = environment(), place_of(letter)
    from agents.cli.dead import showing  # noqa: PLC0415

    showing.show_letter(settings, place, raw=raw)


@dead.command()
def redrive(
    *,
    code: Codes = None,
    provider: Provider = None,
    since: Since = None,
    until: Until = None,
    letter: Letters = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Send nothing; run the stages on the letters and count what would now pass."),
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Send letters that were redriven before, too.")] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Send letters that died after three redrives, or are older than their topic keeps, too."
        ),
    ] = False,
) -> None:
    """Send dead letters back to the stage that failed, all or those that the options leave, each of them once.

    A record goes back with its key, bytes, headers and first Kafka timestamp. Sending it and marking its letter as
    redriven is one transaction, so a redrive that is repeated or interrupted sends nothing twice; only what was
    committed is reported as redriven. Exits with 0 when all was done, though guards may have held letters back, which
    are counted; 1 when it was interrupted or failed, or a letter named by --letter is not there; 2 when an option or a
    setting is wrong.
    """
    settings, selection = environment(), selected(code, provider, since, until, letter)
    from agents.cli.dead import redriving  # noqa: PLC0415
    from agents.cli.dead.choosing import Rules  # noqa: PLC0415

    run = redriving.rehearse if dry_run else redriving.redrive_letters
    run(settings, selection, Rules(again=again, force=force))


def selected(
    codes: list[str] | None, provider: str | None, since: str | None, until: str | None, letters: list[str] | None
) -> "Selection":
    """Make the filters of the options, or exit with 2."""
    from agents.cli.dead.choosing import Selection  # noqa: PLC0415

    return Selection(
        codes=frozenset(code.upper() for code in codes or ()),
        provider=provider,
        since=moment(since),
        until=moment(until),
        places=frozenset(map(place_of, letters or ())),
    )


def place_of(text: str) -> tuple[int, int]:
    """Read where a letter stands; anything else is a usage error.

    >>> place_of("0:17")
    (0, 17)
    """
    partition, _, offset = text.partition(":")
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (partition, offset)):
        raise typer.BadParameter(f"{text!r} is not PARTITION:OFFSET, such as 0:17")
    return int(partition), int(offset)


def moment(text: str | None) -> int | None:
    """Read a time in ISO 8601 as milliseconds, without an offset as UTC; anything else is a usage error.

    >>> moment("2026-03-02T10:00:00"), moment("2026-03-02T12:00:00+02:00"), moment(None)
    (1772445600000, 1772445600000, None)
    """
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time in ISO 8601, such as 2026-03-02T10:00") from None
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
