"""The two stages with what the settings decide of them: pure functions and what the delivery must know to run them."""

from datetime import datetime
from functools import partial

from agents.delivery.guard import Outputs, Stage
from agents.errors import WireError
from agents.holding import receive
from agents.messages import Incoming
from agents.orders import obey, order_of
from agents.reading import read_wire
from agents.settings import Settings
from schemas.codec import DecodeError, decode_story
from schemas.outcomes import StoryState
from schemas.stories import Story
from schemas.topics import RAW, STATE, STORIES

# Long enough to use most of what the stages compile and remember.
EXAMPLE = """\
وزير المياه: السد امتلأ
العاصمة - وكالة المنارة: قال وزير المياه سالم الخطيب، اليوم الأحد، إن السد «امتلأ للمرة الأولى»، مشيرا إلى أن الري
سيبدأ غدا. ونفت الهيئة، وفق بيان لها، وجود أي تسرب. وأضاف الوزير لصحيفة «الضفاف»: «لا خطر على القرى».
"""


def make_stages(settings: Settings) -> tuple[Stage, Stage]:
    """Give the stage that reads raw records and the stage that extracts statements.

    >>> [stage.name for stage in make_stages(Settings())]
    ['read', 'extract']
    """
    reading = Stage(
        name="read",
        topic=RAW,
        run=partial(read, max_story_bytes=settings.story_max_bytes),
        unforeseen="WIRE-205",
        deadline_seconds=settings.stage_deadline_seconds,
        example=EXAMPLE.encode(),
    )
    extracting = Stage(
        name="extract",
        topic=STORIES,
        run=partial(extract, hold=settings.embargo == "hold"),
        unforeseen="WIRE-501",
        state=STATE,
        deadline_seconds=settings.stage_deadline_seconds,
    )
    return reading, extracting


def read(
    wire: Incoming, state: StoryState | None, now: datetime, *, max_story_bytes: int
) -> tuple[Outputs, StoryState | None]:
    """Stage 1: one raw record to its stories, none of them above the story limit; it has no state."""
    return read_wire(wire, max_story_bytes=max_story_bytes), None


def extract(
    record: Incoming, state: StoryState | None, now: datetime, *, hold: bool
) -> tuple[Outputs, StoryState | None]:
    """Stage 2: one version of a story or an order, and what is known of the story, to what is published of it."""
    story = story_of(record)
    if (order := order_of(record)) is not None:
        return obey(order, story, state)
    return receive(story, state, now, hold=hold)


def story_of(record: Incoming) -> Story:
    """Decode a record of the stories topic, or raise ``WIRE-204``."""
    try:
        return decode_story(record.value or b"")
    except DecodeError as error:
        raise WireError("WIRE-204", error.cause, path=error.path) from error
