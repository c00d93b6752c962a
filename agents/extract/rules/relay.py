"""An outlet between us and the source: نقلت تاس عن لافروف قوله إن ..."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, draft
from agents.extract.grammar import is_outlet
from agents.extract.openers import find_opener
from agents.extract.phrases import read_phrase
from agents.extract.shapes import Frame

REACH = 30


def relay(doc: Document, cue: Cue, cues: Cues) -> Draft | None:
    """Read نقل and its like with عن: the outlet is its subject, the source stands after عن.

    The cue is the maṣdar that follows (قوله), or the verb itself before a clause. Left alone: نقل that carries
    people or goods, which has no عن with something said after it.
    """
    if cue.form.kind != "verb" or not cue.verb.relay:
        return None
    limit = min(doc.sentence(cue.at).hi, cue.at + REACH)
    about = next((k for k in range(cue.at + 1, limit) if doc.key(k) in ("عن", "الي")), None)
    if carried := _carried(doc, cue, about or limit, cues):
        return carried
    if about is None:
        return None
    spoken = next(
        (
            k
            for k in range(about + 1, limit)
            if k in cues and cues[k][0].form.kind == "masdar" and cues[k][0].form.clitic
        ),
        None,
    )
    found = _by_masdar(doc, about, spoken, cues) if spoken else _by_clause(doc, cue, about, cues)
    if found is None:
        return None
    found.relay_at = cue.at
    outlet = read_phrase(doc, cue.at + 1, about, closed_right=True)
    if outlet:
        found.outlets.append((outlet.lo, outlet.hi, "relayed"))
    return found


def _carried(doc: Document, cue: Cue, before: int, cues: Cues) -> Draft | None:
    """Read an outlet's own report, without anybody whom it quotes: نقلت الوكالة أن ..."""
    if doc.key(cue.at - 1) in ("ما", "كما", "لما"):
        return None
    opener, _ = find_opener(doc, cue, cue.at + 1, before)
    outlet = read_phrase(doc, cue.at + 1, opener.at, closed_right=True) if opener and opener.kind == "clause" else None
    if opener is None or outlet is None or not is_outlet(doc.key(outlet.lo)):
        return None
    return draft("relay", doc, cue, Frame(opener.kind, outlet, None, opener.at, opener.content), cues)


def _by_masdar(doc: Document, about: int, spoken: int, cues: Cues) -> Draft | None:
    cue, frame = cues[spoken]
    source = read_phrase(doc, about + 1, spoken, closed_right=True)
    found = draft("relay", doc, cue, frame._replace(subject=source), cues)
    if found:
        found.gaps = [(cue.at + 1, frame.opener), (source.hi if source else about + 1, spoken)]
    return found


def _by_clause(doc: Document, cue: Cue, about: int, cues: Cues) -> Draft | None:
    limit = doc.sentence(cue.at).hi
    opener, _ = find_opener(doc, cue, about + 1, limit)
    if opener is None:
        return None
    source = read_phrase(doc, about + 1, opener.at, closed_right=True)
    return (
        draft("relay", doc, cue, Frame(opener.kind, source, None, opener.at, opener.content), cues) if source else None
    )


def cited(doc: Document, draft: Draft) -> Draft:
    """Put the person whom an outlet cites in its place: ذكرت الإذاعة، نقلا عن شهود، أن ... The outlet is the relay."""
    lo, hi = draft.gaps[0] if draft.gaps else (0, 0)
    at = next((k for k in range(lo, hi - 2) if doc.key(k) == "نقلا" and doc.key(k + 1) == "عن"), None)
    source = read_phrase(doc, at + 2, hi, closed_right=True) if at else None
    if source is None or draft.subject is None:
        return draft
    draft.outlets.append((draft.subject.lo, draft.subject.hi, "relayed"))
    draft.subject, draft.gaps, draft.gender = source, [(source.hi, hi)], "any"
    return draft
