"""JSON: one object with the story's own field names, ``{"id", "text" | "headline"/"body", "provider", ...}``.

Archives of scraped news write ``title``, ``content``, ``author``, ``url`` and ``source`` instead, which are read too.
"""

import re
from typing import Any, TypeVar

import msgspec

from agents.errors import WireError
from agents.intake.items import BLANK_SIGNALS, Item
from agents.intake.wire import Wire
from schemas.stories import Signal, Status

# An object, an array of JSON, or one scalar on one line. A story in brackets ("[photo] ...") is prose, and so is one
# that begins with a name in braces, which newspapers use as quotation marks.
BEGINS = re.compile(r"""\{\s*(?:["'{}\[]|[A-Za-z_$][\w$]*\s*:|$)|\[\s*[{\["\]]""")
SCALAR = re.compile(r'\ufeff?\s*(?:"(?:[^"\\\n]|\\.)*+"|-?\d[\d.eE+-]*+|true|false|null)\s*')

Fields = TypeVar("Fields", bound=msgspec.Struct)


class JsonStory(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that are read; others are left alone."""

    id: str | int | None = None
    version: str | int | None = None
    status: Status = "usable"
    signal: Signal = "new"
    adds_to: str | None = None
    provider: str | None = None
    channel: str | None = None
    language: str | None = None
    headline: str | None = None
    byline: str | None = None
    slugline: str | None = None
    transmission: str | int | None = None
    urgency: int | None = None
    published_at: str | None = None
    embargoed_until: str | None = None
    subjects: tuple[str, ...] = ()
    copyright: str | None = None
    editorial_note: str | None = None
    text: str | None = None
    body: str | None = None
    title: str | None = None
    content: str | None = None
    author: str | None = None
    url: str | None = None
    source: str | None = None


def is_json(wire: Wire) -> bool:
    """Say whether the record begins like JSON, broken or not."""
    return bool(BEGINS.match(wire.opening)) or bool(SCALAR.fullmatch(wire.text))


def fields_of(document: Any, fields: type[Fields]) -> Fields:
    """Return the document's fields with their types checked.

    Raises WIRE-203 where the document is no object, WIRE-302 with the field's path where a field is not what it should
    be.
    """
    if not isinstance(document, dict):
        raise WireError("WIRE-203", f"the JSON is of type {type(document).__name__}", path="$")
    try:
        return msgspec.convert(document, fields)
    except msgspec.ValidationError as error:
        detail, _, path = str(error).partition(" - at ")
        raise WireError("WIRE-302", detail, path=path.strip("`") or "$") from error


def text_or_none(value: str | int | None) -> str | None:
    """Return an identifier as text, None where it is missing or blank."""
    return None if value is None else str(value).strip() or None


def read_json(wire: Wire) -> list[Item]:
    """Return the one item of a JSON object; WIRE-301 without ``text`` and ``body`` where it is no kill or snap."""
    story = fields_of(wire.document, JsonStory)
    body = next((text for text in (story.text, story.body, story.content) if text is not None), None)
    if not (body or "").strip() and story.status == "usable" and story.signal not in BLANK_SIGNALS:
        raise WireError("WIRE-301", "neither `text` nor `body` holds anything", path="$.text")
    item = Item(
        body=body or "",
        format="json",
        charset=wire.charset,
        id=text_or_none(story.id) or text_or_none(story.url),
        version=text_or_none(story.version),
        status=story.status,
        signal=story.signal,
        adds_to=story.adds_to,
        provider=story.provider or story.source,
        channel=story.channel,
        language=story.language,
        headline=story.headline or story.title,
        byline=story.byline or story.author,
        slugline=story.slugline,
        transmission=text_or_none(story.transmission),
        urgency=story.urgency,
        version_created=story.published_at,
        embargoed_until=story.embargoed_until,
        subjects=story.subjects,
        copyright=story.copyright,
        editorial_note=story.editorial_note,
    )
    return [item]
