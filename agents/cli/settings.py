"""``tasrih settings``: what the worker would run with."""

from typing import Annotated

import typer

from agents.cli.environment import environment


def settings(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table of all settings with their defaults, as Markdown.")
    ] = False,
) -> None:
    """Print the settings in effect, secrets masked; with a wrong setting, print every problem and exit with 2."""
    from agents.settings import settings_table, shown, variable  # noqa: PLC0415

    if markdown:
        typer.echo(settings_table())
        return
    for name, value in shown(environment()).items():
        typer.echo(f"{variable(name)}={'' if value is None else value}")
