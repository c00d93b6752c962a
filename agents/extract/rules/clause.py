"""A cue and a clause: أكد الكرملين أن ..., قال إن ..., أشار إلى أن ..."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, draft
from agents.extract.shapes import Frame


def clause(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    """Read a finite cue whose content is a clause opened by أن or إن, whatever preposition goes before.

    Left alone: agentless formulas (يذكر أن، يتوقع أن), which the author says himself.
    """
    if cue.form.kind != "verb" or frame.kind != "clause" or (cue.verb.hull and frame.target):
        return None
    return draft("clause", doc, cue, frame, cues)
