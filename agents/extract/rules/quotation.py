"""A cue and a quotation: قال الوزير: «...»، وأضاف «...»."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, Drafts, cue_span, draft, quotation_contents
from agents.extract.objects import skip_adverbs
from agents.extract.phrases import COMMAS, read_phrase
from agents.extract.shapes import Frame

SPEAKING = frozenset(("say", "add", "affirm", "explain"))


def quotation(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    """Read a finite cue whose content stands in quotation marks, with a colon before or not.

    Left alone: names and titles in quotation marks, which ``frames.is_speech`` tells from speech.
    """
    if cue.form.kind != "verb" or frame.kind != "quote":
        return None
    return draft("quotation", doc, cue, frame, cues)


def quotation_before(doc: Document, cue: Cue, cues: Cues, drafts: Drafts) -> Draft | None:
    """Read a quotation that stands before its cue: «...»، قال الوزير; split in two by it: «...»، يقول الوزير، «...».

    Left alone: a cue that has content of its own after it, unless that goes on with the quotation before.
    """
    close = cue.at - 1
    if cue.form.kind != "verb" or cue.verb.section not in SPEAKING or doc.key(close) not in COMMAS:
        return None
    if close - 1 not in doc.closing or any(d.lo <= close - 2 < d.hi for d in drafts.near(close - 2)):
        return None
    opener = doc.quotes[doc.closing[close - 1]][0]
    if not doc.quote_words(opener) > 2:
        return None
    frame = cues[cue.at][1] if cue.at in cues else None
    if frame and (frame.kind != "quote" or doc.key(frame.opener - 1) not in COMMAS):
        return None
    limit = frame.opener if frame else doc.sentence(cue.at).hi
    subject = read_phrase(doc, skip_adverbs(doc, cue.at + 1), limit, closed_right=True)
    contents = quotation_contents(doc, opener) + (quotation_contents(doc, frame.opener) if frame else [])
    return Draft(
        "quotation", cue.at, "quote", cue.verb.stance, cue_span(cue), subject, contents, "quotation",
        gaps=[(subject.hi if subject else cue.at + 1, limit)], gender=cue.form.gender, number=cue.form.number,
        resolution="explicit" if subject else "dropped_subject", section=doc.sentence(cue.at).section,
    )  # fmt: skip
