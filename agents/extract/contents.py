"""Content ends: the one place that decides where what was said is over."""

from agents.extract.cues import Cue, lookup
from agents.extract.document import Document
from agents.extract.grammar import WORDS, is_complementizer, noun_class, prefixed
from agents.extract.lexicon import LEXICON
from agents.extract.phrases import COMMAS, read_phrase
from agents.extract.shapes import Frame

STOPS = frozenset((".", "؟", "!", "؛", ";", "?"))
PHRASES = tuple(sorted(LEXICON.phrases["boundaries"], key=len, reverse=True))


def content_end(
    doc: Document, start: int, limit: int, cues: dict[int, tuple[Cue, Frame]], *, noun: bool
) -> tuple[int, str]:
    """Return the token after the last one of the content that begins at ``start``, and the name of what ended it.

    In order: the sentence, another cue after a comma or و, a phrase that attributes backwards (بحسب), a boundary of
    the author's own (في حين، وذلك), a gloss after the quotation that was the content; for a noun phrase also the
    circumstance of speaking (بعد ...). ``لأن``، ``حيث`` and relative clauses stay inside.
    """
    i = start
    relative = False
    while i < limit:
        if doc.key(i) in COMMAS:
            relative = False
        elif doc.key(i) in WORDS["relatives"]:
            relative = True
        if i in doc.opening and doc.past_quote(i) > i + 1:
            at_start = i == start
            i = doc.past_quote(i)
            if at_start and doc.quote_words(start) > 3 and (doc.key(i) in WORDS["relatives"] or _phrase_at(doc, i)):
                return i, "gloss"
            continue
        if i in doc.brackets and doc.brackets[i] < limit:
            i = doc.brackets[i] + 1
            continue
        if doc.key(i) in STOPS and i + 1 >= limit:
            return i, "sentence"
        if doc.key(i) in ("؛", ";"):
            return i, "sentence"
        if i > start and (why := _ends_before(doc, i, cues, noun=noun and not relative)):
            return i, why
        i += 1
    return limit, "sentence"


def _ends_before(doc: Document, i: int, cues: dict[int, tuple[Cue, Frame]], *, noun: bool) -> str | None:
    comma = doc.key(i) in COMMAS
    at = i + 1 if comma else i
    if _is_cue(doc, at, cues, comma=comma):
        return "cue"
    if _is_according(doc, at):
        return "according_to"
    if noun and doc.key(at) in WORDS["spoken_after"] and doc.key(at - 1) == "من":
        return None
    if comma and noun and doc.key(at) in WORDS["spoken_after"]:
        return "circumstance"
    if not comma and noun and doc.key(at) in WORDS["spoken_after"] and not is_complementizer(doc.key(at + 1)):
        return "circumstance"
    if comma and _phrase_at(doc, at):
        return "boundary"
    if comma and _is_withheld(doc, at):
        return "withheld"
    if comma and noun and _is_authors(doc, at):
        return "author"
    if doc.key(at) == "في" and doc.key(at + 1) == "اشارة":
        return "boundary"
    if doc.key(at) == "علي" and doc.key(at + 1) == "حد":
        return "according_to"
    if not comma and (
        doc.key(at) == "بينما" or doc.key(at) == "فيما" or (doc.key(at) in ("في", "علي") and doc.key(at + 1) == "حين")
    ):
        return "boundary"
    return None


def _is_withheld(doc: Document, at: int) -> bool:
    """Tell whether the author goes on with what the source did not say: لكنه لم يحدد، ولم تكشف."""
    k = at + 1 if doc.key(at).removeprefix("و").startswith("لكن") or doc.key(at) in ("دون", "من") else at
    k = k + 1 if doc.key(k) == "دون" else k
    return bool(doc.key(k).removeprefix("و") in ("لم", "ان") and doc.key(k + 1) in WORDS["withheld"])


def _is_authors(doc: Document, at: int) -> bool:
    """Tell whether, after the comma behind a noun phrase, a clause of the author's begins: لكن المشروع، ولم تصدر."""
    key = doc.key(at)
    if key.startswith(("لكن", "ولكن", "مما", "ولم", "ولا", "ولن", "وقد", "علما")):
        return True
    return key == "ما" and doc.key(at + 1) not in ("عدا", "لم")


def is_set_off(cue: Cue, frame: Frame) -> bool:
    """Tell whether a participle is a circumstance without a comma: a masculine singular, or one with أن right after."""
    singular = cue.form.gender == "m" and cue.form.number == "s"
    return singular or (frame.kind == "clause" and frame.opener <= cue.at + 2)


def _is_cue(doc: Document, at: int, cues: dict[int, tuple[Cue, Frame]], *, comma: bool) -> bool:
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
    if doc.key(at) in WORDS["adversatives"] and is_complementizer(doc.key(at + 1)) and at + 2 in cues:
        return True
    if doc.key(at).startswith(("لكن", "ولكن")) and at + 1 in cues:
        return True
    prefix, forms = lookup(doc.key(at))
    return (
        any(f.kind == "verb" and not f.clitic and f.verb.section in ("say", "add") for f in forms)
        and prefix == ""
        and _speaks(doc, at)
    )


def _speaks(doc: Document, at: int) -> bool:
    """Tell whether the verb at a token names its speaker and nothing said: «...»، قال الوزير."""
    phrase = read_phrase(doc, at + 1, doc.sentence(at).hi, closed_right=False)
    return phrase is not None and phrase.kind in ("titles", "people", "organizations", "name", "media", "state")


def _is_according(doc: Document, at: int) -> bool:
    if doc.key(at) not in WORDS["according"]:
        return False
    k = at + 1
    if doc.key(k) == "ما":
        return True
    attached, _ = prefixed(doc.key(k))
    if attached:
        return True
    phrase = read_phrase(doc, k, min(k + 12, doc.sentence(at).hi), closed_right=False)
    return (phrase is not None and noun_class(doc.key(k)) is not None) or (
        phrase is not None and phrase.kind in ("name", "state", "media")
    )


def _phrase_at(doc: Document, at: int) -> bool:
    return any(all(doc.key(at + n) == word for n, word in enumerate(phrase)) for phrase in PHRASES)
