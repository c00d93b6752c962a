"""Normalization: an item as its envelope gave it becomes a Story.

characters: the published text · offsets: the map back · markup: HTML bodies · layout and signatures: headline, byline,
dateline, paragraphs · language · dates · identity: the story id
"""

import re

from msgspec.structs import replace

from agents.errors import WireError
from agents.intake.items import BLANK_SIGNALS, Item
from agents.intake.mojibake import is_soup
from agents.normalize.characters import NORMALIZER, Cleaned, clean
from agents.normalize.dates import read_date
from agents.normalize.identity import UNKNOWN, added_to, story_id
from agents.normalize.language import decide_language
from agents.normalize.layout import Layout, lay_out
from agents.normalize.markup import has_markup, strip_tags
from agents.normalize.offsets import compose, shift, to_runs
from schemas.stories import Dateline, Provenance, RawOrigin, Story

NO_VERSION = "1"
# Question marks inside words, per character: some are flagged, many are no story any more.
QUESTION_SHARE = 0.02
DESTROYED_SHARE = 0.2
LOST = re.compile("[?\u061f](?=[\\w?\u061f])|\ufffd")
PASSES = 3  # how often escaped markup is unescaped, stripped and looked at again


def normalize_item(item: Item, origin: RawOrigin, received_at: str) -> Story:
    """Return the Story of an item.

    ``origin`` is where the item stands in the raw topic, ``received_at`` the raw record's Kafka timestamp in ISO 8601.
    A headline field becomes the first line of ``text``, unless the body begins with it. No field is guessed; doubt is
    flagged. A story under an embargo that cannot be read is withheld. Raises WIRE-301 for a body that holds nothing to
    read and is no kill or snap, WIRE-302 for fields that cannot be, WIRE-106 for a text that was destroyed.
    """
    body = clean_body(item)
    headline = clean_line(item.headline)
    if not body.text and not may_be_empty(item, headline):
        raise WireError("WIRE-301", "the body holds no visible character")
    text, raised = join_headline(headline, body.text)
    layout = lay_out(text, headline_given=headline is not None)
    language, language_flags = decide_language(item.language, text)
    published_at, date_flags = publication_date(item)
    embargo, embargo_flags = read_date(item.embargoed_until, "embargoed_until")
    day = (published_at or "")[:10] or (layout.dateline.date if layout.dateline else None)
    head = layout.headline or text.partition("\n")[0]
    return Story(
        id=story_id(item, headline=head, day=day),
        version=item.version or NO_VERSION,
        status=item.status if embargo or not embargo_flags else "withheld",
        signal=item.signal,
        adds_to=added_to(item, headline=head, day=day),
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
        flags=(*item.flags, *language_flags, *date_flags, *embargo_flags, *damage_of(text, body.changes)),
    )


def may_be_empty(item: Item, headline: str | None) -> bool:
    """Say whether an item needs no body: what it tells is that it was killed, held or released, or its headline."""
    return item.status != "usable" or (item.signal in BLANK_SIGNALS and (item.signal != "snap" or headline is not None))


def clean_body(item: Item) -> Cleaned:
    """Return the published text of the body, with its tags taken off before if it is HTML.

    Markup that only shows when entities are decoded, or that stands in a plain text, was escaped or mislabelled by the
    feed: it is taken off in a pass of its own, with the entities in it, and counted as ``markup``.
    """
    body = clean(item.body) if item.body_kind == "text" else stripped(item.body)
    for _ in range(PASSES):
        if not has_markup(body.text):
            break
        again = stripped(body.text)
        changes = {
            name: body.changes.get(name, 0) + again.changes.get(name, 0) for name in (*body.changes, *again.changes)
        }
        changes["markup"] = changes.get("markup", 0) + again.changes.get("tags", 0)
        body = Cleaned(again.text, compose(again.offsets, body.offsets), changes)
    return body


def stripped(markup: str) -> Cleaned:
    """Return the published text of a body of HTML."""
    bare = strip_tags(markup)
    cleaned = clean(bare.text)
    changes = {name: count for name, count in (bare.changes | cleaned.changes).items() if count}
    return Cleaned(cleaned.text, compose(cleaned.offsets, bare.offsets), changes)


def clean_line(value: str | None) -> str | None:
    """Return a field of the envelope as one clean line without tags, None where nothing is left."""
    if not value:
        return None
    line = clean(value).text
    for _ in range(PASSES):
        if has_markup(line):
            line = stripped(line).text
    return " ".join(line.split()) or None


def join_headline(headline: str | None, body: str) -> tuple[str, int]:
    r"""Return the text with its headline on the first line, and by how much the body moved.

    >>> join_headline("Talks", "They spoke."), join_headline("Talks", "Talks" + chr(10) + "They spoke.")
    (('Talks\nThey spoke.', 6), ('Talks\nThey spoke.', 0))
    """
    if headline is None or body.partition("\n")[0] == headline:
        return body, 0
    return (f"{headline}\n{body}", len(headline) + 1) if body else (headline, 0)


def publication_date(item: Item) -> tuple[str | None, tuple[str, ...]]:
    """Return when this version was made, else when the story was, with flags; ``published_at_missing`` for neither."""
    made, flags = read_date(item.version_created, "published_at")
    if made is None and item.first_created:
        made, first_flags = read_date(item.first_created, "published_at")
        flags = (*flags, *first_flags, "version_date_missing")
    return made, flags if made else (*flags, "published_at_missing")


def dateline_of(layout: Layout, item: Item) -> Dateline | None:
    """Return the dateline of the text, else what the envelope's dateline, its byline or its place says."""
    place = clean_line(item.place)
    for line in (clean_line(item.dateline), clean_line(item.byline)):
        found = layout.dateline or (lay_out(f"-\n{line}", headline_given=True).dateline if line else None)
        if found:
            return replace(found, place=found.place or place)
    text = layout.dateline or clean_line(item.dateline) or place
    return Dateline(text=text, place=place) if isinstance(text, str) else text


def damage_of(text: str, changes: dict[str, int]) -> tuple[str, ...]:
    """Return the flags of losses that happened before: U+FFFD, question marks where letters were, escaped markup.

    Raises WIRE-106 where so much is lost that no one could read the rest.
    """
    marks = len(LOST.findall(text))
    lost = marks + changes.get("replacement_characters", 0)
    if lost > max(DESTROYED_SHARE * len(text), 2):
        raise WireError("WIRE-106", f"{lost} letters lost in {len(text)} characters")
    flags = {
        "replacement_characters": "replacement_characters" in changes,
        "question_marks": marks > QUESTION_SHARE * len(text),
        "markup_removed": "markup" in changes,
        "mojibake_suspected": is_soup(text),
    }
    return tuple(name for name, holds in flags.items() if holds)
