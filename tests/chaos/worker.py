"""A worker as ``tasrih worker`` runs it, which can harm itself at named points and do without a guard.

``CHAOS_FAULTS`` has ``point:probability:signal`` separated by commas: at each passing of the point, with that
probability, the process sends itself the signal. A point that begins with ``release`` is passed only where held stories
are released. ``CHAOS_WITHOUT`` names a guard that is taken out (``guards.py``).
"""

import asyncio
import functools
import os
import random
import signal
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from agents.cli import tasrih
from agents.delivery import lanes, restore
from agents.delivery.children import Children
from agents.delivery.lane import Lane
from agents.delivery.writer import Writer
from tests.chaos.guards import REMOVED

# Where a point lies: the method after (or, with "in ", beside) which it is passed.
POINTS: dict[str, tuple[type, str]] = {
    "after begin": (Writer, "begin"),
    "after send": (Writer, "send"),
    "after offset": (Writer, "add_offset"),
    "in commit": (Writer, "end"),
    "after commit": (Writer, "end"),
    "in revocation": (lanes.Lanes, "close"),
    "after fencing": (Writer, "start"),
    "in recovery": (Lane, "_recover"),
}
RELEASE = "release "
releasing: ContextVar[bool] = ContextVar("releasing", default=False)
# How long a commit request may have been under way when the process is harmed beside it, in seconds.
BESIDE_SECONDS = 0.004


def harm(probability: float, number: int) -> None:
    """Send this process the signal, with a probability."""
    if random.random() < probability:
        os.kill(os.getpid(), number)


def told_where(method: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    """Wrap the coroutine method that releases held stories, so that what it calls, tasks included, can tell."""

    @functools.wraps(method)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        token = releasing.set(True)
        try:
            return await method(*args, **kwargs)
        finally:
            releasing.reset(token)

    return wrapped


def only_there(wrapped: Callable[..., Any], plain: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that is the wrapped one where held stories are released, and elsewhere the plain one."""

    @functools.wraps(plain)
    def either(*args: Any, **kwargs: Any) -> Any:
        return (wrapped if releasing.get() else plain)(*args, **kwargs)

    return either


def harmed_after(method: Callable[..., Awaitable[Any]], probability: float, number: int) -> Callable[..., Any]:
    """Wrap a coroutine method so that harm may come when it has ended."""

    @functools.wraps(method)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = await method(*args, **kwargs)
        harm(probability, number)
        return result

    return wrapped


def harmed_beside(method: Callable[..., Awaitable[Any]], probability: float, number: int) -> Callable[..., Any]:
    """Wrap a coroutine method so that harm may come while it is under way."""

    @functools.wraps(method)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        if random.random() < probability:
            later = random.random() * BESIDE_SECONDS
            asyncio.get_running_loop().call_later(later, os.kill, os.getpid(), number)
        return await method(*args, **kwargs)

    return wrapped


def harmed_between(function: Callable[..., Any], probability: float, number: int) -> Callable[..., Any]:
    """Wrap a plain function so that harm may come when it has ended."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        harm(probability, number)
        return result

    return wrapped


def place_fault(point: str, probability: float, number: int) -> None:
    """Put one fault in its place."""
    if point == "in restore":
        restore.put = harmed_between(restore.put, probability, number)
        return
    bare = point.removeprefix(RELEASE)
    owner, name = POINTS[bare]
    plain = getattr(owner, name)
    wrapped = (harmed_beside if bare.startswith("in ") else harmed_after)(plain, probability, number)
    setattr(owner, name, only_there(wrapped, plain) if point.startswith(RELEASE) else wrapped)


def place_faults(text: str) -> None:
    """Put the faults of ``CHAOS_FAULTS`` in their places."""
    for fault in filter(None, text.split(",")):
        point, probability, name = fault.split(":")
        place_fault(point, float(probability), signal.Signals[name])


def make_children_of(stages: str) -> None:
    """Let the worker's children run other stages than those that it names."""
    plain = Children.__init__

    def init(self: Children, named: str, processes: int = 1) -> None:
        plain(self, stages, processes)

    Children.__init__ = init  # type: ignore[method-assign, assignment]


def main() -> None:
    """Run the worker."""
    if stages := os.environ.get("CHAOS_STAGES"):
        make_children_of(stages)
    if guard := os.environ.get("CHAOS_WITHOUT"):
        REMOVED[guard]()
    Lane._do_held = told_where(Lane._do_held)  # type: ignore[method-assign]
    place_faults(os.environ.get("CHAOS_FAULTS", ""))
    tasrih(["worker"])


if __name__ == "__main__":
    main()
