"""A cue and a quotation: قال الوزير: «...»، وأضاف «...»."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, draft
from agents.extract.frames import Frame


def quotation(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    """Read a finite cue whose content stands in quotation marks, with a colon before or not.

    Left alone: names and titles in quotation marks, which ``frames.is_speech`` tells from speech.
    """
    if cue.form.kind != "verb" or frame.kind != "quote":
        return None
    return draft("quotation", doc, cue, frame, cues)
