"""What goes into a stage and what comes out of it; neither knows Faust or Kafka's client.

A stage is pure: ``(record, state or None, now) -> (outputs, state)``. Both sides cross into the process in which the
stage runs, so they are structs that msgspec writes as arrays.
"""

from datetime import UTC, datetime

from msgspec import Struct

Headers = tuple[tuple[str, bytes], ...]


class Incoming(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One consumed record: where it stood, when (Kafka timestamp, milliseconds since the epoch), and its bytes."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Output(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One record to publish.

    ``topic`` is a name of ``schemas.topics`` without the prefix; ``value`` None is a tombstone. ``partition`` is a
    number, or ``partition_key`` chooses it in place of ``key`` (a statement follows its story).
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition_key: bytes | None = None
    partition: int | None = None


def weight(record: Incoming | Output) -> int:
    """Give the bytes that a record takes on the wire, rounded up.

    >>> weight(Output(topic="wire.audit.v1", key=b"k", value=b"value", headers=(("h", b"v"),)))
    218
    """
    headers = sum(len(name.encode()) + len(value) + HEADER_BYTES for name, value in record.headers)
    return FRAME_BYTES + len(record.key or b"") + len(record.value or b"") + headers


# What a record weighs on the wire beside its key, value and headers: lengths, attributes and the batch around it.
FRAME_BYTES = 200
HEADER_BYTES = 10


def iso(timestamp: int) -> str:
    """Write a Kafka timestamp (milliseconds) as ISO 8601 in UTC.

    >>> iso(1_700_000_000_123)
    '2023-11-14T22:13:20.123Z'
    """
    moment = datetime.fromtimestamp(timestamp / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
