"""Adds: stories that go on another one, and say so at the end of their headline or slugline."""

import re

from agents.normalize.characters import fold_key
from agents.normalize.signatures import LEXICON

ADDS = frozenset(fold_key(words).lower() for words in LEXICON["adds"].values())
ADD = re.compile(r"\s*[/(]\s*([^/()]{2,40}?)\s*[/)]?\s*$|,?\s*\b\d+(?:st|nd|rd|th)\s*-?\s*(add)\b", re.IGNORECASE)


def is_add(head: str) -> bool:
    """Say whether a headline or slugline ends in an add: ``/ first add /``, ``1st Add``."""
    return without_add(head) != head


def without_add(head: str) -> str:
    """Return a headline or slugline without the add at its end: as the story has it that is added to.

    >>> without_add("BC-Talks, 2nd Add"), without_add("Talks (in brief)")
    ('BC-Talks', 'Talks (in brief)')
    """
    match = ADD.search(head)
    known = match and (match[2] or fold_key(match[1]).lower() in ADDS)
    return head[: match.start()].strip() if match and known else head
