"""A story as ninjs 3.1, the IPTC's news in JSON, with each statement as an associated object. Pure.

ninjs has no place for spans: whoever needs them reads ``wire.enriched.v1``. https://iptc.org/standards/ninjs/
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from schemas.events import event_time
from schemas.statements import Source, Statement
from schemas.stories import EnrichedStory, RecalledStory

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}
PEOPLE = ("person",)
ORGANISATIONS = ("organization", "state", "media", "group")
PLAIN = "text/plain"


def as_ninjs(story: EnrichedStory | RecalledStory) -> dict[str, Any]:
    """Return the story as an object that ninjs 3.1 allows; fields without a value are left out.

    A killed or withheld story is its ``pubStatus`` and no text. A date without time or zone is left out too, because
    ninjs takes full timestamps only.

    >>> from agents.extract.testing import story
    >>> from agents.lifecycle import enrich
    >>> news = as_ninjs(enrich(story("قال الوزير إن القرار نهائي.")))
    >>> news["uri"], news["associations"][0]["bodies"][0]["value"]
    ('urn:tasrih:story:example%3A1', 'القرار نهائي')
    """
    fields = {
        "uri": f"urn:tasrih:story:{quote(story.id, safe='')}",
        "standard": STANDARD,
        "type": "text",
        "version": story.version,
        "pubStatus": story.status,
        "altIds": [{"role": "tasrih", "value": story.id}],
        "infoSources": [{"name": story.provider, "role": "provider"}],
    }
    return fields | (present(text_fields(story)) if isinstance(story, EnrichedStory) else {})


def text_fields(story: EnrichedStory) -> dict[str, Any]:
    """Return the fields of a story that may be used."""
    body = body_of(story)
    return {
        "versionCreated": event_time((story.published_at,)),
        "embargoedUntil": event_time((story.embargoed_until,)),
        "language": story.language,
        "urgency": story.urgency if story.urgency and 1 <= story.urgency <= 9 else None,
        "headlines": [{"role": "main", "value": story.headline}] if story.headline else None,
        "by": story.byline,
        "located": story.dateline and story.dateline.place,
        "slugline": story.slugline,
        "subjects": [{"name": subject} for subject in story.subjects],
        "copyrightNotice": story.copyright,
        "edNote": story.editorial_note,
        "bodies": [
            {
                "role": "main",
                "contentType": PLAIN,
                "charCount": len(body),
                "wordCount": len(body.split()),
                "value": body,
            }
        ],
        **named(one.source for one in story.statements),
        "associations": [association(one) for one in story.statements],
    }


def body_of(story: EnrichedStory) -> str:
    """Return the text without its headline."""
    headline = next((section for section in story.sections if section.kind == "headline"), None)
    return (story.text[: headline.start] + story.text[headline.end :] if headline else story.text).strip()


def association(statement: Statement) -> dict[str, Any]:
    """Return a statement as an associated object: its content is the body, what is known of it the descriptions."""
    return present(
        {
            "uri": f"urn:tasrih:statement:{statement.id}",
            "name": statement.source.name or "unnamed source",
            "rel": "statement",
            "type": "component",
            "version": statement.story_version,
            "language": statement.language,
            "bodies": [{"role": "content", "contentType": PLAIN, "value": statement.content.text}],
            "descriptions": [{"role": role, "value": value} for role, value in descriptions(statement)],
            "infoSources": [{"name": outlet.name, "role": outlet.relation} for outlet in statement.via],
            **named([statement.source]),
        }
    )


def descriptions(statement: Statement) -> Iterator[tuple[str, str]]:
    """Give what is said about a statement, under the names that the record has."""
    yield from (("stance", statement.stance), ("polarity", statement.polarity), ("form", statement.form))
    if statement.cue:
        yield "cue", statement.cue.text
    if statement.source.role:
        yield "role", statement.source.role
    for role, mention in (("addressee", statement.addressee), ("occasion", statement.occasion)):
        if mention:
            yield role, mention.text
    if statement.said_at:
        yield "said_at", statement.said_at.value or statement.said_at.text
    yield from (("rule", statement.rule), ("confidence", str(statement.confidence)))


def named(sources: Iterable[Source]) -> dict[str, list[dict[str, str]]]:
    """Return the sources that have a name, each once, as people and as organisations."""
    people: dict[str, None] = {}
    organisations: dict[str, None] = {}
    for source in sources:
        kind = people if source.type in PEOPLE else organisations if source.type in ORGANISATIONS else None
        if kind is not None and source.name:
            kind[source.name] = None
    return {
        "people": [{"name": name, "rel": "source"} for name in people],
        "organisations": [{"name": name, "rel": "source"} for name in organisations],
    }


def present(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value.

    >>> present({"by": None, "subjects": [], "urgency": 4})
    {'urgency': 4}
    """
    return {name: value for name, value in fields.items() if value not in (None, [], "")}
