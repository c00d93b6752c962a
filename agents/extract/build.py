"""Records: a draft and its resolved source become a Statement of the contract."""

import hashlib

from agents.extract.document import NAME_WORDS, Document
from agents.extract.drafts import Draft
from agents.extract.frames import is_speech
from agents.extract.grammar import WORDS, is_defined, is_eventive, noun_class, prefixed
from agents.extract.lexicon import LEXICON
from agents.extract.outlets import find_addressee, find_occasion, find_outlets, find_time
from agents.extract.sources import Resolved
from agents.normalize.characters import fold_key
from schemas.statements import Content, Cue, Member, Mention, SaidAt, Segment, Source, Span, Statement, Via
from schemas.stories import Story

UNKNOWN = Source(text="", start=None, end=None, name="", key="", resolution="unknown")
CONFIDENCE = {
    "quotation": 0.97, "clause": 0.95, "colon": 0.93, "relay": 0.93, "participle": 0.92, "according_to": 0.85,
    "headline": 0.85, "document": 0.9, "nominal": 0.8, "as_clause": 0.8, "masdar": 0.7,
}  # fmt: skip


def build_statement(doc: Document, story: Story, draft: Draft, resolved: Resolved, seq: int) -> Statement:
    """Return the statement of a draft; ``id``, ``parent`` and ``continues`` are set over the whole story later."""
    content = _content(doc, draft)
    form = _form(doc, draft)
    time = next((t for lo, hi in draft.gaps if (t := find_time(doc, lo, hi))), None)
    gap = draft.gaps[0] if draft.gaps else None
    return Statement(
        id="", story_id=story.id, story_version=story.version, seq=seq, provider=story.provider, language=story.language,
        published_at=story.published_at, headline=story.headline, form=form, content=content, cue=_cue(doc, draft),
        source=_source(doc, draft, resolved), stance=draft.stance,  # type: ignore[arg-type]
        polarity="deny" if draft.stance == "denied" and not (draft.cue and draft.cue.negated) else "affirm",
        via=tuple(_via(doc, *outlet) for outlet in _outlets(doc, draft)),
        addressee=_addressee(doc, draft),
        occasion=_mention(doc, find_occasion(doc, *gap) if gap else None),
        said_at=SaidAt(text=doc.slice(*time), start=doc.tokens[time[0]].start, end=doc.tokens[time[1] - 1].end) if time else None,
        section=_section(doc, draft), rule=draft.rule, confidence=CONFIDENCE[draft.rule],
    )  # fmt: skip


def _content(doc: Document, draft: Draft) -> Content:
    segments = []
    for n, (lo, hi) in enumerate(draft.contents):
        start = doc.tokens[lo].start + (draft.cut if n == 0 else 0)
        segments.extend(_segments(doc, draft, lo, hi, start))
    start, end = segments[0].start, segments[-1].end
    return Content(text=doc.text[start:end], start=start, end=end, segments=tuple(segments))


def _segments(doc: Document, draft: Draft, lo: int, hi: int, start: int) -> list[Segment]:
    """Split a content where quotation marks begin and end inside it; the marks belong to neither part."""
    end = doc.tokens[hi - 1].end
    if lo in doc.opening and doc.past_quote(lo) == hi and hi - lo > 2:
        return [Segment(start=doc.tokens[lo + 1].start, end=doc.tokens[hi - 2].end, verbatim=True)]
    return [Segment(start=start, end=end, verbatim=draft.shape in ("quote", "colon"))]


def _form(doc: Document, draft: Draft) -> str:  # type: ignore[return]
    if draft.rule == "headline":
        return "direct" if draft.shape == "quote" else "mixed" if _is_quoting(doc, draft) else "indirect"  # type: ignore[return-value]
    if draft.rule == "according_to" or (draft.rule == "as_clause" and draft.shape != "quote"):
        return "mixed" if draft.shape == "quote" or _is_quoting(doc, draft) else "indirect"  # type: ignore[return-value]
    if draft.shape in ("quote", "colon"):
        return "direct"  # type: ignore[return-value]
    if _is_quoting(doc, draft):
        return "mixed"  # type: ignore[return-value]
    return "reported" if draft.shape == "noun" else "indirect"  # type: ignore[return-value]


def _is_quoting(doc: Document, draft: Draft) -> bool:
    return any(_is_words(doc, k) for lo, hi in draft.contents for k in range(lo, hi) if k in doc.opening)


def _is_words(doc: Document, k: int) -> bool:
    """Tell whether the quotation that opens at k holds the source's words and not a name or a mentioned term."""
    if doc.past_quote(k) == k + 1:
        return False
    before = prefixed(doc.key(k - 1))[1]
    kind = noun_class(before)
    named = kind in ("organizations", "media", "titles") or before.removeprefix("ال") in WORDS["named"]
    if named and doc.quote_words(k) <= 2 * NAME_WORDS:
        return False
    if doc.quote_words(k) == 1:
        word = doc.key(k + 1)
        return (not is_defined(word) and (is_eventive(word) or word.endswith(("ة", "ا", "ير")))) or (
            word.startswith("ال") and word.endswith("ير")
        )
    return doc.quote_words(k) > 1 or is_speech(doc, k)


def _cue(doc: Document, draft: Draft) -> Cue | None:
    if draft.cue is None:
        return None
    cue = draft.cue
    return Cue(
        text=doc.text[cue.start : cue.end],
        start=cue.start,
        end=cue.end,
        lemma=cue.lemma,
        class_=cue.class_,
        kind=cue.kind,
        negated=cue.negated,
    )  # type: ignore[arg-type]


def _source(doc: Document, draft: Draft, resolved: Resolved) -> Source:
    speaker = resolved.speaker
    if speaker is None:
        return UNKNOWN
    text, start, end = "", None, None
    if draft.subject is not None:
        start = doc.tokens[draft.subject.lo].start + draft.subject.prefix
        end = doc.tokens[draft.subject.hi - 1].end
        text = doc.text[start:end]
    antecedent = resolved.antecedent
    return Source(
        text=text, start=start, end=end, name=speaker.name, key=fold_key(speaker.name), role=speaker.role,
        type=speaker.kind, resolution=resolved.resolution,  # type: ignore[arg-type]
        members=tuple(Member(name=name, role=role) for name, role in speaker.members),
        antecedent=Span(start=doc.tokens[antecedent[0]].start, end=doc.tokens[antecedent[1] - 1].end) if antecedent else None,
        spokesperson_for=speaker.spokesperson_for,
    )  # fmt: skip


def _outlets(doc: Document, draft: Draft) -> list[tuple[int, int, str]]:
    found = list(draft.outlets)
    for lo, hi in draft.gaps[:1]:
        found += [o for o in find_outlets(doc, lo, hi) if o not in found]
    return found


def _via(doc: Document, lo: int, hi: int, relation: str) -> Via:
    attached, _ = prefixed(doc.key(lo))
    start = doc.tokens[lo].start + (1 if attached == "ل" else 0)
    end = doc.tokens[hi - 1].end
    text = doc.text[start:end]
    return Via(name=text.strip('«»"“”'), text=text, start=start, end=end, relation=relation)  # type: ignore[arg-type]


def _mention(doc: Document, found: tuple[int, int] | None) -> Mention | None:
    if found is None:
        return None
    lo, hi = found
    start = doc.tokens[lo].start + (1 if prefixed(doc.key(lo))[0] == "ل" else 0)
    end = doc.tokens[hi - 1].end
    return Mention(text=doc.text[start:end], start=start, end=end)


def _addressee(doc: Document, draft: Draft) -> Mention | None:
    if draft.target:
        return _mention(doc, (draft.target.lo, draft.target.hi))
    return _mention(doc, find_addressee(doc, *draft.gaps[0])) if draft.gaps else None


def _section(doc: Document, draft: Draft) -> str:  # type: ignore[return]
    if draft.section == "headline":
        return "headline"  # type: ignore[return-value]
    first = next((s.line for s in doc.sentences if s.section == "paragraph"), 0)
    return "lead" if doc.sentence(draft.at).line == first else "body"  # type: ignore[return-value]


def statement_id(story_id: str, place: str, content: str, n: int) -> str:
    """Return the id of a statement: story, headline or body, folded content, n-th among equals; 32 hex digits."""
    source = "\n".join((story_id, place, " ".join(fold_key(content).split()), str(n)))
    return hashlib.sha256(source.encode()).hexdigest()[:32]


LEXICON_SHA256 = LEXICON.sha256
