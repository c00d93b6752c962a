"""From bytes to characters: the charset is decided by the bytes; what the wire declares is kept beside it.

Declarations lie: windows-1256 sent as iso-8859-1 is the common Arabic case, and decodes to soup without an error. So a
declaration is heard only where the bytes have nothing to say. charset-normalizer, measured on 450 news sentences, reads
the same and three more in ten times the time; it is not asked where this refuses, because a refusal is a dead letter
that somebody sees, and a wrong guess is a story.
"""

import codecs
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agents.errors import WireError
from schemas.stories import Charset

DECLARATIONS = (
    re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:+-]+)"),
    re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:+-]+)", re.IGNORECASE),
)
CONTENT_TYPE = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]+)", re.IGNORECASE)
# UTF-32 before UTF-16, whose mark its own begins with.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In the order of their use; of equal evidence the first holds.
ARABIC_CHARSETS = {"windows-1256": "cp1256", "iso-8859-6": "iso8859-6", "cp720": "cp720"}
# Declarations that are heard when the bytes hold no Arabic. iso-8859-1 is read as what its senders mean, see
# https://encoding.spec.whatwg.org/#names-and-labels.
WESTERN = {"iso8859-1": "windows-1252", "cp1252": "windows-1252", "iso8859-15": "iso-8859-15"}

# Line ends, tabs and the marks of the old wire formats (SOH to ETX, SYN, SUB, US) stand in text; the others do not.
BINARY = re.compile(r"[\x00\x04-\x08\x0e-\x10\x12\x14\x15\x17-\x19\x1b-\x1e]")
BINARY_SHARE = 0.02
SAMPLE_BYTES = 4_000
SAMPLE_RUNS = 3_000
HIGH_RUN = re.compile(rb"[\x80-\xff]{1,40}")
ARABIC_WORD = re.compile(r"[\u0621-\u0652]+")
KNOWN_SHARE = 0.1

LEXICON: dict[str, str] = tomllib.loads(Path(__file__).with_name("charset.toml").read_text("utf-8"))["words"]
ARTICLE = LEXICON.pop("article")
WORDS = frozenset(LEXICON.values())


class Evidence(NamedTuple):
    """How many Arabic words a reading holds, and how many of them are known or have the article."""

    known: int
    words: int

    @property
    def convinces(self) -> bool:
        """Say whether this is Arabic and no accident: a word in ten is known."""
        return self.known >= 1 and self.known >= KNOWN_SHARE * self.words


def evidence_of(text: str) -> Evidence:
    """Count the Arabic words of a text.

    >>> evidence_of("\u0642\u0627\u0644 \u0627\u0644\u0648\u0632\u064a\u0631 nothing")
    Evidence(known=2, words=2)
    """
    words = ARABIC_WORD.findall(text)
    known = sum(word in WORDS or (len(word) > 3 and word.startswith(ARTICLE)) for word in words)
    return Evidence(known, len(words))


def declared_charset(content_type: str | None, value: bytes = b"") -> str | None:
    """Return the charset that a content type names, else the XML declaration or HTML's ``meta`` at the head of bytes.

    >>> declared_charset("text/plain; charset=windows-1256"), declared_charset(None, b'<?xml encoding="UTF-8"?>')
    ('windows-1256', 'utf-8')
    """
    if match := CONTENT_TYPE.search(content_type or ""):
        return match.group(1).lower()
    found = (pattern.search(value[:SAMPLE_BYTES]) for pattern in DECLARATIONS)
    return next((match.group(1).decode("ascii").lower() for match in found if match), None)


def decode(value: bytes, content_type: str | None = None) -> tuple[str, Charset]:
    r"""Decode ``value`` and say how the charset was decided.

    In this order: a byte order mark; UTF-16 by its pattern; UTF-8, which refuses nearly everything that is not UTF-8;
    the Arabic charset in which most words are known; the charset declared. The byte order mark is left to the caller's
    text, where normalization removes and counts it. Raises WIRE-101 where none fits, and WIRE-105 for bytes that decode
    to something that no one wrote (an image).

    >>> decode("\u0642\u0627\u0644 \u0627\u0644\u0648\u0632\u064a\u0631".encode("cp1256"))[1]
    Charset(declared=None, used='windows-1256', how='evidence')
    """
    declared = declared_charset(content_type, value)
    text, used, how = read_bytes(value, declared)
    if len(BINARY.findall(text)) > BINARY_SHARE * len(text):
        raise WireError("WIRE-105", "too many control characters for a text")
    return text, Charset(declared=declared, used=used, how=how)


def read_bytes(value: bytes, declared: str | None) -> tuple[str, str, str]:
    """Return the text, the charset used and how it was decided; WIRE-101 where none fits."""
    for mark, charset in MARKS:
        if value.startswith(mark):
            return strictly(value, charset), charset, "byte order mark"
    if wide := wide_charset(value):
        return strictly(value, wide), wide, "pattern"
    try:
        return value.decode("utf-8"), "utf-8", "valid"
    except UnicodeDecodeError as error:
        refused = error
    for charset in by_evidence(value):
        return value.decode(ARABIC_CHARSETS[charset]), charset, "evidence"
    if declared and (known := codec_of(declared)) in READABLE:
        return strictly(value, known), READABLE[known], "declared"
    hint = f"The wire declares {declared}: send UTF-8, or convert at the feed." if declared else None
    raise WireError("WIRE-101", refused.reason, hint=hint, path=f"byte {refused.start}") from refused


READABLE = {codecs.lookup(codec).name: name for name, codec in ARABIC_CHARSETS.items()} | WESTERN


def codec_of(label: str) -> str:
    """Return the codec's own name for a label, the label where there is none."""
    try:
        return codecs.lookup(label).name
    except (LookupError, ValueError):
        return label


def strictly(value: bytes, charset: str) -> str:
    """Decode, or raise WIRE-101 with the place."""
    codec = {"iso8859-1": "cp1252"}.get(charset, charset)
    try:
        return value.decode(codec)
    except UnicodeDecodeError as error:
        raise WireError("WIRE-101", f"{charset}: {error.reason}", path=f"byte {error.start}") from error


def wide_charset(value: bytes) -> str | None:
    r"""Return which UTF-16 bytes without a mark are: every other byte is 0 or, in Arabic, 6.

    >>> wide_charset("\u0642\u0627\u0644 x".encode("utf-16-be")), wide_charset(b"plain text")
    ('utf-16-be', None)
    """
    sample = value[:SAMPLE_BYTES]
    for charset, highs in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(highs) >= 4 and highs.count(0) + highs.count(6) > 0.7 * len(highs):
            return charset
    return None


def by_evidence(value: bytes) -> Iterator[str]:
    """Yield the Arabic charset in which most of the bytes' words are known, if it convinces.

    All of these charsets keep Arabic words in runs of high bytes, so those are enough of a sample.
    """
    runs = (run.group() for _, run in zip(range(SAMPLE_RUNS), HIGH_RUN.finditer(value), strict=False))
    sample = b" ".join(runs)
    found = {name: evidence_of(sample.decode(codec, "replace")) for name, codec in ARABIC_CHARSETS.items()}
    best = max(found, key=lambda name: found[name].known)
    if found[best].convinces and is_whole(value, ARABIC_CHARSETS[best]):
        yield best


def is_whole(value: bytes, codec: str) -> bool:
    """Say whether a codec reads all of the bytes."""
    try:
        value.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
