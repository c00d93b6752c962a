"""A cue and a colon without quotation marks: وأضاف: لا توجد مظاهرات."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, draft
from agents.extract.shapes import Frame


def colon(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    """Read a finite cue whose words follow a colon, unmarked and without إن: the source's own words."""
    if cue.form.kind != "verb" or frame.kind != "colon":
        return None
    return draft("colon", doc, cue, frame, cues)
