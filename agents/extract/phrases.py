"""Noun phrases that name a source: where they end, which part is role and which part is the proper name."""

from agents.extract.cues import lookup
from agents.extract.document import NAME_WORDS, Document
from agents.extract.grammar import (
    NISBAS,
    NOUNS,
    OUTLETS,
    STATE_NAMES,
    WORDS,
    is_adjective,
    is_eventive,
    is_name,
    is_passive,
    is_preposition,
    is_told,
    lemma_of,
    noun_class,
    prefixed,
)
from agents.extract.phrase_ends import ends_phrase, is_finite_cue, is_verb
from agents.extract.phrase_names import (
    ABBREVIATED,
    begins_role,
    continues_name,
    hangs_on_name,
    is_abbreviated,
    is_full_name,
    is_owned_noun,
    is_past_name,
    take_name,
)
from agents.extract.phrase_prepositions import may_be_name, place_of_role, preposition
from agents.extract.phrase_state import COMMAS, PLURALS, Phrase, Reader
from agents.extract.tokens import bare, is_defined

LONGEST = 30


def read_phrase(doc: Document, lo: int, limit: int, *, closed_right: bool) -> Phrase | None:
    """Read the noun phrase at token ``lo``, not past ``limit``; None where none begins.

    ``closed_right`` says that what follows the phrase is known (a clause, a quotation): then everything up to it is
    the phrase or an adjunct. Otherwise an event noun after a complete phrase begins the thing that was said.
    Relative clauses, time, occasion and addressee are left out.
    """
    r = Reader(doc, lo, min(limit, lo + LONGEST), closed_right=closed_right)
    k = lo
    while k < r.limit:
        step = _step(r, k)
        if step == 0:
            break
        k += step
    if k == lo or r.state == "start":
        return None
    name = (r.name[0], min(r.name[1], k)) if r.name else None
    if _is_one_person(r):
        r.joint = None
    return Phrase(lo, k, r.head or "", r.kind, name, r.joint, defined=r.head_defined, definite=r.definite)


def _is_one_person(r: Reader) -> bool:
    """Tell whether two titles joined by و are one person's, named after them: رئيس الحكومة ووزير المالية سامي."""
    if r.joint is None or r.name is None or r.name[0] <= r.joint or r.kind != "titles":
        return False
    return lemma_of(r.doc.key(r.joint)[1:]) not in WORDS["counterparts"]


def _step(r: Reader, k: int) -> int:
    """Return how many tokens from k belong to the phrase, 0 at its end."""
    doc, token = r.doc, r.doc.tokens[k]
    if is_abbreviated(r, k):
        if r.state == "start":
            r.kind, r.head, r.definite = "titles", token.key, True
        r.state = "closed"
        return 2
    if token.kind == "mark":
        return _mark(r, k)
    if token.kind == "number":
        return 1 if r.state in {"construct", "start"} else 0
    if r.state == "name" and r.name and r.name[1] == k and doc.key(k - 1) in WORDS["name_starts"]:
        r.name[1] = k + 1  # أبو طالب, آل الشيخ
        return 1
    if ends_phrase(r, k):
        return 0
    if r.closed_right and r.state == "closed" and token.key[0] == "ب" and doc.key(k + 1) in WORDS["forenames"]:
        return 1
    if is_preposition(doc, k) or prefixed(token.key)[0]:
        return preposition(r, k)
    if place_of_role(r, k):
        return 1
    if r.state != "start" and token.key in WORDS["anonymity"]:
        return 0
    if token.key[:1] == "و" and r.state not in ("start", "construct") and (found := _conjunct(r, k)):
        return found
    return _word(r, k)


def _mark(r: Reader, k: int) -> int:
    doc = r.doc
    if r.state != "start" and k in doc.opening and is_told(doc, k):
        return 0
    if k in doc.opening and doc.quote_words(k) <= NAME_WORDS + 1 and doc.past_quote(k) > k + 1:
        if r.state == "start" and doc.quote_words(k) > NAME_WORDS:
            return 0
        if r.state == "start":
            r.kind, r.head = "name", doc.key(k + 1)
        if r.name is None and (r.kind == "name" or (r.kind == "titles" and is_defined(doc.key(k - 1)) and k > r.lo)):
            r.name = [k + 1, doc.past_quote(k) - 1]
        r.state = "closed" if r.state != "name" else "name"
        return min(doc.past_quote(k), r.limit) - k
    if doc.key(k) in COMMAS:
        return _apposition(r, k)
    if r.state == "construct" and k in doc.brackets and doc.brackets[k] - k <= NAME_WORDS + 1:
        r.state = "closed"
        return min(doc.brackets[k] + 1, r.limit) - k
    if doc.key(k) == "-" and r.state == "name" and k + 1 < r.limit and is_name(doc, k + 1):
        return 1
    return 0


def _apposition(r: Reader, k: int) -> int:
    """Return the length of a name between commas after its role (كاتب الدولة، سالم عيد،) or a role after its name."""
    if r.name:
        return _role_after(r, k)
    doc = r.doc
    known = doc.key(k + 1) in WORDS["forenames"]
    end = next((j for j in range(k + 1, min(k + 7, r.limit + 1)) if j >= r.limit or _closes(doc, j, known)), None)
    if r.kind not in ("titles", "people") or end is None or not 1 <= end - k - 1 <= 4:
        return 0
    first = is_name(doc, k + 1) or doc.key(k + 1) in WORDS["given_names"]
    if (
        not first
        or not all(may_be_name(doc, j) for j in range(k + 2, end))
        or doc.key(k + 1) in WORDS["clause_openers"]
    ):
        return 0
    r.name, r.state = [k + 1, end], "name"
    return end - k


def _closes(doc: Document, j: int, known: bool) -> bool:
    """Tell whether a name between commas ends at token j: at the comma, a name that is known at a preposition too."""
    return doc.key(j) in COMMAS or (known and is_preposition(doc, j))


def _role_after(r: Reader, k: int) -> int:
    """Return the length of a role between commas after a name: سليم البيطار، رئيس التحرير،, أحد سكان المنطقة."""
    doc, first = r.doc, r.doc.key(k + 1)
    if noun_class(first) != "titles" and first not in WORDS["determiners"]:
        return 0
    close = next((j for j in range(k + 2, min(k + 14, r.limit + 1)) if j >= r.limit or _pauses(doc, j)), None)
    role = read_phrase(doc, k + 1, close, closed_right=True) if close else None
    if role is None or close is None or role.name is not None:
        return 0
    placed = (
        doc.key(close) in COMMAS
        and is_preposition(doc, role.hi)
        and not any(is_verb(doc, j) for j in range(role.hi, close))
    )
    return close - k if placed else role.hi - k if role.hi == close else 0


def _pauses(doc: Document, j: int) -> bool:
    return doc.key(j) in COMMAS and doc.inside[j] == -1


def _conjunct(r: Reader, k: int) -> int:
    """Return 1 where token k is و and a second speaker: شهود وسكان، لافروف ونظيره."""
    rest = r.doc.key(k)[1:]
    if len(rest) < 3 or is_finite_cue(r.doc, k):
        return 0
    kind = noun_class(rest)
    if kind is None and rest not in STATE_NAMES and not (is_defined(rest) and r.state == "closed"):
        return 0
    if not r.closed_right and is_eventive(rest):
        return 0
    if r.state == "name" or kind in ("titles", "people", "organizations", "media"):
        r.joint = r.joint or k
    r.state = (
        "closed"
        if is_defined(rest) or rest in STATE_NAMES or kind == "people" or rest.endswith(("ه", "ها"))
        else "construct"
    )
    return 1


def _word(r: Reader, k: int) -> int:
    key = r.doc.key(k)
    kind = noun_class(key)
    if r.state == "name" and kind != "titles" and not r.closed_right and is_full_name(r, k):
        return 0
    if r.state == "start":
        return _first(r, k, kind, defined=is_defined(key))
    if key in WORDS["selves"] or (key in WORDS["honorifics"] and noun_class(r.doc.key(k + 1)) == "titles"):
        return 1
    if r.name is None and r.head in ABBREVIATED and k == r.lo + 2 and is_defined(key):
        r.name, r.state = [k, k + 1], "name"
        return 1
    if key == "ابو" and r.name is None and r.kind in ("titles", "people") and r.definite and k + 1 < r.limit:
        r.name, r.state = [k, k + 1], "name"
        return 1
    if r.name and hangs_on_name(r, k):
        r.name[1] = k + 1
        return 1
    if r.state == "construct":
        _complement(r, k, kind, defined=is_defined(key))
        return 1
    return _defined_word(r, k, kind) if is_defined(key) else _undefined_word(r, k, kind)


def _defined_word(r: Reader, k: int, kind: str | None) -> int:
    """Take a defined word after a complete phrase: its adjective or a family name; 0 where it begins another phrase."""
    undefined_person = not r.definite and r.state == "closed" and r.kind in ("people", "titles") and r.name is None
    if undefined_person or is_past_name(r, k) or _is_new_noun(r, k):
        return 0
    r.definite = True
    if r.state == "name" and r.name and r.name[1] == k and continues_name(r, k, kind):
        r.name[1] = k + 1
    elif kind == "titles" and r.state == "name":
        r.state = "closed"
    return 1


def _undefined_word(r: Reader, k: int, kind: str | None) -> int:
    """Take an undefined word after a complete phrase: an adjective, a name or a further title; 0 for anything else."""
    key = r.doc.key(k)
    if key == "الله" and r.kind in ("other", "name", "titles") and (r.name is None or r.name[1] == k):
        r.name, r.state = [r.name[0] if r.name else k - 1, k + 1], "name"
        return 1
    if r.state == "closed" and r.definite and kind is not None and key.endswith(PLURALS) and lemma_of(key) != key:
        return 0
    if r.state == "closed" and r.head_defined and r.kind in ("organizations", "documents", "media"):
        return 0
    if _qualifies(r, k, kind):
        return 1
    if (kind is None and begins_role(r, k)) or (r.state == "name" and key in WORDS["partitive_roles"]):
        r.state = "construct"
        return 1
    if kind is None and is_name(r.doc, k):
        first = r.doc.key(r.lo)
        plural = r.kind == "people" or (first.endswith(PLURALS) and lemma_of(first) != bare(first))
        placed = plural and key[:1] == "ب" and key not in WORDS["names"]  # سكان بتبوك
        return 1 if placed else take_name(r, k)
    if key in WORDS["title_names"] and r.definite and r.name is None and not _heads_role(r, k):
        return take_name(r, k)
    if kind == "titles" or (r.closed_right and kind is not None):
        r.state = "construct"
        return 1
    return 0


def _qualifies(r: Reader, k: int, kind: str | None) -> bool:
    """Tell whether an undefined word says more of the noun before it: an adjective, a participle, a measure."""
    key = r.doc.key(k)
    if r.doc.key(k - 1) in WORDS["superlatives"] or _is_adjective_of_group(r, key):
        return True
    if kind is None and k == r.lo + 1 and r.doc.key(r.lo) in WORDS["people_of"]:
        return True
    if kind is None and is_passive(key) and key not in WORDS["names"] and (not r.definite or _is_bound(r, k + 1)):
        return True
    adjective = is_adjective(key) if kind is None else key in WORDS["adjectives"] and r.kind in ("titles", "people")
    return adjective and not r.definite and r.state != "name"


def _is_bound(r: Reader, k: int) -> bool:
    """Tell whether token k is a preposition or carries one, so that what stands before it is no name."""
    return is_preposition(r.doc, k) or bool(prefixed(r.doc.key(k))[0])


def _heads_role(r: Reader, k: int) -> bool:
    """Tell whether a title that is a name too opens a second role: مدير الهيئة أمين عام المجلس, أمين لجنة الري."""
    after = r.doc.key(k + 1)
    return after in WORDS["construct_adjectives"] or noun_class(after) == "organizations"


def _is_adjective_of_group(r: Reader, key: str) -> bool:
    """Tell whether an undefined word in ـة goes with an undefined plural before it: مصادر عليمة, not مؤكدة."""
    if any(form.kind == "participle" for form in lookup(key)[1]):
        return False
    return r.kind == "people" and r.state == "closed" and not r.definite and r.name is None and key.endswith("ة")


def _is_new_noun(r: Reader, k: int) -> bool:
    """Tell whether a defined word differs in gender from the one noun before it: غادر الرئيس المنصة."""
    key, head = r.doc.key(k), r.doc.key(r.lo)
    if k != r.lo + 1 or r.kind not in ("titles", "organizations"):
        return False
    if r.kind == "organizations" and head.endswith("ة"):
        return not key.endswith(("ة", "ات", "ين", "ون", "ي", "ا", "اء"))
    return r.kind == "titles" and key.endswith("ة") and not head.endswith(("ة", "ات", "ين", "ون"))


def _first(r: Reader, k: int, kind: str | None, *, defined: bool) -> int:
    doc, key = r.doc, r.doc.key(k)
    if key in WORDS["honorifics"] and noun_class(doc.key(k + 1)) == "titles":
        return 1
    r.head, r.head_defined = lemma_of(key), defined
    if key in WORDS["honorific_pronouns"]:
        r.kind, r.state, r.head_defined = "titles", "closed", True
        return 1
    r.definite = defined or key in STATE_NAMES or (kind is not None and bare(key) not in NOUNS[kind])
    if kind:
        r.kind = kind
        plural = kind == "people" or (key.endswith(PLURALS) and r.head != bare(key))
        owned = bare(key) not in NOUNS[kind] and not defined
        if kind == "people" and not defined and r.doc.key(k)[-2:] not in ("ون", "ين") and k + 1 < r.limit:
            plural = not is_defined(doc.key(k + 1))
        r.state = "closed" if defined or plural or owned else "construct"
        return 1
    if key in STATE_NAMES:
        r.kind, r.state = "state", "closed"
        return 1
    if key in OUTLETS:
        r.kind, r.state = "media", "closed"
        return 1
    if defined:
        r.kind, r.state = "other", "closed"
        return 1
    if key in WORDS["determiners"] or key in WORDS["elatives"]:
        persons = key in WORDS["determiners"] and key not in WORDS["noncounting"]
        r.state, r.kind = "construct", "people" if persons else "other"
        return 1
    nisba = key.endswith("ي") and key not in WORDS["adjectives"] and key not in doc.names
    if nisba and is_defined(doc.key(k + 1)) and k + 1 < r.limit:
        r.kind, r.state = "people", "construct"
        return 1
    if is_name(doc, k) and (r.closed_right or not is_eventive(key)):
        r.kind = "name"
        return take_name(r, k)
    if r.closed_right and doc.tokens[k].kind == "word" and not is_preposition(doc, k):
        r.kind, r.state = "other", "construct"
        return 1
    return 0


def _complement(r: Reader, k: int, kind: str | None, *, defined: bool) -> None:
    """Take token k as the complement of a construct (وزير + الخارجية)."""
    key = r.doc.key(k)
    r.definite = (
        r.definite
        or defined
        or key in STATE_NAMES
        or key.endswith(("ه", "ها", "هم"))
        or not (kind or is_adjective(key))
    )
    if kind and (r.kind in ("people", "other") and (r.head in WORDS["determiners"] or r.head in WORDS["elatives"])):
        r.kind = kind if kind != "titles" or r.head not in WORDS["partitives"] else "people"
        r.head, r.head_defined = lemma_of(key), defined
    if key in WORDS["determiners"] and k + 1 < r.limit:
        return
    if _is_accusative_nisba(r, k):
        r.state, r.definite = "closed", False
    elif defined or (key.endswith(("ه", "ها", "هم")) and not kind):
        r.state = "closed"
    elif kind or is_preposition(r.doc, k) or (key.endswith("ي") and k + 1 < r.limit and is_defined(r.doc.key(k + 1))):
        r.state = "closed" if kind == "people" and not is_defined(r.doc.key(k + 1)) else "construct"
    elif key in WORDS["construct_adjectives"] or (is_eventive(key) and k > r.lo + 1 and is_defined(r.doc.key(k + 1))):
        r.state = "construct"
    elif is_adjective(key) and key not in STATE_NAMES:
        r.state = "closed"
    else:
        r.state = "closed" if r.kind != "organizations" or key in STATE_NAMES else "name"
        if (
            r.kind == "titles"
            and k == r.lo + 1
            and key not in STATE_NAMES
            and is_name(r.doc, k)
            and r.head not in WORDS["office_heads"]
            and not is_owned_noun(r, k)
        ):
            take_name(r, k)


def _is_accusative_nisba(r: Reader, k: int) -> bool:
    """Tell whether what looks like a land is an adjective, since its noun is accusative too: لكن مسؤولا ليبيا قال."""
    before = r.doc.key(k - 1)
    return r.doc.key(k).endswith("يا") and before.endswith("ا") and noun_class(before) is not None


def read_attached(doc: Document, k: int, limit: int, *, closed_right: bool) -> Phrase | None:
    """Read a phrase whose first word carries و، ل or ب: the rest of that word, as if it stood alone."""
    token = doc.tokens[k]
    rest = prefixed(token.key)[1]
    doc.tokens[k] = token._replace(key=rest if rest != token.key else token.key[1:])
    try:
        phrase = read_phrase(doc, k, limit, closed_right=closed_right)
    finally:
        doc.tokens[k] = token
    return phrase._replace(prefix=1) if phrase else None


__all__ = ["COMMAS", "NISBAS", "Phrase", "read_attached", "read_phrase"]
