"""Full names as a story prints them without a role: علي بن هلال الضميري."""

from agents.extract.document import Document
from agents.extract.grammar import WORDS, is_eventive, is_preposition, noun_class
from agents.extract.phrase_ends import is_verb
from agents.extract.tokens import is_defined

LONGEST = 6


def full_name(doc: Document, k: int) -> tuple[int, int] | None:
    """Return the tokens of a name that begins with a common given name at k and ends with a family name in ـي, or None.

    Other family names cannot be told from the noun that follows: استقبل علي الضيف.

    >>> from agents.extract.testing import document
    >>> doc = document("استقبل الوفد علي بن هلال الضميري صباحا، ثم زار علي المدينة.")
    >>> [doc.slice(*found) for k in range(len(doc.tokens)) if (found := full_name(doc, k))]
    ['علي بن هلال الضميري']
    """
    if doc.key(k) not in WORDS["forenames"] or is_preposition(doc, k):
        return None
    limit = min(doc.sentence(k).hi, k + LONGEST)
    end = k + 1
    while end < limit and _is_middle(doc, end):
        end += 1
    return (k, end + 1) if end < limit and _is_family(doc, end) else None


def _is_middle(doc: Document, k: int) -> bool:
    key = doc.key(k)
    if key in WORDS["forenames"] or key in WORDS["name_starts"]:
        return True
    return doc.key(k - 1) in WORDS["name_starts"] and doc.tokens[k].kind == "word"


def _is_family(doc: Document, k: int) -> bool:
    key = doc.key(k)
    noun = noun_class(key) is not None or is_eventive(key) or is_verb(doc, k)
    return is_defined(key) and key.endswith("ي") and not noun
