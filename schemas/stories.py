"""The story records: what a raw wire item becomes before and after extraction.

Every ``start`` and ``end`` counts Unicode code points of ``Story.text``, start inclusive, end exclusive.
"""

from typing import Literal

from msgspec import Struct

from schemas.statements import Refusal, Statement

Status = Literal["usable", "withheld", "canceled"]
Signal = Literal["new", "update", "correction", "repeat", "add", "advisory", "snap", "kill", "hold", "release"]
SectionKind = Literal["headline", "byline", "dateline", "paragraph", "boilerplate"]


class Dateline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where and when the story was filed, as its dateline or byline says: ``رام الله - وكالات:``."""

    text: str
    place: str | None = None
    date: str | None = None
    agency: str | None = None


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of ``Story.text``; sections are in order and do not overlap."""

    kind: SectionKind
    start: int
    end: int


class Run(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run of ``Story.offsets``: ``length`` code points of the text from ``text`` stand in the decoded body from ``raw``.

    A code point of the text that lies in no run was put there by normalization.
    """

    text: int
    raw: int
    length: int


class Charset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The charset that the wire declared, the one that was used, and how it was decided."""

    declared: str | None
    used: str
    how: str


class RawOrigin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The raw record, and the item in it, that a story came from."""

    topic: str
    partition: int
    offset: int
    item: int
    items: int = 1
    sha256: str
    format: str
    charset: Charset


class Provenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a story was made: its raw record, the normalizer's version, and the changes it made, counted by step."""

    raw: RawOrigin
    normalizer: str
    changes: dict[str, int]


class Story(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of one wire story, parsed and normalized."""

    id: str
    version: str
    status: Status = "usable"
    signal: Signal = "new"
    adds_to: str | None = None
    provider: str
    channel: str | None = None
    language: str
    headline: str | None = None
    byline: str | None = None
    dateline: Dateline | None = None
    slugline: str | None = None
    transmission: str | None = None
    urgency: int | None = None
    published_at: str | None = None
    received_at: str
    embargoed_until: str | None = None
    subjects: tuple[str, ...] = ()
    copyright: str | None = None
    editorial_note: str | None = None
    text: str
    sections: tuple[Section, ...]
    offsets: tuple[Run, ...]
    provenance: Provenance
    flags: tuple[str, ...] = ()


class Extractor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version of the extractor and the SHA-256 of the lexicon that it ran with."""

    version: str
    lexicon: str


class EnrichedStory(Story, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A story with every attributed statement in it."""

    statements: tuple[Statement, ...]
    refusals: tuple[Refusal, ...] = ()
    extractor: Extractor


class RecalledStory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands on the enriched topic after a story was killed or withheld: no text, no statements."""

    id: str
    version: str
    status: Literal["withheld", "canceled"]
    signal: Signal
    provider: str
    received_at: str
    provenance: Provenance
