"""The statement record: who said what, to whom, when, through which outlet.

Source, cue and content are the terms of PARC 3.0, PolNeAR and AttImam. Every ``start`` and ``end`` counts Unicode code
points of the story's ``text``, start inclusive, end exclusive, and ``text[start:end]`` is the span's own ``text``.
The string under a field is its description in the JSON Schema.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Offset = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]

Form = Literal["direct", "mixed", "reported", "indirect"]
CueKind = Literal["verb", "participle", "masdar", "preposition", "noun", "punctuation"]
SourceType = Literal["person", "organization", "state", "media", "group", "document", "anonymous", "unknown"]
Resolution = Literal[
    "explicit", "dropped_subject", "pronoun", "definite_title", "relative", "participle", "headline", "unknown"
]
Place = Literal["headline", "lead", "body"]
Relation = Literal["relayed", "received"]
Stance = Literal[
    "said", "affirmed", "denied", "announced", "opined", "demanded", "warned", "accused", "condemned", "promised",
    "rejected", "expected", "other",
]  # fmt: skip


class Span(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of the story's text without the words themselves."""

    start: Offset
    """First code point of the stretch in the story's text."""
    end: Offset
    """Code point after the last one."""


class Mention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of the story's text and its words."""

    text: str
    """The words as printed."""
    start: Offset
    """First code point of the words in the story's text."""
    end: Offset
    """Code point after the last one."""


class Segment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a content; ``verbatim`` when the source's own words stand in quotation marks."""

    start: Offset
    """First code point of the part in the story's text, quotation mark excluded."""
    end: Offset
    """Code point after the last one."""
    verbatim: bool
    """Whether the part stands in quotation marks as the source's own words."""


class Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was said: ``text`` is the hull, ``segments`` leave out interruptions."""

    text: str
    """Everything from the first to the last word said, as printed, interruptions by the author included."""
    start: Offset
    """First code point of the hull in the story's text."""
    end: Offset
    """Code point after the last one."""
    segments: tuple[Segment, ...]
    """The parts of the hull that were said, in order; never empty."""


class Cue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """The word that attributes: its lexicon lemma, class and part of speech."""

    text: str
    """The cue as printed, without an attached conjunction or future particle, with an attached object pronoun."""
    start: Offset
    """First code point of the cue in the story's text."""
    end: Offset
    """Code point after the last one."""
    lemma: str
    """The lexicon entry that it is a form of."""
    class_: str
    """The lexicon section of that entry."""
    kind: CueKind
    """Its part of speech here."""
    negated: bool = False
    """Whether it is negated; only for cues that say something when negated, such as not ruling something out."""


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the speakers of a joint source."""

    name: str
    """The member's name, the fullest that this story gives."""
    role: str | None = None
    """The member's office or function."""


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who said it. ``text`` is empty and ``start``, ``end`` are null where the subject is dropped."""

    text: str
    """The noun phrase that names the source at the cue, as printed; empty where the subject is dropped."""
    start: Offset | None
    """First code point of that phrase in the story's text, or null."""
    end: Offset | None
    """Code point after the last one, or null."""
    name: str
    """The fullest name that this story gives to the same source; empty where none was found."""
    key: str
    """The name folded for grouping: hamza, yeh, kaf, digits and diacritics evened out. Do not display it."""
    role: str | None = None
    """Office or function, as this story words it."""
    affiliation: str | None = None
    """The body that the source belongs to, as this story words it."""
    type: SourceType = "unknown"
    """What sort of source it is."""
    members: tuple[Member, ...] = ()
    """The speakers of a joint source, in the order of their mention; empty for a single one."""
    resolution: Resolution = "explicit"
    """How the source was found: named at the cue, or carried over, and by what."""
    antecedent: Span | None = None
    """The earlier mention that a dropped subject, pronoun or title points back to."""
    spokesperson_for: str | None = None
    """Whom the source speaks for."""


class Via(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outlet between us and the source: it relayed the words, or received them."""

    name: str
    """The outlet's name without its kind (agency, site, channel) and quotation marks."""
    text: str
    """The outlet as printed."""
    start: Offset
    """First code point of that in the story's text."""
    end: Offset
    """Code point after the last one."""
    relation: Relation
    """Whether it passed on somebody's words, or was the one spoken to."""


class SaidAt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it was said, as printed, and as an ISO 8601 date where it can be anchored on ``basis``."""

    text: str
    """The time of the speaking, as printed; a time inside the content is not it."""
    start: Offset
    """First code point of that in the story's text."""
    end: Offset
    """Code point after the last one."""
    value: str | None = None
    """The same as an ISO 8601 date or time."""
    basis: Literal["explicit", "dateline", "published_at"] | None = None
    """What the value was reckoned from."""


class Refusal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source that declined to comment or could not be reached; never a statement."""

    source: Source | None
    """Who declined or was not reached."""
    cue: Cue
    """The word that says so."""
    start: Offset
    """First code point of the whole expression in the story's text."""
    end: Offset
    """Code point after the last one."""


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attributed statement of one version of a story."""

    id: str
    """The same in every version of the story with this content: a hash of story, headline or body, content and rank."""
    story_id: str
    """The story that it stands in."""
    story_version: str
    """The version of the story that its spans index."""
    seq: Offset
    """Its place among the statements of this version, from 0, in the order of the text."""
    provider: str
    """Who sent the story."""
    language: str
    """Language of the story, BCP 47."""
    published_at: str | None
    """When this version was published, as its provider says; ISO 8601, never filled in."""
    headline: str | None
    """Headline of the story."""
    form: Form
    """How the words are rendered: direct, mixed, reported or indirect."""
    content: Content
    """What was said."""
    cue: Cue | None
    """The word that attributes; null where only a colon in a headline does."""
    source: Source
    """Who said it."""
    stance: Stance
    """What the source does in saying it, after the cue and not after the content."""
    polarity: Literal["affirm", "deny"]
    """Whether the source holds the content true or denies it: the content of a denial is the denied proposition."""
    via: tuple[Via, ...] = ()
    """The outlets between the story and the source, innermost first; never the story's own byline."""
    addressee: Mention | None = None
    """Whom it was said to, when that is no outlet."""
    occasion: Mention | None = None
    """Where it was said: a press conference, a communiqué, an interview."""
    said_at: SaidAt | None = None
    """When it was said."""
    section: Place
    """Where in the story it stands; the lead is the first paragraph."""
    parent: str | None = None
    """Id of the statement inside whose content it stands."""
    continues: str | None = None
    """Id of the statement whose source it carries on."""
    rule: str
    """The rule that made it, spelled like its file."""
    confidence: Share
    """How sure that is, from 0 to 1."""
