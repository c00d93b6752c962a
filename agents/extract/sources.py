"""Sources resolved: who «الوزير», «بيسكوف», a dropped subject or a participle stand for."""

from dataclasses import dataclass, field, replace

from agents.extract.document import Document
from agents.extract.drafts import Draft
from agents.extract.grammar import (
    NISBAS,
    STATE_NAMES,
    WORDS,
    is_preposition,
    lemma_of,
    noun_class,
    prefixed,
)
from agents.extract.phrases import Phrase, read_attached, read_phrase
from agents.extract.tokens import bare, is_defined
from agents.normalize.characters import fold_key
from schemas.statements import Resolution, SourceType

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
    """Somebody who speaks in this story: the fullest name so far and everything said about him."""

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


@dataclass(slots=True)
class Resolved:
    """A draft's source: the speaker and how he was found; None where nobody fits."""

    speaker: Speaker | None
    resolution: Resolution
    antecedent: tuple[int, int] | None


@dataclass(slots=True)
class Speakers:
    """The speakers of one story in the order in which they last spoke, and the full names that it prints."""

    doc: Document
    known: list[Speaker] = field(default_factory=list)
    full_names: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def resolve(self, draft: Draft, sentence_speaker: Speaker | None) -> Resolved:
        """Return the source of a draft; the speakers are reordered so that the next dropped subject finds him."""
        if draft.subject is not None:
            return self._explicit(draft, draft.subject)
        if draft.resolution == "participle":
            speaker = sentence_speaker or self._sentence_subject(draft)
            if speaker is not None:
                return self._again(speaker, "participle")
        found = next((s for s in reversed(self.known) if _agrees(s, draft.gender, draft.number)), None)
        if found is None:
            return Resolved(None, "unknown", None)
        return self._again(found, draft.resolution)

    def resolve_headline(self, draft: Draft) -> Resolved:
        """Return the source of a headline's statement, looked up among those who speak below it.

        A state or its capital stands for the first who speaks in its name; a place nobody speaks for is unknown.
        """
        if draft.subject is None:
            return Resolved(None, "unknown", None)
        new = describe(self.doc, draft.subject, self.full_names)
        before = self._match(draft.subject, new) or self._below(draft.subject, new)
        if before is not None:
            return Resolved(before, "headline", (before.lo, before.hi))
        if draft.subject.kind in ("name", "other") and draft.rule == "headline" and new.role is None:
            return Resolved(None, "unknown", None)
        if draft.subject.kind == "state" and draft.rule == "headline" and new.head not in WORDS["bodies"]:
            return Resolved(None, "unknown", None)
        return Resolved(new, "headline", None)

    def _below(self, phrase: Phrase, new: Speaker) -> Speaker | None:
        """Return the first speaker below who has the headline's head or name, or speaks for its state."""
        below = sorted(self.known, key=lambda s: s.first)
        if phrase.kind == "state":
            return next(
                (s for s in below if s.states & new.states and s.kind in ("state", "organization", "person")), None
            )
        if phrase.kind in ("titles", "organizations"):
            return next((s for s in below if new.words <= s.words and s.kind == new.kind), None) or next(
                (s for s in below if new.head == s.head and s.kind == new.kind), None
            )
        return next((s for s in below if new.words and new.words <= s.words), None)

    def _again(self, speaker: Speaker, resolution: Resolution) -> Resolved:
        antecedent = (speaker.lo, speaker.hi)
        self._remember(speaker)
        return Resolved(speaker, resolution, antecedent)

    def _remember(self, speaker: Speaker) -> None:
        if speaker in self.known:
            self.known.remove(speaker)
        self.known.append(speaker)

    def _explicit(self, draft: Draft, phrase: Phrase) -> Resolved:
        phrase = owner_of(self.doc, phrase)
        speaker = describe(self.doc, phrase, self.full_names)
        parts = [describe(self.doc, part, self.full_names) for part in parts_of(self.doc, phrase)]
        if len(parts) == 2:
            self._join(speaker, parts)
        if draft.gender != "any" and speaker.number == "s":
            speaker.gender = draft.gender
        before = self._match(phrase, speaker) or self._titled(phrase, speaker)
        if before is None:
            self._remember(speaker)
            return Resolved(speaker, draft.resolution, None)
        antecedent = (before.lo, before.hi)
        before.lo, before.hi = phrase.lo, phrase.hi
        before.words |= speaker.words
        if draft.gender != "any" and draft.resolution == "explicit" and before.number == "s":
            before.gender = draft.gender
        if before.kind == "person" and before.role is None and speaker.kind == "organization":
            before.kind, before.head = speaker.kind, speaker.head
        if draft.resolution == "headline" or (
            len(speaker.name.split()) > len(before.name.split())
            and speaker.kind == before.kind == "person"
            and before.role
        ):
            before.name = (
                speaker.name
                if len(speaker.name) > len(before.name)
                and speaker.kind == "person"
                and before.kind == "person"
                and _has_name(phrase)
                else before.name
            )
        self._remember(before)
        how = (
            "pronoun"
            if speaker.head in WORDS["demonstratives"]
            else "definite_title"
            if not phrase.name and phrase.defined
            else draft.resolution
        )
        return Resolved(before, how, antecedent)

    def _sentence_subject(self, draft: Draft) -> Speaker | None:
        """Return the subject of the sentence whose circumstance a participle is: استقبل الوزير الوفد، مؤكدا ..."""
        sentence = self.doc.sentence(draft.at)
        starts = (sentence.lo,) if is_preposition(self.doc, sentence.lo) else (sentence.lo, sentence.lo + 1)
        for lo in starts:
            phrase = read_phrase(self.doc, lo, draft.at, closed_right=False)
            if phrase and (
                phrase.kind in ("titles", "people", "organizations", "state")
                or (phrase.defined and phrase.kind == "other")
            ):
                resolved = self._explicit(replace(draft, subject=phrase, resolution="explicit"), phrase)
                return resolved.speaker
        return None

    def _titled(self, phrase: Phrase, new: Speaker) -> Speaker | None:
        """Return the person last printed with the title that «الوزير» repeats, though he has not spoken yet."""
        if phrase.kind != "titles" or not phrase.defined or phrase.name or phrase.joint:
            return None
        for k in range(phrase.lo - 1, max(-1, phrase.lo - 400), -1):
            if lemma_of(self.doc.key(k)) != new.head or noun_class(self.doc.key(k)) != "titles":
                continue
            earlier = read_phrase(self.doc, k, self.doc.sentence(k).hi, closed_right=False)
            if earlier and earlier.name:
                found = describe(self.doc, earlier, self.full_names)
                return found if new.words <= found.words else None
        return None

    def _join(self, speaker: Speaker, parts: list[Speaker]) -> None:
        """Make a speaker of two: each is known by himself too, and is found by his own name later."""
        speaker.name = " و".join(part.name for part in parts)
        speaker.members = [(part.name, part.role) for part in parts]
        speaker.role = None
        for part in parts:
            known = next((s for s in self.known if part.words <= s.words and not s.members), None)
            self._remember(known or part)

    def _match(self, phrase: Phrase, new: Speaker) -> Speaker | None:
        """Return the earlier speaker whom a mention points back to: by his name, part of it, or his role, defined."""
        if new.head in WORDS["demonstratives"]:
            plural = (s for s in reversed(self.known) if s.number == "p")
            return next((s for s in plural if new.words <= s.words | WORDS["demonstratives"]), None)
        name = {self.doc.key(k) for k in range(*phrase.name)} if phrase.name else set()
        found = (s for s in reversed(self.known) if _is_same(phrase, new, name, s))
        return next(found, None) or self._pointed_at(phrase, new)

    def _pointed_at(self, phrase: Phrase, new: Speaker) -> Speaker | None:
        """Return whom «المسؤول» and «المصدر» stand for: the last person who spoke, whatever his role is called."""
        if not phrase.defined or phrase.name or len(new.words) > 2 or new.kind not in ("person", "anonymous"):
            return None
        for speaker in reversed(self.known):
            person = speaker.kind == "person" and speaker.number == "s" and _agrees(speaker, new.gender, "s")
            if person and (new.head == speaker.head or new.head in WORDS["officials"]):
                return speaker
            if new.head == "مصدر" and speaker.kind in ("person", "anonymous", "organization"):
                return speaker
        return None


def _is_same(phrase: Phrase, new: Speaker, name: set[str], old: Speaker) -> bool:
    """Tell whether a mention can be an earlier speaker: its words are among his, and it is defined or a name."""
    titled = phrase.kind in ("titles", "people") and phrase.defined and not phrase.name
    if bool(new.members) != bool(old.members) and not titled:
        return False
    if name:
        return name <= old.words and old.kind in ("person", "unknown", new.kind)
    if new.words == old.words:
        return True
    if new.kind == "organization" and old.kind == "person" and old.role is None and len(old.words) > 1:
        return old.words < new.words
    if not new.words <= old.words:
        return False
    if phrase.kind == "state" or (phrase.kind == "media" and phrase.defined):
        return old.kind == new.kind
    return phrase.defined and (
        new.head == old.head or _is_kin(new, old) or (phrase.kind == "other" and old.kind == "person")
    )


def _is_kin(new: Speaker, speaker: Speaker) -> bool:
    return new.kind == speaker.kind and new.kind in ("person", "organization")


def _has_name(phrase: Phrase) -> bool:
    return phrase.name is not None


def _agrees(speaker: Speaker, gender: str, number: str) -> bool:
    """Tell whether a speaker can be the dropped subject of a verb; plurals of persons take a plural verb, or أضافت."""
    if number == "p":
        return speaker.number == "p"
    if number == "d":
        return speaker.number in ("d", "p") or bool(speaker.members)
    if gender == "f":
        return speaker.gender == "f"
    return gender == "any" or (speaker.gender != "f" and speaker.number != "p")


def collect_names(doc: Document) -> dict[str, tuple[str, str | None]]:
    """Return, for every word of a name that stands after a role, the fullest such name of the story and the role."""
    found: dict[str, tuple[str, str | None]] = {}
    for k, token in enumerate(doc.tokens):
        key = token.key.removeprefix("و") if noun_class(token.key) is None else token.key
        if token.kind != "word" or noun_class(prefixed(key)[1]) != "titles":
            continue
        read = read_phrase if noun_class(token.key) else read_attached
        phrase = read(doc, k, doc.sentence(k).hi, closed_right=False)
        if phrase is None or phrase.name is None or phrase.name[1] - phrase.name[0] < 2:
            continue
        name = doc.slice(*phrase.name)
        role = _role(doc, phrase, phrase.name)
        for j in range(*phrase.name):
            if len(found.get(doc.key(j), ("", None))[0]) < len(name):
                found[doc.key(j)] = (name, role)
    return found


def describe(doc: Document, phrase: Phrase, full_names: dict[str, tuple[str, str | None]]) -> Speaker:
    """Return the speaker that a phrase describes, before it is compared with those already known."""
    phrase = owner_of(doc, phrase)
    kind = TYPES.get(phrase.kind or "other", "unknown")
    text = _clean(doc, phrase)
    name, role = text, None
    if (
        phrase.kind == "other"
        and phrase.name is None
        and phrase.hi - phrase.lo == 1
        and doc.key(phrase.lo) in full_names
    ):
        phrase = phrase._replace(name=(phrase.lo, phrase.hi), kind="name")
    if phrase.name and (kind in ("person", "group", "unknown") or phrase.kind == "name"):
        attached = phrase.prefix if phrase.name[0] == phrase.lo else 0
        name = doc.slice(*phrase.name)[attached:]
        role = _role(doc, phrase, phrase.name)
        last = fold_key(name).split()[-1]
        if last in full_names and (longer := _extended(full_names[last][0], name)):
            name, role = longer, role or full_names[last][1]
        kind = "person"
    head = phrase.head
    keys = [doc.key(k) for k in range(phrase.lo, phrase.hi) if doc.tokens[k].kind == "word"]
    words = {w for key in keys if (w := _word(key))}
    if phrase.name and role and not doc.slice(phrase.lo, phrase.name[0]):
        words |= {_word(k) for k in role.split()}
    words |= {w for w in (_word(fold) for fold in fold_key(name).split()) if w}
    number = (
        "p"
        if phrase.kind == "people" or phrase.joint or (keys and keys[0].endswith(("ون", "ين")) and kind != "state")
        else "s"
    )
    if (
        kind == "person"
        and not phrase.name
        and (
            head == "مصدر"
            or (not phrase.defined and (head in WORDS["unnamed"] or doc.key(phrase.hi) in WORDS["anonymity"]))
        )
    ):
        kind = "anonymous"
    if kind == "group" and any(bare(k) in WORDS["hidden_groups"] for k in keys[:1]):
        kind = "anonymous"
    speaker = Speaker(name, role, kind, _gender(phrase, keys), number, words, head, phrase.lo, phrase.hi, phrase.lo)
    speaker.states = {NISBAS[n] for k in keys for n in (bare(k), bare(k).removesuffix("ة")) if n in NISBAS} | {
        STATE_NAMES[k] for k in keys if k in STATE_NAMES
    }
    speaker.spokesperson_for = _spoken_for(doc, phrase, role)
    return speaker


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


def owner_of(doc: Document, phrase: Phrase) -> Phrase:
    """Prefer who speaks to what he speaks through: بيان المنظمة, حساب خفر السواحل."""
    if phrase.head not in WORDS["carriers"] or phrase.hi - phrase.lo < 2:
        return phrase
    k = phrase.lo + 1
    attached, rest = prefixed(doc.key(k))
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
    before = doc.slice(phrase.lo, name[0]).strip("، ,")
    after = doc.slice(name[1], phrase.hi).strip("، ,")
    words = before.split()
    if len(words) > 2 and _is_rank(fold_key(words[-1])) and fold_key(words[-2]).startswith(("ال", "لل")):
        before = " ".join(words[:-1])
    if after and len(words) == 1 and _is_rank(fold_key(words[0])):
        return after
    return before or after or None


def _is_rank(key: str) -> bool:
    return is_defined(key) and noun_class(key) == "titles"


def _gender(phrase: Phrase, keys: list[str]) -> str:
    first = keys[0] if keys else ""
    if phrase.kind in ("organizations", "titles", "documents", "media"):
        return "f" if first.endswith(("ة", "ات")) or lemma_of(first) in WORDS["feminine_plurals"] else "m"
    if phrase.kind == "state":
        return "f"
    return "any"


def _spoken_for(doc: Document, phrase: Phrase, role: str | None) -> str | None:
    """Return the body in whose name a role speaks: the words after باسم."""
    text = role or doc.slice(phrase.lo, phrase.hi)
    words = text.split()
    at = next((n for n, word in enumerate(words) if fold_key(word) in WORDS["spokes_for"]), len(words))
    return " ".join(words[at + 1 :]).rstrip("، ,") or None


def parts_of(doc: Document, phrase: Phrase) -> list[Phrase]:
    """Return the phrases that a joint source is made of: لافروف | ونظيره الأميركي."""
    if phrase.joint is None:
        return []
    first = read_phrase(doc, phrase.lo, phrase.joint, closed_right=True)
    second = read_attached(doc, phrase.joint, phrase.hi, closed_right=True)
    return [part for part in (first, second) if part]
