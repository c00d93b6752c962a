"""Normalization: an item as its envelope gave it becomes a Story.

characters: the published text · offsets: the map back · markup: HTML bodies · layout and signatures: headline, byline,
dateline, paragraphs · language · dates · identity: the story id
"""

from agents.errors import WireError
from agents.intake.items import Item
from agents.normalize.characters import NORMALIZER, Cleaned, clean
from agents.normalize.dates import read_date
from agents.normalize.identity import UNKNOWN, story_id
from agents.normalize.language import decide_language
from agents.normalize.layout import Layout, lay_out
from agents.normalize.markup import strip_tags
from agents.normalize.offsets import compose, shift, to_runs
from schemas.stories import Dateline, Provenance, RawOrigin, Story

NO_VERSION = "1"
QUESTION_SHARE = 0.02


def normalize_item(item: Item, origin: RawOrigin, received_at: str) -> Story:
    """Return the Story of an item.

    ``origin`` is where the item stands in the raw topic, ``received_at`` the raw record's Kafka timestamp in ISO 8601.
    A headline field becomes the first line of ``text``, unless the body begins with it. No field is guessed; doubt is
    flagged. Raises WIRE-301 for a body that holds nothing to read, WIRE-302 for fields that cannot be.
    """
    body = clean_body(item)
    if not body.text:
        raise WireError("WIRE-301", "the body holds no visible character")
    headline = clean_line(item.headline)
    text, raised = join_headline(headline, body.text)
    layout = lay_out(text, headline_given=headline is not None)
    language, language_flags = decide_language(item.language, text)
    published_at, date_flags = publication_date(item)
    embargo, embargo_flags = read_date(item.embargoed_until, "embargoed_until")
    day = (published_at or "")[:10] or (layout.dateline.date if layout.dateline else None)
    return Story(
        id=story_id(item, headline=layout.headline or text.partition("\n")[0], day=day),
        version=item.version or NO_VERSION,
        status=item.status,
        signal=item.signal,
        adds_to=item.adds_to,
        provider=item.provider or UNKNOWN,
        channel=item.channel,
        language=language,
        headline=layout.headline,
        byline=clean_line(item.byline) or layout.byline,
        dateline=dateline_of(layout, item),
        slugline=clean_line(item.slugline),
        transmission=item.transmission,
        urgency=item.urgency,
        published_at=published_at,
        received_at=received_at,
        embargoed_until=embargo,
        subjects=item.subjects,
        copyright=clean_line(item.copyright),
        editorial_note=clean_line(item.editorial_note),
        text=text,
        sections=layout.sections,
        offsets=to_runs(shift(body.offsets, raised)),
        provenance=Provenance(raw=origin, normalizer=NORMALIZER, changes=body.changes),
        flags=(*language_flags, *date_flags, *embargo_flags, *damage_of(text)),
    )


def clean_body(item: Item) -> Cleaned:
    """Return the published text of the body, with its tags taken off before if it is HTML."""
    if item.body_kind == "text":
        return clean(item.body)
    stripped = strip_tags(item.body)
    cleaned = clean(stripped.text)
    changes = {name: count for name, count in (stripped.changes | cleaned.changes).items() if count}
    return Cleaned(cleaned.text, compose(cleaned.offsets, stripped.offsets), changes)


def clean_line(value: str | None) -> str | None:
    """Return a field of the envelope as one clean line, None where nothing is left."""
    return " ".join(clean(value).text.split()) or None if value else None


def join_headline(headline: str | None, body: str) -> tuple[str, int]:
    r"""Return the text with its headline on the first line, and by how much the body moved.

    >>> join_headline("Talks", "They spoke."), join_headline("Talks", "Talks" + chr(10) + "They spoke.")
    (('Talks\nThey spoke.', 6), ('Talks\nThey spoke.', 0))
    """
    if headline is None or body.partition("\n")[0] == headline:
        return body, 0
    return f"{headline}\n{body}", len(headline) + 1


def publication_date(item: Item) -> tuple[str | None, tuple[str, ...]]:
    """Return when this version was made, else when the story was, with flags; ``published_at_missing`` for neither."""
    made, flags = read_date(item.version_created, "published_at")
    if made is None and item.first_created:
        made, first_flags = read_date(item.first_created, "published_at")
        flags = (*flags, *first_flags, "version_date_missing")
    return made, flags if made else (*flags, "published_at_missing")


def dateline_of(layout: Layout, item: Item) -> Dateline | None:
    """Return the dateline of the text, else what the envelope's byline says of place and agency."""
    byline = clean_line(item.byline)
    return layout.dateline or (lay_out(f"-\n{byline}", headline_given=True).dateline if byline else None)


def damage_of(text: str) -> tuple[str, ...]:
    """Return the flags of losses that happened before: U+FFFD, and question marks where letters were."""
    flags = ("replacement_characters",) if "\ufffd" in text else ()
    runs = text.count("??") + text.count("\u061f\u061f")
    return (*flags, "question_marks") if runs > QUESTION_SHARE * len(text) else flags
