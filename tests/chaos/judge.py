"""Reads every topic as a consumer does and says what was lost, doubled, out of order or made of nothing."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from schemas.topics import AUDIT, DEAD, ENRICHED, STATE, STATEMENTS, STORIES
from tests.broker.stream import Place, header_map
from tests.chaos.load import Load

SHOWN = 5


@dataclass
class Verdict:
    """What was found.

    ``held`` stories were published at the end of an embargo; ``aborted`` records are seen by uncommitted readers only.
    """

    stories: int = 0
    dead: int = 0
    held: int = 0
    early: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    ghosts: int = 0
    torn: int = 0
    aborted: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.disordered or self.ghosts or self.torn or self.early)

    def find(self, what: str, example: str) -> None:
        """Count a finding."""
        setattr(self, what, getattr(self, what) + 1)
        if len(self.examples) < SHOWN:
            self.examples.append(f"{what}: {example}")

    def as_dict(self) -> dict[str, Any]:
        """Give the figures and the examples."""
        return asdict(self)


def read(place: Place, topic: str, isolation: str = "read_committed") -> Iterator[Any]:
    """Give every record of a topic up to its end as of now, partition by partition in order of offset."""
    options = {"bootstrap.servers": place.address, "group.id": "judge", "enable.auto.commit": False}
    consumer = Consumer({**options, "isolation.level": isolation, "enable.partition.eof": True})
    try:
        name = place.prefix + topic
        partitions = consumer.list_topics(name, timeout=10).topics[name].partitions
        consumer.assign([TopicPartition(name, number, OFFSET_BEGINNING) for number in partitions])
        open_, silent = set(partitions), 0
        while open_:
            records = consumer.consume(2000, timeout=1)
            silent = 0 if records else silent + 1
            assert silent < 60, f"{topic}: no end of partitions {open_} in a minute"
            for record in records:
                if record.error() is None:
                    yield record
                else:
                    open_.discard(record.partition())
    finally:
        consumer.close()


def count_aborted(place: Place) -> int:
    """Count the records that were written and never committed."""
    topics = (STORIES.name, ENRICHED.name, STATEMENTS.name, AUDIT.name, DEAD.name, STATE.name)
    levels = ("read_uncommitted", "read_committed")
    seen = [sum(sum(1 for _ in read(place, topic, level)) for topic in topics) for level in levels]
    return seen[0] - seen[1]


def settled(place: Place, load: Load) -> bool:
    """Whether every raw record has an outcome: then the judge may begin."""
    return len({raw_of(json.loads(record.value())) for record in read(place, AUDIT.name)}) >= len(load.records)


def raw_of(outcome: dict[str, Any]) -> tuple[int, int]:
    """Give the raw record that an outcome is about."""
    return outcome["partition"], outcome["offset"]


def judge(place: Place, load: Load) -> Verdict:
    """Hold everything that came out against everything that was sent."""
    verdict = Verdict(aborted=count_aborted(place))
    judge_outcomes(place, load, verdict)
    judge_dead(place, load, verdict)
    judge_stories(place, load, verdict)
    judge_enriched(place, load, verdict)
    return verdict


def tally(verdict: Verdict, what: str, wanted: Counter[Any], found: Counter[Any]) -> None:
    """Compare what should be there with what is."""
    for key in wanted.keys() | found.keys():
        if found[key] < wanted[key]:
            verdict.find("lost", f"{what} {key}")
        elif key not in wanted:
            verdict.find("ghosts", f"{what} {key}")
        elif found[key] > wanted[key]:
            verdict.find("doubled", f"{what} {key}, {found[key]} times")


def judge_outcomes(place: Place, load: Load, verdict: Verdict) -> None:
    """Every raw record has one outcome, of its kind; one under an embargo two, unless it was read after that."""
    outcomes = [json.loads(record.value()) for record in read(place, AUDIT.name)]
    found = Counter((*raw_of(one), one["outcome"]) for one in outcomes)
    wanted = Counter[tuple[int, int, str]]()
    for sent in load.records:
        at = (sent.partition, sent.offset)
        late = sent.held and found[*at, "published"]
        kinds = ("dead",) if sent.code else ("held", "released") if sent.held and not late else ("published",)
        wanted.update((*at, kind) for kind in kinds)
    verdict.held = sum(count for (_, _, kind), count in wanted.items() if kind == "held")
    tally(verdict, "outcome", wanted, found)


def judge_dead(place: Place, load: Load, verdict: Verdict) -> None:
    """Every record that cannot be read has one dead letter, with its code; no other has one."""
    wanted = Counter((sent.partition, sent.offset, sent.code) for sent in load.records if sent.code)
    found = Counter(map(death_of, read(place, DEAD.name)))
    verdict.dead = found.total()
    tally(verdict, "dead letter", wanted, found)


def death_of(letter: Any) -> tuple[int, int, str]:
    """Give the raw record that a dead letter is of, and its code."""
    headers = header_map(letter)
    place = [int(headers[f"__connect.errors.{name}"]) for name in ("partition", "offset")]
    return place[0], place[1], headers["wire-error-code"].decode()


def judge_stories(place: Place, load: Load, verdict: Verdict) -> None:
    """Every record that can be read is one story, and the order of its raw partition is kept for each story."""
    wanted = Counter((sent.partition, sent.offset) for sent in load.records if not sent.code)
    found, last = Counter[tuple[int, int]](), dict[bytes, tuple[int, int]]()
    for record in read(place, STORIES.name):
        raw = json.loads(record.value())["provenance"]["raw"]
        at = (raw["partition"], raw["offset"])
        if at < last.get(record.key(), (-1, -1)):
            verdict.find("disordered", f"story {record.key().decode()} at {at}")
        last[record.key()] = at
        found[at] += 1
    tally(verdict, "story", wanted, found)


def judge_enriched(place: Place, load: Load, verdict: Verdict) -> None:
    """Every version is published once, in order, with each of its statements once; its state counts all of them."""
    wanted = Counter((f"manara:{sent.story}", str(sent.version)) for sent in load.records if not sent.code)
    found, last = Counter[tuple[str, str]](), dict[str, int]()
    said = dict[tuple[str, str], int]()
    for record in read(place, ENRICHED.name):
        story = json.loads(record.value())
        version = (story["id"], story["version"])
        found[version] += 1
        if (until := story["embargoed_until"]) and record.timestamp()[1] < datetime.fromisoformat(
            until
        ).timestamp() * 1000:
            verdict.find("early", f"version {version}")
        said[version] = len(story["statements"])
        if int(version[1]) < last.get(version[0], 0):
            verdict.find("disordered", f"version {version}")
        last[version[0]] = int(version[1])
    verdict.stories = found.total()
    tally(verdict, "enriched", wanted, found)
    judge_statements(place, verdict, said)
    judge_states(place, verdict, Counter(story for story, _ in found.elements()))


def judge_statements(place: Place, verdict: Verdict, said: dict[tuple[str, str], int]) -> None:
    """Each version has as many statement records as it has statements, and no event occurs twice."""
    found, events = Counter[tuple[str, str]](), Counter[bytes]()
    for record in read(place, STATEMENTS.name):
        events[header_map(record)["ce_id"]] += 1
        if record.value() is not None:
            statement = json.loads(record.value())
            found[statement["story_id"], statement["story_version"]] += 1
    for event, times in events.items():
        if times > 1:
            verdict.find("doubled", f"statement event {event.decode()}, {times} times")
    for version in said.keys() | found.keys():
        if said.get(version) != found[version]:
            verdict.find("torn", f"{version} has {said.get(version)} statements, {found[version]} of them published")


def judge_states(place: Place, verdict: Verdict, published: Counter[str]) -> None:
    """The last state of each story counts what was published of it: an update that saw an old state would not."""
    states: dict[str, int] = defaultdict(int)
    for record in read(place, STATE.name):
        states[record.key().decode()] = json.loads(record.value())["emissions"]
    for story in states.keys() | published.keys():
        if states[story] != published[story]:
            verdict.find("torn", f"the state of {story} counts {states[story]} of {published[story]}")
