"""Full names as a story prints them without a role before them: علي بن هلال الضميري, سليم البيطار، وزير الزراعة."""

from collections.abc import Iterator
from functools import lru_cache

from agents.extract.cues import lookup
from agents.extract.document import Document
from agents.extract.grammar import KEPT, WORDS, is_eventive, is_name, is_preposition, noun_class
from agents.extract.phrase_ends import is_verb
from agents.extract.tokens import is_defined

LONGEST = 6
SECOND_HALVES = frozenset(("الله", "الدين"))


def bare_names(doc: Document) -> Iterator[tuple[int, int]]:
    """Yield the tokens of each name that ends with a family name in ـي: one behind a given name, or one that speaks.

    Other family names cannot be told from the noun that follows (استقبل علي الضيف); a nisba behind an unknown word is a
    family name only where the story has it for the subject of a verb too (وأكد الضميري).

    >>> from agents.extract.testing import document
    >>> doc = document("زار علي بن هلال الضميري المدينة، ثم رامز البيروني. وأكد البيروني أنه راض.")
    >>> [doc.slice(*found) for found in bare_names(doc)]
    ['علي بن هلال الضميري', 'رامز البيروني']
    """
    families = [k for k, token in enumerate(doc.tokens) if _is_family(token.key)]
    speaking = {doc.key(k) for k in families if is_verb(doc, k - 1)}
    for k in families:
        if (lo := _begin(doc, k, known=doc.key(k) in speaking)) < k:
            yield lo, k + 1


def _begin(doc: Document, family: int, *, known: bool) -> int:
    """Return the first token of the name that ends with a family name: its first given name, else the word before."""
    floor = max(doc.sentence(family).lo, family - LONGEST)
    lo = family
    while lo > floor and _is_part(doc, lo - 1):
        lo -= 1
    given = next((k for k in range(lo, family) if _is_given(doc, k)), family)
    return family - 1 if given == family and known and max(lo, doc.sentence(family).lo + 1) < family else given


def _is_part(doc: Document, k: int) -> bool:
    key = doc.key(k)
    if key in WORDS["name_starts"] or key in SECOND_HALVES or doc.key(k - 1) in WORDS["name_starts"]:
        return doc.tokens[k].kind == "word"
    prefixed = key[0] in "وفلبك" and key[1:] in WORDS["forenames"]
    return is_name(doc, k) and not is_verb(doc, k) and not prefixed


def _is_given(doc: Document, k: int) -> bool:
    return (doc.key(k) in WORDS["forenames"] and not is_preposition(doc, k)) or doc.key(k + 1) in SECOND_HALVES


@lru_cache(maxsize=KEPT)
def _is_family(key: str) -> bool:
    if not (key.endswith("ي") and is_defined(key)) or noun_class(key) is not None or is_eventive(key):
        return False
    return all(form.kind != "verb" for form in lookup(key)[1])
