"""Sources resolved: who «الوزير», «بيسكوف», a dropped subject or a participle stand for."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from agents.extract.document import Document
from agents.extract.drafts import Draft
from agents.extract.grammar import WORDS, is_preposition, lemma_of, noun_class, prefixed
from agents.extract.phrases import COMMAS, Phrase, read_attached, read_phrase
from agents.extract.speakers import FullNames, Speaker, describe, owner_of, parts_of
from agents.extract.subjects import spoken_at, subject_of
from agents.extract.tokens import is_defined
from schemas.statements import Resolution

# Nobody who has not spoken is found over more sentences than these.
NEAR = 6
# Nobody is pointed back to over more speakers than a long story has.
MOST = 300
# The classes of cues that only those who speak have: التجارب affirm and show, they do not say or add.
VOICED = frozenset(("say", "add"))


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
    full_names: FullNames = field(default_factory=dict)
    last: int = -1

    def resolve(self, draft: Draft, sentence_speaker: Speaker | None) -> Resolved:
        """Return the source of a draft; the speakers are reordered so that the next dropped subject finds him."""
        found = self._resolve(draft, sentence_speaker)
        self.last = max(self.last, self.doc.sentence_of[draft.at])
        return found

    def _resolve(self, draft: Draft, sentence_speaker: Speaker | None) -> Resolved:
        if draft.subject is not None:
            return self._explicit(draft, draft.subject)
        if draft.resolution == "participle":
            speaker = sentence_speaker or self._sentence_subject(draft)
            if speaker is not None:
                return self._again(speaker, "participle")
        if draft.resolution == "dropped_subject" and (topic := self._topic(draft)):
            return self._again(topic, draft.resolution)
        fit = (s for s in reversed(self.known) if _goes_on(s) and _agrees(s, draft.gender, draft.number))
        found = next(fit, None) or self._topic_before(draft)
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
            whole = next((s for s in below if new.words <= s.words and s.kind == new.kind), None)
            if whole or phrase.name:
                return whole
            return next((s for s in below if new.head == s.head and s.kind == new.kind), None)
        return next((s for s in below if new.words and new.words <= s.words), None)

    def _again(self, speaker: Speaker, resolution: Resolution) -> Resolved:
        antecedent = (speaker.lo, speaker.hi)
        self._remember(speaker)
        return Resolved(speaker, resolution, antecedent)

    def _remember(self, speaker: Speaker) -> None:
        if speaker in self.known:
            self.known.remove(speaker)
        self.known.append(speaker)
        del self.known[:-MOST]

    def _explicit(self, draft: Draft, phrase: Phrase) -> Resolved:
        speaker = describe(self.doc, phrase, self.full_names)
        phrase = owner_of(self.doc, phrase, self.full_names)
        parts = [describe(self.doc, part, self.full_names) for part in parts_of(self.doc, phrase)]
        if len(parts) == 2:
            self._join(speaker, parts)
        if draft.gender != "any" and speaker.number == "s":
            speaker.gender = draft.gender
        speaker.voiced = draft.cue is not None and draft.cue.class_ in VOICED
        before = self._match(phrase, speaker) or self._titled(phrase, speaker)
        if before is None:
            self._remember(speaker)
            return Resolved(speaker, draft.resolution, None)
        antecedent = (before.lo, before.hi)
        _merge(before, speaker, phrase, agreeing=draft.gender if draft.resolution == "explicit" else "any")
        self._remember(before)
        if speaker.head in WORDS["demonstratives"] | WORDS["honorific_pronouns"]:
            return Resolved(before, "pronoun", antecedent)
        pointing = _points_back(phrase, speaker) and not phrase.name
        return Resolved(before, "definite_title" if pointing else draft.resolution, antecedent)

    def _sentence_subject(self, draft: Draft) -> Speaker | None:
        """Return the subject of the sentence whose circumstance a participle is: استقبل الوزير الوفد، مؤكدا ..."""
        sentence = self.doc.sentence(draft.at)
        first = self._past_connective(sentence.lo, draft.at)
        starts = (first,) if is_preposition(self.doc, first) else (first, first + 1)
        for lo in (*spoken_at(self.doc, sentence.lo, draft.at), *starts):
            phrase = read_phrase(self.doc, lo, draft.at, closed_right=False)
            if phrase and phrase.kind == "name" and lo > first and self._is_full_name(phrase):
                return self._explicit(replace(draft, subject=phrase, resolution="explicit"), phrase).speaker
            if phrase and (
                phrase.kind in ("titles", "people", "organizations", "state")
                or (phrase.defined and phrase.kind == "other" and phrase.head not in WORDS["demonstratives"])
            ):
                resolved = self._explicit(replace(draft, subject=phrase, resolution="explicit"), phrase)
                return resolved.speaker
        return None

    def _past_connective(self, lo: int, limit: int) -> int:
        """Return the token after what ties a sentence to the one before: إلى ذلك، رفع المدير ...; ومن جهته، قدم ..."""
        comma = next((k for k in range(lo + 1, min(lo + 5, limit)) if self.doc.key(k) in COMMAS), None)
        opens = is_preposition(self.doc, lo) or self.doc.key(lo).removeprefix("و") in WORDS["adverbs"] | {"من"}
        return comma + 1 if comma and opens else lo

    def _is_full_name(self, phrase: Phrase) -> bool:
        """Tell whether two words are a name: not واجب العزاء, whose second word is a noun with the article."""
        first, last = self.doc.key(phrase.lo), self.doc.key(phrase.hi - 1)
        known = first in WORDS["forenames"] or last in self.full_names
        return phrase.hi - phrase.lo > 1 and (known or not is_defined(self.doc.key(phrase.lo + 1)))

    def _topic(self, draft: Draft) -> Speaker | None:
        """Return the person with whom the author went on since the last statement: وغادر بدران القاعة. وقال إن ..."""
        line, at = self.doc.sentence(draft.at).line, self.doc.sentence_of[draft.at]
        same = (n for n in range(at, self.last, -1) if self.doc.sentences[n].line == line)
        return self._subject_among(same, draft)

    def _topic_before(self, draft: Draft) -> Speaker | None:
        """Return whom the paragraphs before were about, where nobody has spoken yet and the cue opens its sentence."""
        at = self.doc.sentence_of[draft.at]
        if draft.resolution != "dropped_subject" or draft.at > self.doc.sentences[at].lo + 1:
            return None
        return self._subject_among(range(at, max(-1, at - NEAR), -1), draft)

    def _subject_among(self, sentences: Iterable[int], draft: Draft) -> Speaker | None:
        """Return the nearest person who is the subject of a sentence, if he agrees with the verb of a draft."""
        for sentence in sentences:
            phrase = subject_of(self.doc, self.doc.sentences[sentence].lo, draft.at)
            if phrase is not None:
                speaker = describe(self.doc, phrase, self.full_names)
                known = self._match(phrase, speaker) or speaker
                return known if _agrees(known, draft.gender, draft.number) else None
        return None

    def _titled(self, phrase: Phrase, new: Speaker) -> Speaker | None:
        """Return the person last printed with the title that «الوزير» repeats, though he has not spoken yet."""
        body = phrase.kind in ("organizations", "media") and phrase.defined and phrase.hi - phrase.lo == 1
        if body:
            return self._printed(phrase, new)
        if phrase.kind != "titles" or not _points_back(phrase, new) or phrase.name or phrase.joint:
            return None
        if new.head in WORDS["honorific_pronouns"]:
            return self._honoured(phrase)
        for k in range(phrase.lo - 1, max(-1, phrase.lo - 400), -1):
            if lemma_of(self.doc.key(k)) != new.head or noun_class(self.doc.key(k)) != "titles":
                continue
            earlier = read_phrase(self.doc, k, self.doc.sentence(k).hi, closed_right=False)
            if earlier and earlier.name:
                found = describe(self.doc, earlier, self.full_names)
                return found if new.words <= found.words or _is_of_state(new, found) else None
        return None

    def _honoured(self, phrase: Phrase) -> Speaker | None:
        """Return whom «سموه» means where he has not spoken yet: the first whom the paragraphs name behind a title."""
        first = next((s.lo for s in self.doc.sentences if s.section == "paragraph"), phrase.lo)
        for k in range(first, min(phrase.lo, first + 100)):
            if noun_class(self.doc.key(k)) == "titles":
                read = read_phrase(self.doc, k, self.doc.sentence(k).hi, closed_right=False)
                if read and read.name and read.name[1] - read.name[0] > 1:
                    return describe(self.doc, read, self.full_names)
        return None

    def _printed(self, phrase: Phrase, new: Speaker) -> Speaker | None:
        """Return the body last printed in full whose short name «الوزارة» is, though it has not spoken yet."""
        for k in range(phrase.lo - 1, max(-1, phrase.lo - 400), -1):
            key = self.doc.key(k)
            if lemma_of(prefixed(key)[1]) != new.head or is_defined(prefixed(key)[1]):
                continue
            read = read_attached if prefixed(key)[0] else read_phrase
            earlier = read(self.doc, k, self.doc.sentence(k).hi, closed_right=False)
            if earlier and earlier.hi - earlier.lo > 1 and earlier.kind == phrase.kind:
                return describe(self.doc, earlier, self.full_names)
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
        if new.head in WORDS["honorific_pronouns"]:
            return next((s for s in reversed(self.known) if s.kind == "person" and s.number == "s"), None)
        if new.head in WORDS["demonstratives"]:
            plural = (s for s in reversed(self.known) if s.number == "p")
            return next((s for s in plural if new.words <= s.words | WORDS["demonstratives"]), None)
        name = {self.doc.key(k) for k in range(*phrase.name)} if phrase.name else set()
        found = (s for s in reversed(self.known) if _is_same(phrase, new, name, s))
        return next(found, None) or self._pointed_at(phrase, new)

    def _pointed_at(self, phrase: Phrase, new: Speaker) -> Speaker | None:
        """Return whom «المسؤول» and «المصدر» stand for: the last person who spoke, whatever his role is called."""
        if (
            not phrase.defined
            or phrase.name
            or new.number == "p"
            or len(new.words) > 2
            or new.kind not in ("person", "anonymous")
        ):
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
    if new.number == "p" and old.kind == "person" and old.number == "s" and not old.members:
        return False
    if bool(new.members) != bool(old.members) and not titled:
        return False
    if phrase.kind == "documents" and phrase.defined and new.head in old.through and len(new.words) == 1:
        return True
    if name:
        return name <= old.words and old.kind in ("person", "unknown", new.kind)
    if new.words == old.words:
        return True
    if new.kind == "organization" and old.kind == "person" and old.role is None and len(old.words) > 1:
        return old.words < new.words
    if titled and _is_of_state(new, old):
        return True
    if not new.words <= old.words:
        return False
    if phrase.kind == "state" or (phrase.kind == "media" and phrase.defined):
        return old.kind == new.kind
    return _points_back(phrase, new) and (
        new.head == old.head or _is_kin(new, old) or (phrase.kind == "other" and old.kind == "person")
    )


def _is_of_state(new: Speaker, old: Speaker) -> bool:
    """Tell whether a title and an adjective of a state mean who bears it for that state: السفير الصيني, سفير الصين."""
    return bool(new.states) and new.head == old.head and new.states <= old.states and len(new.words) == 2


def _points_back(phrase: Phrase, new: Speaker) -> bool:
    """Tell whether a mention is definite: «الوزير», or a title with its office («وزير الزراعة») and no name."""
    return phrase.defined or (phrase.kind == "titles" and not phrase.name and len(new.words) > 1 and phrase.definite)


def _is_kin(new: Speaker, speaker: Speaker) -> bool:
    return new.kind == speaker.kind and new.kind in ("person", "organization")


def _merge(old: Speaker, new: Speaker, phrase: Phrase, *, agreeing: str) -> None:
    """Add what a new mention says to an earlier speaker: words, gender by the verb before it, kind, a fuller name."""
    old.lo, old.hi = phrase.lo, phrase.hi
    old.words |= new.words
    old.through |= new.through
    old.voiced |= new.voiced
    if agreeing != "any" and old.number == "s":
        old.gender = agreeing
    if old.kind == "person" and old.role is None and new.kind == "organization":
        old.kind, old.head = new.kind, new.head
    fuller = phrase.name is not None and len(new.name.split()) > len(old.name.split())
    if fuller and new.kind == old.kind == "person":
        old.name = new.name


def _goes_on(speaker: Speaker) -> bool:
    """Tell whether a speaker can go on with a dropped subject: no thing that only affirmed or showed something."""
    return speaker.kind != "unknown" or speaker.voiced


def _agrees(speaker: Speaker, gender: str, number: str) -> bool:
    """Tell whether a speaker can be the dropped subject of a verb; plurals of persons take a plural verb, or أضافت."""
    if number == "p":
        return speaker.number == "p"
    if number == "d":
        return speaker.number in ("d", "p") or bool(speaker.members)
    if gender == "f":
        return speaker.gender == "f"
    return gender == "any" or (speaker.gender != "f" and speaker.number != "p")
