"""A headline's colon: الوزير: الموازنة تحمي الفقراء."""

from agents.extract.document import Document, Sentence
from agents.extract.drafts import Draft, Shape, trim_right
from agents.extract.grammar import WORDS, is_preposition
from agents.extract.phrases import read_phrase

REACH = 13
SPEAKERS = frozenset(("titles", "people", "organizations", "media", "documents", "state", "name", "other"))


def headline(doc: Document, sentence: Sentence) -> Draft | None:
    """Read a headline that names its speaker before a colon; the cue is null.

    Left alone: labels (عاجل:) and, when the source is resolved, places that nobody in the story speaks for.
    """
    if sentence.section != "headline" and not _is_snap(doc, sentence):
        return None
    lo = _past_slug(doc, sentence)
    colon = next((k for k in range(lo + 1, min(lo + REACH, sentence.hi)) if doc.key(k) == ":"), None)
    if colon is None or colon + 2 > sentence.hi or doc.key(lo) in WORDS["headline_slugs"]:
        return None
    source = read_phrase(doc, lo, colon, closed_right=True)
    if source is None or source.kind not in SPEAKERS or not (source.hi == colon or is_preposition(doc, source.hi)):
        return None
    shape: Shape = "clause"
    start, hi = colon + 1, trim_right(doc, colon + 1, sentence.hi)
    if start in doc.opening and doc.past_quote(start) >= hi > start + 2:
        start, hi, shape = start + 1, trim_right(doc, start + 1, doc.past_quote(start) - 1), "quote"
    return Draft(
        "headline", colon, shape, "said", None, source, [(start, hi)], "sentence",
        gaps=[(source.hi, colon)], resolution="headline", section=sentence.section,
    )  # fmt: skip


def _is_snap(doc: Document, sentence: Sentence) -> bool:
    """Tell whether a sentence is a line of its own without a full stop, as snaps under a headline are."""
    if sentence.line > 8 or sentence.hi != doc.line_end[sentence.line] or sentence.hi - sentence.lo > 25:
        return False
    return doc.key(sentence.hi - 1) not in (".", "؟", "!") and (
        sentence.lo == 0 or doc.sentences[doc.sentence_of[sentence.lo - 1]].line != sentence.line
    )


def _past_slug(doc: Document, sentence: Sentence) -> int:
    """Return the first token after عاجل - or عاجل | or عاجل:."""
    lo = sentence.lo
    if doc.key(lo) in WORDS["headline_slugs"] and doc.tokens[min(lo + 1, len(doc.tokens) - 1)].key in (
        "-",
        "|",
        ":",
        "..",
        "/",
    ):
        return lo + 2
    return lo
