"""An as-clause: C، كما أعلن المحافظ; بحسب ما ذكر الموقع، C; على حد قوله."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, Drafts, cue_span
from agents.extract.grammar import WORDS
from agents.extract.objects import skip_adverbs
from agents.extract.phrases import read_phrase
from agents.extract.rules.backward import conjunction, content_before


def as_clause(doc: Document, cue: Cue, cues: Cues, drafts: Drafts) -> Draft | None:
    """Read a finite cue after كما or بحسب ما that has a speaker and no content of its own.

    Left alone: كما that only adds (كما أعلن أن ...), which the clause rule reads.
    """
    resumed = cue.form.clitic and doc.key(cue.at - 1) not in ("ما", "لما")
    if cue.form.kind != "verb" or resumed or cue.at in cues or not _is_as(doc, cue.at):
        return None
    subject = read_phrase(doc, _past_aside(doc, cue.at + 1), doc.sentence(cue.at).hi, closed_right=False)
    begin = cue.at - (1 if doc.key(cue.at - 1) in WORDS["as_words"] else 2)
    if begin <= doc.sentence(cue.at).lo:
        return None
    found = content_before(doc, begin, drafts)
    if found is None:
        return None
    lo, hi, shape = found
    return Draft(
        "as_clause", cue.at, shape, cue.verb.stance, cue_span(cue), subject, [(lo, hi)], "as_clause",
        gender=cue.form.gender, number=cue.form.number,
        cut=conjunction(doc, lo) if shape == "clause" else 0,
        resolution="explicit" if subject else "dropped_subject", section=doc.sentence(cue.at).section,
    )  # fmt: skip


def _is_as(doc: Document, at: int) -> bool:
    before = doc.key(at - 1)
    what = (before == "ما" and doc.key(at - 2) in WORDS["as_what"]) or (
        before == "لما" and doc.key(at - 2) in ("وفقا", "طبقا")
    )
    return before in WORDS["as_words"] or what


def _past_aside(doc: Document, k: int) -> int:
    """Return the token after adverbs and من جانبها, where the subject stands."""
    k = skip_adverbs(doc, k)
    aside = doc.key(k) == "من" and doc.key(k + 1).startswith(("جانب", "جهت"))
    return skip_adverbs(doc, k + 2) if aside else k
