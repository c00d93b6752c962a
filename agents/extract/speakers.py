"""Speakers: what a noun phrase says of somebody — name, role, kind, gender, number, on whose behalf."""

from dataclasses import dataclass, field
from functools import lru_cache

from agents.extract.document import Document
from agents.extract.grammar import (
    KEPT,
    NISBAS,
    STATE_NAMES,
    WORDS,
    is_eventive,
    is_name,
    lemma_of,
    noun_class,
    prefixed,
)
from agents.extract.morphology import agreement
from agents.extract.names import bare_names
from agents.extract.phrase_ends import is_verb
from agents.extract.phrases import Phrase, read_attached, read_phrase
from agents.extract.tokens import bare, is_defined
from agents.normalize.characters import fold_key
from schemas.statements import SourceType

FullNames = dict[str, tuple[str, str | None]]
AROUND = "، ,-"
LONGEST_NAME = 5
NAMED_KINDS = ("titles", "people", "name", "other")
TYPES: dict[str, SourceType] = {
    "titles": "person",
    "people": "group",
    "organizations": "organization",
    "media": "media",
    "documents": "document",
    "state": "state",
    "name": "person",
    "other": "unknown",
}


@dataclass(slots=True)
class Speaker:
    """Somebody who speaks in this story: the fullest name so far and everything said about him.

    ``through`` are the documents that spoke for him, so that «التقرير» points back to who wrote it.
    ``voiced`` says that he said or added something, which things do not.
    """

    name: str
    role: str | None
    kind: SourceType
    gender: str
    number: str
    words: set[str]
    head: str
    lo: int
    hi: int
    first: int = 0
    states: set[int] = field(default_factory=set)
    spokesperson_for: str | None = None
    members: list[tuple[str, str | None]] = field(default_factory=list)
    through: set[str] = field(default_factory=set)
    voiced: bool = False


def collect_names(doc: Document) -> FullNames:
    """Return, for every word of a name that stands after a role, the fullest such name of the story and the role."""
    found: FullNames = {}
    for k, token in enumerate(doc.tokens):
        if token.kind != "word" or not _is_title(token.key):
            continue
        if before := _name_before(doc, k):
            for j in range(*before):
                found.setdefault(doc.key(j), (doc.slice(*before), None))
        read = read_phrase if noun_class(token.key) else read_attached
        phrase = read(doc, k, doc.sentence(k).hi, closed_right=False)
        if phrase is None or phrase.name is None or phrase.name[1] - phrase.name[0] < 2:
            continue
        name = doc.slice(*phrase.name)
        role = _role(doc, phrase, phrase.name)
        for j in range(*phrase.name):
            if len(found.get(doc.key(j), ("", None))[0]) < len(name):
                found[doc.key(j)] = (name, role)
    return _with_bare_names(doc, found)


@lru_cache(maxsize=KEPT)
def _is_title(key: str) -> bool:
    """Tell whether a word is a title, و or a preposition written onto it or not."""
    rest = key.removeprefix("و") if noun_class(key) is None else key
    return noun_class(prefixed(rest)[1]) == "titles"


def _with_bare_names(doc: Document, found: FullNames) -> FullNames:
    """Add the family names of those whom the story prints without a role."""
    for lo, hi in bare_names(doc):
        if doc.key(hi - 1) not in found:
            found[doc.key(hi - 1)] = (doc.slice(lo, hi), None)
    return found


def _name_before(doc: Document, k: int) -> tuple[int, int] | None:
    """Return the name in front of its role (استقالت لمى خلف الأمينة, دعا موسى أبو الكرم نائب الرئيس), or None.

    Two words that may be names; more of them, or a defined family name, only behind a common given name.
    """
    definite = is_defined(doc.key(k)) or is_defined(doc.key(k + 1))
    if noun_class(doc.key(k)) != "titles" or not (definite or is_defined(doc.key(k + 2))):
        return None
    for lo in range(max(k - LONGEST_NAME, doc.sentence(k).lo + 1), k - 1):
        if doc.key(lo) in WORDS["forenames"] and all(_is_of_name(doc, j, k) for j in range(lo + 1, k)):
            return lo, k
    lo = k - 2
    named = definite and lo > doc.sentence(k).lo and all(_is_plain_name(doc, j) for j in (lo, k - 1))
    if doc.key(k - 1) in WORDS["honorifics"]:
        return None
    adverbial = doc.key(lo) in WORDS["with_pronoun"] or (doc.key(lo).endswith("ا") and doc.key(k - 1).endswith("ا"))
    return (lo, k) if named and not adverbial and not is_eventive(doc.key(lo)) else None


def _is_plain_name(doc: Document, j: int) -> bool:
    return is_name(doc, j) and not is_verb(doc, j) and doc.key(j)[:1] != "و"


def _is_of_name(doc: Document, j: int, end: int) -> bool:
    """Tell whether a token behind a given name goes on with it: a name, or a defined word that ends or completes it."""
    completes = doc.key(j - 1) in WORDS["name_starts"] or j == end - 1
    return _is_plain_name(doc, j) or (is_defined(doc.key(j)) and completes and noun_class(doc.key(j)) is None)


def describe(doc: Document, phrase: Phrase, full_names: FullNames) -> Speaker:
    """Return the speaker that a phrase describes, before it is compared with those already known."""
    carrier, phrase = phrase, owner_of(doc, phrase, full_names)
    phrase = _as_name(doc, phrase, full_names)
    name, role = _name_and_role(doc, phrase, full_names)
    keys = [doc.key(k) for k in range(phrase.lo, phrase.hi) if doc.tokens[k].kind == "word"]
    kind = _kind(doc, phrase, keys)
    words = {_word(key) for key in keys} | {_word(key) for key in fold_key(name).split()}
    if role and phrase.name and phrase.name[0] == phrase.lo:
        words |= {_word(key) for key in fold_key(role).split()}
    return Speaker(
        name=name,
        role=role,
        kind=kind,
        gender=_gender(phrase, keys),
        number=_number(phrase, keys, kind),
        words=words - {""},
        head=phrase.head,
        lo=phrase.lo,
        hi=phrase.hi,
        first=phrase.lo,
        states=_states(keys),
        spokesperson_for=_spoken_for(doc, phrase, role),
        through={carrier.head} if carrier.head in WORDS["carriers"] else set(),
    )


def _as_name(doc: Document, phrase: Phrase, full_names: FullNames) -> Phrase:
    """Read a defined word as a family name where the story prints it behind a role: الضميري."""
    alone = phrase.kind == "other" and phrase.name is None and phrase.hi - phrase.lo == 1
    if alone and doc.key(phrase.lo) in full_names:
        return phrase._replace(name=(phrase.lo, phrase.hi), kind="name")
    return phrase


def _name_and_role(doc: Document, phrase: Phrase, full_names: FullNames) -> tuple[str, str | None]:
    """Return the fullest name that the story prints for a phrase, and its role; a body is named by the whole of it."""
    if phrase.name is None or phrase.kind not in NAMED_KINDS:
        return _clean(doc, phrase), None
    attached = phrase.prefix if phrase.name[0] == phrase.lo else 0
    name = doc.slice(*phrase.name)[attached:]
    role = _role(doc, phrase, phrase.name)
    full, full_role = full_names.get((fold_key(name).split() or [""])[-1], (name, None))
    longer = _extended(full, name)
    return (longer, role or full_role) if longer else (name, role)


def _kind(doc: Document, phrase: Phrase, keys: list[str]) -> SourceType:
    kind = TYPES.get(phrase.kind or "other", "unknown")
    if phrase.name and phrase.kind in NAMED_KINDS:
        return "person"
    if kind == "group" and keys and bare(keys[0]) in WORDS["hidden_groups"]:
        return "anonymous"
    hidden = phrase.head in WORDS["unnamed"] or doc.key(phrase.hi) in WORDS["anonymity"]
    if phrase.kind == "titles" and keys and phrase.name is None and keys[0].endswith(("ون", "ين")):
        kind = "group"
    if kind == "person" and (phrase.head == "مصدر" or (hidden and not phrase.defined)):
        return "anonymous"
    return kind


def _number(phrase: Phrase, keys: list[str], kind: SourceType) -> str:
    plural = bool(keys) and keys[0].endswith(("ون", "ين", "وا", "و")) and kind != "state" and not phrase.name
    return "p" if phrase.kind == "people" or phrase.joint or plural else "s"


def _states(keys: list[str]) -> set[int]:
    """Return the states that a phrase names, by name, capital, seat or adjective."""
    adjectives = {NISBAS[n] for k in keys for n in (bare(k), bare(k).removesuffix("ة")) if n in NISBAS}
    return adjectives | {STATE_NAMES[k] for k in keys if k in STATE_NAMES}


def _extended(full: str, name: str) -> str | None:
    """Return the fuller form of a name that a longer one ends with, as far as the name's last word; None if not longer.

    >>> _extended("سامي حنا", "حنا"), _extended("سامي حنا", "سامي حنا")
    ('سامي حنا', None)
    """
    words, keys, own = full.split(), fold_key(full).split(), fold_key(name).split()
    if len(words) <= len(own) or len(words) != len(keys) or own[-1] not in keys:
        return None
    end = keys.index(own[-1]) + 1
    return " ".join(words[:end]) if end > len(own) and set(own) <= set(keys[:end]) else None


def _word(key: str) -> str:
    """Return the comparable core of a word: no article, no و or ل before it."""
    _attached, rest = prefixed(fold_key(key))
    word = bare(rest)
    if word.startswith("و") and noun_class(word) is None and noun_class(word[1:]):
        word = bare(word[1:])
    return "" if word in WORDS["prepositions"] or word in WORDS["selves"] else lemma_of(word)


def owner_of(doc: Document, phrase: Phrase, full_names: FullNames) -> Phrase:
    """Prefer who speaks to what he speaks through: بيان المنظمة, حساب خفر السواحل, تقرير الحلو."""
    if phrase.head not in WORDS["carriers"] or phrase.hi - phrase.lo < 2:
        return phrase
    k = phrase.lo + 1
    attached, rest = prefixed(doc.key(k))
    if doc.key(k) in full_names:
        return Phrase(k, phrase.hi, doc.key(k), "name", (k, phrase.hi), None)
    if noun_class(rest if attached else doc.key(k)) is None and k not in doc.opening:
        return phrase
    read = read_attached if attached else read_phrase
    return read(doc, k, phrase.hi, closed_right=True) or phrase


def _clean(doc: Document, phrase: Phrase) -> str:
    """Return the phrase's text; a preposition written onto its first word and outer quotation marks are cut off."""
    lo, hi = phrase.lo, phrase.hi
    if lo in doc.opening and hi - 1 in doc.closing:
        lo, hi = lo + 1, hi - 1
    text = doc.slice(lo, hi)
    first = doc.tokens[lo].text
    if phrase.prefix:
        return "ال" + text[2:] if first.startswith("لل") else text[1:]
    return text


def _role(doc: Document, phrase: Phrase, name: tuple[int, int]) -> str | None:
    """Return the words of a phrase before its name, else after it; a rank or Dr. just before the name is left out."""
    before = _clean(doc, phrase._replace(hi=name[0])).rstrip('"«“').strip(AROUND) if name[0] > phrase.lo else ""
    after = doc.slice(name[1], phrase.hi).lstrip('"»”').strip(AROUND)
    words = before.split()
    if len(words) > 2 and _is_rank(fold_key(words[-1])) and fold_key(words[-2]).startswith(("ال", "لل")):
        before = " ".join(words[:-1])
    if after and len(words) == 1 and _is_rank(fold_key(words[0])):
        return after
    return next((text for text in (before, after) if any(c.isalpha() for c in text)), None)


def _is_rank(key: str) -> bool:
    return is_defined(key) and noun_class(key) == "titles"


def _gender(phrase: Phrase, keys: list[str]) -> str:
    first = keys[0] if keys else ""
    if phrase.kind in ("organizations", "titles", "documents", "media"):
        return "f" if first.endswith(("ة", "ات")) or lemma_of(first) in WORDS["feminine_plurals"] else "m"
    if phrase.kind == "state":
        return "f"
    known = agreement(first) if phrase.kind == "other" else None
    return known[0] if known else "any"


def _spoken_for(doc: Document, phrase: Phrase, role: str | None) -> str | None:
    """Return the body in whose name a role speaks: the words after باسم."""
    text = role or doc.slice(phrase.lo, phrase.hi)
    words = text.split()
    at = next((n for n, word in enumerate(words) if fold_key(word) in WORDS["spokes_for"]), len(words))
    return " ".join(words[at + 1 :]).rstrip("، ,") or None


def affiliation(role: str | None) -> str | None:
    """Return the body that a role belongs to, as the role words it; a ministry that is only its field is none.

    >>> affiliation("عضو اللجنة التنفيذية لمنظمة التعمير"), affiliation("مدير مركز البحوث")
    ('منظمة التعمير', 'مركز البحوث')
    >>> affiliation("وزير الخارجية الروسي"), affiliation(None)
    (None, None)
    """
    words = (role or "").split()
    for n, word in enumerate(words[1:], start=1):
        attached, rest = prefixed(fold_key(word))
        if noun_class(rest) == "organizations" and (attached or not is_defined(rest)):
            first = "ال" + word[2:] if word.startswith("لل") else word[len(attached) :]
            return " ".join([first, *words[n + 1 :]]).rstrip("، ,")
    return None


def parts_of(doc: Document, phrase: Phrase) -> list[Phrase]:
    """Return the phrases that a joint source is made of: لافروف | ونظيره الأميركي."""
    if phrase.joint is None:
        return []
    first = read_phrase(doc, phrase.lo, phrase.joint, closed_right=True)
    second = read_attached(doc, phrase.joint, phrase.hi, closed_right=True)
    return [part for part in (first, second) if part]
