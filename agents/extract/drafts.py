"""Drafts: what a rule found, still in tokens, before its source is resolved and its record is built."""

from dataclasses import dataclass, field
from typing import Literal

from agents.extract.contents import content_end
from agents.extract.cues import Cue, lookup
from agents.extract.document import Document
from agents.extract.phrases import COMMAS, Phrase
from agents.extract.shapes import Frame
from agents.extract.tokens import bare
from schemas.statements import CueKind, Relation, Resolution, Stance

Shape = Literal["quote", "colon", "clause", "noun"]


@dataclass(slots=True)
class CueSpan:
    """A cue as it will be published: code points of the text, and its lexicon entry."""

    start: int
    end: int
    lemma: str
    class_: str
    kind: CueKind
    negated: bool = False


@dataclass(slots=True)
class Draft:
    """One attribution found by ``rule``; indexes count tokens, ``contents`` are segments in order.

    ``cut`` code points of the first content token belong to a preposition; ``gap`` are the token ranges that may hold
    outlet, addressee, time and occasion; ``ended`` says what ended the content.
    """

    rule: str
    at: int
    shape: Shape
    stance: Stance
    cue: CueSpan | None
    subject: Phrase | None
    contents: list[tuple[int, int]]
    ended: str
    cut: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    gender: str = "any"
    number: str = "any"
    resolution: Resolution = "explicit"
    outlets: list[tuple[int, int, Relation]] = field(default_factory=list)
    section: str = "paragraph"
    target: Phrase | None = None
    relay_at: int | None = None

    @property
    def spent(self) -> tuple[int, ...]:
        """The cue tokens that are used up by this draft."""
        return (self.at,) if self.relay_at is None else (self.at, self.relay_at)

    @property
    def lo(self) -> int:
        """The first token of the content."""
        return self.contents[0][0]

    @property
    def hi(self) -> int:
        """The token after the last one of the content."""
        return self.contents[-1][1]


@dataclass(slots=True)
class Drafts:
    """The drafts of one document in the order in which they were found, by sentence too, and the cues they used up."""

    doc: Document
    found: list[Draft] = field(default_factory=list)
    spent: set[int] = field(default_factory=set)
    sentences: dict[int, list[Draft]] = field(default_factory=dict)

    def add(self, draft: Draft) -> None:
        """Take in a draft."""
        self.found.append(draft)
        self.spent.update(draft.spent)
        for sentence in {self.doc.sentence_of[draft.at], self.doc.sentence_of[draft.lo]}:
            self.sentences.setdefault(sentence, []).append(draft)

    def begin(self, at: int) -> bool:
        """Tell whether what another draft says begins at token ``at``."""
        return any(draft.lo == at for draft in self.near(at))

    def cover(self, at: int) -> bool:
        """Tell whether token ``at`` stands inside what another draft says."""
        return any(draft.lo <= at < draft.hi for draft in self.near(at))

    def near(self, at: int) -> list[Draft]:
        """Return the drafts with cue or content in the sentence of token ``at``."""
        return self.sentences.get(self.doc.sentence_of[at], [])


Cues = dict[int, tuple[Cue, Frame]]


def cue_span(cue: Cue) -> CueSpan:
    """Return the published form of a cue."""
    verb = cue.verb
    return CueSpan(cue.start, cue.end, verb.past, verb.section, cue.form.kind, cue.negated)


def _stance(doc: Document, cue: Cue, content: int) -> Stance:
    """Return the cue's stance; who renews an assurance or shows regret does what that noun says."""
    if cue.verb.stance_of_object:
        masdars = (form for form in lookup(bare(doc.key(content)))[1] if form.kind == "masdar")
        return next((form.verb.stance for form in masdars), cue.verb.stance)
    return cue.verb.stance


def draft(rule: str, doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    """Return the draft of a cue and its frame, with the content ended where ``contents`` says."""
    if frame.kind == "quote":
        contents, why = quotation_contents(doc, frame.opener), "quotation"
    else:
        limit = _limit(doc, cue, frame)
        if doc.key(frame.content) in COMMAS:
            frame = frame._replace(content=frame.content + 1)
        noun = frame.kind == "noun" and doc.sentence(cue.at).section != "headline"
        end, why = content_end(doc, frame.content, limit, cues, noun=noun, colon=frame.kind == "colon")
        contents = [(frame.content, trim_right(doc, frame.content, end))]
    if contents[0][1] <= contents[0][0]:
        return None
    gap_from = max(cue.at + 1, frame.subject.hi if frame.subject else 0)
    gaps = [(gap_from, frame.opener), before_cue(doc, cue, cues)]
    if frame.subject and frame.subject.lo > cue.at + 1:
        gaps.append((cue.at + 1, frame.subject.lo))
    return Draft(
        rule=rule,
        at=cue.at,
        shape=frame.kind,
        stance=_stance(doc, cue, contents[0][0]),
        cue=cue_span(cue),
        subject=frame.subject,
        contents=contents,
        ended=why,
        cut=frame.cut,
        gaps=gaps,
        gender=cue.form.gender,
        number=cue.form.number,
        resolution="explicit"
        if frame.subject
        else "participle"
        if cue.form.kind == "participle"
        else "dropped_subject",
        section=doc.sentence(cue.at).section,
        target=None if cue.verb.hull else frame.target,
    )


def _limit(doc: Document, cue: Cue, frame: Frame) -> int:
    """Return the token after the last one that can belong to the content; unmarked speech goes on after a semicolon."""
    limit = doc.sentence(cue.at).hi
    end = doc.line_end[doc.sentence(cue.at).line]
    while frame.kind == "colon" and doc.key(limit - 1) == "؛" and limit < end:
        limit = doc.sentence(limit).hi
    return limit


def before_cue(doc: Document, cue: Cue, cues: Cues) -> tuple[int, int]:
    """Return the tokens before a cue in its sentence, none of them where another cue stands there."""
    lo = doc.sentence(cue.at).lo
    return (cue.at, cue.at) if any(at in cues for at in range(lo, cue.at)) else (lo, cue.at)


def quotation_contents(doc: Document, opener: int) -> list[tuple[int, int]]:
    """Return the segments of the quotation that opens at a token, one a paragraph where each reopens the mark.

    A quotation whose closing mark is lost runs to the end of its line, or to the sentence that introduces another one.
    """
    index = doc.opening[opener]
    lo, hi = doc.quotes[index]
    if hi is not None:
        return [_inside(doc, lo, hi)]
    end = doc.line_end[doc.sentence(opener).line]
    if (spoken := _next_speech(doc, lo, end)) is not None:
        return [_inside(doc, lo, spoken)]
    segments = [_inside(doc, lo, end)]
    while end in doc.opening and end < len(doc.tokens):
        close = doc.quotes[doc.opening[end]][1]
        line_end = doc.line_end[doc.sentence(end).line]
        segments.append(_inside(doc, end, close if close is not None else line_end))
        if close is not None:
            break
        end = line_end
    return segments


def _next_speech(doc: Document, lo: int, end: int) -> int | None:
    """Return where the sentence begins that introduces another quotation inside one without an end: وأضاف: «...»."""
    later = (k for k in range(lo + 1, end) if k in doc.opening and doc.key(k - 1) == ":")
    starts = (doc.sentence(k).lo for k in later)
    return next((start for start in starts if start > lo), None)


def _inside(doc: Document, open_at: int, close_at: int) -> tuple[int, int]:
    lo = open_at + 1
    if lo + 1 < close_at and doc.tokens[lo].key in ("ان",):
        lo += 1
    return lo, trim_right(doc, lo, close_at)


def trim_right(doc: Document, lo: int, hi: int) -> int:
    """Return ``hi`` without closing punctuation; a question mark and quotation marks stay."""
    while hi > lo and (doc.key(hi - 1) in COMMAS or doc.key(hi - 1) in (".", "؛", ":", "-", "!", "..", "...")):
        hi -= 1
    return hi
