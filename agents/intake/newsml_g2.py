"""NewsML-G2, the IPTC's news in XML: https://iptc.org/standards/newsml-g2/.

A newsMessage with several items, or one item alone. The package newsmlg2 reads all of it, with a parser of its own that
this project does not let at wires (see ``xml``); the dozen fields that a Story keeps are read here.
"""

from collections.abc import Iterator

from lxml.etree import _Element

from agents.errors import EmptyError
from agents.intake.fields import number
from agents.intake.items import BodyKind, Item
from agents.intake.signals import coded_signal, status_of
from agents.intake.wire import Wire
from agents.intake.xml import (
    BESIDE,
    XML_LANG,
    drop,
    first_text,
    first_value,
    inner_xml,
    stories_of,
    texts,
    values,
    words_of,
)

ITEMS = ("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")


def is_newsml_g2(wire: Wire) -> bool:
    """Say whether the root is a newsMessage or one of the items."""
    return wire.root_name in ("newsMessage", *ITEMS)


def read_newsml_g2(wire: Wire) -> list[Item]:
    """Return the news items with text, in their order.

    Packages, concepts and pictures beside them hold no text and are left out; WIRE-203 where there is nothing else.
    """
    root = wire.xml
    items = [root] if root.tag in ITEMS else stories_of(root.iterfind("itemSet/*"))
    found = [item for item in items if item.tag == "newsItem" and holds_text(item)]
    if not found:
        kinds = ", ".join(sorted({str(item.tag) for item in items})) or "nothing"
        raise EmptyError(f"the message holds {kinds}, and no item with text", path="$.itemSet")
    header = root if root.tag == "newsMessage" else None
    return [read_item(wire, item, header) for item in found]


def holds_text(item: _Element) -> bool:
    """Say whether an item is a text: its class says so, or it says nothing and has text or a status to tell."""
    kind = (first_value(item, "itemMeta/itemClass", "qcode") or "").rpartition(":")[2]
    if kind in ("", "text", "composite"):
        return True
    return item.find("contentSet/inlineXML") is not None and kind not in ("picture", "video", "audio", "graphic")


def read_item(wire: Wire, item: _Element, message: _Element | None) -> Item:
    """Return one news item with what its message says of it."""
    body, kind = body_of(item)
    meta, content = "itemMeta/", "contentMeta/"
    codes = [*values(item, meta + "signal", "qcode"), *advisories(item)]
    return Item(
        body=body,
        body_kind=kind,
        format="newsml-g2",
        charset=wire.charset,
        id=item.get("guid"),
        version=item.get("version"),
        status=status_of(first_value(item, meta + "pubStatus", "qcode"), "$.itemMeta.pubStatus"),
        signal=coded_signal(codes) or "new",
        provider=named(item.find(meta + "provider")),
        channel=first_of(message, "header/channel") or code_of(first_value(item, meta + "service", "qcode")),
        language=first_value(item, content + "language", "tag") or item.get(XML_LANG),
        headline=headline_of(item),
        byline=first_text(item, content + "by", "contentSet//byline"),
        dateline=first_text(item, content + "dateline", "contentSet//dateline"),
        place=first_text(item, content + "located/name"),
        slugline=first_text(item, content + "slugline"),
        transmission=first_of(message, "header/transmitId"),
        urgency=number(first_text(item, content + "urgency")),
        version_created=first_text(item, meta + "versionCreated"),
        first_created=first_text(item, meta + "firstCreated", content + "contentCreated"),
        embargoed_until=first_text(item, meta + "embargoed"),
        subjects=tuple(code for subject in item.iterfind(content + "subject") if (code := label(subject))),
        copyright=first_text(item, "rightsInfo/copyrightNotice"),
        editorial_note=editorial_note(item),
        flags=("table",) if any(code.lower().endswith(":table") for code in codes) else (),
    )


def advisories(item: _Element) -> Iterator[str]:
    """Yield the codes of genre and role that call an item an advisory; their other words mean other things."""
    for path in ("contentMeta/genre", "itemMeta/role"):
        yield from (code for code in values(item, path, "qcode") if code.lower().endswith(":advisory"))


def headline_of(item: _Element) -> str | None:
    """Return the headline of the lowest rank, else the body's."""
    ranked = [head for head in item.iterfind("contentMeta/headline") if words_of(head)]
    ranked.sort(key=lambda head: number(head.get("rank")) or 0)
    return words_of(ranked[0]) if ranked else first_text(item, "contentSet//hedline/hl1", "contentMeta/name")


def editorial_note(item: _Element) -> str | None:
    """Return the first note that is for every editor: none that names itself not public."""
    notes = [note for note in item.iterfind("itemMeta/edNote") if words_of(note) and not note.get("pubconstraint")]
    plain = [note for note in notes if not len(note)]
    return words_of((plain or notes)[0]) if notes else None


def body_of(item: _Element) -> tuple[str, BodyKind]:
    """Return the body as it stands between its tags, of several the first that holds words; blank without any."""
    for path in ("contentSet/inlineXML", "contentSet/inlineData"):
        for content in item.iterfind(path):
            body = next((part for name in ("body.content", "body") for part in content.iter(name)), content)
            drop(body, *BESIDE)
            if words_of(body):
                return inner_xml(body), "html" if len(body) or "html" in content.get("contenttype", "") else "text"
    return "", "text"


def named(element: _Element | None) -> str | None:
    """Return who is meant: a literal, a code without its scheme, a name or an address, the first that is there."""
    if element is None:
        return None
    return element.get("literal") or code_of(element.get("qcode")) or first_text(element, "name") or element.get("uri")


def label(subject: _Element) -> str | None:
    """Return the code of a subject, with its scheme, else its name."""
    return subject.get("qcode") or subject.get("uri") or first_text(subject, "name") or subject.get("literal")


def code_of(qcode: str | None) -> str | None:
    """Return a code without its scheme."""
    return (qcode or "").rpartition(":")[2] or None


def first_of(message: _Element | None, path: str) -> str | None:
    """Return a text of the message around an item, None where it came alone."""
    return None if message is None else next(texts(message, path), None)
