"""A cue and a noun phrase: نفت أي تنسيق، طالب بوقف القتال، أعلن عن خطة."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, draft
from agents.extract.grammar import WORDS
from agents.extract.shapes import Frame


def nominal(doc: Document, cue: Cue, frame: Frame, cues: Cues) -> Draft | None:
    """Read a finite cue whose content is a noun phrase, governed by a preposition or as direct object.

    Left alone: acts without content (رفض استقبال الوفد), relative clauses that only mention (التي أعلن عنها).
    """
    described = frame.kind == "clause" and cue.verb.hull and frame.target
    if cue.form.kind != "verb" or not (frame.kind == "noun" or described):
        return None
    if frame.subject and frame.subject.head in WORDS["demonstratives"]:
        return None
    return draft("nominal", doc, cue, frame, cues)
