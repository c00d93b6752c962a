"""What ``tasrih console`` runs: the web server, and beside it what follows the topics and asks for lag."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import typer

from agents.cli.environment import client_options
from agents.settings import Settings

if TYPE_CHECKING:
    from aiohttp import web

    from agents.console.server import Console
    from agents.console.store import Seen

LAG_SECONDS = 5.0
RETRY_SECONDS = 2.0


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
