"""What is not published at once: stories under an embargo, and notices whose story is not known yet.

Pure. A story is held whole in its state, with the time at which the lane that owns it comes back to it: then the held
story goes through ``receive`` once more. An update replaces it, a kill drops it, and its raw item gets a second
outcome: released, superseded or recalled. A notice is held under the id that it has as an item of its own; the lane
looks for its story in the index, and what it finds goes to the story's own partition (``resolved``).
"""

from datetime import datetime, timedelta, timezone
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from agents.lifecycle import LATE, RECALLED, age, extract_story, outcome_output, relation_to, sticks
from agents.messages import Output
from agents.naming import NAMED, addressed, index_outputs, is_notice
from agents.reading import story_output
from schemas.codec import encode
from schemas.events import recall_headers
from schemas.outcomes import OutcomeKind, Recall, StoryState
from schemas.stories import Story
from schemas.topics import RECALLS

Outputs = tuple[Output, ...]

UNRESOLVED_SECONDS: Final = 24 * 60 * 60
# Where an embargo names no zone, it ends when its time has come everywhere.
LATEST: Final = timezone(timedelta(hours=-12))
NOT_HELD: Final = "embargo_not_held"


def receive(
    story: Story, state: StoryState | None, now: datetime, *, hold: bool = True
) -> tuple[Outputs, StoryState | None]:
    """Give the records to publish for one version of a story, and the story's state after it, None where it has none.

    ``hold`` false passes stories under an embargo on, flagged. Raises nothing of its own.
    """
    held = held_in(state)
    if state is not None and held is not None and held.provenance.raw == story.provenance.raw:
        return wake(held, state, now)
    if is_notice(story):
        return take_notice(story, state, now)
    if held is not None and is_notice(held):
        recalled, state = extract_story(addressed(held, story.id), None)
        outputs, after = extract_story(story, state)
        return (*recalled, *outputs), after
    if hold and (ends := embargo_ends(story)) is not None and now < ends:
        return hold_back(story, state, ends)
    return publish(story if hold else flagged(story), state)


def held_in(state: StoryState | None) -> Story | None:
    """Give what a state holds."""
    return None if state is None or state.held is UNSET else state.held


def standing(state: StoryState | None) -> StoryState | None:
    """Give the state as far as something was published, without what it holds."""
    if state is None or state.emissions == 0:
        return None
    return state if state.held is UNSET else replace(state, format=2, held=UNSET, due=UNSET)


def holding(story: Story, due: float, state: StoryState | None) -> StoryState:
    """Give a state that holds a story beside what stands."""
    empty = StoryState(
        story_id=story.id,
        version=story.version,
        version_created=story.published_at,
        received_at=story.received_at,
        status=story.status,
        signal=story.signal,
        text_sha256="",
        emissions=0,
        statements={},
        origin=story.provenance.raw,
    )
    return replace(state or empty, format=3, held=story, due=due)


def publish(story: Story, state: StoryState | None) -> tuple[Outputs, StoryState]:
    """Publish a version, and say what becomes of one that is held: a newer version or a kill takes its place."""
    held, stands = held_in(state), standing(state)
    if NAMED in story.flags and state is not None:
        story = replace(story, version=state.version)
    outputs, after = extract_story(story, stands)
    if after is not stands:
        outputs = (*outputs, *index_of(story))
    if held is None:
        return outputs, after if after is not stands or state is None else state
    if after is stands or (is_older(story, held) and not sticks(story.status, story.signal)):
        return outputs, replace(after, format=3, held=held, due=state.due if state is not None else UNSET)
    kind: OutcomeKind = "recalled" if story.status in RECALLED else "superseded"
    return (*outputs, outcome_output(held, kind, after.emissions)), after


def hold_back(story: Story, state: StoryState | None, ends: datetime) -> tuple[Outputs, StoryState]:
    """Hold a version whose embargo ends later, unless it would not be published anyway."""
    held, stands = held_in(state), standing(state)
    relation = relation_to(story, stands)
    emissions = stands.emissions if stands else 0
    if held is not None and same_version(story, held):
        relation = "duplicate"
    elif held is not None and is_older(story, held):
        relation = "superseded"
    if state is not None and relation in ("duplicate", "superseded", "recalled"):
        late = LATE if relation == "recalled" else None
        return (outcome_output(story, relation, emissions, reason=late),), state
    replaced = () if held is None else (outcome_output(held, "superseded", emissions),)
    outputs = (*replaced, outcome_output(story, "held", emissions), *index_of(story))
    return outputs, holding(story, ends.timestamp(), stands)


def wake(held: Story, state: StoryState, now: datetime) -> tuple[Outputs, StoryState | None]:
    """Publish what is held when its time has come; give a notice up whose story did not come."""
    if state.due is not UNSET and now.timestamp() < state.due:
        return (), state
    if is_notice(held):
        return (), standing(state)
    return extract_story(held, standing(state), outcome="released")


def dropped(state: StoryState) -> StoryState | None:
    """Give the state without what it holds: the held story could not be published and is a dead letter."""
    return standing(state)


def take_notice(notice: Story, state: StoryState | None, now: datetime) -> tuple[Outputs, StoryState]:
    """Recall the story that has the notice's own id, else keep the notice until its story is found."""
    held = held_in(state)
    if state is not None and held is not None and is_notice(held):
        return (outcome_output(notice, "duplicate", state.emissions),), state
    if state is not None:
        return publish(addressed(notice, notice.id), state)
    recall = Recall(
        recall="unresolved",
        story_id=None,
        story_version=None,
        provider=notice.provider,
        reason=notice.editorial_note,
        retracted=(),
        changed=(),
        added=(),
        received_at=notice.received_at,
    )
    value = encode(recall)
    told = Output(topic=RECALLS.name, key=None, value=value, headers=recall_headers(recall, 0, value))
    due = now.timestamp() + UNRESOLVED_SECONDS
    return (told, outcome_output(notice, "unresolved", 0)), holding(notice, due, None)


def resolved(state: StoryState, story_id: str) -> tuple[Outputs, StoryState | None]:
    """Send a held notice on to the story that it names, which was found, and hold it no longer."""
    held = held_in(state)
    if held is None or not is_notice(held):
        raise ValueError(f"{state.story_id} holds no notice")
    return (story_output(addressed(held, story_id), ()),), standing(state)


def embargo_ends(story: Story) -> datetime | None:
    """Give when the embargo of a usable story ends, at the latest where it names no zone; None without one.

    >>> from tests.records import make_story
    >>> print(embargo_ends(make_story(embargoed_until="2026-03-02T10:00:00")))
    2026-03-02 10:00:00-12:00
    """
    if story.embargoed_until is None or story.status in RECALLED:
        return None
    try:
        ends = datetime.fromisoformat(story.embargoed_until)
    except ValueError:
        return None  # stage 1 withholds what it cannot read
    return ends if ends.tzinfo else ends.replace(tzinfo=LATEST)


def flagged(story: Story) -> Story:
    """Give a story that is passed on; one that has or had an embargo says so."""
    return replace(story, flags=(*story.flags, NOT_HELD)) if embargo_ends(story) else story


def index_of(story: Story) -> Outputs:
    """Give what the index is to know of a story: nothing of one that is a notice or that speaks to editors only."""
    own = story.status == "usable" and story.signal != "advisory" and NAMED not in story.flags
    return index_outputs(story) if own else ()


def is_older(story: Story, other: Story) -> bool:
    """Say whether a version is older than another."""
    ages = [age(one.published_at, one.version, one.received_at) for one in (story, other)]
    return ages[0] < ages[1]


def same_version(story: Story, other: Story) -> bool:
    """Say whether two items are the same version with the same text."""
    return (story.version, story.text, story.status) == (other.version, other.text, other.status)
