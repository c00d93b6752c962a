"""From bytes to characters: UTF-8, decided by the bytes; what the wire declares is kept beside it."""

import re

from agents.errors import WireError
from schemas.stories import Charset

CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]+)", re.IGNORECASE)
BOM = b"\xef\xbb\xbf"
# Line ends, tabs and the marks of the old wire formats (SOH to ETX, SYN, SUB) stand in text; the others do not.
BINARY = re.compile(r"[\x00\x04-\x08\x0e-\x15\x17-\x19\x1b-\x1f]")
BINARY_SHARE = 0.02


def declared_charset(content_type: str | None) -> str | None:
    """Return the charset that a content type names.

    >>> declared_charset("text/plain; charset=windows-1256")
    'windows-1256'
    """
    match = CHARSET.search(content_type or "")
    return match.group(1).lower() if match else None


def decode(value: bytes, content_type: str | None = None) -> tuple[str, Charset]:
    """Decode ``value`` and say how the charset was decided.

    UTF-8 refuses nearly everything that is not UTF-8, so bytes that pass it are UTF-8 whatever the wire declares. The
    byte order mark is left to the caller's text, where normalization removes and counts it. Raises WIRE-101 for other
    bytes and WIRE-105 for bytes that decode to something that no one wrote (UTF-16, an image).

    >>> decode(b"Riyadh")[1]
    Charset(declared=None, used='utf-8', how='valid')
    """
    declared = declared_charset(content_type)
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        hint = f"The wire declares {declared}: convert it to UTF-8 at the feed." if declared else None
        raise WireError("WIRE-101", error.reason, hint=hint, path=f"byte {error.start}") from error
    if len(BINARY.findall(text)) > BINARY_SHARE * len(text):
        raise WireError("WIRE-105", "too many control characters for a text")
    how = "byte order mark" if value.startswith(BOM) else "valid"
    return text, Charset(declared=declared, used="utf-8", how=how)
