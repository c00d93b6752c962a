"""Schedules that kills do not repeat: what a lane does about fencing, unclear outcomes, old records and rebalances.

Each guard that the chaos suite does not expose has its schedule here, and the schedule fails without it.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agents.delivery import lane as lane_module
from agents.delivery.consumer import LaneConsumer
from agents.delivery.lane import Lane
from agents.delivery.lanes import Lanes
from tests.chaos.guards import REMOVED
from tests.lanework import PLACE, Crashes, FakeBroker, fetched, make_lanes, offsets, until
from tests.staged import PLAIN


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def crashes() -> Crashes:
    return Crashes()


@pytest.fixture
async def lanes(broker: FakeBroker, crashes: Crashes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(lane_module, "RETRY_SECONDS", 0.01)
    made = make_lanes(broker, tmp_path, crashes.crash)
    yield made
    broker.gate.set()
    await made.end()


@pytest.fixture(params=["with it", "without it"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Callable[[str], bool]]:
    """Take a guard out in one of two runs, and say whether it is there; everything is as before in the end."""
    kept = [(owner, name, vars(owner)[name]) for owner, name in CHANGED]

    def guard(name: str) -> bool:
        if request.param == "without it":
            REMOVED[name]()
        return bool(request.param == "with it")

    yield guard
    for owner, name, value in kept:
        setattr(owner, name, value)


CHANGED: tuple[tuple[type, str], ...] = (
    (Lane, "put"),
    (Lanes, "take"),
    (Lanes, "_fence"),
    (LaneConsumer, "_seek_once"),
)


async def test_records_are_committed_in_order_with_their_offset(lanes: Lanes, broker: FakeBroker) -> None:
    await lanes.open([PLACE], 1)
    await lanes.take(PLAIN, fetched(0, 9, 1))
    await lanes.take(PLAIN, fetched(10, 14, 1))
    await until(lambda: broker.offsets.get(PLACE) == 15)
    assert broker.values == offsets(0, 14)


async def test_a_lane_begins_at_the_committed_offset(lanes: Lanes, broker: FakeBroker) -> None:
    broker.offsets[PLACE] = 7
    await lanes.open([PLACE], 1)
    assert [lane.position for lane in lanes] == [7]
    await lanes.take(PLAIN, fetched(5, 9, 1))
    await until(lambda: broker.offsets[PLACE] == 10)
    assert broker.values == offsets(7, 9)


async def test_offsets_that_hold_no_record_are_passed_over(lanes: Lanes, broker: FakeBroker) -> None:
    await lanes.open([PLACE], 1)
    await lanes.take(PLAIN, fetched(0, 2, 1))
    await lanes.take(PLAIN, fetched(6, 8, 1))
    await until(lambda: broker.offsets.get(PLACE) == 9)
    assert broker.values == [*offsets(0, 2), *offsets(6, 8)]


async def test_records_of_an_earlier_generation_lose_nothing(
    lanes: Lanes, broker: FakeBroker, guarded: Callable[[str], bool]
) -> None:
    """A fetch from before the rebalance arrives after it, ahead of where the new lane begins."""
    there = guarded("generation")
    broker.offsets[PLACE] = 3
    await lanes.open([PLACE], 2)
    await lanes.take(PLAIN, fetched(5, 9, 1))
    await lanes.take(PLAIN, fetched(3, 9, 2))
    await until(lambda: broker.offsets[PLACE] == 10)
    assert (broker.values == offsets(3, 9)) is there


async def test_records_that_are_committed_are_not_doubled_by_a_seek(
    lanes: Lanes, broker: FakeBroker, guarded: Callable[[str], bool]
) -> None:
    there = guarded("position")
    await lanes.open([PLACE], 1)
    await lanes.take(PLAIN, fetched(0, 9, 1))
    await lanes.take(PLAIN, fetched(4, 12, 1))
    await until(lambda: broker.offsets.get(PLACE) == 13)
    assert (broker.values == offsets(0, 12)) is there


async def test_a_transaction_that_ends_right_before_the_fencing_is_not_doubled(
    lanes: Lanes, broker: FakeBroker, guarded: Callable[[str], bool]
) -> None:
    """The worker that had the partition commits 0 to 4 while this one takes it over."""
    there = guarded("fence before asking")
    broker.before_fencing.append(lambda: broker.commit(PLACE, 5))
    await lanes.open([PLACE], 1)
    await lanes.take(PLAIN, fetched(0, 9, 1))
    await until(lambda: broker.offsets[PLACE] == 10)
    assert (broker.values == offsets(5, 9)) is there


class Fetching:
    """As much of Faust's consumer as `LaneConsumer.getmany` uses, over records 0 to 19."""

    _sought = 0
    flow_active = True
    should_stop = False

    def __init__(self, lanes: Lanes) -> None:
        self.app = SimpleNamespace(lanes=lanes, consumer_generation_id=1, one_by_one=False)
        self.position = 0

    def _get_active_partitions(self) -> set[Any]:
        return {PLACE}

    async def _getmany(self, wanted: set[Any], timeout: float) -> dict[Any, list[Any]]:  # noqa: ASYNC109
        records = fetched(self.position, min(self.position + 4, 19), 1).message.value
        self.position = min(self.position + 5, 20)
        return {PLACE: records} if records else {}

    async def _seek_once(self, lanes: Lanes) -> None:
        await LaneConsumer._seek_once(self, lanes)  # type: ignore[arg-type]

    async def seek(self, place: Any, offset: int) -> None:
        self.position = offset

    async def fetch(self, lanes: Lanes) -> None:
        """Fetch once and hand on what came, as Faust and the agent do."""
        async for _, message in LaneConsumer.getmany(self, 1.0):  # type: ignore[arg-type]
            await lanes.take(PLAIN, SimpleNamespace(message=message))


async def test_nothing_is_passed_over_when_records_flow_before_the_lanes_are_there(
    lanes: Lanes, broker: FakeBroker, guarded: Callable[[str], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust lets records flow after a rebalance that was overtaken by another: ten go by before the lanes are open."""
    monkeypatch.setattr(
        "agents.delivery.consumer.batch_message",
        lambda place, records, generation: SimpleNamespace(
            topic=place.topic, partition=place.partition, value=records, generation_id=generation
        ),
    )
    there = guarded("own seek")
    consumer = Fetching(lanes)
    consumer.position = 10
    await lanes.open([PLACE], 1)
    for _ in range(6):
        await consumer.fetch(lanes)
    await until(lambda: broker.offsets.get(PLACE) == 20)
    assert (broker.values == offsets(0, 19)) is there


async def test_no_record_is_fetched_before_the_lanes_are_open(lanes: Lanes) -> None:
    consumer = Fetching(lanes)
    await consumer.fetch(lanes)
    assert consumer.position == 0
    await lanes.open([PLACE], 7)
    await consumer.fetch(lanes)
    assert consumer.position == 0, "the lanes are of another generation"


@pytest.mark.parametrize("fate", ["unclear, committed", "unclear, not committed"])
async def test_an_unclear_outcome_is_asked_for(lanes: Lanes, broker: FakeBroker, fate: str) -> None:
    broker.next_writes = [fate, fate, ""]
    await lanes.open([PLACE], 1)
    await lanes.take(PLAIN, fetched(0, 4, 1))
    await until(lambda: broker.offsets.get(PLACE) == 5)
    await lanes.take(PLAIN, fetched(5, 9, 1))
    await until(lambda: broker.offsets[PLACE] == 10)
    assert broker.values == offsets(0, 9)


async def test_a_fenced_lane_goes_on_when_the_group_still_counts_on_it(lanes: Lanes, broker: FakeBroker) -> None:
    """The broker ended a transaction that took too long; nobody else has the partition."""
    await lanes.open([PLACE], 1)
    broker.epochs[f"{PLACE.topic}.0"] += 1
    await lanes.take(PLAIN, fetched(0, 4, 1))
    await until(lambda: broker.offsets.get(PLACE) == 5)
    assert broker.values == offsets(0, 4)


async def test_a_fenced_lane_that_is_taken_away_fences_nobody(lanes: Lanes, broker: FakeBroker) -> None:
    await lanes.open([PLACE], 1)
    (lane,) = lanes
    broker.epochs[f"{PLACE.topic}.0"] += 1
    await lanes.take(PLAIN, fetched(0, 4, 1))
    await asyncio.sleep(0.02)
    await lanes.close()
    await asyncio.sleep(0.1)
    assert lane._writer.starts == 1  # type: ignore[attr-defined]
    assert broker.values == []


async def test_a_lane_that_is_stopped_finishes_the_transaction_under_way(lanes: Lanes, broker: FakeBroker) -> None:
    await lanes.open([PLACE], 1)
    broker.gate.clear()
    await lanes.take(PLAIN, fetched(0, 4, 1))
    (lane,) = lanes
    await until(lambda: lane._writing is not None)
    closing = asyncio.create_task(lanes.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    broker.gate.set()
    await asyncio.wait_for(closing, 1)
    assert broker.values == offsets(0, 4)


async def test_a_lane_that_is_stopped_leaves_a_stuck_transaction_to_its_successor(
    lanes: Lanes, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_module, "STOP_SECONDS", 0.05)
    await lanes.open([PLACE], 1)
    broker.gate.clear()
    await lanes.take(PLAIN, fetched(0, 4, 1))
    (lane,) = lanes
    await until(lambda: lane._writing is not None)
    await asyncio.wait_for(lanes.close(), 1)
    broker.gate.set()
    await asyncio.sleep(0.05)
    assert broker.values == []


async def test_after_a_stop_nothing_is_taken_and_nothing_committed(lanes: Lanes, broker: FakeBroker) -> None:
    await lanes.open([PLACE], 1)
    await lanes.close()
    await lanes.take(PLAIN, fetched(0, 4, 1))
    await asyncio.sleep(0.05)
    assert (list(lanes), broker.offsets, lanes.ready) == ([], {}, False)


async def test_opening_is_given_up_when_the_partitions_are_taken_away(
    lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(lanes, "_fence", never)
    opening = asyncio.create_task(lanes.open([PLACE], 1))
    await asyncio.sleep(0.02)
    await asyncio.wait_for(lanes.close(), 1)
    await asyncio.wait_for(opening, 1)
    assert list(lanes) == []


@pytest.mark.parametrize("fates", [["refused"], ["unclear, not committed"] * 20], ids=["refused", "unclear for ever"])
async def test_a_lane_that_cannot_go_on_ends_the_worker(
    lanes: Lanes, broker: FakeBroker, crashes: Crashes, fates: list[str]
) -> None:
    broker.next_writes = list(fates)
    await lanes.open([PLACE], 1)
    await lanes.take(PLAIN, fetched(0, 4, 1))
    await until(lambda: bool(crashes))
    assert broker.values == []


async def test_a_committed_offset_that_goes_back_ends_the_worker(
    lanes: Lanes, broker: FakeBroker, crashes: Crashes
) -> None:
    broker.offsets[PLACE] = 5
    await lanes.open([PLACE], 1)
    broker.next_writes = ["unclear, not committed"]
    broker.offsets[PLACE] = 2
    await lanes.take(PLAIN, fetched(5, 9, 1))
    await until(lambda: bool(crashes))
    assert "went back from 5 to 2" in str(crashes[0])


async def test_a_full_lane_says_so_and_takes_more_when_it_has_room(lanes: Lanes, broker: FakeBroker) -> None:
    await lanes.open([PLACE], 1)
    broker.gate.clear()
    (lane,) = lanes
    lane.inbox._max_bytes = 1000
    await lanes.take(PLAIN, fetched(0, 0, 1))
    await until(lambda: lane._writing is not None)
    assert not lanes.full(PLACE)
    await lanes.take(PLAIN, fetched(1, 9, 1))
    assert lanes.full(PLACE)
    broker.gate.set()
    await until(lambda: broker.offsets.get(PLACE) == 10)
    assert not lanes.full(PLACE)
    assert broker.values == offsets(0, 9)
