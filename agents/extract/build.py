"""Records: a draft and its resolved source become a Statement of the contract."""

import hashlib
from typing import overload

from agents.extract.confidence import confidence
from agents.extract.document import NAME_WORDS, Document
from agents.extract.drafts import Draft
from agents.extract.grammar import WORDS, is_eventive, is_outlet, is_told, noun_class, prefixed
from agents.extract.openers import is_speech
from agents.extract.outlets import find_addressee, find_occasion, find_outlets
from agents.extract.phrases import read_phrase
from agents.extract.reckoning import Anchor, reckon
from agents.extract.sources import Resolved
from agents.extract.speakers import affiliation
from agents.extract.times import find_time
from agents.extract.tokens import bare, is_defined
from agents.normalize.characters import fold_key
from schemas.statements import (
    Content,
    Cue,
    Form,
    Member,
    Mention,
    Place,
    Relation,
    SaidAt,
    Segment,
    Source,
    Span,
    Statement,
    Via,
)
from schemas.stories import Story

UNKNOWN = Source(text="", start=None, end=None, name="", key="", resolution="unknown")
MARKS = frozenset('«»"“”')
QUOTED_WORD_ENDS = ("ة", "ا", "ير")


def build_statement(
    doc: Document, story: Story, draft: Draft, resolved: Resolved, *, seq: int, anchor: Anchor | None
) -> Statement:
    """Return the statement of a draft; its ``id`` is left empty, since it depends on the statements before it."""
    return Statement(
        id="",
        story_id=story.id,
        story_version=story.version,
        seq=seq,
        provider=story.provider,
        language=story.language,
        published_at=story.published_at,
        headline=story.headline,
        form=_form(doc, draft),
        content=_content(doc, draft),
        cue=_cue(doc, draft),
        source=_source(doc, draft, resolved),
        stance=draft.stance,
        polarity="deny" if draft.stance == "denied" and not (draft.cue and draft.cue.negated) else "affirm",
        via=tuple(_via(doc, *outlet) for outlet in _outlets(doc, draft)),
        addressee=_addressee(doc, draft),
        occasion=_mention(doc, find_occasion(doc, *draft.gaps[0]) if draft.gaps else None),
        said_at=_said_at(doc, draft, anchor),
        section=_section(doc, draft),
        rule=draft.rule,
        confidence=confidence(doc, draft, resolved),
    )


def _content(doc: Document, draft: Draft) -> Content:
    segments: list[Segment] = []
    for n, (lo, hi) in enumerate(draft.contents):
        start, end = _bounds(doc, lo, hi, draft.cut if n == 0 else 0)
        if draft.shape in ("quote", "colon"):
            segments.append(Segment(start=start, end=end, verbatim=True))
        else:
            segments += _segments(doc, lo, hi, start, end)
    start, end = segments[0].start, segments[-1].end
    return Content(text=doc.text[start:end], start=start, end=end, segments=tuple(segments))


def _bounds(doc: Document, lo: int, hi: int, cut: int) -> tuple[int, int]:
    """Return the code points of tokens lo to hi without quotation marks that enclose the whole of them."""
    if lo in doc.opening and doc.past_quote(lo) == hi and hi - lo > 2:
        return doc.tokens[lo + 1].start, doc.tokens[hi - 2].end
    return doc.tokens[lo].start + cut, doc.tokens[hi - 1].end


def _segments(doc: Document, lo: int, hi: int, start: int, end: int) -> list[Segment]:
    """Split a content where the source's own words begin and end; their quotation marks stay with them."""
    if start > doc.tokens[lo].start and lo in doc.opening:
        return [Segment(start=start, end=end, verbatim=True)]
    found: list[Segment] = []
    at = start
    for open_at, close_at in _quoted(doc, lo, hi):
        found += _segment(doc, at, open_at, verbatim=False) + _segment(doc, open_at, close_at, verbatim=True)
        at = close_at
    return found + _segment(doc, at, end, verbatim=False) or [Segment(start=start, end=end, verbatim=False)]


def _quoted(doc: Document, lo: int, hi: int) -> list[tuple[int, int]]:
    """Return the code points of the quotations of the source's words among tokens lo to hi, outermost ones only."""
    found: list[tuple[int, int]] = []
    for k in range(lo, hi):
        end = doc.past_quote(k) if k in doc.opening else 0
        if k < end <= hi and _is_words(doc, k) and not (found and doc.tokens[k].start < found[-1][1]):
            found.append((doc.tokens[k].start, doc.tokens[end - 1].end))
    return found


def _segment(doc: Document, start: int, end: int, *, verbatim: bool) -> list[Segment]:
    text = doc.text[start:end]
    start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
    return [Segment(start=start, end=end, verbatim=verbatim)] if any(c.isalnum() for c in text) else []


def _form(doc: Document, draft: Draft) -> Form:
    quoted = draft.shape == "quote"
    if draft.rule == "according_to":
        return "mixed" if quoted or _is_quoting(doc, draft) else "indirect"
    if quoted or (draft.shape == "colon" and draft.rule != "headline"):
        return "direct"
    if _is_quoting(doc, draft):
        return "mixed"
    return "reported" if draft.shape == "noun" else "indirect"


def _is_quoting(doc: Document, draft: Draft) -> bool:
    return any(_is_words(doc, k) for lo, hi in draft.contents for k in range(lo, hi) if k in doc.opening)


def _is_words(doc: Document, k: int) -> bool:
    """Tell whether the quotation that opens at k holds the source's words and not a name or a mentioned term."""
    if doc.past_quote(k) == k + 1:
        return False
    before = prefixed(doc.key(k - 1))[1]
    heads = noun_class(before) in ("organizations", "media", "titles") and not is_defined(before)
    named = heads or bare(before) in WORDS["named"]
    if named and doc.quote_words(k) <= 2 * NAME_WORDS:
        return False
    if doc.quote_words(k) > 1:
        return True
    word = doc.key(k + 1)
    if is_defined(word):
        return word.endswith("ير")
    return is_eventive(word) or word.endswith(QUOTED_WORD_ENDS) or is_speech(doc, k)


def _cue(doc: Document, draft: Draft) -> Cue | None:
    cue = draft.cue
    if cue is None:
        return None
    return Cue(
        text=doc.text[cue.start : cue.end],
        start=cue.start,
        end=cue.end,
        lemma=cue.lemma,
        class_=cue.class_,
        kind=cue.kind,
        negated=cue.negated,
    )


def _source(doc: Document, draft: Draft, resolved: Resolved) -> Source:
    speaker = resolved.speaker
    if speaker is None:
        return UNKNOWN
    text, start, end = "", None, None
    if draft.subject is not None:
        start = doc.tokens[draft.subject.lo].start + draft.subject.prefix
        end = doc.tokens[draft.subject.hi - 1].end
        text = doc.text[start:end]
    return Source(
        text=text,
        start=start,
        end=end,
        name=speaker.name,
        key=fold_key(speaker.name),
        role=speaker.role,
        affiliation=affiliation(speaker.role),
        type=speaker.kind,
        members=tuple(Member(name=name, role=role) for name, role in speaker.members),
        resolution=resolved.resolution,
        antecedent=_span(doc, resolved.antecedent) if resolved.antecedent else None,
        spokesperson_for=speaker.spokesperson_for,
    )


def _span(doc: Document, tokens: tuple[int, int]) -> Span:
    return Span(start=doc.tokens[tokens[0]].start, end=doc.tokens[tokens[1] - 1].end)


def _outlets(doc: Document, draft: Draft) -> list[tuple[int, int, Relation]]:
    found = list(draft.outlets)
    for lo, hi in draft.gaps[:1]:
        found += [outlet for outlet in find_outlets(doc, lo, hi) if outlet not in found]
    for lo, hi in draft.gaps[1:2]:
        found += [o for o in find_outlets(doc, lo, hi) if o not in found and o[2] == "relayed" and o[0] <= lo + 2]
    return found or _outlet_behind(doc, draft)


def _outlet_behind(doc: Document, draft: Draft) -> list[tuple[int, int, Relation]]:
    """Return the outlet that relays a statement from behind: ...، وفق ما ذكرته وكالة النبأ."""
    if draft.ended != "according_to" or draft.rule in ("according_to", "as_clause"):
        return []
    at = next((k for k in range(draft.hi, draft.hi + 3) if doc.key(k) in WORDS["according"]), None)
    if at is None:
        return []
    at = at + 2 if doc.key(at + 1) in ("ما", "لما") else at
    limit = doc.sentence(draft.at).hi
    phrase = read_phrase(doc, at + 1, limit, closed_right=False) if at + 1 < limit else None
    return [(phrase.lo, phrase.hi, "relayed")] if phrase and is_outlet(doc.key(phrase.lo)) else []


def _via(doc: Document, lo: int, hi: int, relation: Relation) -> Via:
    found = _mention(doc, (lo, hi))
    quoted = found.text[0] in MARKS and found.text[-1] in MARKS
    name = found.text[1:-1].strip() if quoted and len(found.text) > 2 else found.text
    name = name[1:] if lo in doc.opening and is_told(doc, lo) else name
    name = "ال" + name[2:] if prefixed(doc.key(lo))[0] == "ل" and name.startswith("لل") else name
    return Via(name=name, text=found.text, start=found.start, end=found.end, relation=relation)


def _addressee(doc: Document, draft: Draft) -> Mention | None:
    if draft.target:
        return _mention(doc, (draft.target.lo, draft.target.hi))
    return _mention(doc, find_addressee(doc, *draft.gaps[0]) if draft.gaps else None)


@overload
def _mention(doc: Document, found: tuple[int, int]) -> Mention: ...
@overload
def _mention(doc: Document, found: tuple[int, int] | None) -> Mention | None: ...
def _mention(doc: Document, found: tuple[int, int] | None) -> Mention | None:
    """Return the text of tokens, without a ل written onto the first; للصحفيين keeps it, since its article is gone."""
    if found is None:
        return None
    lo, hi = found
    cut = prefixed(doc.key(lo))[0] == "ل" and not doc.key(lo).startswith("لل")
    start = doc.tokens[lo].start + cut
    end = doc.tokens[hi - 1].end
    return Mention(text=doc.text[start:end], start=start, end=end)


def _said_at(doc: Document, draft: Draft, anchor: Anchor | None) -> SaidAt | None:
    time = next((found for lo, hi in draft.gaps if (found := find_time(doc, lo, hi))), None)
    if time is None:
        return None
    start, end = doc.tokens[time[0]].start, doc.tokens[time[1] - 1].end
    start += doc.key(time[0]).startswith("و") and doc.key(time[0])[1:] in WORDS["dayparts"] | WORDS["today"]
    value, basis = reckon(doc.text[start:end], anchor)
    return SaidAt(text=doc.text[start:end], start=start, end=end, value=value, basis=basis)


def _section(doc: Document, draft: Draft) -> Place:
    if draft.section == "headline":
        return "headline"
    lead = next((s.line for s in doc.sentences if s.section == "paragraph"), 0)
    return "lead" if doc.sentence(draft.at).line == lead else "body"


def statement_id(story_id: str, place: str, content: str, n: int) -> str:
    """Return the id of a statement: story, headline or body, folded content, n-th among equals; 32 hex digits.

    >>> len(statement_id("a:1", "body", "القرار نهائي", 0))
    32
    """
    source = "\n".join((story_id, place, " ".join(fold_key(content).split()), str(n)))
    return hashlib.sha256(source.encode()).hexdigest()[:32]
