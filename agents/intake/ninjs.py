"""ninjs 1 to 3, the IPTC's news in JSON: https://iptc.org/standards/ninjs/.

Version 3 spells the names of version 2 in camel case, so names are read in lower case.
"""

from typing import Any

import msgspec

from agents.errors import EmptyError, WireError
from agents.intake.items import BodyKind, Item
from agents.intake.json import fields_of, is_json, text_or_none
from agents.intake.signals import status_of
from agents.intake.wire import Wire

# Values of type that are no text; one with a caption in its body is read as what it says.
MEDIA = ("picture", "graphic", "audio", "video")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A headline or a body of versions 2 and 3."""

    role: str | None = None
    contenttype: str | None = None
    value: str | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A subject or an information source."""

    name: str | None = None
    literal: str | None = None
    code: str | None = None
    uri: str | None = None

    @property
    def label(self) -> str | None:
        """The name, or what stands for it."""
        return self.name or self.literal or self.code or self.uri


class Ninjs(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that are read, of all three versions; others are left alone."""

    uri: str
    type: str | None = None
    version: str | int | None = None
    pubstatus: str = "usable"
    urgency: int | None = None
    language: str | None = None
    versioncreated: str | None = None
    firstcreated: str | None = None
    contentcreated: str | None = None
    embargoed: str | None = None
    embargoeduntil: str | None = None
    headline: str | None = None
    headlines: tuple[Part, ...] = ()
    byline: str | None = None
    by: str | None = None
    slugline: str | None = None
    body_text: str | None = None
    body_html: str | None = None
    bodies: tuple[Part, ...] = ()
    subject: tuple[Named, ...] = ()
    subjects: tuple[Named, ...] = ()
    infosource: tuple[Named, ...] = ()
    infosources: tuple[Named, ...] = ()
    copyrightnotice: str | None = None
    ednote: str | None = None
    located: str | None = None


def lower_names(value: Any, depth: int = 3) -> Any:
    """Return the value with the names of its objects in lower case, as deep as this reader looks."""
    if isinstance(value, dict) and depth:
        return {name.lower(): lower_names(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [lower_names(inner, depth) for inner in value] if depth else value
    return value


def is_ninjs(wire: Wire) -> bool:
    """Say whether the record is a JSON object with ninjs' one required name and a name that only ninjs has."""
    if not is_json(wire) or not isinstance(wire.document, dict) or "uri" not in wire.document:
        return False
    names = {name.lower() for name in wire.document}
    return bool(names & {"headlines", "bodies", "body_text", "body_html", "pubstatus", "versioncreated"})


def read_ninjs(wire: Wire) -> list[Item]:
    """Return the one item of a ninjs object.

    Raises WIRE-301 where it has no body and is no kill, WIRE-203 for a package or a picture, WIRE-302 as in JSON.
    """
    news = fields_of(lower_names(wire.document), Ninjs)
    if news.type in ("composite", "package"):
        raise EmptyError("a package, which holds no text of its own", path="$.type")
    status = status_of(news.pubstatus, "$.pubstatus")
    body, kind = body_of(news, needed=status == "usable" and news.type not in MEDIA)
    if not body and status == "usable" and news.type in MEDIA:
        raise EmptyError(f"a {news.type} without text", path="$.type")
    source = next((source.label for source in (*news.infosource, *news.infosources) if source.label), None)
    item = Item(
        body=body,
        body_kind=kind,
        format="ninjs",
        charset=wire.charset,
        id=text_or_none(news.uri),
        version=text_or_none(news.version),
        status=status,
        provider=source,
        language=news.language,
        headline=headline_of(news),
        byline=news.byline or news.by,
        place=news.located,
        slugline=news.slugline,
        urgency=news.urgency,
        version_created=news.versioncreated,
        first_created=news.firstcreated or news.contentcreated,
        embargoed_until=news.embargoeduntil or news.embargoed,
        subjects=tuple(subject.label for subject in (*news.subject, *news.subjects) if subject.label),
        copyright=news.copyrightnotice,
        editorial_note=news.ednote,
    )
    return [item]


def headline_of(news: Ninjs) -> str | None:
    """Return the headline, in versions 2 and 3 the main one or else the first."""
    main = sorted((part for part in news.headlines if part.value), key=lambda part: part.role != "main")
    return news.headline or (main[0].value if main else None)


def body_of(news: Ninjs, *, needed: bool) -> tuple[str, BodyKind]:
    """Return the body and its kind, plain text before HTML because nothing has to be stripped from it.

    Where none is ``needed``, as in a kill, it may be blank.
    """
    plain = [news.body_text, *(part.value for part in news.bodies if not is_html(part))]
    marked = [news.body_html, *(part.value for part in news.bodies if is_html(part))]
    kinds: tuple[tuple[list[str | None], BodyKind], ...] = ((plain, "text"), (marked, "html"))
    for values, kind in kinds:
        for value in values:
            if value and value.strip():
                return value, kind
    if needed:
        raise WireError("WIRE-301", "no body holds anything", path="$.bodies")
    return "", "text"


def is_html(part: Part) -> bool:
    """Say whether a body is markup: by its content type, or by how it begins."""
    if part.contenttype:
        return "html" in part.contenttype.lower() or "xml" in part.contenttype.lower()
    return (part.value or "").lstrip().startswith("<")
