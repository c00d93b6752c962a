"""The benchmark itself: it finishes, its counts are right, and its sums are; never how fast anything is."""

import pytest

from schemas.topics import STATEMENTS
from tests.bench.latency import latencies, shown
from tests.bench.pure import pure, work
from tests.bench.report import ratios, table
from tests.bench.runs import Done, cores, throughput
from tests.bench.stories import LARGEST, SMALLEST, raw, texts
from tests.bench.systems import BARE, OTHERS, TASRIH, System

STORIES = 40


def test_own_stories_have_the_length_of_wires() -> None:
    found = texts()
    assert len(found) > 100
    assert all(SMALLEST <= len(text.encode()) <= LARGEST for text in found)


def test_every_raw_record_is_a_story_of_its_own() -> None:
    records = list(raw(["نص", "آخر"], 5, "series"))
    assert len({key for key, _ in records}) == len({value for _, value in records}) == 5


def test_ratios_are_taken_round_by_round() -> None:
    slow, fast = Done(100, 1, 1), Done(200, 1, 1)
    rounds = {TASRIH.key: [slow, fast]} | {one.key: [slow, slow] for one in BARE}
    assert ratios(rounds)["bare"] | {"median": 1.5, "spread": [1.0, 2.0]} == ratios(rounds)["bare"]
    assert "| 1.50 | 1.00 to 2.00 |" in table({"ratios": ratios(rounds)})


def test_quantiles_are_of_milliseconds() -> None:
    assert shown([float(one) for one in range(1, 101)]) == {"p50": 51.0, "p95": 96.0, "p99": 100.0}


def test_pure_stages_are_measured() -> None:
    figures = pure(texts()[:8], 1)
    assert figures["stories"] == 8
    assert figures["median"] > 0
    assert sum(figures["share_by_stage"].values()) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("system", [TASRIH, BARE[1], OTHERS[2]], ids=lambda one: one.key)
def test_everybody_does_the_same_work(kafka: str, system: System) -> None:
    records = list(raw(texts(), STORIES, "smoke"))
    done = throughput(kafka, system, cores(), records[:10], records[10:])
    outputs = work(records).outputs
    assert (done.enriched, done.statements) == (STORIES, outputs[STATEMENTS.name])


def test_latency_is_measured_of_every_record(kafka: str) -> None:
    records = list(raw(texts(), STORIES, "late"))
    found = latencies(kafka, TASRIH, cores(), records[:10], records[10:], rate=20)
    assert len(found) == STORIES - 10
    assert all(0 < one < 20_000 for one in found)
