"""Orders of an operator: release a story that was killed or held, erase one for good, extract one again.

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
from schemas.topics import ENRICHED, RECALLS, STORIES

RELEASE: Final = "release"
ERASE: Final = "erase"
REPLAY: Final = "replay"


def order_of(record: Incoming) -> str | None:
    """Give the order that a record of the stories topic is, None for a story."""
    told = (value.decode("ascii", "replace") for name, value in record.headers if name == ORDER)
    return next(told, None)


def ordered(order: str, story: Story) -> Output:
    """Give the record that orders something of a story."""
    headers = ((ORDER, order.encode()),)
    return Output(topic=STORIES.name, key=story.id.encode(), value=encode(story), headers=headers)


def obey(order: str, story: Story, state: StoryState | None) -> tuple[Outputs, StoryState | None]:
    """Carry an order out; ``story`` is the version to publish, or the last one of the story to erase.

    Raises ``WIRE-401`` for an order that nobody knows.
    """
    if order == RELEASE:
        return release(story, state)
    if order == ERASE:
        return erase(story, state)
    if order == REPLAY:
        return replay(story, state)
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


def replay(story: Story, state: StoryState | None) -> tuple[Outputs, StoryState | None]:
    """Extract the version that stands once more, and publish what differs; no status ever changes.

    ``story`` was read again from its raw record. Any other version is told as what it is: recalled where the story was
    killed or held, superseded where another version stands, a duplicate where the statements are the same as before.
    """
    stands = standing(state)
    if stands is None or stands.status != "usable" or story.status != "usable" or not is_origin(story, stands):
        killed = stands is not None and stands.status != "usable"
        emissions = stands.emissions if stands else 0
        return (outcome_output(story, "recalled" if killed else "superseded", emissions),), state
    oldest = replace(stands, version="", version_created=None, received_at="")
    outputs, after = extract_story(story, oldest)
    if (after.statements, after.text_sha256) == (stands.statements, stands.text_sha256):
        return (outcome_output(story, "duplicate", stands.emissions),), state
    after = replace(after, signal=stands.signal)
    if state is not None and state.held:
        after = replace(after, format=state.format, held=state.held, due=state.due)
    return outputs, after


def is_origin(story: Story, state: StoryState) -> bool:
    """Say whether a story was read from the raw item that the version which stands came from."""
    raw, known = story.provenance.raw, state.origin
    return (raw.topic, raw.partition, raw.offset, raw.item) == (known.topic, known.partition, known.offset, known.item)


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
