"""A circumstantial participle (ḥāl): ... ، معتبراً أن الحل معلق."""

from agents.extract.contents import is_set_off
from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, draft
from agents.extract.shapes import Frame


def participle(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    """Read an undefined accusative participle with a clause, quotation, colon or noun phrase of its own.

    Its source is the subject of the sentence, resolved later. Left alone: participles that are adjectives, which
    agree with the noun before them and follow no comma (معلومات مؤكدة).
    """
    if cue.form.kind != "participle":
        return None
    if not is_set_off(cue, frame) and not _is_after_pause(doc, cue):
        return None
    return draft("participle", doc, cue, frame, cues)


def _is_after_pause(doc: Document, cue: Cue) -> bool:
    before = doc.key(cue.at - 1)
    return before in ("،", ",") or cue.at - 1 in doc.closing or cue.start > doc.tokens[cue.at].start or before == ")"
