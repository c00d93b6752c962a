"""Plain text: the whole record is one story, its headline on the first line."""

import re

from lxml.html import defs

from agents.errors import WireError
from agents.intake.items import Item
from agents.intake.wire import Wire

# Marks of an envelope that prose does not hold: the frame of a legacy wire, a declaration, elements that HTML does not
# have, and three names with a colon as JSON writes them or three fields as mail does.
FRAME = re.compile(r"^[ \t]*[\x01-\x03\x16]", re.MULTILINE)
DECLARED = re.compile(r"<\?xml|<!DOCTYPE|<!\[CDATA\[", re.IGNORECASE)
REST_OF_TAG = re.compile(r"\s*/?[A-Za-z][\w:.-]*/?>")
ELEMENT = re.compile(r"</([A-Za-z][\w.:-]{0,30})[^<>]{0,80}>|<(\w+\.\w+|\w+:\w+)[\s/>]")
NAMES = re.compile(r"[\"'][A-Za-z@$_][A-Za-z\d@$_-]{1,30}[\"']\s*:\s*[\"'\[{\d]")
FIELDS = re.compile(
    r"^(?:From|To|Subject|Date|Message-ID|Content-[\w-]+|MIME-Version|Received|Return-Path):",
    re.MULTILINE | re.IGNORECASE,
)
MANY = 3
HEAD = 1_000  # characters in which fields are a mail's; further down somebody quotes one


def is_text(wire: Wire) -> bool:
    """Say whether the record is prose: it neither begins like markup nor is an envelope with a damaged beginning.

    What looks structured and is recognized by no reader is never published as text.
    """
    return not wire.opening.startswith("<") and not is_envelope(wire.text)


def is_envelope(text: str) -> bool:
    """Say whether a text holds the marks of an envelope.

    >>> is_envelope('x"uri": "7", "pubStatus": "usable", "version": "1"'), is_envelope('He: "No": "Yes".')
    (True, False)
    """
    if FRAME.search(text) or REST_OF_TAG.match(text) or ("<" in text and holds_elements(text)):
        return True
    if NAMES.search(text) and text.rstrip().endswith(("}", "]")):
        return True
    return many(NAMES, text) or many(FIELDS, text[:HEAD])


def holds_elements(text: str) -> bool:
    """Say whether a text holds a declaration or an element that HTML does not have."""
    names = ((match[1] or match[2]).lower() for match in ELEMENT.finditer(text))
    return bool(DECLARED.search(text)) or "?><" in text or any(name not in defs.tags for name in names)


def many(pattern: re.Pattern[str], text: str) -> bool:
    """Say whether a pattern stands in a text three times."""
    return sum(1 for _, _ in zip(range(MANY), pattern.finditer(text), strict=False)) == MANY


def read_text(wire: Wire) -> list[Item]:
    """Return the one item of a plain text; WIRE-102 where it is blank."""
    if not wire.text.strip("\ufeff \t\r\n"):
        raise WireError("WIRE-102", "nothing but spaces")
    return [Item(body=wire.text, format="text", charset=wire.charset)]
