"""Stories whose fate is known before they are sent: how many, in how many versions, and which cannot be read."""

import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from confluent_kafka import Producer

from agents.messages import iso
from schemas.topics import RAW
from tests.broker.stream import Place

TEXT = "العاصمة - وكالة المنارة: قال وزير المياه سالم الخطيب إن السد امتلأ للمرة {}. وأكدت الهيئة أن الري سيبدأ غدا."
# What cannot be read, by code; a value that hangs or kills needs a stage that does so, see `poisoned.py`.
POISON: dict[str, bytes | None] = {
    "WIRE-101": b"\xd9\x82\xd8\xff\xfe\xd9",
    "WIRE-201": b'{"id": "cut", "text": "cut',
    "WIRE-102": b"",
    "WIRE-103": None,
    "WIRE-301": b'{"id": "no-body", "provider": "manara"}',
}
# What ends the process of a stage that is made for it (``poisoned.py``).
KILLING = {"WIRE-603": b"exit"}
VERSIONS = 3
# In the id of a story that is sent under an embargo, which ends so many seconds after it was sent.
HELD = "-held-"
HELD_SECONDS = (20.0, 75.0)


@dataclass(frozen=True, slots=True)
class Sent:
    """One raw record: what it holds, and when and where it was sent."""

    story: str | None
    version: int
    code: str | None
    partition: int
    offset: int

    @property
    def held(self) -> bool:
        """Whether it was sent under an embargo."""
        return self.story is not None and HELD in self.story


@dataclass
class Load:
    """Everything that was sent."""

    records: list[Sent] = field(default_factory=list)


def values(
    count: int, poison: float, seed: int, kinds: Mapping[str, bytes | None] = POISON, held: float = 0.0
) -> Iterator[tuple[str | None, int, str | None, bytes | None]]:
    """Make ``count`` raw values: stories, one in ten of them in three versions in order, and a share of poison.

    A share of those in one version is under an embargo.
    """
    dice = random.Random(seed)
    number, waiting = 0, list[tuple[str, int]]()
    for _ in range(count):
        if dice.random() < poison:
            code = dice.choice(sorted(kinds))
            yield None, 0, code, kinds[code]
            continue
        if waiting and dice.random() < 0.3:
            story, version = waiting.pop(0)
        else:
            story, version, number = f"{seed}-{number}", 1, number + 1
            if held and number % 10 and dice.random() < held:
                name, until = f"{seed}{HELD}{number}", time.time() + dice.uniform(*HELD_SECONDS)
                yield name, 1, None, raw(name, 1, embargoed_until=iso(round(until * 1000)))
                continue
        if version < VERSIONS and (version > 1 or number % 10 == 0):
            waiting.append((story, version + 1))
        yield story, version, None, raw(story, version)


def raw(story: str, version: int, **fields: str) -> bytes:
    """Write a version of a story as a feed sends it."""
    made = {"id": story, "version": str(version), "text": TEXT.format(f"{story} {version}")}
    created = f"2026-03-02T09:{version:02}:00Z"
    return json.dumps({**made, "published_at": created, "provider": "manara", **fields}, ensure_ascii=False).encode()


def send(
    place: Place,
    load: Load,
    count: int,
    *,
    poison: float = 0.0,
    seed: int = 1,
    rate: float | None = None,
    kinds: Mapping[str, bytes | None] = POISON,
    held: float = 0.0,
) -> None:
    """Send raw records, keyed by story so that versions keep their order; at ``rate`` records a second, or at once."""
    producer = Producer({"bootstrap.servers": place.address, "enable.idempotence": True, "linger.ms": 5})
    began = time.monotonic()
    for number, (story, version, code, value) in enumerate(values(count, poison, seed, kinds, held)):
        key = (story or f"poison-{number}").encode()

        def note(
            error: object, record: object, made: tuple[str | None, int, str | None] = (story, version, code)
        ) -> None:
            assert error is None, error
            load.records.append(Sent(*made, record.partition(), record.offset()))  # type: ignore[attr-defined]

        while True:
            try:
                producer.produce(place.prefix + RAW.name, value=value, key=key, on_delivery=note)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
        if rate and (ahead := number / rate - (time.monotonic() - began)) > 0:
            time.sleep(min(ahead, 0.2))
    assert producer.flush(120) == 0


def sending(place: Place, load: Load, count: int, **options: float) -> threading.Thread:
    """Send in a thread beside."""
    thread = threading.Thread(target=send, args=(place, load, count), kwargs=options)
    thread.start()
    return thread
