"""What would become of a letter now: the stages, run on its bytes as the worker runs them."""

import logging
import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager

from agents.delivery.children import Children
from agents.messages import Incoming, Output
from agents.settings import Settings, variable
from schemas.topics import DEAD, STORIES


class Trial:
    """The stages in a process of their own: a letter may hang it or end it, as it may have done to a worker's."""

    def __init__(self, settings: Settings, stages: str) -> None:
        self._stages = {stage.name: stage for stage in pkgutil.resolve_name(stages)(settings)}
        self.children = Children(stages)

    def outcome(self, stage: str, record: Incoming) -> str | None:
        """Give the code that a record would fail with, in this stage or in what follows from it; None when it passes.

        Nothing is known of a story that is tried, so a version counts as its first.
        """
        (answer,) = self.children.work(self._stages[stage], [record], {})
        for output in answer.outputs:
            if output.topic == DEAD.name:
                return dict(output.headers)["wire-error-code"].decode()
            if output.topic == STORIES.name and (code := self.outcome("extract", consumed(output, record.timestamp))):
                return code
        return None


@contextmanager
def trial(settings: Settings, stages: str = "agents.stages:make_stages") -> Iterator[Trial]:
    """Start the stages' process, and end it. A ``stages`` is named as ``Children`` wants it."""
    made = Trial(settings, stages)
    with only_errors_logged():
        made.children.start()
        try:
            yield made
        finally:
            made.children.close()


@contextmanager
def only_errors_logged() -> Iterator[None]:
    """Keep quiet here and in processes started: a line for each letter that fails again would hide their counts."""
    name, logger = variable("log_level"), logging.getLogger("agents")
    before, level = os.environ.get(name, ""), logger.level
    os.environ[name] = "error"
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        os.environ[name] = before
        logger.setLevel(level)


def consumed(story: Output, timestamp: int) -> Incoming:
    """Give a story as the second stage would get it."""
    return Incoming(
        topic=story.topic,
        partition=0,
        offset=0,
        timestamp=timestamp,
        key=story.key,
        value=story.value,
        headers=story.headers,
    )
