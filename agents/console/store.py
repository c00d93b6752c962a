"""What the console remembers: the last statements, stories, recalls, dead letters and outcomes. Pure, bounded."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from msgspec import Struct

from agents.messages import Headers
from schemas.topics import AUDIT, DEAD, ENRICHED, RECALLS, STATEMENTS

MOST_STATEMENTS = 20_000
MOST_STORIES = 5_000
MOST_LETTERS = 1_000
MOST_RECALLS = 50
MOST_GAPS = 50
SHOWN_CHARACTERS = 600
MINUTE_MS = 60_000
QUIET_LEAST_MS = 10 * MINUTE_MS


class Seen(NamedTuple):
    """A record as it was read: topic without prefix, place, Kafka timestamp in milliseconds, key, value, headers."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Line(Struct, frozen=True, kw_only=True):
    """A statement as the list shows it; of a retracted one nothing is left but whose it was."""

    number: int
    id: str
    event: str
    story: str
    at: int
    provider: str = ""
    headline: str = ""
    source: str = ""
    role: str = ""
    stance: str = ""
    denies: bool = False
    cue: str = ""
    content: str = ""
    via: tuple[str, ...] = ()
    confidence: float = 0.0


class Filter(NamedTuple):
    """Which statements are asked for; an empty text takes everything."""

    source: str = ""
    stance: str = ""
    outlet: str = ""
    provider: str = ""
    text: str = ""

    def takes(self, line: Line) -> bool:
        """Say whether a statement is asked for.

        >>> line = Line(number=1, id="a", event="asserted", story="s", at=0, source="سامي حداد", stance="said")
        >>> Filter(source="حداد").takes(line), Filter(stance="denied").takes(line)
        (True, False)
        """
        return (
            self.source in line.source
            and self.stance in ("", line.stance)
            and self.provider in ("", line.provider)
            and (not self.outlet or any(self.outlet in name for name in line.via))
            and self.text in f"{line.headline}\n{line.content}"
        )


@dataclass(slots=True)
class Provider:
    """When a provider's items came: the last one, and the gaps between the last ones (milliseconds)."""

    last: int
    gaps: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_GAPS))

    def came(self, at: int) -> None:
        """Note an item."""
        self.gaps.append(max(at - self.last, 0))
        self.last = max(at, self.last)

    def is_quiet(self, now: int) -> bool:
        """Say whether it has been silent for ten minutes and three times as long as it mostly is."""
        usual = sum(self.gaps) / len(self.gaps) if self.gaps else 0
        return now - self.last > max(QUIET_LEAST_MS, 3 * usual)


class Store:
    """Takes in records in the order in which they were read, and answers what the pages ask."""

    def __init__(self) -> None:
        self.number = 0
        self.lines: dict[str, Line] = {}
        self.stories: dict[str, bytes] = {}
        self.recalls: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.letters: dict[tuple[int, int], Seen] = {}
        self.providers: dict[str, Provider] = {}
        self.outcomes: deque[int] = deque()
        self._takers = {
            STATEMENTS.name: self._statement,
            ENRICHED.name: self._story,
            RECALLS.name: self._recall,
            DEAD.name: self._letter,
            AUDIT.name: self._outcome,
        }

    def take(self, seen: Seen) -> None:
        """Take in one record."""
        self._takers[seen.topic](seen)

    def newest(self, wanted: Filter, before: int | None = None) -> Iterator[Line]:
        """Yield the statements asked for, newest first, those before a number only."""
        for line in reversed(self.lines.values()):
            if (before is None or line.number < before) and wanted.takes(line):
                yield line

    def per_minute(self, now: int) -> int:
        """Give how many outcomes were committed in the last minute."""
        while self.outcomes and self.outcomes[0] < now - MINUTE_MS:
            self.outcomes.popleft()
        return len(self.outcomes)

    def _statement(self, seen: Seen) -> None:
        headers, id_ = dict(seen.headers), (seen.key or b"").decode(errors="replace")
        event = headers.get("ce_type", b"").decode(errors="replace").rpartition(".")[2]
        self.number += 1
        common: dict[str, Any] = {"number": self.number, "id": id_, "event": event, "at": seen.timestamp}
        if seen.value is None:
            line = Line(**common, story=headers.get("ce_subject", b"").decode(errors="replace"))
        else:
            line = Line(**common, **shown(orjson.loads(seen.value)))
        self.lines.pop(id_, None)
        self.lines[id_] = line
        bound(self.lines, MOST_STATEMENTS)

    def _story(self, seen: Seen) -> None:
        id_ = (seen.key or b"").decode(errors="replace")
        self.stories.pop(id_, None)
        if seen.value is not None:
            self.stories[id_] = seen.value
            bound(self.stories, MOST_STORIES)

    def _recall(self, seen: Seen) -> None:
        recall = orjson.loads(seen.value or b"{}")
        if recall.get("story_id"):
            told = self.recalls[recall["story_id"]]
            told.append(recall)
            del told[:-MOST_RECALLS]
            bound(self.recalls, MOST_STORIES)

    def _letter(self, seen: Seen) -> None:
        if dict(seen.headers).get("wire-error-code"):
            self.letters[seen.partition, seen.offset] = seen
            bound(self.letters, MOST_LETTERS)

    def _outcome(self, seen: Seen) -> None:
        provider = orjson.loads(seen.value or b"{}").get("provider", "")
        self.outcomes.append(seen.timestamp)
        if provider in self.providers:
            self.providers[provider].came(seen.timestamp)
        else:
            self.providers[provider] = Provider(seen.timestamp)


def shown(statement: Any) -> dict[str, Any]:
    """Give of a statement what the list shows."""
    return {
        "story": statement["story_id"],
        "provider": statement["provider"],
        "headline": statement["headline"] or "",
        "source": statement["source"]["name"] or statement["source"]["text"],
        "role": statement["source"]["role"] or "",
        "stance": statement["stance"],
        "denies": statement["polarity"] == "deny",
        "cue": (statement["cue"] or {}).get("text", ""),
        "content": statement["content"]["text"][:SHOWN_CHARACTERS],
        "via": tuple(outlet["name"] for outlet in statement["via"]),
        "confidence": statement["confidence"],
    }


def bound(found: dict[Any, Any], most: int) -> None:
    """Drop the oldest of what is kept above a number.

    >>> kept = {1: "a", 2: "b", 3: "c"}
    >>> bound(kept, 2)
    >>> kept
    {2: 'b', 3: 'c'}
    """
    while len(found) > most:
        del found[next(iter(found))]
