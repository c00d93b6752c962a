"""A headline's colon: الوزير: الموازنة تحمي الفقراء."""

from agents.extract.document import Document, Sentence
from agents.extract.drafts import Draft, trim_right
from agents.extract.grammar import WORDS
from agents.extract.phrases import read_phrase

REACH = 9
SPEAKERS = frozenset(("titles", "people", "organizations", "media", "documents", "state", "name", "other"))


def headline(doc: Document, sentence: Sentence) -> Draft | None:
    """Read a headline that names its speaker before a colon; the cue is null.

    Left alone: labels (عاجل:) and, when the source is resolved, places that nobody in the story speaks for.
    """
    if sentence.section != "headline":
        return None
    colon = next((k for k in range(sentence.lo + 1, min(sentence.lo + REACH, sentence.hi)) if doc.key(k) == ":"), None)
    if colon is None or colon + 2 > sentence.hi or doc.key(sentence.lo) in WORDS["headline_slugs"]:
        return None
    source = read_phrase(doc, sentence.lo, colon, closed_right=True)
    if source is None or source.hi != colon or source.kind not in SPEAKERS:
        return None
    lo, hi, shape = colon + 1, trim_right(doc, colon + 1, sentence.hi), "clause"
    if lo in doc.opening and doc.past_quote(lo) >= hi > lo + 2:
        lo, hi, shape = lo + 1, trim_right(doc, lo + 1, doc.past_quote(lo) - 1), "quote"
    return Draft("headline", colon, shape, "said", None, source, [(lo, hi)], "sentence", resolution="headline", section="headline")  # type: ignore[arg-type]
