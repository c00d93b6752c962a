"""What goes into a stage and what comes out of it; neither knows Faust or Kafka's client.

A stage is pure. The first is ``read_wire(incoming) -> outputs``, the second
``extract_story(story, state or None, now) -> (outputs, state)``.
"""

from dataclasses import dataclass

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One consumed record: where it stood, when (Kafka timestamp, milliseconds since the epoch), and its bytes."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One record to publish.

    ``topic`` is a name of ``schemas.topics`` without the prefix; ``value`` None is a tombstone; ``partition_key``
    chooses the partition in place of ``key`` (a statement follows its story).
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition_key: bytes | None = None
