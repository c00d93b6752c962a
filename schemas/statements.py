"""The statement record: who said what, to whom, when, through which outlet.

Source, cue and content are the terms of PARC 3.0, PolNeAR and AttImam. Every ``start`` and ``end`` counts Unicode code
points of the story's ``text``, start inclusive, end exclusive, and ``text[start:end]`` is the span's own ``text``.
"""

from typing import Literal

from msgspec import Struct

Form = Literal["direct", "mixed", "reported", "indirect"]
CueKind = Literal["verb", "participle", "masdar", "preposition", "noun", "punctuation"]
SourceType = Literal["person", "organization", "state", "media", "group", "document", "anonymous", "unknown"]
Resolution = Literal[
    "explicit", "dropped_subject", "pronoun", "definite_title", "relative", "participle", "headline", "unknown"
]
Stance = Literal[
    "said", "affirmed", "denied", "announced", "opined", "demanded", "warned", "accused", "condemned", "promised",
    "rejected", "expected", "other",
]  # fmt: skip


class Span(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of the story's text without the words themselves."""

    start: int
    end: int


class Mention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of the story's text and its words."""

    text: str
    start: int
    end: int


class Segment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a content; ``verbatim`` when the source's own words stand in quotation marks."""

    start: int
    end: int
    verbatim: bool


class Content(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was said: ``text`` is the hull, ``segments`` leave out interruptions."""

    text: str
    start: int
    end: int
    segments: tuple[Segment, ...]


class Cue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """The word that attributes: its lexicon lemma, class and part of speech."""

    text: str
    start: int
    end: int
    lemma: str
    class_: str
    kind: CueKind
    negated: bool = False


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the speakers of a joint source."""

    name: str
    role: str | None = None


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who said it. ``text`` is empty and ``start``, ``end`` are null where the subject is dropped."""

    text: str
    start: int | None
    end: int | None
    name: str
    key: str
    role: str | None = None
    affiliation: str | None = None
    type: SourceType = "unknown"
    members: tuple[Member, ...] = ()
    resolution: Resolution = "explicit"
    antecedent: Span | None = None
    spokesperson_for: str | None = None


class Via(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outlet between us and the source: it relayed the words, or received them."""

    name: str
    text: str
    start: int
    end: int
    relation: Literal["relayed", "received"]


class SaidAt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it was said, as printed, and as an ISO 8601 date where it can be anchored on ``basis``."""

    text: str
    start: int
    end: int
    value: str | None = None
    basis: Literal["explicit", "dateline", "published_at"] | None = None


class Refusal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source that declined to comment or could not be reached; never a statement."""

    source: Source | None
    cue: Cue
    start: int
    end: int


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attributed statement of one version of a story."""

    id: str
    story_id: str
    story_version: str
    seq: int
    provider: str
    language: str
    published_at: str | None
    headline: str | None
    form: Form
    content: Content
    cue: Cue | None
    source: Source
    stance: Stance
    polarity: Literal["affirm", "deny"]
    via: tuple[Via, ...] = ()
    addressee: Mention | None = None
    occasion: Mention | None = None
    said_at: SaidAt | None = None
    section: Literal["headline", "lead", "body"]
    parent: str | None = None
    continues: str | None = None
    rule: str
    confidence: float
