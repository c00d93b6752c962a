"""A verbal noun as cue: بعد إعلان الوزارة انتهاء الوباء، رغم نفيه وجود خلاف."""

from agents.extract.cues import Cue
from agents.extract.document import Document
from agents.extract.drafts import Cues, Draft, draft
from agents.extract.frames import read_masdar_frame
from agents.extract.grammar import WORDS

SECTIONS = frozenset(
    ("announce", "demand", "affirm", "deny", "accuse", "warn", "promise", "condemn", "say", "expect", "point")
)


def masdar(doc: Document, cue: Cue, cues: Cues) -> Draft | None:
    """Read a verbal noun after بعد، عقب، رغم or من with a source and something said.

    Left alone: verbal nouns without either (بعد إعلان النتائج), and every other place of a verbal noun.
    """
    before = doc.key(cue.at - 1)
    if (
        cue.form.kind != "masdar"
        or cue.verb.section not in SECTIONS
        or (before not in WORDS["before_masdar"] and not _is_chained(doc, cue))
    ):
        return None
    frame = read_masdar_frame(doc, cue)
    if frame is None or (frame.subject is None and not cue.form.clitic):
        return None
    return draft("masdar", doc, cue, frame, cues)


def _is_chained(doc: Document, cue: Cue) -> bool:
    """Tell whether a verbal noun goes on with و after a relay: ... تأكيده أن C1، واتهامه الجيش بـ C2."""
    return cue.form.clitic and doc.key(cue.at).startswith("و") and doc.key(cue.at - 1) in ("،", ",")
