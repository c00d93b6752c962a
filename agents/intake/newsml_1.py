"""NewsML 1.x, which AFP and its clients still send: https://iptc.org/standards/newsml-1/.

Many wires put an NITF body into it; older ones XHTML or plain text.
"""

from lxml.etree import _Element

from agents.errors import EmptyError
from agents.intake.fields import number
from agents.intake.items import BodyKind, Item
from agents.intake.signals import coded_signal, with_embargo
from agents.intake.wire import Wire
from agents.intake.xml import BESIDE, XML_LANG, drop, first_text, first_value, inner_xml, stories_of, values, words_of
from schemas.stories import Signal

# Update="U" and "A" are letters of the standard for a revision's delta; AFP's "N" is a whole story.
UPDATES: dict[str, Signal] = {"A": "add", "U": "update"}


def is_newsml_1(wire: Wire) -> bool:
    """Say whether the root is a NewsML document of version 1."""
    return wire.root_name == "NewsML"


def read_newsml_1(wire: Wire) -> list[Item]:
    """Return the news items in their order; WIRE-203 where none holds text or a headline."""
    root = wire.xml
    items = [read_item(wire, item, root) for item in stories_of(root.iterfind("NewsItem"))]
    found = [item for item in items if item.body.strip() or item.headline or item.status != "usable"]
    if not found:
        raise EmptyError(f"{len(items)} news items, none with text", path="$.NewsItem")
    return found


def read_item(wire: Wire, item: _Element, root: _Element) -> Item:
    """Return one news item with what its envelope says of it."""
    body, kind = body_of(item)
    manage, lines = "NewsManagement/", ".//NewsLines/"
    until = first_text(item, manage + "Status/StatusWillChange/DateAndTime")
    status = first_value(item, manage + "Status", "FormalName")
    return Item(
        body=body,
        body_kind=kind,
        format="newsml-1",
        charset=wire.charset,
        id=guid_of(item),
        version=first_text(item, "Identification/NewsIdentifier/RevisionId"),
        status=with_embargo(status, until, "$.NewsManagement.Status"),
        signal=signal_of(item),
        adds_to=first_value(item, manage + "AssociatedWith", "NewsItem") if is_add(item) else None,
        provider=first_value(item, ".//Provider/Party", "FormalName")
        or first_text(item, "Identification/NewsIdentifier/ProviderId"),
        channel=first_value(root, "NewsEnvelope/NewsProduct", "FormalName"),
        language=first_value(item, ".//DescriptiveMetadata/Language", "FormalName") or item.get(XML_LANG),
        headline=first_text(item, lines + "HeadLine", ".//hedline/hl1"),
        byline=first_text(item, lines + "ByLine", ".//body.head/byline"),
        dateline=first_text(item, lines + "DateLine", ".//body.head/dateline"),
        place=first_value(item, ".//Location/Property[@FormalName='City']", "Value"),
        slugline=first_text(item, lines + "SlugLine"),
        transmission=first_text(root, "NewsEnvelope/TransmissionId"),
        urgency=number(first_value(item, manage + "Urgency", "FormalName")),
        version_created=first_text(item, manage + "ThisRevisionCreated"),
        first_created=first_text(item, manage + "FirstCreated"),
        embargoed_until=until if (status or "").lower().endswith("embargoed") else None,
        subjects=tuple(dict.fromkeys(values(item, ".//SubjectCode/*", "FormalName"))),
        copyright=first_text(item, lines + "CopyrightLine", ".//RightsMetadata/Copyright"),
        editorial_note=first_text(item, manage + "Instruction")
        or first_value(item, manage + "Instruction", "FormalName"),
    )


def guid_of(item: _Element) -> str | None:
    """Return the identifier of all revisions: provider, date and name of the item, as in its public identifier."""
    parts = [
        first_text(item, f"Identification/NewsIdentifier/{name}") for name in ("ProviderId", "DateId", "NewsItemId")
    ]
    return f"urn:newsml:{':'.join(part or '' for part in parts)}" if parts[-1] else None


def is_add(item: _Element) -> bool:
    """Say whether a revision only adds to the one before."""
    return first_value(item, "Identification/NewsIdentifier/RevisionId", "Update") == "A"


def signal_of(item: _Element) -> Signal:
    """Return what the instruction and the type of the item say, else what the letter of its revision does."""
    manage = "NewsManagement/"
    codes = [*values(item, manage + "Instruction", "FormalName"), *values(item, manage + "NewsItemType", "FormalName")]
    letter = first_value(item, "Identification/NewsIdentifier/RevisionId", "Update") or ""
    return coded_signal(codes) or UPDATES.get(letter, "new")


def body_of(item: _Element) -> tuple[str, BodyKind]:
    """Return the body of the first content that holds words: NITF, XHTML or plain text; blank without any."""
    for content in item.iter("DataContent"):
        body = next((part for name in ("body.content", "body") for part in content.iter(name)), content)
        drop(body, *BESIDE)
        if words_of(body):
            return inner_xml(body), "html" if len(body) else "text"
    return "", "text"
