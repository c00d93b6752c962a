"""Subjects before their verb: كان الوزير قال، الوزير يؤكد، الذي قال."""

from collections.abc import Iterator

from agents.extract.cues import Cue, cues_at
from agents.extract.document import Document
from agents.extract.grammar import WORDS, is_complementizer, is_outlet, is_preposition, noun_class, prefixed
from agents.extract.outlets import outlet_end
from agents.extract.phrases import COMMAS, Phrase, read_attached, read_phrase
from agents.extract.shapes import Frame
from agents.extract.tokens import is_defined
from agents.normalize.characters import fold_key
from schemas.statements import Resolution

KINDS = frozenset(("titles", "people", "organizations", "media", "documents", "state", "name"))
FAR = 25
REACH = 80
NEAR = 10


def subject_before(doc: Document, cue: Cue) -> tuple[Phrase, Resolution] | None:
    """Return the subject that stands before a finite cue, and how it was found; None where none does."""
    if cue.form.kind != "verb":
        return None
    for find in (_after_was, _antecedent, _adjacent, _after_but):
        if found := find(doc, cue):
            return found
    return None


def subject_of(doc: Document, lo: int, limit: int) -> Phrase | None:
    """Return the person, known by name, who is the subject of the verb that opens a sentence at ``lo``."""
    for k in range(lo + 1, min(lo + 5, limit)):
        before = doc.key(k - 1)
        bound = is_complementizer(before) or prefixed(before)[0] or before.removeprefix("و") in WORDS["prepositions"]
        if bound or is_preposition(doc, k - 1):
            return None
        if doc.key(k) in doc.names and doc.key(k) not in WORDS["name_starts"]:
            return Phrase(k, k + 1, doc.key(k), "name", (k, k + 1), None)
        phrase = read_phrase(doc, k, limit, closed_right=False)
        if phrase and phrase.kind == "titles" and (phrase.name or doc.key(phrase.hi - 1) in doc.names):
            return phrase
        if phrase and phrase.kind in KINDS - {"name"}:
            return None
    return None


def spoken_at(doc: Document, lo: int, limit: int) -> Iterator[int]:
    """Yield the tokens after the finite cue verbs of a sentence, where subjects stand; ذلك and an outlet go first."""
    for k in range(max(lo, limit - REACH), limit - 1):
        spoken = any(cue.form.kind == "verb" and not cue.form.clitic for cue in cues_at(doc, k))
        if spoken and doc.inside[k] == -1 and doc.key(k - 1) not in WORDS["relatives"]:
            at = k + 2 if doc.key(k + 1) == "ذلك" else k + 1
            attached, rest = prefixed(doc.key(at))
            yield outlet_end(doc, at, limit) if attached == "ل" and is_outlet(rest) else at


def leads_headline(doc: Document, cue: Cue) -> bool:
    """Tell whether a headline puts its subject before the verb: الحكومة تدعو النقابات إلى الحوار."""
    sentence = doc.sentence(cue.at)
    return sentence.section == "headline" and cue.at > sentence.lo and cue.form.tense == "present"


def with_subject_before(frame: Frame, subject: Phrase) -> Frame:
    """Return a frame with the subject found before its verb; what was read as one is whom the words are aimed at."""
    return frame._replace(subject=subject, target=frame.target or frame.subject)


def _after_was(doc: Document, cue: Cue) -> tuple[Phrase, Resolution] | None:
    lo = doc.sentence(cue.at).lo
    for k in range(cue.at - 1, max(lo, cue.at - FAR) - 1, -1):
        if doc.key(k) in WORDS["was"]:
            phrase = read_phrase(doc, k + 1, cue.at, closed_right=True)
            if phrase is None or phrase.kind not in KINDS:
                return None
            whole = phrase.hi == cue.at or doc.key(phrase.hi) in ("قد", "،", ",")
            return (
                (phrase, "explicit")
                if phrase.kind != "name" or (whole and not _is_future(doc.key(phrase.lo)))
                else None
            )
        if is_complementizer(doc.key(k)) and k < cue.at - 1 and doc.inside[k] == -1 and cue.at - k < 3:
            return None
    return None


def _antecedent(doc: Document, cue: Cue) -> tuple[Phrase, Resolution] | None:
    k = cue.at - 1
    while k > 0 and (doc.key(k) == "قد" or doc.key(k) in WORDS["was"]):
        k -= 1
    if doc.key(k) not in WORDS["relatives"]:
        return None
    if (doc.key(k) == "التي") != (cue.form.gender == "f") and cue.form.number == "s":
        return None
    return _ending_at(doc, k, doc.sentence(cue.at).lo, "relative", near=2 * NEAR)


def _adjacent(doc: Document, cue: Cue) -> tuple[Phrase, Resolution] | None:
    found = _ending_at(doc, cue.at, doc.sentence(cue.at).lo, "explicit")
    if found is None or doc.text[doc.tokens[cue.at].start : cue.start] == "و":
        return None
    before = found[0].lo - 1
    if doc.key(before).removeprefix("و") == "من" and doc.key(found[0].lo).startswith(("جانب", "جهت")):
        return None
    if found[0].kind == "name" and _is_construct(doc, found[0]):
        return None
    if found[0].kind == "name" and not _is_known(doc, found[0]) and not is_complementizer(doc.key(before)):
        return None
    at_start = (
        before < doc.sentence(cue.at).lo
        or doc.key(before) in ("،", ",", "..", "...", "-", ":")
        or doc.key(before) in WORDS["clause_openers"]
    )
    headline = doc.sentence(cue.at).section == "headline"
    if (not at_start and found[0].kind == "people") or (
        doc.key(found[0].lo).endswith(("ين", "ون")) and cue.form.number == "p"
    ):
        return found[0], "relative"
    return found if at_start or found[0].prefix or headline or is_complementizer(doc.key(before)) else None


def _after_but(doc: Document, cue: Cue) -> tuple[Phrase, Resolution] | None:
    """Return the subject after لكن or غير أن; its place may follow: لكن صاحب متجر قرب المحطة قال ..."""
    lo = doc.sentence(cue.at).lo
    for k in range(cue.at - 1, max(lo, cue.at - NEAR) - 1, -1):
        if doc.key(k) in COMMAS:
            return None
        if doc.key(k) in ("لكن", "ولكن") or (doc.key(k) == "ان" and doc.key(k - 1) in ("غير", "الا", "بيد")):
            phrase = read_phrase(doc, k + 1, cue.at, closed_right=True)
            if phrase is None or phrase.kind not in KINDS:
                return None
            placed = phrase.hi == cue.at or is_preposition(doc, phrase.hi) or doc.key(phrase.hi) == "قرب"
            return (phrase, "explicit") if placed else None
    return None


def _is_future(key: str) -> bool:
    return key.startswith(("سي", "ست")) and len(key) > 4


def _is_known(doc: Document, phrase: Phrase) -> bool:
    """Tell whether a bare name can be trusted to be one: in a headline, of two words, or printed after a role."""
    two_words = phrase.name is not None and phrase.name[1] - phrase.name[0] > 1 and not _is_construct(doc, phrase)
    return doc.sentence(phrase.lo).section == "headline" or two_words or doc.key(phrase.hi - 1) in doc.names


def _is_construct(doc: Document, phrase: Phrase) -> bool:
    """Tell whether two words that read as a name are a noun and its complement: جمع المال."""
    second = doc.key(phrase.lo + 1)
    given = doc.key(phrase.lo) in WORDS["given_names"] or doc.key(phrase.lo) in WORDS["forenames"]
    return is_defined(second) and not second.endswith("ي") and not given


def _is_fuller(doc: Document, phrase: Phrase) -> bool:
    """Tell whether two words are the beginning of one name that the story prints behind a role."""
    full = fold_key(doc.names.get(doc.key(phrase.hi - 1), ("", None))[0]).split()
    return full[:2] == [doc.key(k) for k in range(phrase.lo, phrase.hi)]


def _ending_at(doc: Document, end: int, lo: int, how: Resolution, near: int = NEAR) -> tuple[Phrase, Resolution] | None:
    """Return the longest source phrase that ends just before token ``end``."""
    best = None
    for k in range(end - 1, max(lo, end - near) - 1, -1):
        if doc.tokens[k].kind != "word" and k not in doc.opening and k not in doc.closing:
            break
        phrase = read_phrase(doc, k, end, closed_right=True)
        named = phrase is not None and phrase.kind == "other" and doc.key(phrase.lo) in doc.names
        if phrase and phrase.hi == end and (phrase.kind in KINDS or named):
            best = phrase if best is None or phrase.kind != "name" or _is_fuller(doc, phrase) else best
        if (
            (
                doc.key(k)[:1] in "وف"
                and not is_preposition(doc, k)
                and noun_class(doc.key(k)) is None
                and (joined := read_attached(doc, k, end, closed_right=True))
            )
            and joined.hi == end
            and ((joined.kind in KINDS and joined.kind != "name") or doc.key(k)[1:] in doc.names)
        ):
            return joined, how
    return (best, how) if best else None
