"""A console's server of the test's own, in a thread, with a store that the test fills."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from agents.console.server import Console, make_app
from agents.console.store import Seen, Store
from agents.extract.testing import story
from agents.lifecycle import enrich
from schemas.codec import encode
from schemas.topics import DEAD, ENRICHED

SECONDS = 20


@dataclass(frozen=True)
class Served:
    """Where it is, and its store, which belongs to the thread of the server."""

    url: str
    store: Store
    loop: asyncio.AbstractEventLoop

    def take(self, *seen: Seen) -> None:
        """Have the store take in records, as if they had been read."""

        async def take() -> None:
            for one in seen:
                self.store.take(one)

        asyncio.run_coroutine_threadsafe(take(), self.loop).result(SECONDS)


@contextmanager
def served(token: str | None = None, redrive: Callable[[Seen], str] = lambda _: "") -> Iterator[Served]:
    """Serve on a port that is free; the server and its thread are gone in the end."""
    loop, store = asyncio.new_event_loop(), Store()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> web.AppRunner:
        app = make_app(Console(store=store, token=token, redrive=redrive))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(SECONDS)
    try:
        yield Served(f"http://127.0.0.1:{runner.addresses[0][1]}", store, loop)
    finally:
        asyncio.run_coroutine_threadsafe(stop(runner), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()


async def stop(runner: web.AppRunner) -> None:
    """Stop serving, and end the streams of events that are still open."""
    await runner.cleanup()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def story_seen(text: str) -> Seen:
    """Give a story as the console reads it."""
    enriched = enrich(story(text))
    return Seen(ENRICHED.name, 0, 0, 0, enriched.id.encode(), encode(enriched), ())


def letter(partition: int, offset: int, value: bytes, cause: str = "no reader knows this") -> Seen:
    """Give a dead letter as the console reads it."""
    headers = {
        "wire-error-code": "WIRE-202",
        "wire-stage": "read",
        "__connect.errors.exception.message": f"WIRE-202 {cause}",
    }
    pairs = tuple((name, text.encode()) for name, text in headers.items())
    return Seen(DEAD.name, partition, offset, 1_772_442_005_000, None, value, pairs)
