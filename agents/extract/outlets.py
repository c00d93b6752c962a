"""What stands between cue and content: outlets, addressees, times, occasions."""

from agents.extract.document import Document
from agents.extract.grammar import (
    NOUNS,
    WORDS,
    is_eventive,
    is_outlet,
    is_time,
    is_told,
    lemma_of,
    noun_class,
    prefixed,
)
from agents.extract.phrases import COMMAS, read_phrase
from agents.extract.tokens import bare, is_defined
from schemas.statements import Relation

Range = tuple[int, int]


def find_outlets(doc: Document, lo: int, hi: int) -> list[tuple[int, int, Relation]]:
    """Return (lo, hi, relation) of every outlet in tokens lo to hi: لوكالة فرانس برس received, وفق موقع ... relayed."""
    found: list[tuple[int, int, Relation]] = []
    k = lo
    while k < hi:
        end, relation = _outlet_at(doc, k, hi)
        if end:
            start = (
                k + 1
                if (relation == "relayed" and not is_outlet(doc.key(k))) or doc.key(k) in ("ل", "مع", "علي")
                else k
            )
            start = start + 1 if doc.key(start) == "عن" else start
            found.append((start, end, relation))
            k = end
        k += 1
    return found


def _outlet_at(doc: Document, k: int, hi: int) -> tuple[int, Relation]:
    key = doc.key(k)
    attached, rest = prefixed(key)
    if k in doc.opening and is_told(doc, k):
        return doc.past_quote(k), "received"
    if attached == "ل" and is_outlet(rest):
        return outlet_end(doc, k, hi), "received"
    if key == "ل" and k + 1 in doc.opening and doc.quote_words(k + 1) <= 3:
        return doc.past_quote(k + 1), "received"
    if (key in WORDS["according"] or key.removeprefix("و") in WORDS["according"]) and k + 1 < hi:
        at = k + 2 if doc.key(k + 1) == "عن" else k + 1
        noun = prefixed(doc.key(at))[1]
        if at < hi and (is_outlet(noun) or at in doc.opening):
            return outlet_end(doc, at, hi), "relayed"
    if key in ("مع", "علي", "عبر") and k + 1 < hi and is_outlet(doc.key(k + 1)):
        return outlet_end(doc, k + 1, hi), "received" if key == "مع" else "relayed"
    return 0, "relayed"


def outlet_end(doc: Document, at: int, hi: int) -> int:
    """Return where the name of an outlet ends: its noun, what the noun governs, a quoted name, initials in brackets."""
    k = at + 1
    if at in doc.opening:
        k = doc.past_quote(at)
    while k < hi and k < at + 8:
        if k in doc.opening:
            k = doc.past_quote(k)
        elif k in doc.brackets:
            k = doc.brackets[k] + 1
            break
        elif (doc.tokens[k].kind == "number" and k == at + 2) or (
            doc.tokens[k].kind == "word"
            and not is_time(doc, k)
            and (is_defined(doc.key(k)) or k <= at + 2)
            and not _closes(doc, k)
            and not (k > at + 1 and _begins_another(doc.key(k)))
        ):
            k += 1
        else:
            break
    return min(k, hi)


def _begins_another(key: str) -> bool:
    """Tell whether an undefined word opens the next noun phrase: لصحيفة المدار | مدير الفرع، | انتقال السكان."""
    return not is_defined(key) and (noun_class(key) in ("titles", "people") or is_eventive(key))


def _closes(doc: Document, k: int) -> bool:
    key = doc.key(k)
    return (
        key in WORDS["prepositions"] or key in WORDS["relatives"] or key in WORDS["adverbs"] or prefixed(key)[0] == "ب"
    )


def find_occasion(doc: Document, lo: int, hi: int) -> Range | None:
    """Return the occasion in tokens lo to hi: the noun phrase after في or خلال that names a speech, talk or meeting."""
    for k in range(lo, hi - 1):
        noun = doc.key(k + 1)
        if (
            doc.key(k).removeprefix("و") in ("في", "خلال", "عقب", "لدي", "اثناء", "عبر", "بعد", "علي")
            and lemma_of(noun) in NOUNS["occasions"]
        ):
            phrase = read_phrase(doc, k + 1, hi, closed_right=True)
            return k + 1, max(k + 2, phrase.hi if phrase else k + 2)
    return None


def _is_free(doc: Document, lo: int, k: int) -> bool:
    """Tell whether ل at token k hangs on no noun but a word of speaking: حديث للصحفيين, not الأمين العام للمجلس."""
    before = doc.key(k - 1)
    said = lemma_of(before) in NOUNS["occasions"]
    return k == lo or said or before in COMMAS or before in WORDS["adverbs"] or is_time(doc, k - 1)


def find_addressee(doc: Document, lo: int, hi: int) -> Range | None:
    """Return the person or group spoken to in tokens lo to hi: للصحفيين، أمام البرلمان."""
    for k in range(lo, hi):
        attached, rest = prefixed(doc.key(k))
        kinds = ("people", "titles", "organizations") if k == lo else ("people", "titles")
        if attached == "ل" and noun_class(bare(rest)) in kinds and not is_outlet(rest) and _is_free(doc, lo, k):
            return k, outlet_end(doc, k, hi)
        if doc.key(k) == "امام" and k + 1 < hi:
            phrase = read_phrase(doc, k + 1, hi, closed_right=True)
            return (k + 1, phrase.hi) if phrase else None
    return None
