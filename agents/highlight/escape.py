"""Text of a story made harmless: nothing in it can become markup, and nothing leaves its place."""

import re
from html import escape as html_escape

# What XML 1.0 cannot hold, and the bidirectional controls, which could show words in another order than they have.
_UNSHOWN = re.compile(
    r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_PLACEHOLDER = "\ufffd"
_WORD = re.compile(r"(\S{100})(?=\S)")


def escaped(text: str) -> str:
    """Write a text for HTML, in an element or between double quotes.

    >>> escaped('<b onclick="x">' + chr(0x202e) + chr(0))
    '&lt;b onclick=&quot;x&quot;&gt;\ufffd\ufffd'
    """
    return html_escape(_UNSHOWN.sub(_PLACEHOLDER, text), quote=True)


def breakable(text: str) -> str:
    """Write a text in which a browser may break a word without end: laying one out takes it minutes.

    >>> breakable("a" * 100 + "<").count("<wbr/>")
    1
    """
    return "<wbr/>".join(escaped(part) for part in _WORD.split(text) if part)


def isolated(text: str) -> str:
    """Write a text so that its direction leaves what stands beside it alone.

    >>> isolated("A&B")
    '<bdi>A&amp;B</bdi>'
    """
    return f"<bdi>{escaped(text)}</bdi>"
