"""According to: C، بحسب المفوضية; وبحسب المسؤول، C; «...» وفق مراقبين."""

from agents.extract.contents import content_end
from agents.extract.cues import lookup
from agents.extract.document import Document
from agents.extract.drafts import Cues, CueSpan, Draft, Drafts, Shape, trim_right
from agents.extract.grammar import WORDS, is_complementizer, prefixed
from agents.extract.phrases import COMMAS, Phrase, read_attached, read_phrase
from agents.extract.rules.backward import conjunction, content_before

FAR = 30
SOURCES = frozenset(("titles", "people", "organizations", "media", "documents", "state", "name"))


def according_to(doc: Document, at: int, cues: Cues, drafts: Drafts) -> Draft | None:
    """Read a preposition that names the source of the clause before or after it.

    Left alone: a rule or plan in the place of a source (وفق القانون), and the preposition between another cue and its
    content, where it names an outlet.
    """
    key = doc.key(at)
    word = key if key in WORDS["according"] else key.removeprefix("و")
    if word not in WORDS["according"] or any(
        d.cue and d.at < at < d.lo and d.rule != "according_to" for d in drafts.near(at)
    ):
        return None
    source = source_after(doc, at)
    if source is None or not _can_speak(doc, source):
        return None
    found = _after(doc, at, source, cues)
    if found is None and _is_set_off(doc, at, source):
        found = content_before(doc, at, drafts)
    if found is None:
        return None
    lo, hi, shape = found
    token = doc.tokens[at]
    cue = CueSpan(token.end - len(token.text) + (len(key) - len(word)), token.end, word, "according", "preposition")
    return Draft(
        "according_to",
        at,
        shape,
        "said",
        cue,
        source,
        [(lo, hi)],
        "according_to",
        cut=conjunction(doc, lo) if shape == "clause" else 0,
        section=doc.sentence(at).section,
    )


def _is_set_off(doc: Document, at: int, source: Phrase) -> bool:
    """Tell whether a phrase attributes the clause before it; amid one it does not (بلغت وفقا للبيان نصفها)."""
    end = source.hi
    while end < doc.sentence(at).hi and doc.tokens[end].kind == "word" and end - source.hi < 8:
        end += 1
    last = end >= doc.sentence(at).hi or doc.tokens[end].kind == "mark"
    return doc.key(at - 1) in COMMAS or at - 1 in doc.closing or last


def _can_speak(doc: Document, source: Phrase) -> bool:
    """Tell whether a phrase can be a source: a person, body, outlet or document, or a family name printed before."""
    if doc.key(source.lo) in WORDS["own_words"] or any(f.kind == "verb" for f in lookup(doc.key(source.lo))[1]):
        return False
    return source.kind in SOURCES or doc.key(source.lo) in doc.names


def source_after(doc: Document, at: int) -> Phrase | None:
    """Return the source phrase after وفق، وفقا لـ، نقلا عن."""
    k = at + 1
    if doc.key(at).removeprefix("و") in ("نقلا",):
        k = at + 2
    if k >= len(doc.tokens) or doc.key(k) == "ما":
        return None
    limit = doc.sentence(at).hi
    attached, _ = prefixed(doc.key(k))
    if attached == "ل" or (doc.key(at).endswith("قا") and doc.key(k).startswith("ل")):
        return read_attached(doc, k, limit, closed_right=False)
    return read_phrase(doc, k, limit, closed_right=False)


def _after(doc: Document, at: int, source: Phrase, cues: Cues) -> tuple[int, int, Shape] | None:
    """Return the content after a preposition that opens its sentence."""
    sentence = doc.sentence(at)
    if at - sentence.lo > 1:
        return None
    lo = source.hi
    therefore = next((k for k in range(lo, min(lo + FAR, sentence.hi)) if doc.key(k) in WORDS["therefore"]), None)
    while lo < sentence.hi and doc.key(lo) not in COMMAS and lo != therefore and lo - source.hi < 6:
        if lo in cues:
            return None
        lo += 1
    if therefore and doc.key(lo + 1).removeprefix("و") in WORDS["relatives"]:
        lo = therefore
    if doc.key(lo) in COMMAS:
        lo += 1
    if doc.key(lo) in WORDS["therefore"] or is_complementizer(doc.key(lo)):
        lo += 1
    if lo >= sentence.hi or lo in cues:
        return None
    end, _ = content_end(doc, lo, sentence.hi, cues, noun=False)
    return lo, trim_right(doc, lo, end), "clause"
