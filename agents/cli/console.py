"""``tasrih console``: what the topics say, live in a browser."""

import secrets
from contextlib import suppress
from typing import Annotated

import typer

from agents.cli.environment import environment

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def console(
    host: Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs a token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any that is free.")] = 6067,
    token: Annotated[
        str | None, typer.Option(envvar="CONSOLE_TOKEN", help="Token of your own; one is made where it is needed.")
    ] = None,
    hours: Annotated[float, typer.Option(min=0, help="How far back to read, in hours.")] = 24,
    beginning: Annotated[bool, typer.Option("--from-beginning", help="Read all that the topics keep.")] = False,
) -> None:
    """Serve a page with the statements as they are committed, the stories they stand in, dead letters and lag.

    It reads only: it belongs to no group, commits nothing and sends nothing. Ends with Ctrl-C.
    """
    import asyncio  # noqa: PLC0415

    from agents.cli.serving import serve  # noqa: PLC0415

    settings = environment()
    if token is None and host not in LOOPBACK:
        token = secrets.token_urlsafe(24)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(settings, host, port, token, None if beginning else hours))
