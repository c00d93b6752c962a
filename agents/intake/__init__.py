"""Intake: the bytes of one raw record become items, one reader for each wire format.

A format is one file with two functions and one line in ``FORMATS``. The header ``wire-format`` names the reader;
without it the first that recognizes the record reads it. A reader that cannot read what it recognizes raises: what
looks structured is never published as plain text.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from agents.errors import WireError
from agents.intake.anpa import is_anpa, read_anpa
from agents.intake.atom import is_atom, read_atom
from agents.intake.charset import decode
from agents.intake.html import is_html, read_html
from agents.intake.iptc7901 import is_iptc7901, read_iptc7901
from agents.intake.items import Item
from agents.intake.json import is_json, read_json
from agents.intake.mail import is_mail, read_mail
from agents.intake.mojibake import repair
from agents.intake.newsml_1 import is_newsml_1, read_newsml_1
from agents.intake.newsml_g2 import is_newsml_g2, read_newsml_g2
from agents.intake.ninjs import is_ninjs, read_ninjs
from agents.intake.nitf import is_nitf, read_nitf
from agents.intake.rss import is_rss, read_rss
from agents.intake.signals import with_signal
from agents.intake.text import is_text, read_text
from agents.intake.wire import Wire

MAX_STORY_BYTES = 1_000_000
# Beyond reason for a story: time grows with them, not with bytes alone.
MAX_LINES = 20_000
MAX_BODY_TAGS = 20_000


class Format(NamedTuple):
    """A wire format: its name in ``wire-format`` and in ``provenance.raw.format``, how it shows, how it is read."""

    name: str
    recognize: Callable[[Wire], bool]
    read: Callable[[Wire], list[Item]]


FORMATS: tuple[Format, ...] = (
    Format("ninjs", is_ninjs, read_ninjs),
    Format("json", is_json, read_json),
    Format("newsml-g2", is_newsml_g2, read_newsml_g2),
    Format("newsml-1", is_newsml_1, read_newsml_1),
    Format("nitf", is_nitf, read_nitf),
    Format("rss", is_rss, read_rss),
    Format("atom", is_atom, read_atom),
    Format("html", is_html, read_html),
    Format("anpa", is_anpa, read_anpa),
    Format("iptc7901", is_iptc7901, read_iptc7901),
    Format("mail", is_mail, read_mail),
    Format("text", is_text, read_text),
)


def read_items(value: bytes, headers: Mapping[str, str], *, max_story_bytes: int = MAX_STORY_BYTES) -> list[Item]:
    """Return the items of one raw record, at least one.

    ``headers`` are Kafka's by name: ``wire-format`` names the reader, ``content-type`` may declare a charset. The limit
    holds for each headline and body in UTF-8. Raises ``WireError``: 1xx for bytes, 2xx for formats, 3xx for fields.

    >>> read_items(b'{"id": "7", "text": "A headline."}', {})[0].format
    'json'
    """
    if not value.strip():
        raise WireError("WIRE-102", f"{len(value)} bytes, none of them text")
    text, charset = decode(value, headers.get("content-type"))
    wire = Wire(value=value, text=text, charset=charset, headers=headers)
    items = choose_format(wire).read(wire)
    for item in items:
        check_size(item, max_story_bytes)
    return [with_signal(with_headers(mended(item), headers)) for item in items]


def choose_format(wire: Wire) -> Format:
    """Return the format that the header names, or the first that recognizes the record; else WIRE-202."""
    named = wire.headers.get("wire-format", "").strip().lower()
    if named:
        known = {row.name: row for row in FORMATS}
        if named not in known:
            raise WireError("WIRE-202", f"`wire-format` is {named[:40]!r}", hint=f"Known: {', '.join(known)}.")
        return known[named]
    for row in FORMATS:
        if row.recognize(wire):
            return row
    raise WireError("WIRE-202", "the record looks structured, and no reader knows it", path="byte 0")


def with_headers(item: Item, headers: Mapping[str, str]) -> Item:
    """Return the item with the provider and channel that the headers name, which go before the envelope's."""
    provider = headers.get("wire-provider", "").strip() or (item.provider or "").strip() or None
    return replace(item, provider=provider, channel=headers.get("wire-channel", "").strip() or item.channel)


def mended(item: Item) -> Item:
    """Return the item with Arabic mojibake repaired where that is sure; what is only likely is flagged later.

    The repaired body is the decoded body from here on: offsets lead to it.
    """
    fields = {name: repair(getattr(item, name) or "") for name in ("body", "headline", "byline", "editorial_note")}
    known = {name: text for name, text in fields.items() if text}
    return replace(item, flags=(*item.flags, "mojibake_repaired"), **known) if known else item


def check_size(item: Item, max_story_bytes: int) -> None:
    """Raise WIRE-104 where headline and body are above the limit, or have more lines or tags than a story has."""
    size = len(item.body.encode()) + len((item.headline or "").encode())
    if size > max_story_bytes:
        raise WireError("WIRE-104", f"{size} bytes, the limit is {max_story_bytes}")
    lines, tags = item.body.count("\n"), item.body.count("<") + item.body.count("&lt;")
    if lines > MAX_LINES or tags > MAX_BODY_TAGS:
        raise WireError("WIRE-104", f"{lines} lines and {tags} tags, {MAX_LINES} and {MAX_BODY_TAGS} are possible")
