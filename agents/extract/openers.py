"""Openers: the clause, quotation or colon after a cue with which the words said begin."""

from agents.extract.cues import Cue, lookup
from agents.extract.document import NAME_WORDS, Document
from agents.extract.grammar import (
    WORDS,
    is_complementizer,
    noun_class,
)
from agents.extract.phrases import COMMAS
from agents.extract.shapes import Opener
from agents.extract.tokens import is_defined

REACH = 45
OBLIQUE = frozenset(("من", "عن", "الي", "علي", "في"))


def find_opener(doc: Document, cue: Cue, start: int, limit: int) -> tuple[Opener | None, int]:
    """Return the first clause, quotation or colon that the cue can govern, and where the search had to stop."""
    k = start
    owed = 0
    while k < min(limit, start + REACH):
        if _is_relative_cue(doc, k) and _complements(doc, k, limit) > 1:
            owed, k = 1, k + 1
            continue
        if owed and is_complementizer(doc.key(k)):
            owed, k = 0, k + 1
            continue
        if k in doc.brackets:
            k = doc.brackets[k] + 1
            continue
        if past := _past_relative(doc, k, min(limit, start + REACH)):
            k = past
            continue
        found, step = _open_at(doc, cue, start, k)
        if found or step == 0:
            return found, k
        k += step
    return None, min(k, limit)


def _past_relative(doc: Document, k: int, limit: int) -> int:
    """Return the comma that closes a relative clause set off by commas (، التي تعتبر ...،), 0 where none opens."""
    if doc.key(k) not in WORDS["relatives"] or doc.key(k - 1) not in COMMAS:
        return 0
    return next((j for j in range(k + 2, limit) if doc.key(j) in COMMAS and doc.inside[j] == -1), 0)


def _is_relative_cue(doc: Document, k: int) -> bool:
    """Tell whether token k is a cue verb in a relative clause: الوزير الذي أكد ..."""
    _, forms = lookup(doc.key(k)) if doc.key(k - 1) in WORDS["relatives"] else ("", ())
    return any(f.kind == "verb" and f.verb.clause for f in forms)


def _complements(doc: Document, k: int, limit: int) -> int:
    return sum(
        is_complementizer(doc.key(j)) and not _is_blocked(doc, j) for j in range(k, limit) if doc.inside[j] == -1
    )


def _open_at(doc: Document, cue: Cue, start: int, k: int) -> tuple[Opener | None, int]:
    """Return the opener at token k, or how many tokens to go on (0: the frame is over)."""
    key, verb = doc.key(k), cue.verb
    if k in doc.opening:
        if verb.quote and is_speech(doc, k):
            return Opener("quote", k, k + 1), 0
        return None, doc.past_quote(k) - k
    if key == ":":
        return _after_colon(doc, cue, k), 0
    if is_complementizer(key) and not _is_blocked(doc, k) and not _is_anothers(doc, cue, k):
        content = k + 2 if doc.key(k + 1) == ":" else k + 1
        return (Opener("clause", k, content), 0) if verb.clause else (None, 1)
    if doc.tokens[k].kind == "word" and _stops(doc, start, k):
        return None, 0
    return None, 1


def _after_colon(doc: Document, cue: Cue, k: int) -> Opener | None:
    if k + 1 >= doc.line_end[doc.sentence(k).line] or not cue.verb.quote:
        return None
    if k + 1 in doc.opening and is_speech(doc, k + 1):
        return Opener("quote", k + 1, k + 2)
    if is_complementizer(doc.key(k + 1)):
        return Opener("clause", k + 1, k + 2)
    return Opener("colon", k, k + 1)


def is_speech(doc: Document, k: int) -> bool:
    """Tell whether the quotation that opens at k is speech and not a name, a title or a borrowed word."""
    if doc.past_quote(k) == k + 1:
        return doc.key(k - 1) == ":"
    words = doc.quote_words(k)
    before = doc.key(k - 1)
    if before in ("ب", "ل", "ك"):
        return False
    if before == ":":
        return words > 1
    if words <= NAME_WORDS:
        return before in COMMAS and words == NAME_WORDS
    return not (noun_class(before) in ("organizations", "media") and not is_defined(before) and words < 2 * NAME_WORDS)


def _is_blocked(doc: Document, k: int) -> bool:
    before = doc.key(k - 1)
    if doc.key(k) == "ان" and doc.key(k + 1) in WORDS["if_so"]:
        return True
    if before == "ذلك" and doc.key(k)[:1] == "ف":
        return True  # the author goes on: ومع ذلك فإن
    return before in WORDS["complement_blockers"] or (
        before[1:] in WORDS["complement_blockers"] and before[:1] in "ولب"
    )


def _is_anothers(doc: Document, cue: Cue, k: int) -> bool:
    """Tell whether a noun between governs the clause at k through its own preposition: زادت المخاوف من أن ..."""
    before = doc.key(k - 1)
    return k - 2 > cue.at and before in OBLIQUE and before not in cue.verb.preps and cue.verb.clause


SPOKEN = frozenset(("say", "add", "explain", "point", "affirm", "announce"))


def _stops(doc: Document, start: int, k: int) -> bool:
    """Tell whether token k is another cue that takes over: مؤكدا، وأضاف; قائلا and يقول only go on."""
    prefix, forms = lookup(doc.key(k))
    if not forms or (k == start and not prefix and forms[0].kind != "participle"):
        return False
    form = forms[0]
    if doc.tokens[k].text.endswith("دعى"):
        return False
    if form.clitic or form.kind == "masdar" or form.verb.spread or form.verb.needs or doc.key(k) in WORDS["anonymity"]:
        return False
    if form.verb.section == "say" and form.kind == "participle" and form.verb.gloss == "say":
        return False
    if form.kind == "participle" and (form.verb.speech_objects or _leads_to_quote(doc, k)):
        return False
    if form.kind == "participle":
        return form.gender == "m" or doc.key(k - 1) in COMMAS
    return form.kind == "verb" and (
        prefix in ("و", "ف") or doc.key(k - 1) in COMMAS or doc.key(k - 1) in WORDS["relatives"]
    )


def _leads_to_quote(doc: Document, k: int) -> bool:
    """Tell whether, without a comma between, a colon and a quotation follow: قال مشيرا إلى سلفه: «...»."""
    for j in range(k + 1, min(k + 9, doc.sentence(k).hi - 1)):
        if doc.key(j) in COMMAS or is_complementizer(doc.key(j)):
            return False
        if doc.key(j) == ":":
            return j + 1 in doc.opening
    return False
