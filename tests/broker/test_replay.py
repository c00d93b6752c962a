"""A range of raw records is read again with other rules, live and in shadow, on a real Kafka."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from schemas.topics import AUDIT, ENRICHED, RAW, STATEMENTS
from tests.broker.stream import Place, header_map, running
from tests.broker.test_embargo import outcomes, story

OTHER_RULES = ("-m", "tests.chaos.worker")
NAMES = [f"story-{number}" for number in range(4)]


def wait_for(place: Place, kind: str, count: int) -> list[tuple[str, str, str]]:
    """Wait until so many outcomes are of a kind, and give all."""

    def enough(records: list[Any]) -> bool:
        return [one[2] for one in outcomes(records)].count(kind) >= count

    return outcomes(place.read([AUDIT.name], enough, 60))


def raw_offsets(place: Place) -> list[int]:
    """Give how far the live group is on the raw topic."""
    consumer = Consumer({"bootstrap.servers": place.address, "group.id": f"{place.prefix}group"})
    try:
        name = place.prefix + RAW.name
        count = len(consumer.list_topics(name, timeout=10).topics[name].partitions)
        return [one.offset for one in consumer.committed([TopicPartition(name, n) for n in range(count)], timeout=10)]
    finally:
        consumer.close()


def test_a_range_that_ends_before_a_kill_is_replayed(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = datetime.now(UTC)
    with running(place, tmp_path) as worker:
        place.send([story(name, 1, None) for name in [*NAMES, "killed"]])
        wait_for(place, "published", 5)
        ends = datetime.now(UTC)
        time.sleep(0.01)
        place.send([story("killed", 2, None, status="canceled")])
        wait_for(place, "recalled", 1)
        assert worker.stop()[0] == 0
    before = raw_offsets(place)
    monkeypatch.setenv("CHAOS_STAGES", "tests.other_rules:make_stages")
    with running(place, tmp_path, OTHER_RULES) as worker:
        done = place.tasrih("replay", "--from", began.isoformat(), "--to", ends.isoformat())
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == ["5 raw records, 5 stories", "  5 ordered"]
        found = wait_for(place, "recalled", 2)
        found = wait_for(place, "published", 9)
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    assert raw_offsets(place) == before
    assert sorted(found) == sorted(
        [(name, "1", "published") for name in NAMES] * 2
        + [("killed", "1", "published"), ("killed", "2", "recalled"), ("killed", "1", "recalled")]
    )
    stories = place.read([ENRICHED.name], lambda records: len(records) >= 10)
    last = {one.key().decode().removeprefix("manara:"): json.loads(one.value())["status"] for one in stories}
    assert last == dict.fromkeys(NAMES, "usable") | {"killed": "canceled"}
    statements = place.read([STATEMENTS.name], lambda records: len(records) >= 10)
    kinds = [header_map(one)["ce_type"].decode().rpartition(".")[2] for one in statements]
    assert sorted(kinds) == ["asserted"] * 5 + ["changed"] * 4 + ["retracted"]
    in_shadow(place, began, ends)
    assert raw_offsets(place) == before


def in_shadow(place: Place, began: datetime, ends: datetime) -> None:
    """Replay with the rules of the command line, beside what the worker's other rules have published."""
    shadow = f"{place.prefix}shadow."
    made = place.tasrih("topics", "create", "--partitions", "2", "--replication", "1", topic_prefix=shadow)
    assert made.returncode == 0, made.stderr
    done = place.tasrih("replay", "--from", began.isoformat(), "--to", ends.isoformat(), "--shadow", shadow)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "statements of 5 stories: 0 added, 0 lost, 4 changed, 0 unchanged",
        "  +0 -0 ~4  سالم الخطيب",
        "5 raw records, 5 stories",
        "  4 published",
        "  1 recalled",
    ]
    beside = Place(address=place.address, prefix=shadow)
    stories = beside.read([ENRICHED.name], lambda records: len(records) >= 4)
    assert sorted(one.key() for one in stories) == [f"manara:{name}".encode() for name in NAMES]


def test_a_range_or_a_shadow_that_cannot_be_is_refused(place: Place) -> None:
    day = ("--from", "2026-03-02", "--to", "2026-03-03")
    for options in (("--from", "2026-03-03", "--to", "2026-03-02"), ("--from", "soon", "--to", "2026-03-02")):
        assert place.tasrih("replay", *options).returncode == 2
    assert place.tasrih("replay", *day, "--shadow", place.prefix).returncode == 2
    done = place.tasrih("replay", *day, "--shadow", f"{place.prefix}nowhere.")
    assert (done.returncode, "nowhere.wire.raw.v1 is missing" in done.stderr) == (1, True), done.stderr
