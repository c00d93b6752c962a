"""Frames: what stands round a cue — its subject, what lies between, and where the words said begin."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.grammar import WORDS, is_eventive, prefixed
from agents.extract.objects import agrees, has_word, is_governor, is_spoken_for, noun_frame, skip_adverbs, with_target
from agents.extract.openers import find_opener
from agents.extract.phrases import Phrase, read_phrase
from agents.extract.shapes import Frame
from agents.normalize.characters import fold_key


def read_frame(doc: Document, cue: Cue) -> Frame | None:
    """Return the frame of a cue, or None when nothing said follows it in its sentence.

    >>> from agents.extract.testing import document, first_cue
    >>> doc = document("أشار المبعوث إلى أن الهدنة صامدة.")
    >>> frame = read_frame(doc, first_cue(doc))
    >>> frame.kind, doc.slice(frame.subject.lo, frame.subject.hi), doc.tokens[frame.content].text
    ('clause', 'المبعوث', 'الهدنة')
    """
    start = skip_adverbs(doc, cue.at + 1)
    limit = doc.sentence(cue.at).hi
    opener, stop = find_opener(doc, cue, start, limit)
    if (
        cue.verb.relay
        or (cue.form.clitic and cue.form.kind == "verb" and cue.verb.object != "target")
        or (cue.verb.needs and not has_word(doc, start, limit, fold_key(cue.verb.needs)))
    ):
        return None
    noun = noun_frame(doc, cue, start, opener.at if opener else stop, opener)
    if noun:
        return noun if _has_agent(doc, cue, noun.subject) else None
    if opener is None:
        return None
    if cue.verb.hull and opener.kind == "clause":
        return with_target(doc, cue, start, opener.at, Frame(opener.kind, None, None, opener.at, opener.content))
    subject = _subject(doc, cue, start, opener.at)
    if (cue.verb.spread and subject is None) or (opener.kind == "clause" and not _has_agent(doc, cue, subject)):
        return None
    return Frame(opener.kind, subject, None, opener.at, opener.content)


def read_masdar_frame(doc: Document, cue: Cue) -> Frame | None:
    """Return the frame of a verbal noun: its subject in construct or as pronoun, then a clause or noun phrase."""
    limit = doc.sentence(cue.at).hi
    start = cue.at + 1
    stop = next((k for k in range(start, min(limit, start + 12)) if is_governor(doc, cue, start, k)), limit)
    aimed = (k for k in range(start + 1, stop) if prefixed(doc.key(k))[0] == "ل" and cue.verb.object == "target")
    near = next(aimed, stop)
    subject = None if cue.form.clitic else read_phrase(doc, start, near, closed_right=False)
    at = subject.hi if subject else start
    frame = read_frame(doc, cue._replace(at=at - 1)) if at < limit else None
    if (
        frame is None
        or (frame.kind == "noun" and frame.opener - at > 8)
        or (frame.kind != "noun" and frame.opener - at > 6)
    ):
        return None
    return frame._replace(subject=subject)


def _has_agent(doc: Document, cue: Cue, subject: Phrase | None) -> bool:
    """Tell whether the subject of a verb with other senses can speak: كشفت العاصفة and قدر الإمكان say nothing.

    A dropped subject can, and whom the story prints behind a role. A word that looks like a name is none where it is an
    adverb (قدر فجائيا) or an event (أظهر تحليل).
    """
    if not cue.verb.speaks or subject is None or doc.key(subject.hi - 1) in doc.names:
        return True
    word = doc.key(subject.lo)
    if subject.kind == "name" and subject.hi - subject.lo == 1:
        return word in WORDS["given_names"] or not (word.endswith("ا") or is_eventive(word))
    return subject.kind != "other"


def _subject(doc: Document, cue: Cue, start: int, limit: int) -> Phrase | None:
    if cue.form.kind != "verb" or cue.form.clitic or is_spoken_for(doc, cue):
        return None
    at = doc.past_quote(start + 1) if doc.key(start) == "ل" and start + 1 in doc.opening else start
    phrase = read_phrase(doc, at, limit, closed_right=True) if at < limit else None
    return phrase if phrase and agrees(doc, cue, phrase) else None
