"""What stands before an attribution that comes after it: the quotation or the clause that it governs."""

from agents.extract.document import Document
from agents.extract.drafts import Drafts, Shape, trim_right
from agents.extract.grammar import STATE_NAMES, WORDS, is_complementizer, noun_class
from agents.extract.openers import is_speech
from agents.extract.phrases import COMMAS


def content_before(doc: Document, at: int, drafts: Drafts) -> tuple[int, int, Shape] | None:
    """Return (lo, hi, shape) of the content that ends before token ``at``, None where another draft owns it.

    A quotation of some length just before is the content; else the clause back to its sentence's beginning, without
    discourse openers (من جهة أخرى،), the conjunction and فقد.
    """
    end = at
    while end > 0 and (doc.key(end - 1) in COMMAS or doc.key(end - 1) == "-"):
        end -= 1
    if end - 1 in doc.closing:
        open_at, close_at = doc.quotes[doc.closing[end - 1]]
        if close_at is not None and is_speech(doc, open_at):
            return open_at + 1, trim_right(doc, open_at + 1, close_at), "quote"
    lo = _clause_start(doc, at, drafts)
    if lo is None or end - lo < 3:
        return None
    return lo, end, "clause"


def _clause_start(doc: Document, at: int, drafts: Drafts) -> int | None:
    lo = doc.sentence(at).lo
    for draft in drafts.near(at):
        if draft.lo < at <= draft.hi + 2 and doc.sentence_of[draft.lo] == doc.sentence_of[at]:
            return None
        if draft.hi <= at and doc.sentence_of[draft.at] == doc.sentence_of[at]:
            lo = max(lo, draft.hi)
    while lo < at and doc.tokens[lo].kind == "mark" and lo not in doc.opening and lo not in doc.brackets:
        lo += 1
    lo = _past_opener(doc, lo, at)
    lo = lo + 1 if doc.key(lo) == "كما" and is_complementizer(doc.key(lo + 1)) else lo
    return lo + 1 if doc.key(lo) in WORDS["therefore"] or is_complementizer(doc.key(lo)) else lo


def conjunction(doc: Document, lo: int) -> int:
    """Return 1 where token lo begins with و or ف of conjunction, which is no part of what was said, else 0."""
    key = doc.key(lo)
    own = key in WORDS["waw_words"] or noun_class(key) is not None or key in STATE_NAMES
    return 1 if key[:1] in ("و", "ف") and len(key) > 3 and not own and (key[0] == "و" or key[1:3] == "ال") else 0


def _past_opener(doc: Document, lo: int, at: int) -> int:
    """Skip من جهة أخرى، and the like: up to four words before a comma that say nothing themselves."""
    for k in range(lo + 1, min(lo + 5, at)):
        if doc.key(k) in COMMAS:
            return k + 1 if doc.key(lo).removeprefix("و") in WORDS["connectives"] else lo
    return lo
