"""Cues: the words that attribute, as they stand in the text."""

from functools import lru_cache
from typing import NamedTuple

from agents.extract.document import Document
from agents.extract.grammar import NOUNS, WORDS, is_complementizer, is_eventive
from agents.extract.lexicon import LEXICON, Form, Verb
from agents.extract.tokens import bare, is_defined, key_of
from agents.normalize.characters import fold_key


class Cue(NamedTuple):
    """A cue word at token ``at``, read as ``form``; its proclitics (و ف ل) are ``text[token.start:start]``."""

    at: int
    start: int
    end: int
    form: Form
    negated: bool
    purpose: bool

    @property
    def verb(self) -> Verb:
        """The lexicon entry."""
        return self.form.verb


def find_cues(doc: Document) -> list[Cue]:
    """Return the cue words of the document in order, each with every reading that its spelling allows.

    Left out: words in a quotation of more than a few words (it is never looked into), planned and wished-for speech
    (سيعلن، قد يعلن، قبل أن يعلن), and negated speech unless the lexicon marks the verb as meaningful when negated.
    """
    return [cue for i in range(len(doc.tokens)) for cue in cues_at(doc, i)]


def cues_at(doc: Document, i: int) -> list[Cue]:
    """Return the readings of one token as a cue."""
    token = doc.tokens[i]
    if token.kind != "word" or in_quotation(doc, i):
        return []
    prefix, forms = lookup(token.key)
    if not forms:
        return []
    start = token.start + len(prefix)
    return [
        Cue(i, start, token.end, form, form.kind == "verb" and _is_negated(doc, i), prefix.endswith("ل"))
        for form in forms
        if _speaks_here(doc, i, form, prefix)
    ]


def _speaks_here(doc: Document, i: int, form: Form, prefix: str) -> bool:
    """Tell whether a form can be a cue where it stands."""
    if is_complementizer(doc.key(i - 1)) and doc.key(i + 1) in ("،", "."):
        return False
    if _is_given_name(doc, i, form) or _is_part_of_name(doc, i, form):
        return False
    if doc.tokens[i].key in WORDS["anonymity"] and doc.key(i + 1) in WORDS["concealments"]:
        return False
    if doc.key(i - 1) in WORDS["anonymity"] and doc.tokens[i].key in WORDS["concealments"]:
        return False
    if doc.key(i - 1) in WORDS["name_starts"] or (doc.tokens[i].key == "ذكرا" and doc.key(i + 1) == "او"):
        return False
    if form.kind != "verb":
        return not prefix.endswith("ل") and not (form.kind == "participle" and doc.tokens[i - 1].kind == "number")
    before = doc.key(i - 1)
    if (not prefix and before in WORDS["before_masdar"]) or before.endswith("عدم"):
        return False
    if prefix.endswith("ل") and form.tense != "present":
        return False
    if _is_negated(doc, i) and not form.verb.negatable:
        return False
    return not _is_noun_here(doc, i, form, prefix) and not _is_irrealis(doc, i, form, prefix)


def _is_given_name(doc: Document, i: int, form: Form) -> bool:
    """Tell whether a headline's word that is spelled like a verb begins a name of this story: أمل خوري تحذر."""
    if form.kind != "verb" or doc.sentence(i).section != "headline" or doc.key(i + 1) not in doc.names:
        return False
    return fold_key(doc.names[doc.key(i + 1)][0]).split()[:2] == [doc.key(i), doc.key(i + 1)]


def _is_part_of_name(doc: Document, i: int, form: Form) -> bool:
    """Tell whether what is spelled like a verb goes with a noun: أبو طالب, طالب لجوء, أحد أبرز القادة, ويدعى سامي."""
    before = doc.key(i - 1).removeprefix("و")
    if doc.tokens[i].text.endswith("دعى"):
        return True
    sought = doc.key(i) == "طالب" and doc.key(i + 1) in WORDS["sought"]
    return sought or before in ("ابو", "ابي", "بن") or (before in ("احد", "احدي") and form.tense == "past")


def in_quotation(doc: Document, i: int) -> bool:
    """Tell whether token i stands inside a quotation long enough to be speech."""
    n = doc.inside[i]
    return n >= 0 and doc.quote_words(doc.quotes[n][0]) > 3


@lru_cache(maxsize=65536)
def lookup(key: str) -> tuple[str, tuple[Form, ...]]:
    """Return the proclitics of a key and the cue forms that the rest of it spells, none for a homograph.

    >>> [form.verb.gloss for form in lookup("واكد")[1]], lookup("ردا")
    (['affirm'], ('', ()))
    """
    if key in WORDS["homographs"] or key[1:] in WORDS["homographs"]:
        return "", ()
    for prefix in ("", "و", "ف", "ل", "ول", "فل"):
        if key.startswith(prefix) and (forms := LEXICON.cues.get(key[len(prefix) :])):
            return prefix, forms
    return "", ()


def _is_noun_here(doc: Document, i: int, form: Form, prefix: str) -> bool:
    """Tell whether what is spelled like a past verb is its verbal noun, or a preposition: يمكن وصف، وحث، بين."""
    if form.tense != "past" or form.gender != "m" or form.number != "s" or form.clitic:
        return False
    before = doc.key(i - 1)
    at_start = prefix != "" or i == doc.sentence(i).lo or before in ("،", ",")
    if before in WORDS["modals"] or before.removeprefix("و") in WORDS["modals"]:
        return True
    if form.verb.preposition:
        after = doc.key(i + 1)
        return not at_start or is_eventive(after) or (form.verb.past == "عقب" and bare(after) in NOUNS["occasions"])
    if form.verb.masdar is None or key_of(form.verb.masdar) != doc.key(i)[len(prefix) :]:
        return False
    return before in WORDS["modals"] or (
        prefix == "و" and i > doc.sentence(i).lo and before not in ("،", ",", "»", '"')
    )


def _is_negated(doc: Document, i: int) -> bool:
    before = doc.key(i - 1)
    return before in WORDS["negations"] or (before[1:] in WORDS["negations"] and before[:1] in ("و", "ف"))


def _is_irrealis(doc: Document, i: int, form: Form, prefix: str) -> bool:
    before = doc.key(i - 1).removeprefix("و")
    if form.tense == "past":
        return before in ("اذا", "لو", "هل", "ان") and not prefix
    return before in WORDS["irrealis"] or before in ("بان", "بان", "ان", "لن", "سوف")


def is_boilerplate(doc: Document, cue: Cue) -> bool:
    """Tell whether a cue opens an agentless formula: يذكر أن، ويتوقع أن, the defined adjective المعلن."""
    form = cue.form
    turned_out = doc.key(cue.at).removeprefix("و").removeprefix("ف") in WORDS["turned_out"]
    return (
        turned_out
        or is_defined(doc.key(cue.at))
        or (form.verb.impersonal and form.tense == "present" and form.gender == "m" and form.number == "s")
    )
