"""Stage 1: a raw record becomes the stories in it. Pure: records in, records out."""

import hashlib

from agents.errors import WireError
from agents.intake import MAX_STORY_BYTES, read_items
from agents.messages import Headers, Incoming, Output, iso
from agents.naming import is_notice
from agents.normalize import normalize_item
from schemas.codec import encode
from schemas.events import story_headers
from schemas.headers import ORDER
from schemas.stories import RawOrigin, Story
from schemas.topics import STORIES

KEPT = "wire-"
NOTICE = "wire-notice"


def read_stories(incoming: Incoming, *, max_story_bytes: int = MAX_STORY_BYTES) -> list[Story]:
    """Return the stories of one raw record, in its order, at least one.

    Raises ``WireError`` where one item of the record cannot be read: a record gives all its stories or its dead letter.

    >>> raw = Incoming(topic="wire.raw.v1", partition=0, offset=4, timestamp=0, key=None, value=b"Talks begin")
    >>> [(story.headline, story.received_at) for story in read_stories(raw)]
    [('Talks begin', '1970-01-01T00:00:00.000Z')]
    """
    if incoming.value is None:
        raise WireError("WIRE-103", "the value is null")
    sha256 = hashlib.sha256(incoming.value).hexdigest()
    items = read_items(incoming.value, header_texts(incoming.headers), max_story_bytes=max_story_bytes)
    stories: list[Story] = []
    for number, item in enumerate(items):
        origin = RawOrigin(
            topic=incoming.topic,
            partition=incoming.partition,
            offset=incoming.offset,
            item=number,
            items=len(items),
            sha256=sha256,
            format=item.format,
            charset=item.charset,
        )
        stories.append(normalize_item(item, origin, iso(incoming.timestamp)))
    return stories


def read_wire(incoming: Incoming, *, max_story_bytes: int = MAX_STORY_BYTES) -> tuple[Output, ...]:
    """Return the records of ``wire.stories.v1`` for one raw record; raises as ``read_stories``.

    The key is the story id, so that all versions meet in one partition. ``wire-`` headers and ``traceparent`` go on.
    """
    passed = passed_on(incoming.headers)
    return tuple(story_output(story, passed) for story in read_stories(incoming, max_story_bytes=max_story_bytes))


def story_output(story: Story, passed: Headers) -> Output:
    """Return the record of ``wire.stories.v1`` for a story.

    A notice in prose is marked, so that whoever publishes it looks for the story that it names (``naming.py``).
    """
    value = encode(story)
    mark = ((NOTICE, b"prose"),) if is_notice(story) else ()
    headers = (*story_headers(story, value), *mark, *passed)
    return Output(topic=STORIES.name, key=story.id.encode(), value=value, headers=headers)


def header_texts(headers: Headers) -> dict[str, str]:
    """Return the headers by name, in lower case; of several with one name the last holds."""
    return {name.lower(): value.decode("utf-8", "replace").strip() for name, value in headers}


def passed_on(headers: Headers) -> Headers:
    """Return the headers that a story keeps from its raw record; the worker's own are not among them."""
    own = {"wire-error-code", "wire-stage", NOTICE, ORDER}
    return tuple(
        (name, value) for name, value in headers if name == "traceparent" or (name.startswith(KEPT) and name not in own)
    )
