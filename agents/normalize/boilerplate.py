"""Boilerplate: what a desk writes under a story, and to editors above it. None of it is searched for statements."""

import re

from agents.normalize.characters import fold_key
from agents.normalize.signatures import alternatives

# Patterns of folded lines.
TAILS: list[tuple[str, re.Pattern[str]]] = [
    ("end mark", re.compile(r"//\s*\S.{0,30}//(?:\s*\d{1,2}:\d{2}\s*(?:ت م|تم|غ)?)?")),
    ("clock", re.compile(r"\d{1,2}:\d{2}\s*(?:ت م|تم|تغ|غ|جمت)")),
    ("address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+")),
    ("service", re.compile(r"[*•]?\s*خدمة\s*[«{\"“][^»}\"”]{2,40}[»}\"”].{0,40}")),
    ("sign-off", re.compile(rf"\((?:{alternatives('sign_offs')})\s[^()]{{3,150}}\)")),
    ("link", re.compile(rf"(?:{alternatives('links')})(?!\w).{{0,150}}")),
    ("short number", re.compile(r"\d{5,6}\s*-\s*\w+")),
    ("marks", re.compile(r"[*•_=#~.\-–— ]{1,40}")),
    ("more", re.compile(r"(?:\.{2,}|…)\s*المزيد|المزيد\s*(?:\.{2,}|…)")),
    ("initials", re.compile(r"(?=.*[./])\(?[^\W\d_]{1,3}(?:\s?[./ ]\s?[^\W\d_]{1,2}){1,6}\.?\)?")),
]
# Under the headline: what changed since the last version, in brackets, or a word to editors.
NOTE = re.compile(rf"\((?:{alternatives('changes')})\s[^()]{{3,200}}\)|(?:{alternatives('to_editors')})(?!\w).*")


def is_tail(line: str) -> bool:
    """Say whether a line is what a desk puts under a story: an end mark, a clock, an address, initials."""
    folded = fold_key(line)
    return any(pattern.fullmatch(folded) for _, pattern in TAILS)


def is_note(line: str) -> bool:
    """Say whether a line is for editors: what changed since the last version, in brackets, or a word to them.

    >>> is_note("(Adds quotes)")  # what English wires write stays a paragraph: nothing is looked for in it
    False
    """
    return bool(NOTE.fullmatch(fold_key(line)))
