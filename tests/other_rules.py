"""The worker's stages with other rules: every statement comes out less sure, so that each record differs."""

from types import SimpleNamespace

from msgspec.structs import replace

from agents import lifecycle, stages
from agents.delivery.guard import Stage
from agents.extract import extract
from agents.settings import Settings
from schemas.stories import Story


def extract_unsurely(story: Story) -> SimpleNamespace:
    """Extract as ever, and halve the confidence of each statement."""
    found = extract(story)
    statements = tuple(replace(statement, confidence=statement.confidence / 2) for statement in found.statements)
    return SimpleNamespace(statements=statements, refusals=found.refusals)


def make_stages(settings: Settings) -> tuple[Stage, Stage]:
    """Give the stages to a fork server, whose processes they change."""
    lifecycle.extract = extract_unsurely  # type: ignore[attr-defined, assignment]
    return stages.make_stages(settings)
