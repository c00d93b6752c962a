"""Identity: the story id, the same for every version of a story."""

import hashlib

from msgspec.structs import replace

from agents.errors import WireError
from agents.intake.items import Item
from agents.normalize.adds import without_add
from agents.normalize.characters import fold_key

UNKNOWN = "unknown"
MAX_ID = 1_000


def story_id(item: Item, *, headline: str, day: str | None) -> str:
    """Return the id by the first of three rules that applies; ``day`` is the publication date or the dateline's.

    ``provider:guid``; provider, slugline and date; provider, date and the hash of the folded headline. Only the first
    is sure to stay over versions. Raises WIRE-302 for an id that is too long to be a key.

    >>> from agents.intake import read_items
    >>> story_id(read_items(b'{"id": "7", "text": "x", "provider": "AFP"}', {})[0], headline="", day=None)
    'AFP:7'
    """
    provider = item.provider or UNKNOWN
    if item.id:
        found = f"{provider}:{item.id}"
    elif item.slugline:
        found = f"{provider}:{item.slugline}:{day or ''}"
    else:
        digest = hashlib.sha256(" ".join(fold_key(headline).split()).encode()).hexdigest()[:16]
        found = f"{provider}:{day or ''}:{digest}"
    if len(found) > MAX_ID:
        raise WireError("WIRE-302", f"an id of {len(found)} characters, {MAX_ID} are possible", path="$.id")
    return found


def added_to(item: Item, *, headline: str, day: str | None) -> str | None:
    """Return the id of the story that an add goes on: what the envelope says, else the id that its head gives.

    A format without story ids repeats slugline or headline and puts the number of the add after it.
    """
    if item.signal != "add" or item.adds_to or item.id:
        return item.adds_to
    base = replace(item, slugline=without_add(item.slugline) if item.slugline else None)
    return story_id(base, headline=without_add(headline), day=day)
