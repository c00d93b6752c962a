"""Objects: noun phrases that were said, governed by a preposition (طالب بوقف) or not (نفى وجود)."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.grammar import (
    NOUNS,
    WORDS,
    is_complementizer,
    is_eventive,
    is_outlet,
    is_preposition,
    is_time,
    lemma_of,
    noun_class,
    prefixed,
)
from agents.extract.outlets import outlet_end
from agents.extract.phrases import COMMAS, Phrase, read_phrase
from agents.extract.shapes import Frame, Opener
from agents.extract.tokens import bare, is_defined
from agents.normalize.characters import fold_key

FAR = 9
FARTHER = 18
OPINING = frozenset(("people", "organizations"))
SPEAKING = OPINING | {"titles", "name", "state", "media"}


def agrees(doc: Document, cue: Cue, phrase: Phrase) -> bool:
    """Tell whether a noun phrase can be the subject of the verb before it: وطالب الحكومة has another one.

    A verb before its subject stays singular and takes the subject's gender; feminine verbs also take plurals of
    things and broken plurals, so only a masculine verb before a clearly feminine noun is refused.
    """
    first = bare(doc.key(phrase.lo))
    if phrase.kind in ("titles", "people") and first.endswith("ين") and lemma_of(first) != first:
        return False
    if cue.verb.object != "target":
        return cue.form.number in ("s", "any")
    if phrase.kind == "other" and is_defined(doc.key(phrase.lo)) and first.endswith("ين") and len(first) > 5:
        return False
    head = doc.key(phrase.lo)
    if cue.form.gender == "f":
        return cue.form.number in ("s", "any") and not (
            phrase.kind in ("titles", "people") and (head.endswith("ين") or (is_defined(head) and head.endswith("ون")))
        )
    return cue.form.number in ("s", "any") and not (head.endswith(("ة", "ات")) or phrase.kind == "state")


def is_spoken_for(doc: Document, cue: Cue) -> bool:
    """Tell whether a pronoun before the verb is its subject already: لكنه حذر المجلس, وهو يؤكد."""
    before = doc.key(cue.at - 1).removeprefix("و")
    return before in WORDS["subject_pronouns"]


def has_word(doc: Document, start: int, limit: int, word: str) -> bool:
    """Tell whether one of the next twelve tokens, before the limit, is a word, with or without prefix and article."""
    return any(bare(prefixed(doc.key(k))[1]) == word for k in range(start, min(limit, start + 12)))


def skip_adverbs(doc: Document, i: int) -> int:
    """Return the first token from i that is neither adverb nor time word."""
    while (
        i < len(doc.tokens)
        and (doc.key(i) in WORDS["adverbs"] or doc.key(i) in WORDS["with_pronoun"] or is_time(doc, i))
        and doc.tokens[i].kind == "word"
    ):
        i += 1
    return i


def noun_frame(doc: Document, cue: Cue, start: int, stop: int, opener: Opener | None) -> Frame | None:
    """Return the frame of a noun phrase that was said, where one begins before any clause."""
    verb = cue.verb
    if verb.asked and opener is None and (found := _asked(doc, cue, start, stop)):
        return found
    if verb.object == "content" and _is_said(doc, cue, start) and not is_defined(doc.key(start)):
        return _object(doc, cue, start, stop)
    if verb.prep and verb.noun and (found := _governed(doc, cue, start, stop, opener)):
        nearer = _object(doc, cue, start, found.opener) if verb.object == "content" else None
        return nearer if nearer and nearer.subject else found
    if verb.object == "content":
        found = _object(doc, cue, start, stop)
        far = found and found.opener > (found.subject.hi if found.subject else start)
        return None if far and opener and opener.kind != "colon" and not doc.key(opener.at).startswith("ب") else found
    if verb.needs and verb.hull:
        return _blamed(doc, cue, start, stop)
    return _deemed(doc, cue, start, stop) if verb.object == "double" and opener is None else None


def _asked(doc: Document, cue: Cue, start: int, stop: int) -> Frame | None:
    """Return the frame of what is asked of somebody: طلبت الشرطة من السكان الذين شاهدوه الاتصال بها."""
    of = next((k for k in range(start, min(stop, start + FAR)) if doc.key(k) == "من"), None)
    asked = read_phrase(doc, of + 1, stop, closed_right=False) if of else None
    if of is None or asked is None or asked.kind not in SPEAKING | {"other"}:
        return None
    subject = read_phrase(doc, start, of, closed_right=True) if cue.form.kind == "verb" and of > start else None
    at = asked.hi
    if doc.key(at) in WORDS["relatives"]:
        at = next((k for k in range(at, stop) if is_eventive(doc.key(k)) and is_defined(doc.key(k))), stop)
    return Frame("noun", subject, asked, at, at) if at < stop and is_eventive(doc.key(at)) else None


def _deemed(doc: Document, cue: Cue, start: int, stop: int) -> Frame | None:
    """Return the frame of what one deems another thing to be: اعتبر (subject) القرار خطوة أولى.

    A present without a subject that can speak is the passive (تعتبر المدينة مركزا) and says nothing.
    """
    if cue.form.clitic:
        return None
    subject = None if cue.form.kind != "verb" else read_phrase(doc, start, stop, closed_right=False)
    if subject and subject.kind not in (OPINING if cue.form.tense == "present" else SPEAKING):
        subject = None
    if subject is None and cue.form.tense == "present":
        return None
    at = skip_adverbs(doc, subject.hi if subject else start)
    held = is_word(doc, at) and _is_held(doc, cue, at)
    return Frame("noun", subject, None, at, at) if held and stop - at > 1 else None


def _blamed(doc: Document, cue: Cue, start: int, stop: int) -> Frame | None:
    """Return the frame of حمّل: its subject, then whom it holds responsible, with whom the content begins."""
    if cue.form.kind != "verb" or cue.form.clitic:
        return Frame("noun", None, None, start, start)
    subject = read_phrase(doc, start, stop, closed_right=False)
    if (
        subject is None
        or subject.hi >= stop
        or not has_word(doc, subject.hi + 1, stop + 1, fold_key(cue.verb.needs or ""))
    ):
        return Frame("noun", None, None, start, start)
    return Frame("noun", subject, None, subject.hi, subject.hi)


def _is_reachable(doc: Document, start: int, k: int) -> bool:
    """Tell whether a preposition can still belong to the verb: before a far ب or ل no lone comma stands."""
    if doc.key(k) in WORDS["prepositions"]:
        return True
    subject = read_phrase(doc, start, k, closed_right=False)
    if subject and doc.key(subject.hi) in COMMAS:
        return True
    commas = sum(doc.key(j) in COMMAS and doc.inside[j] == -1 for j in range(start, k))
    return k - start < FAR or commas != 1


def _is_held(doc: Document, cue: Cue, at: int) -> bool:
    """Tell whether a noun at a token is definite enough to be judged: القرار, هذا, بيان الجامعة after a participle."""
    key = doc.key(at)
    if is_defined(key) or key in WORDS["demonstratives"] or is_eventive(key):
        return True
    construct = is_defined(doc.key(at + 1)) and not is_preposition(doc, at) and not prefixed(key)[0]
    return cue.form.kind == "participle" and construct


def _governed(doc: Document, cue: Cue, start: int, stop: int, opener: Opener | None) -> Frame | None:
    spots = [k for k in range(start, stop) if is_governor(doc, cue, start, k) and doc.inside[k] == -1]
    if opener and opener.kind == "clause" and doc.key(opener.at - 1) in cue.verb.preps:
        spots = [k for k in spots if k != opener.at - 1 and not cue.verb.clause]
    elif opener and cue.verb.clause:
        spots = [k for k in spots if opener.at - k > 3 or opener.at - k == 1 or opener.kind == "clause"]
    if not spots:
        return None
    if not _is_reachable(doc, start, spots[0]):
        return None
    k = start if spots[0] == start else next((k for k in spots if _governs_event(doc, cue, k)), spots[0])
    if doc.key(k) in cue.verb.preps:
        return with_target(doc, cue, start, k, Frame("noun", None, None, k, k + 1))
    assimilated = doc.key(k).startswith("لل")
    return with_target(doc, cue, start, k, Frame("noun", None, None, k, k, 0 if assimilated else 1))


def is_governor(doc: Document, cue: Cue, start: int, k: int) -> bool:
    """Tell whether token k is a preposition that the cue's verb governs, alone or written onto a noun."""
    key = doc.key(k)
    bound = k > start and doc.key(k - 1) in WORDS["binders"] and key.startswith(("بال", "لل"))
    if bound or key in WORDS["by_saying"] or (key == "عن" and doc.key(k - 1) in WORDS["issued"]):
        return False
    for prep in cue.verb.preps:
        if len(prep) > 1 and key == prep and is_preposition(doc, k):
            return k + 1 in doc.opening or (is_word(doc, k + 1) and not is_complementizer(doc.key(k + 1)))
        if len(prep) == 1 and key.startswith(prep) and doc.tokens[k].kind == "word":
            if len(key) == 1:
                return True
            return _attached(doc, prep, start, k)
    return False


def is_word(doc: Document, k: int) -> bool:
    """Tell whether token k is there and a word."""
    return k < len(doc.tokens) and doc.tokens[k].kind == "word"


def _attached(doc: Document, prep: str, start: int, k: int) -> bool:
    """Tell whether token k is a noun with the preposition ب or ل written onto it, and no word of its own."""
    key = doc.key(k)
    rest = key[1:]
    if key in ("بما", "لما"):
        return True
    if is_complementizer(key) or len(rest) < 3 or key in WORDS["own_letter"] or noun_class(key) is not None:
        return False
    if key in doc.names:
        return False
    return (
        prefixed(key)[0] == prep
        or is_eventive(rest)
        or (len(rest) == 5 and rest[2] == "ا" and rest.endswith("ة"))
        or k == start
        or doc.tokens[k - 1].kind == "mark"
    )


def _governs_event(doc: Document, cue: Cue, k: int) -> bool:
    key = doc.key(k)
    noun = doc.key(k + 1) if key in cue.verb.preps else prefixed(key)[1] if prefixed(key)[0] else key[1:]
    return is_eventive(noun) or doc.tokens[min(k + 1, len(doc.tokens) - 1)].key in ("ما", "اي", "عدم")


def with_target(doc: Document, cue: Cue, start: int, k: int, frame: Frame) -> Frame | None:
    """Split what lies between cue and governed preposition into subject and addressee of a demand or charge."""
    noun = bare(prefixed(doc.key(frame.content))[1])
    if cue.verb.past == "دعا" and noun in WORDS["invitations"]:
        return None
    if is_spoken_for(doc, cue):
        return _hulled(cue, frame._replace(target=read_phrase(doc, start, k, closed_right=True)))
    if cue.form.kind == "verb" and cue.form.clitic:
        subject = read_phrase(doc, start, k, closed_right=True)
        return frame._replace(subject=subject) if subject and agrees(doc, cue, subject) else frame
    if cue.form.kind != "verb":
        target = read_phrase(doc, start, k, closed_right=True) if cue.verb.object == "target" else None
        return _hulled(cue, frame._replace(target=target))
    subject = read_phrase(doc, start, k, closed_right=cue.verb.object != "target")
    if subject and not agrees(doc, cue, subject) and (aimed_at := _second(doc, cue, subject, k)):
        return _hulled(cue, frame._replace(subject=subject, target=aimed_at))
    if subject and (
        not agrees(doc, cue, subject)
        or (cue.verb.object == "target" and _is_coordinated(doc, cue) and skip_adverbs(doc, subject.hi) == k)
    ):
        return _hulled(cue, frame._replace(target=subject))
    if subject is None and cue.verb.hull and cue.verb.clause:
        return None
    target = None
    if subject and cue.verb.object == "target":
        at = skip_adverbs(doc, subject.hi)
        target = read_phrase(doc, at, k, closed_right=True)
    return _hulled(cue, frame._replace(subject=subject, target=target))


def _second(doc: Document, cue: Cue, subject: Phrase, k: int) -> Phrase | None:
    """Return a second noun phrase before the preposition: then the first is the subject, whatever its verb's gender."""
    if cue.verb.object != "target" or subject.hi >= k:
        return None
    second = read_phrase(doc, subject.hi, k, closed_right=True)
    return second if second and second.hi == k else None


def _is_coordinated(doc: Document, cue: Cue) -> bool:
    """Tell whether a cue goes on with و inside its sentence, so that its subject is the one before."""
    return cue.start > doc.tokens[cue.at].start and cue.at > doc.sentence(cue.at).lo


def _hulled(cue: Cue, frame: Frame) -> Frame | None:
    """Let the content of a charge or description begin at whom it is about, where that is a noun."""
    if cue.verb.hull and frame.target:
        return frame._replace(content=frame.target.lo, cut=0)
    return frame


def _object(doc: Document, cue: Cue, start: int, stop: int) -> Frame | None:
    """Return the frame of a direct object that was said: أكد (subject) عمل البلدين."""
    subject = None
    at = start
    if cue.form.kind == "verb" and not _is_said(doc, cue, start):
        subject = read_phrase(doc, start, stop, closed_right=False)
        at = _past_adjuncts(doc, subject.hi if subject else start, stop)
        speaks = subject is not None and subject.kind in SPEAKING and (subject.kind != "name" or subject.hi > start + 1)
        if subject and speaks and not (at < stop and _is_said(doc, cue, at)):
            at = _farther(doc, cue, subject.hi, stop)
    if at >= stop or not _is_said(doc, cue, at):
        return None
    return Frame("noun", subject, None, at, at)


def _farther(doc: Document, cue: Cue, at: int, stop: int) -> int:
    """Return the undefined event noun behind a role or adjunct that nobody read, ``stop`` where there is none.

    أكد الوزير، في رسالة بعث بها للمنظمة، أهمية الزيارة. It stands behind a comma, a time, or a word with the article.
    """
    for k in range(at + 1, min(stop, at + FARTHER)):
        key, before = doc.key(k), doc.key(k - 1)
        free = before in COMMAS or is_time(doc, k - 1) or is_defined(before)
        if free and not is_defined(key) and key[0] not in "وبل" and _is_said(doc, cue, k) and not doc.quoted(k):
            return k
        if doc.key(k) in WORDS["relatives"] or is_complementizer(key):
            break
    return stop


def _past_adjuncts(doc: Document, at: int, stop: int) -> int:
    """Skip time, occasion and commas between a subject and its verb's object: ... في بيان له، وجود ..."""
    while at < stop:
        if (
            doc.key(at) in COMMAS
            or is_time(doc, at)
            or doc.key(at) in WORDS["adverbs"]
            or doc.key(at) in WORDS["with_pronoun"]
        ):
            at += 1
        elif at in doc.brackets:
            at = doc.brackets[at] + 1
        elif prefixed(doc.key(at))[0] == "ل" and is_outlet(prefixed(doc.key(at))[1]):
            at = outlet_end(doc, at, stop)
        elif is_preposition(doc, at) and (noun := _adjunct_end(doc, at, stop)):
            at = noun
        else:
            break
    return at


def _adjunct_end(doc: Document, at: int, stop: int) -> int:
    if lemma_of(doc.key(at + 1)) in NOUNS["occasions"] or (at + 1 < stop and noun_class(doc.key(at + 1)) is None):
        k = at + 2
        while (
            k < stop
            and doc.tokens[k].kind == "word"
            and (is_defined(doc.key(k)) or doc.key(k).endswith(("ي", "ية")) or doc.key(k) in WORDS["phrase_ends"])
            and not is_eventive(doc.key(k))
        ):
            k += 1
        return k
    return 0


def _is_said(doc: Document, cue: Cue, at: int) -> bool:
    """Tell whether the noun at a token is something one can announce, deny or affirm."""
    key = doc.key(at)
    word = bare(key)
    if doc.quoted(at):
        return True
    addressed = key in WORDS["honorifics"] and noun_class(doc.key(at + 1)) == "titles"
    if not is_word(doc, at) or is_preposition(doc, at) or addressed:
        return False
    if cue.verb.speech_objects:
        return any(word.startswith(noun.rstrip("ة")) for noun in WORDS["speech_nouns"])
    return is_eventive(key)
