"""The real stages, except that some raw values hang them or end their process."""

import os
from dataclasses import replace
from datetime import datetime

from agents.delivery.guard import Outputs, Run, Stage
from agents.messages import Incoming
from agents.settings import Settings
from agents.stages import make_stages as make_real_stages
from schemas.outcomes import StoryState


def make_stages(settings: Settings) -> tuple[Stage, ...]:
    """Give the stages, poisoned."""
    return tuple(replace(stage, run=poisoned(stage.run)) for stage in make_real_stages(settings))


def poisoned(run: Run) -> Run:
    """Let a stage hang or end its process when it is told to."""

    def told(record: Incoming, state: StoryState | None, now: datetime) -> tuple[Outputs, StoryState | None]:
        if record.value == b"exit":
            os.abort()
        while record.value == b"hang":
            pass
        return run(record, state, now)

    return told
