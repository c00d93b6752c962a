"""Where a noun phrase ends: at verbs, times, relative clauses, and at the next noun phrase."""

from agents.extract.cues import lookup
from agents.extract.document import Document
from agents.extract.grammar import (
    NISBA,
    PRONOUNS,
    STATE_NAMES,
    WORDS,
    is_adjective,
    is_complementizer,
    is_eventive,
    is_name,
    is_time,
    noun_class,
)
from agents.extract.phrase_state import PLURALS, Reader
from agents.extract.tokens import bare, is_defined

# What is written with the ending of an indefinite accusative is no part of a subject: صحيفة المدينة حديثا.
TANWIN = ("\u064b\u0627", "\u0627\u064b")


def ends_phrase(r: Reader, k: int) -> bool:
    """Tell whether token k belongs to the phrase no more."""
    key = r.doc.key(k)
    if key in WORDS["relatives"] or is_complementizer(key):
        return True
    if r.state == "start":
        if key == "كل" and r.doc.key(k + 1) == "من" and is_defined(r.doc.key(k + 2)):
            return False
        return key in WORDS["not_subjects"] or key in WORDS["adverbs"] or _is_verbal(r.doc, k)
    if r.doc.key(k + 1) in WORDS["with_pronoun"] and noun_class(key) is None and not is_defined(key):
        return True
    if r.doc.tokens[k].text.endswith(TANWIN) and not r.doc.tokens[r.lo].text.endswith(TANWIN):
        return True
    if r.state == "construct":
        return False
    if key in WORDS["quantifiers"] or key in ("بعيد", "قبيل"):
        return True
    if key in WORDS["issued"] and r.doc.key(k + 1) == "عن":
        return False
    if is_time(r.doc, k) or key in WORDS["adverbs"] or key in WORDS["phrase_ends"]:
        return True
    if not r.closed_right and r.state in ("closed", "name") and _begins_object(r, k):
        return True
    return r.state == "name" and is_finite_cue(r.doc, k)


def _is_verbal(doc: Document, k: int) -> bool:
    """Tell whether token k is a verb or participle that cannot open a noun phrase: قائلا، ومضى، سيترشح، لكنه."""
    key = doc.key(k)
    if noun_class(key) is not None or noun_class(key.removeprefix("و")) is not None:
        return False
    prefix, forms = lookup(key)
    known = WORDS["auxiliaries"]
    return (
        bool(forms and (prefix or forms[0].kind == "participle"))
        or key in known
        or key.removeprefix("و") in known
        or key.startswith(("لكن", "ولكن"))
    )


def is_finite_cue(doc: Document, k: int) -> bool:
    """Tell whether token k is a cue verb with و or ف, which opens a sentence of its own: وأضاف."""
    prefix, forms = lookup(doc.key(k))
    return bool(prefix in ("و", "ف") and any(f.kind == "verb" and not f.clitic for f in forms))


def is_verb(doc: Document, k: int) -> bool:
    """Tell whether token k reads as a cue verb."""
    return any(f.kind == "verb" for f in lookup(doc.key(k))[1])


def is_bare_verb(doc: Document, k: int) -> bool:
    """Tell whether token k reads as a past verb of the lexicon: شاهد عيان طلب عدم كشف هويته."""
    prefix, forms = lookup(doc.key(k))
    if prefix and any(f.kind == "verb" for f in forms):
        return True
    finite = any(f.kind == "participle" or (f.kind == "verb" and not f.clitic) for f in forms)
    spoken = finite and doc.key(k) not in WORDS["verbs_as_names"]
    return spoken or doc.key(k) in WORDS["auxiliaries"]


def _begins_object(r: Reader, k: int) -> bool:
    """Tell whether, after a complete phrase with nothing known beyond it, token k begins another noun phrase."""
    key = r.doc.key(k)
    completes = k == r.lo + 1 and r.doc.key(r.lo) in WORDS["people_of"] and not is_defined(key)
    hangs = r.name is not None and r.name[1] == k and r.doc.key(k - 1) in WORDS["name_starts"]
    if completes or hangs or _is_given_name(r, k) or is_family_name(r, k):
        return False
    if is_eventive(key) and (not is_defined(key) or r.state == "name" or (r.definite and not key.endswith(NISBA))):
        return True
    kind = noun_class(key)
    if is_defined(key) and r.state == "closed" and r.kind == "titles" and _is_another(r, key, kind):
        return True
    if is_defined(key) and r.state == "name" and _is_family_name(r, k):
        return False
    if is_defined(key):
        return (
            kind is not None
            and r.state != "start"
            and (kind == "people" or not is_adjective(bare(key)))
            and key not in WORDS["binders"]
            and (r.state == "name" or kind in ("organizations", "people") or _is_whole(r))
        )
    return (
        kind in ("people", "organizations", "media", "documents")
        or (r.state != "name" and key in STATE_NAMES and r.kind == "organizations")
        or (r.state == "name" and key in STATE_NAMES)
    )


def _is_given_name(r: Reader, k: int) -> bool:
    """Tell whether, behind a title, a name that is a noun too goes before another name: الوزيرة أمل خوري."""
    after = r.doc.key(k + 1)
    named = r.doc.key(k) in WORDS["verbs_as_names"] and r.kind == "titles" and r.name is None and k + 1 < r.limit
    return named and is_name(r.doc, k + 1) and not after.endswith(PRONOUNS) and not is_eventive(after)


def is_family_name(r: Reader, k: int) -> bool:
    """Tell whether a defined word follows a common given name, whatever else it is: وصف يوسف الشاهد الزيارة."""
    key = r.doc.key(k)
    alone = r.kind == "name" and r.name == [k - 1, k] and r.doc.key(k - 1) in WORDS["forenames"]
    return alone and is_defined(key) and not key.endswith((*PLURALS, "ات", "ة"))


def _is_family_name(r: Reader, k: int) -> bool:
    """Tell whether, behind a title and one name, a body's word is the family name, since another body follows it."""
    alone = r.name is not None and r.name[1] == k and k - r.name[0] == 1 and r.kind == "titles"
    after = r.doc.key(k + 1)
    return alone and k + 1 < r.limit and is_defined(after) and noun_class(after) in ("organizations", "people")


def _is_another(r: Reader, key: str, kind: str | None) -> bool:
    """Tell whether a plural of persons or a state behind a title alone is somebody else: دعا الرئيس المواطنين."""
    owned = r.doc.key(r.lo).endswith(("ه", "ها", "هم")) or r.head_defined
    return owned and (key in STATE_NAMES or (kind in ("titles", "people") and key.endswith(("ين", "ات"))))


def _is_whole(r: Reader) -> bool:
    return r.kind == "organizations"
