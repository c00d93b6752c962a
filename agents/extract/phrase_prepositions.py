"""Prepositions in a noun phrase: which belong to the noun before them, and which open an adjunct."""

from agents.extract.document import Document
from agents.extract.grammar import (
    NOUNS,
    STATE_NAMES,
    WORDS,
    is_adjective,
    is_complementizer,
    is_eventive,
    is_name,
    is_outlet,
    is_preposition,
    is_time,
    lemma_of,
    noun_class,
    prefixed,
)
from agents.extract.phrase_state import COMMAS, Reader
from agents.extract.tokens import is_defined


def preposition(r: Reader, k: int) -> int:
    """Return the length of a prepositional phrase that belongs to the noun before it, 0 for an adjunct."""
    doc, key = r.doc, r.doc.key(k)
    if r.state == "start":
        return 0
    if key in WORDS["spokes_for"]:
        r.state = "construct"
        return 1
    attached, rest = prefixed(key)
    at = k if attached else k + 1
    if at >= r.limit:
        return 0
    noun = rest if attached else doc.key(at)
    if key == "من" and k == r.lo + 1 and r.head in WORDS["partitives"] and is_defined(noun):
        r.state = "construct"
        return 1
    binder = doc.key(k - 1) in WORDS["binders"]
    if key == "ل" and at in doc.opening:
        return 0
    if attached == "ل" and noun_class(noun) in ("titles", "people") and noun.endswith(("ين", "ون")):
        return 0
    if key in WORDS["adjuncts"] or (lemma_of(noun) in NOUNS["occasions"] and not binder and key not in ("الي", "عن")):
        return 0
    if attached == "ل" and is_outlet(noun) and not binder and r.head not in ("مصور", "مراسل"):
        return 0
    if (
        attached == "ل"
        and r.state == "closed"
        and noun_class(noun) not in ("titles", "people")
        and lemma_of(noun) != "مرة"
        and (r.definite or r.kind in ("organizations", "media"))
    ):
        binder = True
    counted = key == "من" and r.head in WORDS["counted"] and (is_defined(noun) or noun in WORDS["determiners"])
    if not (counted or binder or (_is_relational(r) and key not in ("علي", "مع", "عن")) or _name_follows(r, at)):
        return 0
    if attached:
        r.state = "closed" if is_defined(rest) or rest in STATE_NAMES else "construct"
        return 1
    r.state = "construct"
    return 1


def place_of_role(r: Reader, k: int) -> int:
    """Return 1 where ب and an unknown place stand between a role and its name: مدير الشرطة ببيشة العميد سعد."""
    key = r.doc.key(k)
    between = r.kind == "titles" and r.name is None and r.state == "closed" and is_defined(r.doc.key(k + 1))
    return int(between and key[:1] == "ب" and len(key) > 3 and key not in WORDS["names"] and _name_follows(r, k))


def _is_relational(r: Reader) -> bool:
    """Tell whether the head calls for a complement with a preposition: مسؤول في، سفير لدى; «الوزير في ...» does not."""
    if r.name or r.state == "name":
        return False
    head = r.head or ""
    return head in WORDS["relational"] and not (
        r.head_defined and r.state == "closed" and head not in WORDS["spokesmen"]
    )


def _name_follows(r: Reader, at: int) -> bool:
    """Tell whether, two or three tokens after a preposition's noun, a proper name takes the phrase up again."""
    doc = r.doc
    if r.name:
        return False
    if r.closed_right and doc.key(at + 1) in COMMAS and is_name(doc, at + 2):
        close = next((j for j in range(at + 3, min(at + 7, r.limit + 1)) if doc.key(j) in COMMAS), None)
        return close is not None and all(may_be_name(doc, j) for j in range(at + 2, close))
    for j in range(at + 1, min(at + 5, r.limit)):
        if doc.tokens[j].kind != "word" or is_time(doc, j) or is_preposition(doc, j) or is_complementizer(doc.key(j)):
            return False
        if (
            is_name(doc, j)
            and not is_eventive(doc.key(j))
            and j + 1 <= r.limit
            and (is_defined(doc.key(j - 1)) or j == at + 1)
            and not is_adjective(doc.key(j))
        ):
            return r.closed_right or (j + 1 < r.limit and is_name(doc, j + 1) and not is_eventive(doc.key(j + 1)))
    return False


def may_be_name(doc: Document, j: int) -> bool:
    """Tell whether token j can stand in a name: a word that the lexicon does not know, with or without article."""
    return doc.tokens[j].kind == "word" and (
        is_name(doc, j) or (is_defined(doc.key(j)) and noun_class(doc.key(j)) is None)
    )
