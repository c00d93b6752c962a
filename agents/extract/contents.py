"""Content ends: the one place that decides where what was said is over.

``ENDS`` lists what can end a content, in the order in which it is asked; each has its name in ``tasrih explain``.
"""

from collections.abc import Callable
from typing import NamedTuple

from agents.extract.cues import Cue, lookup
from agents.extract.document import Document
from agents.extract.grammar import WORDS, is_complementizer, noun_class, prefixed
from agents.extract.lexicon import LEXICON
from agents.extract.phrases import COMMAS, read_attached, read_phrase
from agents.extract.shapes import Frame

NOUN_REACH = 12
STOPS = frozenset((".", "؟", "!", "؛", ";", "?"))
Phrases = dict[str, tuple[tuple[str, ...], ...]]
SPEAKERS = frozenset(("titles", "people", "organizations", "media", "documents", "state", "name"))
Cues = dict[int, tuple[Cue, Frame]]


def _by_first(section: str) -> Phrases:
    """Return the phrases of a section by their first word, each without it."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for first, *rest in LEXICON.phrases[section]:
        found.setdefault(first, []).append(tuple(rest))
    return {first: tuple(rests) for first, rests in found.items()}


BOUNDARIES = _by_first("boundaries")
SENTENCES = _by_first("sentence_openers")


class Spot(NamedTuple):
    """A place where a content that began at ``start`` may end: before token ``at``, with a comma before it or not.

    ``noun`` says that the content is a noun phrase, outside its relative clauses.
    """

    doc: Document
    start: int
    at: int
    comma: bool
    noun: bool
    cues: Cues

    @property
    def key(self) -> str:
        """The key of the token that would stand outside."""
        return self.doc.key(self.at)


def content_end(
    doc: Document, start: int, limit: int, cues: Cues, *, noun: bool, colon: bool = False
) -> tuple[int, str]:
    """Return the token after the last one of the content that begins at ``start``, and the name of what ended it.

    Quotations and brackets are passed whole. ``لأن``, ``إذ`` and relative clauses stay inside; a noun phrase ends
    sooner than a clause, since what follows it tells of the speaking (بعد ...); unmarked speech after a colon goes on
    after a semicolon.
    """
    i = start
    relative = False
    while i < limit:
        if doc.key(i) in COMMAS:
            relative = False
        elif doc.key(i) in WORDS["relatives"]:
            relative = True
        if i in doc.opening and doc.past_quote(i) > i + 1:
            if i == start and _is_glossed(doc, i):
                return doc.past_quote(i), "gloss"
            i = doc.past_quote(i)
            continue
        if i in doc.brackets and doc.brackets[i] < limit:
            i = doc.brackets[i] + 1
            continue
        if (doc.key(i) in ("؛", ";") and not colon) or (doc.key(i) in STOPS and i + 1 >= limit):
            return i, "sentence"
        if i > start and (why := _why_here(doc, start, i, cues, noun=noun and not relative)):
            return i, why
        i += 1
    return limit, "sentence"


def _why_here(doc: Document, start: int, i: int, cues: Cues, *, noun: bool) -> str | None:
    """Return the name of what ends a content before token i, None where it goes on."""
    comma = doc.key(i) in COMMAS
    spot = Spot(doc, start, i + 1 if comma else i, comma, noun, cues)
    return next((name for name, ends in ENDS if ends(spot)), None)


def _is_glossed(doc: Document, start: int) -> bool:
    """Tell whether a long quotation is followed by a gloss of the author's: «...» الذي يستمر شهرا."""
    after = doc.past_quote(start)
    return doc.quote_words(start) > 3 and (doc.key(after) in WORDS["relatives"] or _opens(doc, after, BOUNDARIES))


def _cue(spot: Spot) -> bool:
    """Tell whether another cue takes over: ، مؤكدا ...; وأضاف ..."""
    return _is_cue(spot.doc, spot.at, spot.cues, comma=spot.comma) and not _is_predicate(spot)


def _is_predicate(spot: Spot) -> bool:
    """Tell whether a verb behind a comma is the predicate of what is only a noun so far: إن الوزارة، أعلنت ..."""
    doc, at = spot.doc, spot.at
    if spot.noun or not spot.comma or at not in spot.cues or at - spot.start > NOUN_REACH:
        return False
    cue, _ = spot.cues[at]
    if cue.form.kind != "verb" or cue.start > doc.tokens[at].start:
        return False
    phrase = read_phrase(doc, spot.start, at - 1, closed_right=True)
    return phrase is not None and phrase.hi == at - 1


def _circumstance_of_speaker(spot: Spot) -> bool:
    """Tell whether a participle of speech follows the comma, though nothing said was read after it: ، مذكرا به."""
    _, forms = lookup(spot.key) if spot.comma else ("", ())
    return any(f.kind == "participle" and f.gender == "m" and f.number == "s" for f in forms)


def _according_to(spot: Spot) -> bool:
    """Tell whether the clause is attributed from behind: ، بحسب المصدر; على حد قوله."""
    return _is_according(spot.doc, spot.at) or (spot.key == "علي" and spot.doc.key(spot.at + 1) == "حد")


def _circumstance(spot: Spot) -> bool:
    """Tell whether, behind a noun phrase, the time of speaking follows: بعد لقائه ..."""
    doc, at = spot.doc, spot.at
    if not spot.noun or spot.key not in WORDS["spoken_after"] or doc.key(at - 1) in ("من", "خصوصا", "خاصة"):
        return False
    return spot.comma or not is_complementizer(doc.key(at + 1))


def _boundary(spot: Spot) -> bool:
    """Tell whether the author's own clause begins: ، في حين ...; بينما ...; في إشارة إلى ..."""
    doc, at = spot.doc, spot.at
    if _opens(doc, at, SENTENCES) or (spot.comma and _opens(doc, at, BOUNDARIES) and not _is_about(doc, at)):
        return True
    if spot.key == "في" and doc.key(at + 1) == "اشارة":
        return True
    if spot.comma:
        return spot.noun and spot.key == "حيث"
    during = spot.key == "بينما" and doc.key(at + 1) in WORDS["was"]
    aside = spot.key in ("بينما", "فيما") or (spot.key in ("في", "علي") and doc.key(at + 1) == "حين")
    return aside and not during and not _is_about(doc, at)


def _is_about(doc: Document, at: int) -> bool:
    """Tell whether فيما only says what is talked of: فيما يتعلق بالموازنة."""
    return doc.key(at) == "فيما" and doc.key(at + 1) in WORDS["concerning"]


def _withheld(spot: Spot) -> bool:
    """Tell whether the author goes on with what the source did not say: لكنه لم يحدد، ولم تكشف، بدون أن يوضح."""
    doc, at = spot.doc, spot.at
    if not spot.comma:
        return False
    without = spot.key in ("دون", "بدون")
    k = at + 1 if spot.key.removeprefix("و").startswith("لكن") or without or spot.key == "من" else at
    k = k + 1 if doc.key(k) == "دون" else k
    return bool(doc.key(k).removeprefix("و") in ("لم", "ان") and doc.key(k + 1) in WORDS["withheld"])


def _author(spot: Spot) -> bool:
    """Tell whether, after the comma behind a noun phrase, a clause of the author's begins: لكن المشروع، ولم تصدر."""
    if not (spot.comma and spot.noun):
        return False
    if spot.key.startswith(("لكن", "ولكن", "مما", "ولم", "ولا", "ولن", "وقد", "علما")):
        return True
    if spot.key[:1] == "و" and (spot.key[1:] in WORDS["author_verbs"] or _is_future(spot.key[1:])):
        return True
    return spot.key == "ما" and spot.doc.key(spot.at + 1) not in ("عدا", "لم")


def _is_future(key: str) -> bool:
    """Tell whether a key is a verb with the سـ of the future: سيشارك."""
    return key.startswith(("سي", "ست")) and len(key) > 4 and not key.endswith(("ة", "ات", "ين", "ون", "ي", "ا"))


ENDS: tuple[tuple[str, Callable[[Spot], bool]], ...] = (
    ("cue", _cue),
    ("cue", _circumstance_of_speaker),
    ("according_to", _according_to),
    ("circumstance", _circumstance),
    ("boundary", _boundary),
    ("withheld", _withheld),
    ("author", _author),
)


def is_set_off(cue: Cue, frame: Frame) -> bool:
    """Tell whether a participle is a circumstance without a comma: a masculine singular, or one with أن right after."""
    singular = cue.form.gender == "m" and cue.form.number == "s"
    return singular or (frame.kind == "clause" and frame.opener <= cue.at + 2)


def _is_cue(doc: Document, at: int, cues: Cues, *, comma: bool) -> bool:
    if at in cues:
        cue, _ = cues[at]
        prefixed_by_and = cue.start > doc.tokens[at].start
        if cue.form.kind == "participle":
            return comma or is_set_off(cue, cues[at][1]) or prefixed_by_and
        if cue.form.kind == "masdar":
            return comma and prefixed_by_and
        return (comma or prefixed_by_and) and not cue.purpose
    if not comma:
        return False
    if doc.key(at) in WORDS["links"] and at + 1 in cues:
        return True
    if doc.key(at) in WORDS["adversatives"] and is_complementizer(doc.key(at + 1)) and _spoken_from(doc, at + 2, cues):
        return True
    if doc.key(at).startswith(("لكن", "ولكن")) and at + 1 in cues:
        return True
    prefix, forms = lookup(doc.key(at))
    if prefix == "و" and at - 2 in doc.closing and any(f.kind == "verb" and not f.clitic for f in forms):
        return True
    return (
        any(f.kind == "verb" and not f.clitic and f.verb.section in ("say", "add") for f in forms)
        and prefix == ""
        and _speaks(doc, at)
    )


def _spoken_from(doc: Document, lo: int, cues: Cues) -> bool:
    """Tell whether a cue, or a speaker and his cue, begin at a token: إلا أن وكيل اللاعب أكد ..."""
    if lo in cues:
        return True
    at = next((k for k in range(lo + 1, min(lo + NOUN_REACH, doc.sentence(lo).hi)) if k in cues), None)
    phrase = read_phrase(doc, lo, at, closed_right=True) if at else None
    return phrase is not None and phrase.hi == at and phrase.kind in SPEAKERS


def _speaks(doc: Document, at: int) -> bool:
    """Tell whether the verb at a token names its speaker and nothing said: «...»، قال الوزير."""
    phrase = read_phrase(doc, at + 1, doc.sentence(at).hi, closed_right=False)
    return phrase is not None and phrase.kind in ("titles", "people", "organizations", "name", "media", "state")


def _is_according(doc: Document, at: int) -> bool:
    if doc.key(at) not in WORDS["according"]:
        return False
    k = at + 1
    if doc.key(k) in ("ما", "لما") or doc.key(k) in WORDS["own_words"]:
        return True
    limit = min(k + 12, doc.sentence(at).hi)
    attached = bool(prefixed(doc.key(k))[0]) or (doc.key(at).endswith("قا") and doc.key(k).startswith("ل"))
    phrase = (read_attached if attached else read_phrase)(doc, k, limit, closed_right=False)
    return phrase is not None and (phrase.kind in SPEAKERS or noun_class(doc.key(k)) is not None)


def _opens(doc: Document, at: int, phrases: Phrases) -> bool:
    """Tell whether one of the phrases stands at a token."""
    rests = phrases.get(doc.key(at), ())
    return any(all(doc.key(at + n) == word for n, word in enumerate(rest, start=1)) for rest in rests)
