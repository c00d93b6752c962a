"""What an envelope gave: one item before normalization."""

from typing import Literal

from msgspec import Struct

from schemas.stories import Charset, Signal, Status

BodyKind = Literal["text", "html"]
# What a story may be sent as without a body.
BLANK_SIGNALS: frozenset[Signal] = frozenset({"kill", "hold", "release", "snap"})


class Item(Struct, frozen=True, kw_only=True):
    """One news item as its envelope gave it: no field is cleaned, none is invented.

    ``body`` is the text as it came out of its envelope; ``headline`` is None where the headline stands in the body.
    Dates are as printed. ``format`` is the reader's name, ``charset`` how the bytes were decoded. A body may be blank
    only where something else is said: a kill, a hold, a release, or a snap, which is its headline. ``dateline`` and
    ``place`` are what the envelope says beside the body; ``flags`` are doubts of the reader.
    """

    body: str
    body_kind: BodyKind = "text"
    format: str
    charset: Charset
    id: str | None = None
    version: str | None = None
    status: Status = "usable"
    signal: Signal = "new"
    adds_to: str | None = None
    provider: str | None = None
    channel: str | None = None
    language: str | None = None
    headline: str | None = None
    byline: str | None = None
    dateline: str | None = None
    place: str | None = None
    slugline: str | None = None
    transmission: str | None = None
    urgency: int | None = None
    version_created: str | None = None
    first_created: str | None = None
    embargoed_until: str | None = None
    subjects: tuple[str, ...] = ()
    copyright: str | None = None
    editorial_note: str | None = None
    flags: tuple[str, ...] = ()
