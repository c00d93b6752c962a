"""Extraction: a story in, every attributed statement out. Reads neither topics nor files.

The order is the list below: cues are found, each is offered to the rules one after another, the first that reads it
makes a draft; then attributions without a verb; then sources are resolved in the order of the text.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from agents.extract.build import build_statement, statement_id
from agents.extract.cues import Cue, find_cues, is_boilerplate
from agents.extract.document import Document, read_document
from agents.extract.drafts import Cues, Draft, Drafts, before_cue
from agents.extract.frames import read_frame
from agents.extract.grammar import WORDS, is_complementizer
from agents.extract.lexicon import LEXICON
from agents.extract.links import linked
from agents.extract.objects import SPEAKING, is_spoken_for
from agents.extract.outlets import find_outlets
from agents.extract.phrases import read_phrase
from agents.extract.reckoning import anchor_of
from agents.extract.refusals import find_refusals
from agents.extract.rules.according_to import according_to
from agents.extract.rules.as_clause import as_clause
from agents.extract.rules.clause import clause
from agents.extract.rules.colon import colon
from agents.extract.rules.document import document
from agents.extract.rules.headline import headline
from agents.extract.rules.masdar import masdar
from agents.extract.rules.nominal import nominal
from agents.extract.rules.participle import participle
from agents.extract.rules.quotation import quotation, quotation_before
from agents.extract.rules.relay import cited, relay
from agents.extract.shapes import Frame
from agents.extract.sources import Resolved, Speakers
from agents.extract.speakers import collect_names
from agents.extract.subjects import leads_headline, subject_before, with_subject_before
from schemas.statements import Refusal, Statement
from schemas.stories import Extractor, Story

VERSION = "0.1.0"
FRAME = 60
EXTRACTOR = Extractor(version=VERSION, lexicon=LEXICON.sha256)

Rule = Callable[[Document, Cue, Frame, Cues], Draft | None]
RULES: tuple[tuple[str, Rule], ...] = (
    ("quotation", quotation),
    ("colon", colon),
    ("clause", clause),
    ("nominal", nominal),
    ("participle", participle),
)


class Extraction(NamedTuple):
    """What a story says: statements in the order of the text, and sources that declined to."""

    statements: tuple[Statement, ...]
    refusals: tuple[Refusal, ...]


def extract(story: Story) -> Extraction:
    """Return the statements of a story; the story itself is left as it is.

    >>> from agents.extract.testing import story
    >>> found = extract(story("قالت الوزيرة إن القرار نهائي، مضيفة أن الموازنة كافية."))
    >>> [(s.source.name, s.cue.text, s.content.text) for s in found.statements]
    [('الوزيرة', 'قالت', 'القرار نهائي'), ('الوزيرة', 'مضيفة', 'الموازنة كافية')]
    """
    if not _is_read(story):
        return Extraction((), ())
    doc = _read(story)
    return Extraction(tuple(statement for _, statement in _trace(doc, story)), find_refusals(doc))


def trace(story: Story) -> list[tuple[Draft, Statement]]:
    """Return each statement of a story with the draft that it was made from, which says why it ends where it does.

    >>> from agents.extract.testing import story
    >>> [(draft.rule, draft.ended) for draft, _ in trace(story("قال الوزير إن القرار نهائي، مؤكدا أن الموازنة كافية."))]
    [('clause', 'cue'), ('participle', 'sentence')]
    """
    return _trace(_read(story), story) if _is_read(story) else []


def _is_read(story: Story) -> bool:
    """Tell whether a story is read at all: Arabic, and news."""
    return story.language.startswith("ar") and story.signal not in ("advisory", "kill", "hold")


def _read(story: Story) -> Document:
    doc = read_document(story)
    doc.names = collect_names(doc)
    return doc


def _trace(doc: Document, story: Story) -> list[tuple[Draft, Statement]]:
    kept = _resolve(doc, find_drafts(doc))
    anchor = anchor_of(story)
    statements = [
        build_statement(doc, story, draft, resolved, seq=seq, anchor=anchor)
        for seq, (draft, resolved) in enumerate(kept)
    ]
    return list(zip((draft for draft, _ in kept), linked(_number(story, statements)), strict=True))


def find_drafts(doc: Document) -> list[Draft]:
    """Return what the steps find, in the order of the text; each step sees what the ones before it found."""
    found = find_cues(doc)
    cues = _read_cues(doc, found)
    drafts = Drafts(doc)
    for _, step in STEPS:
        for draft in step(doc, found, cues, drafts):
            if _says_something(doc, draft) and not (draft.rule == "masdar" and drafts.begin(draft.lo)):
                drafts.add(draft)
    return sorted(drafts.found, key=lambda d: (d.at, d.lo))


def _says_something(doc: Document, draft: Draft) -> bool:
    """Tell whether every segment of a draft has a word in it, and not marks alone."""
    return all(any(doc.tokens[k].kind != "mark" for k in range(lo, hi)) for lo, hi in draft.contents)


def _headlines(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    yield from filter(None, (headline(doc, sentence) for sentence in doc.sentences))


def _relays(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    yield from filter(None, (relay(doc, cue, cues) for cue in _free(found, drafts)))


def _quotations_before(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    yield from filter(None, (quotation_before(doc, cue, cues, drafts) for cue in _free(found, drafts)))


def _documents(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    yield from filter(None, (document(doc, at, cues) for at in range(len(doc.tokens))))


def _by_cue(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    for cue in _free([cue for cue, _ in cues.values()], drafts):
        draft = _apply(doc, cue, cues[cue.at][1], cues)
        if draft and not _is_of_content(doc, cue, draft, drafts):
            yield cited(doc, draft)


def _is_of_content(doc: Document, cue: Cue, draft: Draft, drafts: Drafts) -> bool:
    """Tell whether a verb without a subject of its own is the predicate of a thing that was said: أن البحث يؤكد ...

    A body or person before it speaks (أن المكتب أكد), and so does who spoke before, behind حيث or a relative.
    """
    if draft.subject or draft.resolution != "dropped_subject" or cue.form.kind != "verb" or not drafts.cover(cue.at):
        return False
    if cue.form.number in ("p", "d"):
        return False  # of persons: things take the singular
    at = cue.at - 1 if cue.negated else cue.at
    before = doc.key(at - 1)
    opened = is_complementizer(before) or before in WORDS["relatives"] or before in ("حيث", "اذ")
    opened = (
        opened or doc.tokens[at - 1].kind == "mark" or is_spoken_for(doc, cue) or before.startswith(("لكن", "ولكن"))
    )
    if opened or doc.key(at)[:1] in ("و", "ف") or doc.key(cue.at + 1) in WORDS["with_pronoun"]:
        return False
    start = next((k + 1 for k in range(at - 1, doc.sentence(at).lo, -1) if is_complementizer(doc.key(k))), None)
    phrase = read_phrase(doc, start, at, closed_right=True) if start else None
    named = phrase is not None and phrase.kind == "name" and doc.key(phrase.hi - 1) in doc.names
    return phrase is None or not (named or phrase.kind in SPEAKING - {"name"})


def _masdars(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    free = (cue for cue in _free(found, drafts) if not drafts.cover(cue.at))
    yield from filter(None, (masdar(doc, cue, cues) for cue in free))


def _as_clauses(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    yield from filter(None, (as_clause(doc, cue, cues, drafts) for cue in _free(found, drafts)))


def _accordings(doc: Document, found: list[Cue], cues: Cues, drafts: Drafts) -> Iterator[Draft]:
    yield from filter(None, (according_to(doc, at, cues, drafts) for at in range(len(doc.tokens))))


def _free(found: list[Cue], drafts: Drafts) -> Iterator[Cue]:
    """Yield the cues that no draft has used up, those of the running step included."""
    yield from (cue for cue in found if cue.at not in drafts.spent)


Step = Callable[[Document, list[Cue], Cues, Drafts], Iterator[Draft]]
STEPS: tuple[tuple[str, Step], ...] = (
    ("headline", _headlines),
    ("relay", _relays),
    ("quotation", _quotations_before),
    ("document", _documents),
    ("cue", _by_cue),
    ("masdar", _masdars),
    ("as_clause", _as_clauses),
    ("according_to", _accordings),
)


def _read_cues(doc: Document, found: list[Cue]) -> Cues:
    cues: Cues = {}
    claimed: dict[int, int] = {}
    for cue in found:
        if cue.at in cues or (cue.form.kind == "masdar" and not cue.form.clitic):
            continue
        frame = read_frame(doc, cue)
        if frame is None or (cue.form.kind == "verb" and _is_mentioned(doc, cue, frame)):
            continue
        if (holder := claimed.get(frame.opener)) is not None and frame.kind != "noun":
            if not (
                _is_relative(doc, holder) or _takes_over(doc, cue, frame) or _is_nearer(cues[holder][0], cue, frame)
            ):
                continue
            del cues[holder]
        claimed[frame.opener] = cue.at
        cues[cue.at] = (cue, frame)
    return {at: found for at, found in cues.items() if not (_is_relative(doc, at) and _is_between(at, cues))}


def _takes_over(doc: Document, cue: Cue, frame: Frame) -> bool:
    """Tell whether a finite cue stands nearer to the words said than an earlier verb: نشر صورة لرجل قال شهود إنه ..."""
    bare = cue.form.kind == "verb" and not _is_relative(doc, cue.at) and cue.start == doc.tokens[cue.at].start
    if doc.key(cue.at) in WORDS["verbs_as_names"]:
        return False
    return bare and (frame.subject is not None or frame.opener == cue.at + 1)


def _is_nearer(holder: Cue, cue: Cue, frame: Frame) -> bool:
    """Tell whether a participle stands right before what a verbal noun would claim: في حديثه عن السد، قائلا: ..."""
    return holder.form.kind == "masdar" and cue.form.kind == "participle" and frame.opener <= cue.at + 2


def _is_between(at: int, cues: Cues) -> bool:
    near = (cues[k] for k in range(max(0, at - FRAME), at) if k in cues)
    return any(at < frame.opener and frame.kind != "noun" for _, frame in near)


def _is_relative(doc: Document, at: int) -> bool:
    return doc.key(at - 1) in ("الذي", "التي", "الذين")


def _is_mentioned(doc: Document, cue: Cue, frame: Frame) -> bool:
    """Tell whether a verb only mentions: a formula without agent, or a relative clause without a clause of its own."""
    named = frame.subject is not None or is_spoken_for(doc, cue) or subject_before(doc, cue) is not None
    if not named and is_boilerplate(doc, cue):
        return True
    before = doc.key(cue.at - 1)
    if frame.kind == "noun" and doc.quoted(frame.content):
        return False
    return frame.kind == "noun" and (before.removeprefix("و") in WORDS["relatives"] or before in ("ما", "مما"))


def _apply(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    ahead = frame.subject is None or leads_headline(doc, cue)
    if ahead and cue.form.kind == "verb" and not cue.form.clitic and (found := subject_before(doc, cue)):
        subject, how = found
        frame = with_subject_before(frame, subject)
        draft = _first(doc, cue, frame, cues)
        if draft:
            draft.resolution = how
            draft.gaps = [(cue.at + 1, frame.opener), (subject.hi, cue.at), before_cue(doc, cue, cues)]
        return draft
    return _first(doc, cue, frame, cues)


def _first(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    return next((draft for _, rule in RULES if (draft := rule(doc, cue, frame, cues))), None)


def _resolve(doc: Document, drafts: list[Draft]) -> list[tuple[Draft, Resolved]]:
    speakers = Speakers(doc, full_names=doc.names)
    found: dict[int, Resolved] = {}
    last: tuple[int, Resolved] | None = None
    for n, draft in enumerate(drafts):
        if draft.section == "headline" or draft.rule == "headline":
            continue
        same = last[1].speaker if last and last[0] == doc.sentence_of[draft.at] else None
        found[n] = speakers.resolve(draft, same)
        _inherit_outlet(doc, draft, drafts[n - 1] if n else None)
        if found[n].speaker is not None:
            last = (doc.sentence_of[draft.at], found[n])
    found |= {n: speakers.resolve_headline(d) for n, d in enumerate(drafts) if n not in found}
    return [(draft, found[n]) for n, draft in enumerate(drafts) if not _is_nobodys(draft, found[n])]


def _inherit_outlet(doc: Document, draft: Draft, before: Draft | None) -> None:
    """Give a participle the outlet of the statement whose circumstance it is: قال لرويترز إن C1، مضيفا أن C2."""
    if draft.rule != "participle" or before is None or doc.sentence_of[before.at] != doc.sentence_of[draft.at]:
        return
    if not find_outlets(doc, *draft.gaps[0]):
        draft.outlets = before.outlets + [o for lo, hi in before.gaps[:1] for o in find_outlets(doc, lo, hi)]


def _is_nobodys(draft: Draft, resolved: Resolved) -> bool:
    """Tell whether what looks like a statement has nobody behind it.

    A headline's colon after a place that nobody in the story speaks for («فلسطين: ...»); a noun phrase after a verb
    that has things for subjects too (الغلاف يعبر عن مضمونه).
    """
    return (draft.rule == "headline" or draft.shape == "noun") and resolved.resolution == "unknown"


def _number(story: Story, statements: list[Statement]) -> tuple[Statement, ...]:
    seen: dict[tuple[str, str], int] = {}
    numbered = []
    for statement in statements:
        place = "headline" if statement.section == "headline" else "body"
        key = (place, statement.content.text)
        seen[key] = seen.get(key, -1) + 1
        numbered.append(replace(statement, id=statement_id(story.id, *key, seen[key])))
    return tuple(numbered)
