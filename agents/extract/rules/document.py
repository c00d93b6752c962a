"""What a document says: جاء في بيان للوزارة أن ..., جاء في التقرير: «...»."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, CueSpan, Draft, draft
from agents.extract.grammar import NOUNS, WORDS, lemma_of, noun_class, prefixed
from agents.extract.lexicon import LEXICON
from agents.extract.openers import find_opener
from agents.extract.phrases import Phrase, read_attached, read_phrase
from agents.extract.shapes import Frame

SAY = next(form for form in LEXICON.cues["قال"] if form.kind == "verb")


def document(doc: Document, at: int, cues: Cues) -> Draft | None:
    """Read جاء في and a document with something said after it; who issued it is the source, else it is itself.

    The cue is the whole of it (جاء في بيان). Left alone: جاء of people and events.
    """
    if doc.key(at) not in WORDS["came"]:
        return None
    if doc.key(at + 1) in ("فيه", "فيها"):
        end, source = at + 2, None
    elif (
        doc.key(at + 1) == "في"
        and at + 2 < len(doc.tokens)
        and lemma_of(doc.key(at + 2)) in NOUNS["documents"] | NOUNS["occasions"]
    ):
        end, source = at + 3, _issuer(doc, at + 2)
    else:
        return None
    start = doc.tokens[at].start + (1 if doc.key(at).startswith("و") and doc.key(at) != "ورد" else 0)
    cue = Cue(at, start, doc.tokens[end - 1].end, SAY, negated=False, purpose=False)
    opener, _ = find_opener(doc, cue, end, doc.sentence(at).hi)
    if opener is None:
        return None
    found = draft("document", doc, cue, Frame(opener.kind, source, None, opener.at, opener.content), cues)
    if found:
        found.cue = CueSpan(start, doc.tokens[end - 1].end, "جاء في", "say", "verb")
        found.resolution = "explicit" if source else "dropped_subject"
    return found


def _issuer(doc: Document, at: int) -> Phrase | None:
    """Return who issued the document at a token: after ل or صادر عن, or in construct; else the document itself."""
    limit = doc.sentence(at).hi
    attached, rest = prefixed(doc.key(at + 1))
    if attached == "ل" or doc.key(at + 1).startswith("ل"):
        return read_attached(doc, at + 1, limit, closed_right=True)
    if doc.key(at + 1) in WORDS["issued"] and doc.key(at + 2) == "عن":
        return read_phrase(doc, at + 3, limit, closed_right=True)
    if noun_class(rest) and not doc.key(at).startswith("ال"):
        return read_phrase(doc, at + 1, limit, closed_right=True)
    return read_phrase(doc, at, limit, closed_right=True)
