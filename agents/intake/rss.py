"""RSS 2.0 and 1.0: https://www.rssboard.org/rss-specification, https://web.resource.org/rss/1.0/spec.

feedparser is not used: it mends feeds that do not parse, which must die here, and expands entities.
"""

from lxml.etree import _Element

from agents.errors import EmptyError
from agents.intake.fields import iso_date
from agents.intake.items import Item
from agents.intake.wire import Wire
from agents.intake.xml import first_text, stories_of, text_of, texts


def is_rss(wire: Wire) -> bool:
    """Say whether the root is a feed of RSS."""
    return wire.root_name in ("rss", "RDF")


def read_rss(wire: Wire) -> list[Item]:
    """Return the entries in their order; WIRE-203 for a feed without any."""
    root = wire.xml
    channel = root.find("channel")
    channel = root if channel is None else channel
    entries = stories_of(root.iter("item"))
    if not entries:
        raise EmptyError("the feed holds no entry", path="$.channel")
    return [read_entry(wire, entry, channel) for entry in entries]


def read_entry(wire: Wire, entry: _Element, channel: _Element) -> Item:
    """Return one entry with what its feed says of it. Its text is HTML, as the specification has it."""
    bodies = (text_of(entry.find(name)) for name in ("encoded", "description"))
    return Item(
        body=next((body for body in bodies if body), ""),
        body_kind="html",
        format="rss",
        charset=wire.charset,
        id=first_text(entry, "guid", "link"),
        provider=first_text(entry, "source", "publisher") or first_text(channel, "title"),
        channel=first_text(channel, "category"),
        language=first_text(entry, "language") or first_text(channel, "language"),
        headline=first_text(entry, "title"),
        byline=first_text(entry, "creator", "author"),
        version_created=iso_date(first_text(entry, "pubDate", "date")),
        subjects=tuple(texts(entry, "category")),
        copyright=first_text(entry, "rights") or first_text(channel, "copyright", "rights"),
    )
