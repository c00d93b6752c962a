"""``tasrih console``: what the topics say, live in a browser."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli.environment import client_options, environment
from agents.settings import Settings

if TYPE_CHECKING:
    from aiohttp import web

    from agents.console.server import Console
    from agents.console.store import Seen

LAG_SECONDS = 5.0
RETRY_SECONDS = 2.0
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
    settings = environment()
    if token is None and host not in LOOPBACK:
        token = secrets.token_urlsafe(24)
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(settings, host, port, token, None if beginning else hours))


async def serve(settings: Settings, host: str, port: int, token: str | None, hours: float | None) -> None:
    """Serve until the task is cancelled."""
    from aiohttp import web  # noqa: PLC0415

    from agents.console.server import Console, make_app  # noqa: PLC0415
    from agents.console.store import Store  # noqa: PLC0415

    shared = Console(store=Store(), token=token, redrive=lambda seen: fate(settings, seen))
    app = make_app(shared)

    @asynccontextmanager
    async def following(_: "web.Application") -> AsyncIterator[None]:
        tasks = [asyncio.create_task(follow(settings, shared, hours)), asyncio.create_task(ask(settings, shared))]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    app.cleanup_ctx.append(following)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"http://{shown}:{bound}/" + (f"?token={token}" if token else ""))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def follow(settings: Settings, shared: "Console", hours: float | None) -> None:
    """Take in what is committed, for good; where the brokers are away, try again."""
    from confluent_kafka import KafkaException  # noqa: PLC0415

    from agents.console.reader import Reader  # noqa: PLC0415

    while True:
        try:
            reader = await asyncio.to_thread(Reader, settings, client_options(settings), hours)
            break
        except KafkaException as error:
            shared.failure = error.args[0].str()
            await asyncio.sleep(RETRY_SECONDS)
    shared.failure = ""
    try:
        while True:
            for seen in await asyncio.to_thread(reader.read):
                shared.store.take(seen)
    finally:
        reader.close()


async def ask(settings: Settings, shared: "Console") -> None:
    """Ask for the workers' lag, for good."""
    from confluent_kafka import KafkaException  # noqa: PLC0415

    from agents.console.reader import lags  # noqa: PLC0415

    while True:
        with suppress(KafkaException):
            shared.lags = await asyncio.to_thread(lags, settings, client_options(settings))
        await asyncio.sleep(LAG_SECONDS)


def fate(settings: Settings, seen: "Seen") -> str:
    """Say what a redrive of a letter would do now: its stages are run on its bytes, and nothing is sent."""
    from agents.cli.dead.letters import letter_of, resent  # noqa: PLC0415
    from agents.cli.dead.trial import trial  # noqa: PLC0415

    letter = letter_of((seen.partition, seen.offset), seen.timestamp, seen.headers)
    again = resent(letter, seen.key, seen.value, seen.headers)
    with trial(settings) as stages:
        code = stages.outcome(letter.stage, again.incoming())
    return f"تعطل الرسالة مرة أخرى: {code}" if code else f"تقرأ الآن، وتذهب إلى {again.record.topic}"
