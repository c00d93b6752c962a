"""What a lane does by itself: held stories at their time, notices when the index grows; the clock is the test's."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents.delivery import lane as lane_module
from agents.delivery import timer as timer_module
from agents.delivery.guard import Outputs, Stage
from agents.delivery.state import LocalState, Reflected
from agents.errors import WireError
from agents.holding import receive
from agents.messages import Incoming, Output
from agents.reading import story_output
from agents.stages import story_of
from schemas.codec import decode_outcome, decode_state, decode_story, encode
from schemas.outcomes import StoryState
from schemas.stories import Story
from schemas.topics import AUDIT, DEAD, STATE, STORIES
from tests.lanework import Crashes, FakeBroker, FakeIndex, make_lanes, until
from tests.records import make_origin, make_story

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = TopicPartition("p.wire.stories.v1", 0)
EVENING = "2026-03-02T18:00:00Z"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def run(record: Incoming, state: StoryState | None, now: datetime) -> tuple[Outputs, StoryState | None]:
    """Hold and publish as the second stage does; a story whose note says so cannot be published at its time."""
    story = story_of(record)
    if story.editorial_note == "dies" and now > NOON:
        raise WireError("WIRE-501", "as told")
    return receive(story, state, now)


STAGE = Stage(name="extract", topic=STORIES, run=run, unforeseen="WIRE-501", state=STATE, deadline_seconds=1)


class Bench:
    """A worker's lane of the stories topic, its broker, its clock and its index."""

    def __init__(self, folder: Path) -> None:
        self.broker, self.crashes, self.clock, self.index = FakeBroker(), Crashes(), Clock(), FakeIndex()
        self.lanes = make_lanes(self.broker, folder, self.crashes.crash, (STAGE,), index=self.index, clock=self.clock)
        self.sent = 0

    async def send(self, *stories: Story) -> None:
        """Put stories on the topic and wait until they are committed."""
        for story in stories:
            output = story_output(story, ())
            record = Incoming(
                topic=PLACE.topic, partition=0, offset=self.sent, timestamp=0, key=output.key, value=output.value
            )
            self.sent += 1
            next(iter(self.lanes)).put([record])
        await until(lambda: self.broker.offsets.get(PLACE) == self.sent)

    def outcomes(self) -> list[tuple[int, str]]:
        """The raw offset and the outcome of all items, in order."""
        told = [decode_outcome(one.value or b"") for one in self.on(AUDIT.name)]
        return [(one.offset, one.outcome) for one in told]

    def on(self, topic: str) -> list[Output]:
        return [output for output in self.broker.outputs if output.topic == topic]

    def states(self) -> dict[bytes | None, StoryState | None]:
        """The last state of each key, as the topic has it."""
        return {one.key: None if one.value is None else decode_state(one.value) for one in self.on(STATE.name)}


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(lane_module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(timer_module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(lane_module, "restore", restored_from_nothing)
    made = Bench(tmp_path)
    await made.lanes.open([PLACE], 1)
    yield made
    made.broker.gate.set()
    await made.lanes.end()
    assert list(made.crashes) == []


async def restored_from_nothing(*_: Any) -> int:
    return 0


def held(offset: int, **changes: object) -> Story:
    provenance = type(make_story().provenance)(raw=make_origin(offset=offset), normalizer="1", changes={})
    return make_story(**{"embargoed_until": EVENING, "provenance": provenance} | changes)


NOTICE = held(9, id="wakala:notice", signal="kill", text="سحب الخبر رقم 157", embargoed_until=None)


async def test_a_held_story_is_published_at_its_time_and_moves_no_offset(bench: Bench) -> None:
    await bench.send(held(1))
    await asyncio.sleep(0.05)
    assert bench.outcomes() == [(1, "held")]
    bench.clock.now += timedelta(hours=6)
    await until(lambda: len(bench.outcomes()) == 2)
    assert bench.outcomes() == [(1, "held"), (1, "released")]
    assert bench.broker.offsets == {PLACE: 1}
    assert bench.broker.without_offset == 1
    state = bench.states()[b"wakala:7"]
    assert state is not None
    assert (state.emissions, bool(state.held)) == (1, False)


async def test_the_earliest_is_published_first_and_one_without_a_zone_last(bench: Bench) -> None:
    times = {"a": "2026-03-02T18:00:00", "b": "2026-03-02T14:00:00Z", "c": "2026-03-02T18:00:00Z"}
    await bench.send(*(held(n, id=id_, embargoed_until=time) for n, (id_, time) in enumerate(times.items())))

    def published() -> list[int]:
        return [offset for offset, outcome in bench.outcomes() if outcome == "released"]

    for hours, wanted in ((2, [1]), (6, [1, 2]), (17.9, [1, 2]), (18, [1, 2, 0])):
        bench.clock.now = NOON + timedelta(hours=hours)
        await until(lambda wanted=wanted: published() == wanted)  # type: ignore[misc]
        await asyncio.sleep(0.03)
        assert published() == wanted


@pytest.mark.parametrize("fate", ["unclear, committed", "unclear, not committed"])
async def test_an_unclear_release_is_told_by_the_restored_state(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    async def restored(_: Any, __: Any, state: LocalState, committed: int, ___: Callable[[], None]) -> int:
        changes = {one.key or b"": one.value for one in bench.on(STATE.name)}
        state.apply(changes, Reflected(1000, committed))
        return len(changes)

    monkeypatch.setattr(lane_module, "restore", restored)
    await bench.send(held(1))
    bench.broker.next_writes = [fate]
    bench.clock.now += timedelta(hours=6)
    await until(lambda: len(bench.outcomes()) == 2)
    await asyncio.sleep(0.1)
    assert bench.outcomes() == [(1, "held"), (1, "released")]


async def test_a_frozen_lane_that_was_overtaken_releases_nothing(bench: Bench) -> None:
    await bench.send(held(1))
    bench.broker.epochs[f"{PLACE.topic}.0"] += 1
    bench.clock.now += timedelta(hours=6)
    await asyncio.sleep(0.03)
    await bench.lanes.close()
    assert bench.outcomes() == [(1, "held")]


async def test_a_held_story_that_cannot_be_published_is_a_dead_letter_once(bench: Bench) -> None:
    await bench.send(held(1, editorial_note="dies"), held(2, id="wakala:8"))
    bench.clock.now += timedelta(hours=6)
    await until(lambda: len(bench.outcomes()) == 4)
    await asyncio.sleep(0.1)
    assert [outcome for _, outcome in bench.outcomes()] == ["held", "held", "dead", "released"]
    (letter,) = bench.on(DEAD.name)
    assert decode_story(letter.value or b"").id == "wakala:7"
    assert bench.states()[b"wakala:7"] is None


async def test_a_notice_is_sent_on_when_the_index_knows_its_story(bench: Bench) -> None:
    await bench.send(NOTICE)
    await asyncio.sleep(0.05)
    assert bench.on(STORIES.name) == []
    bench.index.story = "wakala:7"
    bench.index.grown += 1
    await until(lambda: bench.on(STORIES.name) != [])
    (sent,) = bench.on(STORIES.name)
    assert (sent.key, decode_story(sent.value or b"").status) == (b"wakala:7", "canceled")
    assert bench.states()[b"wakala:notice"] is None
    assert bench.broker.offsets == {PLACE: 1}


async def test_a_notice_that_is_held_after_the_index_grew_is_looked_up_too(bench: Bench) -> None:
    await bench.send(NOTICE)
    bench.index.grown += 1
    await asyncio.sleep(0.05)
    bench.index.story = "wakala:7"
    await bench.send(held(10, id="wakala:second", signal="kill", text="سحب الخبر رقم 158", embargoed_until=None))
    await until(lambda: len(bench.on(STORIES.name)) == 2)


async def test_a_notice_is_given_up_after_a_day(bench: Bench) -> None:
    await bench.send(NOTICE)
    bench.clock.now += timedelta(hours=23, minutes=59)
    await asyncio.sleep(0.05)
    assert bench.states()[b"wakala:notice"] is not None
    bench.clock.now += timedelta(minutes=2)
    await until(lambda: bench.states()[b"wakala:notice"] is None)
    assert [outcome for _, outcome in bench.outcomes()] == ["unresolved"]


def test_a_copy_knows_what_it_holds_and_when_that_is_due(tmp_path: Path) -> None:
    _, embargoed = receive(held(1), None, NOON)
    _, noticed = receive(NOTICE, None, NOON)
    assert embargoed is not None
    assert noticed is not None
    values = {b"a": encode(embargoed), b"n": encode(noticed), b"plain": b'{"format":2}'}
    for file in ("first", "second"):
        state = LocalState(tmp_path / "copy.db")
        if file == "first":
            state.apply(values, Reflected(1, 1))
        assert state.holds == (2, 1, embargoed.due)
        assert list(state.read_held(float(embargoed.due or 0), 10**6)) == [b"a"]
        assert list(state.read_held(float(noticed.due or 0), 10**6)) == [b"a", b"n"]
        assert list(state.read_held(float(noticed.due or 0), 1)) == [b"a"]
        assert list(state.read_held(0, 10**6, notices=True)) == [b"n"]
        state.close()
    state = LocalState(tmp_path / "copy.db")
    state.apply({b"a": b'{"format":2}', b"n": None}, Reflected(2, 2))
    assert state.holds == (0, 0, None)
    state.close()
