"""The proper name in a noun phrase: which words it takes in behind a role, and where it ends."""

from agents.extract.grammar import WORDS
from agents.extract.phrase_ends import is_bare_verb, is_family_name
from agents.extract.phrase_state import Reader
from agents.extract.tokens import is_defined
from agents.normalize.characters import fold_key

ABBREVIATED = frozenset({"doctor": "د", "engineer": "م", "professor": "ا"}.values())


def continues_name(r: Reader, k: int, kind: str | None) -> bool:
    """Tell whether a defined word is a family name: منى القاضي, احمد ولد الطالب."""
    first = r.name is not None and k - r.name[0] == 1
    return kind is None or first or r.doc.key(k - 1) in WORDS["name_starts"]


def begins_role(r: Reader, k: int) -> bool:
    """Tell whether, behind a name of two words, a participle governs a noun: لويس هاميلتون متصدر الترتيب."""
    key = r.doc.key(k)
    long = r.name is not None and r.name[1] == k and k - r.name[0] > 1 and r.doc.key(k - 1) not in WORDS["name_starts"]
    return long and key[:1] == "م" and len(key) > 3 and key not in WORDS["names"] and is_defined(r.doc.key(k + 1))


def is_past_name(r: Reader, k: int) -> bool:
    """Tell whether a name that has its family name already (لؤي الأسعد) is followed by another defined noun."""
    if r.state != "name" or not r.name or r.name[1] != k or k - r.name[0] < 2:
        return False
    doc = r.doc
    return any(is_defined(doc.key(j)) and doc.key(j - 1) not in WORDS["name_starts"] for j in range(r.name[0] + 1, k))


def is_full_name(r: Reader, k: int) -> bool:
    """Tell whether the name before token k is a family name by which the story knows somebody: عسكر | الخطة."""
    last = r.doc.key(k - 1)
    known = r.doc.names.get(last)
    return bool(known and r.name and r.name[1] == k and fold_key(known[0]).split()[-1:] == [last])


def is_owned_noun(r: Reader, k: int) -> bool:
    """Tell whether behind an undefined title stands a noun and its complement, and no name: وكيل أعمال اللاعب."""
    given = r.doc.key(k) in WORDS["given_names"] or r.doc.key(k) in WORDS["forenames"]
    after = r.doc.key(k + 1)
    return not (given or r.head_defined) and k + 1 < r.limit and is_defined(after) and not after.endswith("ي")


def _is_epithet(r: Reader, k: int) -> bool:
    """Tell whether one or two defined words stand before a name as its role: البريطاني، الملياردير اليوناني."""
    key = r.doc.key(k)
    if key[:1] in ("ت", "ي") and key not in WORDS["given_names"] and key not in WORDS["names"]:
        return False  # a verb: الكوليرا تجتاح
    return r.kind == "other" and k - r.lo < 3 and all(is_defined(r.doc.key(j)) for j in range(r.lo, k))


def take_name(r: Reader, k: int) -> int:
    """Take token k as the name or its next word; returns how many tokens were taken, 0 where the phrase ends."""
    if r.state != "start" and ((r.kind != "name" and is_bare_verb(r.doc, k)) or _is_accusative(r, k)):
        return 0
    if r.head == "مصدر":
        return 1
    if (
        r.name
        and r.name[1] == k
        and k - r.name[0] > 1
        and len(r.doc.key(k)) > 4
        and r.doc.key(k).endswith(("ه", "ها", "هم"))
        and not r.doc.key(k).endswith("الله")
    ):
        return 0
    if r.name and r.name[1] == k:
        r.name[1] = k + 1
    elif r.name is None and (r.kind in ("titles", "people", "name") or _is_epithet(r, k)):
        r.name = [k, k + 1]
    elif r.name is not None and r.state != "name":
        return 1
    r.state = "name"
    return 1


def hangs_on_name(r: Reader, k: int) -> bool:
    """Tell whether token k is أبو and its like behind a name, or what follows it there, whatever else that word is."""
    key, starts = r.doc.key(k), WORDS["name_starts"]
    open_name = r.state == "name" and r.name is not None and r.name[1] == k
    if open_name and key in WORDS["forenames"] and r.doc.key(k - 1) in WORDS["forenames"]:
        return True
    if open_name and (key in starts or r.doc.key(k - 1) in starts) and not is_defined(key):
        return True
    return open_name and is_family_name(r, k)


def is_abbreviated(r: Reader, k: int) -> bool:
    """Tell whether a title is abbreviated before a name: د. رفعت عوض."""
    return r.doc.key(k) in ABBREVIATED and r.doc.key(k + 1) == "." and k + 2 < r.limit


def _is_accusative(r: Reader, k: int) -> bool:
    """Tell whether an undefined word and its adjective are what the verb is about: حققت المقاومة تقدما نوعيا."""
    return r.name is None and r.doc.key(k).endswith("ا") and r.doc.key(k + 1).endswith("يا")
