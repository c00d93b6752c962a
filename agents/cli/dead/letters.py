"""What a record of the dead topic says, and what is sent when it is redriven. Pure: no broker is asked."""

from dataclasses import dataclass
from typing import NamedTuple

from agents.cli.dead.ranges import from_ranges
from agents.delivery.dead_letters import CONNECT, is_error_header, provider
from agents.messages import Headers, Incoming, Output
from schemas.headers import RECEIVED_AT, REDRIVEN, REDRIVES
from schemas.topics import RAW, STORIES, Topic

# Back to the stage that failed: where that stage reads.
TARGETS: dict[str, Topic] = {"read": RAW, "extract": STORIES}

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A dead letter without its bytes: where it stands, and what its headers say. Times are milliseconds.

    ``written_at`` is when it died, ``received_at`` when Kafka first had the record, ``origin`` where that stood.
    """

    partition: int
    offset: int
    written_at: int
    received_at: int
    code: str
    stage: str
    provider: str
    redrives: int
    origin: int | None
    cause: str

    @property
    def place(self) -> Place:
        """Partition and offset, which are its name."""
        return self.partition, self.offset


class Resent(NamedTuple):
    """A record to send again, its time, and the partition that it came from, None where that is not known."""

    record: Output
    timestamp: int
    partition: int | None

    def incoming(self) -> Incoming:
        """Give it as its stage would get it."""
        record = self.record
        return Incoming(
            topic=record.topic,
            partition=self.partition or 0,
            offset=0,
            timestamp=self.timestamp,
            key=record.key,
            value=record.value,
            headers=record.headers,
        )


def letter_of(place: Place, written_at: int, headers: Headers) -> Letter:
    """Read the headers of a dead letter; what is missing or not readable is left blank.

    >>> letter = letter_of((0, 7), 1000, (("wire-stage", b"read"), ("wire-redrives", b"2")))
    >>> letter.stage, letter.redrives, letter.received_at, letter.origin
    ('read', 2, 1000, None)
    """
    named = {name: value.decode(errors="replace") for name, value in headers}
    received_at, code = number(named.get(RECEIVED_AT)), named.get("wire-error-code", "")
    return Letter(
        partition=place[0],
        offset=place[1],
        written_at=written_at,
        received_at=written_at if received_at is None else received_at,
        code=code,
        stage=named.get("wire-stage", ""),
        provider=provider(headers),
        redrives=number(named.get(REDRIVES)) or 0,
        origin=number(named.get(CONNECT + "partition")),
        cause=named.get(CONNECT + "exception.message", "").removeprefix(f"{code} "),
    )


def redriven_by(headers: Headers) -> set[int] | None:
    """Read the offsets that a mark says were redriven; None for a letter, whatever headers its feed gave it.

    >>> redriven_by((("wire-redriven", b"3-4"),))
    {3, 4}
    >>> redriven_by((("wire-redriven", b"3-4"), ("wire-error-code", b"WIRE-101"))) is None
    True
    """
    named = dict(headers)
    if REDRIVEN not in named or "wire-error-code" in named:
        return None
    return from_ranges(named[REDRIVEN].decode(errors="replace"))


def number(text: str | None) -> int | None:
    """Read a number that is not negative, of at most 13 digits (a time up to the year 2286); else None.

    >>> number("17"), number("-1"), number("1" * 14), number(None)
    (17, None, None, None)
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 13 else None


def resent(letter: Letter, key: bytes | None, value: bytes | None, headers: Headers) -> Resent:
    """Make the record that goes back: its key, bytes and time, and its headers as before it died.

    The time is the Kafka timestamp of its first life, because a story's ``received_at`` is. It also stands in a header,
    beside how often the record was sent again, for a topic that stamps records itself.
    """
    own = {RECEIVED_AT: letter.received_at, REDRIVES: letter.redrives + 1}
    kept = tuple(header for header in headers if not is_error_header(header[0]) and header[0] not in own)
    headers = kept + tuple((name, str(told).encode()) for name, told in own.items())
    record = Output(topic=TARGETS[letter.stage].name, key=key, value=value, headers=headers)
    return Resent(record, letter.received_at, letter.origin)
