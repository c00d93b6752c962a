"""The console's web server: one page with a script, two without, and a stream of events. Reads the store only."""

import asyncio
import contextlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import islice
from typing import Any

import orjson
from aiohttp import web
from msgspec import to_builtins

from agents.console.pages import letter_page, story_page
from agents.console.reader import Lag
from agents.console.store import Filter, Line, Seen, Store
from agents.highlight import STYLE

PAGE = 100
TICK_SECONDS = 0.5
COOKIE = "tasrih_console"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STATIC = {
    "/": ("index.html", "text/html"),
    "/console.js": ("console.js", "text/javascript"),
    "/console.css": ("console.css", "text/css"),
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Console:
    """What the handlers share: the store, the token (None on loopback), the lag last asked, what a redrive would do."""

    store: Store
    token: str | None
    redrive: Callable[[Seen], str]
    lags: list[Lag] = field(default_factory=list)
    failure: str = ""


def make_app(console: Console) -> web.Application:
    """Make the web application."""
    app = web.Application(middlewares=[guard(console)])
    for path, (name, kind) in STATIC.items():
        content = files("agents.console").joinpath("static", name).read_text(encoding="utf-8")
        app.router.add_get(path, answering(content, kind))
    app.router.add_get("/highlight.css", answering(STYLE, "text/css"))
    routes: dict[str, Callable[[Console, web.Request], Awaitable[web.StreamResponse]]] = {
        "/api/statements": statements,
        "/api/numbers": numbers,
        "/api/events": events,
        "/story": story,
        "/dead": dead,
    }
    for path, handler in routes.items():
        app.router.add_get(path, with_console(console, handler))
    return app


def answering(content: str, kind: str) -> Handler:
    """Make a handler that always gives the same."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=content, content_type=kind, charset="utf-8")

    return answer


def with_console(console: Console, handler: Callable[[Console, web.Request], Awaitable[web.StreamResponse]]) -> Handler:
    """Make a handler that knows the console."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await handler(console, request)

    return answer


def guard(console: Console) -> Any:
    """Refuse whoever lacks the token; without one, whoever calls this machine by another name (DNS rebinding)."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if console.token is None:
            if (request.url.host or "") not in LOOPBACK:
                raise web.HTTPForbidden(text="the console answers to 127.0.0.1 and localhost", headers=HEADERS)
        elif same(request.query.get("token", ""), console.token):
            seen = web.HTTPFound(request.path, headers=HEADERS)
            seen.set_cookie(COOKIE, console.token, httponly=True, samesite="Strict")
            raise seen
        elif not same(request.cookies.get(COOKIE, ""), console.token):
            raise web.HTTPUnauthorized(text="open the address that tasrih console printed", headers=HEADERS)
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return guarded


def same(given: str, token: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), token.encode())


def asked(request: web.Request) -> Filter:
    """Read the filter of a request."""
    return Filter(**{name: request.query.get(name, "").strip() for name in Filter._fields})


def as_json(value: Any) -> web.Response:
    """Answer JSON."""
    return web.Response(body=orjson.dumps(value), content_type="application/json")


async def statements(console: Console, request: web.Request) -> web.StreamResponse:
    """Answer a page of statements, newest first."""
    before = request.query.get("before", "")
    found = console.store.newest(asked(request), int(before) if before.isascii() and before.isdecimal() else None)
    lines = list(islice(found, PAGE + 1))
    return as_json({"lines": to_builtins(lines[:PAGE]), "more": len(lines) > PAGE, "number": console.store.number})


async def numbers(console: Console, _: web.Request) -> web.StreamResponse:
    """Answer throughput, lag, providers and dead letters."""
    return as_json(counted(console))


def counted(console: Console) -> dict[str, Any]:
    """Give the numbers of the page."""
    store, now = console.store, int(time.time() * 1000)
    letters = [
        {"letter": f"{seen.partition}:{seen.offset}", "at": seen.timestamp} | told(seen)
        for seen in islice(reversed(store.letters.values()), 20)
    ]
    providers = [
        {"name": name, "last": one.last, "quiet": one.is_quiet(now)} for name, one in sorted(store.providers.items())
    ]
    return {
        "perMinute": store.per_minute(now),
        "statements": len(store.lines),
        "lags": [lag._asdict() for lag in console.lags],
        "providers": providers,
        "letters": letters,
        "failure": console.failure,
    }


def told(seen: Seen) -> dict[str, str]:
    """Give the code and the cause of a dead letter."""
    headers = dict(seen.headers)
    code = headers.get("wire-error-code", b"").decode(errors="replace")
    cause = headers.get("__connect.errors.exception.message", b"").decode(errors="replace")
    return {"code": code, "cause": cause.removeprefix(f"{code} ")[:200]}


async def events(console: Console, request: web.Request) -> web.StreamResponse:
    """Send what is committed from now on, as it comes: new statements of a filter, and the numbers."""
    response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionResetError):
        async for event in changes(console, asked(request)):
            await response.write(event)
    return response


async def changes(console: Console, wanted: Filter) -> AsyncIterator[bytes]:
    """Yield an event for each half second: at most a page of new statements, newest first."""
    last = console.store.number
    while True:
        lines: list[Line] = []
        for line in console.store.newest(Filter()):
            if line.number <= last or len(lines) >= PAGE:
                break
            if wanted.takes(line) or line.event == "retracted":
                lines.append(line)
        last = console.store.number
        data = orjson.dumps({"lines": to_builtins(lines), "numbers": counted(console)})
        yield b"data: " + data + b"\n\n"
        await asyncio.sleep(TICK_SECONDS)


async def story(console: Console, request: web.Request) -> web.StreamResponse:
    """Answer the page of a story."""
    id_ = request.query.get("id", "")
    value, recalls = console.store.stories.get(id_), console.store.recalls.get(id_, [])
    page = await asyncio.to_thread(story_page, id_, value, recalls)
    return web.Response(text=page, content_type="text/html", status=200 if value or recalls else 404)


async def dead(console: Console, request: web.Request) -> web.StreamResponse:
    """Answer the page of a dead letter, and try it where that is asked."""
    partition, _, offset = request.query.get("letter", "").partition(":")
    numbers_ = [part for part in (partition, offset) if part.isascii() and part.isdecimal() and len(part) < 20]
    seen = console.store.letters.get((int(partition), int(offset))) if len(numbers_) == 2 else None
    if seen is None:
        raise web.HTTPNotFound(text="no such letter", headers=HEADERS)
    fate = await asyncio.to_thread(console.redrive, seen) if request.query.get("try") else None
    return web.Response(text=letter_page(seen, fate), content_type="text/html")
