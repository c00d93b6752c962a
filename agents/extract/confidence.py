"""Confidence: how sure it is that somebody said this, and that it ends here.

A rule's share of right statements on the stories that rules were tuned on, drawn towards 0.92, which is what stories
of others give; then less for each doubt. ``tests/annotations/README.md`` has the reliability on stories kept back.
"""

from collections.abc import Callable

from agents.extract.document import Document
from agents.extract.drafts import Draft
from agents.extract.sources import Resolved

# (right at IoU 0.8 + 60 * 0.92) / (all + 60), as `python -m tests.reliability` counts them.
RULES = {
    "quotation": 0.95,
    "clause": 0.97,
    "colon": 0.92,
    "relay": 0.93,
    "participle": 0.96,
    "document": 0.92,
    "according_to": 0.91,
    "headline": 0.93,
    "nominal": 0.94,
    "as_clause": 0.91,
    "masdar": 0.91,
}
FAR = 25
LONG = 70
SHORT = 3


def _nobody(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    return resolved.speaker is None


def _strange(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    """Tell whether the source is nothing that the lexicon knows to speak."""
    return resolved.speaker is not None and resolved.speaker.kind == "unknown"


def _far(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    return draft.lo - draft.at > FAR


def _long(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    return draft.hi - draft.lo > LONG


def _short(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    return draft.hi - draft.lo < SHORT


def _unclosed(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    """Tell whether a quotation in the content has no end."""
    return any(doc.past_quote(k) == k + 1 for lo, hi in draft.contents for k in range(lo, hi) if k in doc.opening)


def _aside(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    """Tell whether the cue stands far inside its sentence, behind words that nobody read."""
    return draft.rule in ("clause", "nominal") and draft.at - doc.sentence(draft.at).lo > FAR


def _carried_far(doc: Document, draft: Draft, resolved: Resolved) -> bool:
    """Tell whether a dropped subject goes back over more than a paragraph."""
    return resolved.antecedent is not None and draft.at - resolved.antecedent[1] > 150


Doubt = Callable[[Document, Draft, Resolved], bool]
DOUBTS: tuple[tuple[str, Doubt, float], ...] = (
    ("nobody", _nobody, 0.8),
    ("strange", _strange, 0.88),
    ("far", _far, 0.93),
    ("long", _long, 0.96),
    ("short", _short, 0.94),
    ("unclosed", _unclosed, 0.85),
    ("aside", _aside, 0.94),
    ("carried far", _carried_far, 0.97),
)


def confidence(doc: Document, draft: Draft, resolved: Resolved) -> float:
    """Return the confidence of a draft with its source, two digits.

    >>> from agents.extract import extract
    >>> from agents.extract.testing import story
    >>> [s.confidence for s in extract(story("قالت الوزيرة إن القرار نهائي ولن يعدل.")).statements]
    [0.97]
    """
    share = RULES[draft.rule]
    for _, doubtful, factor in DOUBTS:
        share *= factor if doubtful(doc, draft, resolved) else 1.0
    return round(share, 2)
