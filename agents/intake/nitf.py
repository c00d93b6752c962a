"""NITF, the News Industry Text Format: https://iptc.org/standards/nitf/."""

from lxml.etree import _Element

from agents.intake.fields import number
from agents.intake.items import Item
from agents.intake.signals import coded_signal, with_embargo
from agents.intake.wire import Wire
from agents.intake.xml import BESIDE, drop, first_text, first_value, inner_xml, values, words_of


def is_nitf(wire: Wire) -> bool:
    """Say whether the root is an NITF document."""
    return wire.root_name == "nitf"


def read_nitf(wire: Wire) -> list[Item]:
    """Return the one story of the document.

    ``docdata/date.release`` is the embargo where it is later than the issue or the status says so, as PA sends it.
    """
    root = wire.xml
    data, head = "head/docdata/", "body/body.head/"
    status = first_value(root, "head/docdata", "management-status")
    release = embargo_of(root, status)
    item = Item(
        body=body_of(root),
        body_kind="html",
        format="nitf",
        charset=wire.charset,
        id=first_value(root, data + "doc-id", "id-string"),
        version=first_value(root, data + "du-key", "version") or first_value(root, data + "series", "series.part"),
        status=with_embargo(status, release, "$.docdata.management-status"),
        signal=coded_signal([*values(root, data + "ed-msg", "msg-type"), *values(root, "head/tobject", "tobject.type")])
        or ("correction" if root.find(data + "correction") is not None else "new"),
        provider=first_value(root, data + "doc-id", "regsrc")
        or first_text(root, head + "rights/rights.owner", head + "distributor"),
        channel=first_value(root, "head/pubdata", "position.section"),
        language=root.get("baselang") or first_value(root, "body", "lang"),
        headline=first_text(root, head + "hedline/hl1", head + "hedline", "head/title"),
        byline=first_text(root, head + "byline"),
        dateline=dateline_of(root),
        place=first_text(root, head + "dateline/location") or first_value(root, data + "evloc", "city"),
        slugline=first_text(root, head + "slugline")
        or first_value(root, data + "du-key", "key")
        or first_value(root, data + "key-list/keyword", "key"),
        transmission=first_value(root, "head/pubdata", "id"),
        urgency=number(first_value(root, data + "urgency", "ed-urg")),
        version_created=first_value(root, data + "date.issue", "norm")
        or first_value(root, "head/pubdata", "date.publication"),
        embargoed_until=release,
        subjects=tuple(values(root, "head/tobject/tobject.subject", "tobject.subject.refnum")),
        copyright=copyright_of(root),
        editorial_note=first_value(root, data + "ed-msg", "info"),
    )
    return [item]


def embargo_of(root: _Element, status: str | None) -> str | None:
    """Return the release date where it is an embargo: the status says so, or it is not the date of issue."""
    release = first_value(root, "head/docdata/date.release", "norm")
    issue = first_value(root, "head/docdata/date.issue", "norm")
    return release if (status or "").lower() == "embargoed" or release != issue else None


def dateline_of(root: _Element) -> str | None:
    """Return the dateline without its machine-readable date."""
    dateline = root.find("body/body.head/dateline")
    if dateline is None:
        return None
    drop(dateline, "story.date")
    return words_of(dateline)


def copyright_of(root: _Element) -> str | None:
    """Return the line of copyright, made of holder and year where the document gives those."""
    holder = first_value(root, "head/docdata/doc.copyright", "holder")
    year = first_value(root, "head/docdata/doc.copyright", "year")
    return " ".join(part for part in (holder, year) if part) or None


def body_of(root: _Element) -> str:
    """Return what stands in ``body.content``, pictures and their captions left out."""
    content = root.find("body/body.content")
    if content is None:
        return ""
    drop(content, *BESIDE)
    return inner_xml(content) if words_of(content) else ""
