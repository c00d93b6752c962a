"""Atom, RFC 4287: a feed of entries, or one entry alone."""

from lxml.etree import _Element

from agents.errors import EmptyError
from agents.intake.items import BodyKind, Item
from agents.intake.wire import Wire
from agents.intake.xml import XML_LANG, first_text, first_value, inner_xml, stories_of, text_of, values


def is_atom(wire: Wire) -> bool:
    """Say whether the root is a feed or an entry."""
    return wire.root_name in ("feed", "entry")


def read_atom(wire: Wire) -> list[Item]:
    """Return the entries in their order; WIRE-203 for a feed without any."""
    root = wire.xml
    entries = [root] if root.tag == "entry" else stories_of(root.iterfind("entry"))
    if not entries:
        raise EmptyError("the feed holds no entry", path="$.feed")
    return [read_entry(wire, entry, root) for entry in entries]


def read_entry(wire: Wire, entry: _Element, feed: _Element) -> Item:
    """Return one entry with what its feed says of it."""
    body, kind = body_of(entry)
    return Item(
        body=body,
        body_kind=kind,
        format="atom",
        charset=wire.charset,
        id=first_text(entry, "id") or first_value(entry, "link", "href"),
        provider=first_text(entry, "source/title") or first_text(feed, "title" if feed is not entry else "author/name"),
        language=entry.get(XML_LANG) or feed.get(XML_LANG),
        headline=first_text(entry, "title"),
        byline=first_text(entry, "author/name") or first_text(feed, "author/name"),
        version_created=first_text(entry, "updated"),
        first_created=first_text(entry, "published"),
        subjects=tuple(values(entry, "category", "term")),
        copyright=first_text(entry, "rights") or first_text(feed, "rights"),
    )


def body_of(entry: _Element) -> tuple[str, BodyKind]:
    """Return content, else summary, as its type says: text, escaped HTML, or XHTML; blank without either."""
    for name in ("content", "summary"):
        element = entry.find(name)
        if element is not None and text_of(element):
            kind = element.get("type", "text")
            if "html" in kind and not len(element):
                return text_of(element) or "", "html"
            return inner_xml(element), "html" if len(element) else "text"
    return "", "text"
