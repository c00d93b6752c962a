"""The command line: its commands, in the order of their help; each imports what it needs only when it runs."""

from typing import Annotated

import typer

from agents.cli.console import console
from agents.cli.dead import dead
from agents.cli.demo import demo
from agents.cli.explain import explain
from agents.cli.extract import extract
from agents.cli.orders import erase, release
from agents.cli.replay import replay
from agents.cli.send import send
from agents.cli.settings import settings
from agents.cli.tail import tail
from agents.cli.topics import topics
from agents.cli.worker import worker

tasrih = typer.Typer(
    name="tasrih",
    help="Extract attributed statements (who said what, to whom, when, through which outlet) from Arabic newswire.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def print_version(asked: bool) -> None:
    """Print the version and leave, when asked to."""
    if asked:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"tasrih {version('tasrih')}")
        raise typer.Exit


@tasrih.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command; the help of the whole is given above."""


tasrih.command()(extract)
tasrih.command()(explain)
tasrih.command()(worker)
tasrih.command()(send)
tasrih.command()(tail)
tasrih.command()(console)
tasrih.command()(demo)
tasrih.add_typer(topics)
tasrih.add_typer(dead)
tasrih.command()(release)
tasrih.command()(erase)
tasrih.command()(replay)
tasrih.command()(settings)


def main() -> None:
    """Run the command line."""
    tasrih()
