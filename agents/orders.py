"""Orders of an operator: release a story that was killed or held, or erase one for good.

An order is a record of ``wire.stories.v1`` under the story's id, so that the lane that owns the story carries it out in
a transaction like any other. The header ``wire-order`` names it; nothing that a feed sends can bring that header there.
"""

from typing import Final

from msgspec.structs import replace

from agents.errors import WireError
from agents.holding import Outputs, index_of, standing
from agents.lifecycle import extract_story, outcome_output, statement_output
from agents.messages import Incoming, Output
from schemas.codec import encode
from schemas.events import enriched_headers, recall_headers
from schemas.headers import ORDER
from schemas.outcomes import Recall, StoryState
from schemas.stories import Story
from schemas.topics import ENRICHED, RECALLS

RELEASE: Final = "release"
ERASE: Final = "erase"


def order_of(record: Incoming) -> str | None:
    """Give the order that a record of the stories topic is, None for a story."""
    told = (value.decode("ascii", "replace") for name, value in record.headers if name == ORDER)
    return next(told, None)


def obey(order: str, story: Story, state: StoryState | None) -> tuple[Outputs, StoryState | None]:
    """Carry an order out; ``story`` is the version to publish, or the last one of the story to erase.

    Raises ``WIRE-401`` for an order that nobody knows.
    """
    if order == RELEASE:
        return release(story, state)
    if order == ERASE:
        return erase(story, state)
    raise WireError("WIRE-401", f"order {order[:40]!r}")


def release(story: Story, state: StoryState | None) -> tuple[Outputs, StoryState | None]:
    """Publish a version again, whatever the kill or hold that stands claims about its age.

    Where nothing is killed or held, it is a version like any other.
    """
    stands = standing(state)
    usable = replace(story, status="usable", signal="release")
    if stands is None or stands.status == "usable":
        return extract_story(usable, stands)
    oldest = replace(stands, version="", version_created=None, received_at="")
    outputs, after = extract_story(usable, oldest, outcome="released")
    return (*outputs, *index_of(usable)), after


def erase(story: Story, state: StoryState | None) -> tuple[Outputs, StoryState]:
    """Delete a story and its statements for consumers, and keep no more than that it must not come back.

    ``story`` has no text. A story under an embargo goes with the state that held it.
    """
    emission = (state.emissions if state else 0) + 1
    stands = standing(state)
    ids = tuple(stands.statements) if stands else ()
    key = story.id.encode()
    recall = Recall(
        recall="erased",
        story_id=story.id,
        story_version=story.version,
        provider=story.provider,
        reason=None,
        retracted=ids,
        changed=(),
        added=(),
        received_at=story.received_at,
    )
    value = encode(recall)
    outputs = (
        *(statement_output(story, id_, "retracted", None, emission) for id_ in ids),
        Output(topic=ENRICHED.name, key=key, value=None, headers=enriched_headers(story, "erased", emission, None)),
        Output(topic=RECALLS.name, key=key, value=value, headers=recall_headers(recall, emission, value)),
        outcome_output(story, "erased", emission),
    )
    return outputs, erased(story, emission)


def erased(story: Story, emission: int) -> StoryState:
    """Give the state of a story that was erased: what a kill leaves, without a trace of the text."""
    return StoryState(
        story_id=story.id,
        version=story.version,
        version_created=story.published_at,
        received_at=story.received_at,
        status="canceled",
        signal="kill",
        text_sha256="",
        emissions=emission,
        statements={},
        origin=story.provenance.raw,
    )
