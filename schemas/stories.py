"""The story records: what a raw wire item becomes before and after extraction.

Every ``start`` and ``end`` counts Unicode code points of ``Story.text``, start inclusive, end exclusive.
The string under a field is its description in the JSON Schema.
"""

from typing import Literal

from msgspec import Struct

from schemas.statements import Instant, Offset, Refusal, Statement

Status = Literal["usable", "withheld", "canceled"]
Signal = Literal["new", "update", "correction", "repeat", "add", "advisory", "snap", "kill", "hold", "release"]
SectionKind = Literal["headline", "byline", "dateline", "paragraph", "boilerplate"]


class Dateline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where and when the story was filed, as its dateline or byline says: ``رام الله - وكالات:``."""

    text: str
    """The dateline as printed."""
    place: str | None = None
    """The place in it."""
    date: str | None = None
    """The date in it, ISO 8601 where it is complete."""
    agency: str | None = None
    """The agency in it."""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of ``Story.text``; sections are in order and do not overlap."""

    kind: SectionKind
    """What the part is; boilerplate is never searched for statements."""
    start: Offset
    """First code point of the part in the text."""
    end: Offset
    """Code point after the last one."""


class Run(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run of ``Story.offsets``: ``length`` code points, at ``text`` in the text and at ``raw`` in the decoded body.

    A code point of the text that lies in no run was put there by normalization.
    """

    text: Offset
    """First code point of the run in the story's text."""
    raw: Offset
    """First code point of the run in the decoded body, as it came out of its envelope."""
    length: Offset
    """Code points in the run."""


class Charset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The charset that the wire declared, the one that was used, and how it was decided."""

    declared: str | None
    """What the wire said, if anything."""
    used: str
    """What the bytes were read as."""
    how: str
    """Why that one."""


class RawOrigin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The raw record, and the item in it, that a story came from."""

    topic: str
    """Topic of the raw record."""
    partition: int
    """Its partition, numbered from 0."""
    offset: int
    """Its offset in the partition, in records from 0."""
    item: Offset
    """Place of the item in the record, from 0."""
    items: Offset = 1
    """How many items the record held."""
    sha256: str
    """SHA-256 of the record's value, in hex."""
    format: str
    """Wire format that it was read as."""
    charset: Charset
    """Charset that it was read in."""


class Provenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a story was made: its raw record, the normalizer's version, and the changes it made, counted by step."""

    raw: RawOrigin
    """Where it came from."""
    normalizer: str
    """Version of the normalizer."""
    changes: dict[str, int]
    """Code points changed or removed by each step; steps that changed nothing are left out."""


class Story(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of one wire story, parsed and normalized."""

    id: str
    """The same for every version of the story: provider and guid, or what its format has in their place."""
    version: str
    """Version as the provider counts it."""
    status: Status = "usable"
    """Whether the provider lets it be used."""
    signal: Signal = "new"
    """What the provider sends it as."""
    adds_to: str | None = None
    """Id of the story that this one is an add or take of."""
    provider: str
    """Who sent it; ``unknown`` where neither header nor envelope says."""
    channel: str | None = None
    """The provider's service or product that it came over."""
    language: str
    """BCP 47; only Arabic stories are searched for statements."""
    headline: str | None = None
    """Headline, also a section of the text."""
    byline: str | None = None
    """Author or agencies named at the head; never a source and never an outlet between."""
    dateline: Dateline | None = None
    """Where and when it was filed."""
    slugline: str | None = None
    """Keywords by which an agency follows a story."""
    transmission: str | None = None
    """Number of the transmission, by which a later notice refers to it."""
    urgency: int | None = None
    """The provider's urgency, a rank: 1 the highest."""
    published_at: str | None = None
    """When this version was made, as the provider says; ISO 8601, never filled in."""
    received_at: Instant
    """Timestamp of the raw record in Kafka, kept when it is sent again: RFC 3339, in UTC, to the millisecond."""
    embargoed_until: str | None = None
    """Not to be published before; ISO 8601."""
    subjects: tuple[str, ...] = ()
    """Subject codes or words of the provider."""
    copyright: str | None = None
    """Copyright line."""
    editorial_note: str | None = None
    """The provider's note to editors."""
    text: str
    """Headline to end in one string, normalized but not folded: letters and diacritics as printed."""
    sections: tuple[Section, ...]
    """The parts of the text, in order."""
    offsets: tuple[Run, ...]
    """From the text back to the decoded body."""
    provenance: Provenance
    """How the story was made."""
    flags: tuple[str, ...] = ()
    """Damage and doubt, one word each.

    Of the text: ``replacement_characters question_marks mojibake_suspected mojibake_repaired markup_removed``; of its
    language: ``not_arabic language_contradicts_envelope``; of dates: ``published_at_missing`` and, after the name of a
    field, ``_unreadable`` and ``_without_zone``, and ``version_date_missing``; of an embargo: ``embargo_in_words
    embargo_not_held``; of its kind: ``table``.
    """


class Extractor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version of the extractor and the SHA-256 of the lexicon that it ran with."""

    version: str
    """Version of the rules."""
    lexicon: str
    """SHA-256 of the lexicon's files, in hex."""


class EnrichedStory(Story, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A story with every attributed statement in it."""

    statements: tuple[Statement, ...]
    """All statements of this version, in the order of the text."""
    refusals: tuple[Refusal, ...] = ()
    """Sources that declined to comment or could not be reached."""
    extractor: Extractor
    """What made the statements."""


class RecalledStory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands on the enriched topic after a story was killed or withheld: no text, no statements."""

    id: str
    """The story."""
    version: str
    """The version that killed or withheld it."""
    status: Literal["withheld", "canceled"]
    """Withheld may come back, canceled must not be used again."""
    signal: Signal
    """What the provider sent."""
    provider: str
    """Who sent it."""
    received_at: Instant
    """Timestamp of the raw record in Kafka: RFC 3339, in UTC, to the millisecond."""
    provenance: Provenance
    """Which raw record said so."""
