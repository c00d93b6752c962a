"""What a worker keeps between records and between its lives, on a real Kafka."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from schemas.topics import AUDIT, DEAD, ENRICHED, RAW, RECALLS, STATE, STATEMENTS
from tests.broker.stream import Place, header_map, running

POISONED = ("-m", "tests.chaos.worker")
STAYS = "قال وزير المياه سالم الخطيب إن السد امتلأ."
GOES = "وأكدت الهيئة أن الري سيبدأ غدا."
COMES = "وأعلنت الوزارة أن العمل توقف."


def version(number: int, *sentences: str, id_: str = "dam") -> bytes:
    text = "العاصمة - وكالة المنارة: " + " ".join(sentences)
    made = {"id": id_, "version": str(number), "published_at": f"2026-03-02T09:{number:02}:00Z", "text": text}
    return json.dumps({**made, "provider": "manara"}, ensure_ascii=False).encode()


def values(records: Sequence[Any], topic: str) -> list[dict[str, Any]]:
    return [json.loads(one.value()) for one in records if one.topic().endswith(topic) and one.value() is not None]


def outcomes(place: Place, count: int, seconds: float = 40) -> list[dict[str, Any]]:
    return values(place.read([AUDIT.name], lambda found: len(found) >= count, seconds), AUDIT.name)


@pytest.mark.parametrize("keeps", [True, False], ids=["state kept on disk", "state restored from the topic"])
def test_versions_of_a_story_are_told_apart_across_restarts(place: Place, tmp_path: Path, keeps: bool) -> None:
    sent = [version(2, STAYS, GOES), version(2, STAYS, GOES), version(1, STAYS), version(3, STAYS, COMES)]
    for number, one in enumerate(sent):
        folder = tmp_path / ("state" if keeps else f"state-{number}")
        with running(place, tmp_path, state_folder=folder) as worker:
            place.send([(one, ())], key=b"dam")
            outcomes(place, number + 1)
            assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    assert [one["outcome"] for one in outcomes(place, 4)] == ["published", "duplicate", "superseded", "published"]
    topics = (ENRICHED.name, STATEMENTS.name, RECALLS.name, STATE.name)
    records = place.read(topics, lambda found: len(found) >= 2 + 5 + 1 + 2)
    assert [story["version"] for story in values(records, ENRICHED.name)] == ["2", "3"]
    events = [
        (header_map(one)["ce_type"].decode(), one.value() is None) for one in records if STATEMENTS.name in one.topic()
    ]
    kinds = ("asserted", "asserted", "unchanged", "asserted", "retracted")
    assert events == [(f"tasrih.statement.{kind}", kind == "retracted") for kind in kinds]
    (recall,) = values(records, RECALLS.name)
    assert (recall["recall"], len(recall["retracted"]), len(recall["added"])) == ("updated", 1, 1)
    assert [state["emissions"] for state in values(records, STATE.name)] == [1, 2]


def test_a_record_that_hangs_or_kills_its_process_dies_alone(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = [version(1, STAYS, id_=f"good-{number}") for number in range(6)]
    mixed = [good[0], b"exit", good[1], b"hang", good[2], b"exit", good[3], good[4], b"hang", good[5]]
    place.send([(one, ()) for one in mixed], key=b"one partition")
    monkeypatch.setenv("CHAOS_STAGES", "tests.chaos.poisoned:make_stages")
    with running(place, tmp_path, POISONED, stage_deadline_seconds=1) as worker:
        found = outcomes(place, len(mixed))
        code = worker.stop()[0]
    assert code == 0, worker.log.read_text()[-4000:]
    assert sorted(one["outcome"] for one in found) == ["dead"] * 4 + ["published"] * 6
    letters = place.read([DEAD.name], lambda found: len(found) >= 4)
    died = [(header_map(one)["wire-error-code"], one.value()) for one in letters]
    assert died == [(b"WIRE-603", b"exit"), (b"WIRE-602", b"hang"), (b"WIRE-603", b"exit"), (b"WIRE-602", b"hang")]


def test_a_record_with_neither_key_nor_value_is_a_dead_letter(place: Place, tmp_path: Path) -> None:
    producer = Producer({"bootstrap.servers": place.address})
    producer.produce(place.prefix + RAW.name, value=None, key=None)
    assert producer.flush(20) == 0
    with running(place, tmp_path) as worker:
        (letter,) = place.read([DEAD.name], lambda found: len(found) >= 1, 40)
        assert worker.stop()[0] == 0
    assert (letter.key(), letter.value(), header_map(letter)["wire-error-code"]) == (None, None, b"WIRE-103")


def test_agents_that_are_given_records_one_by_one_do_the_same(place: Place, tmp_path: Path) -> None:
    place.send([(version(1, STAYS, id_=f"story-{number}"), ()) for number in range(300)])
    with running(place, tmp_path, intake="events") as worker:
        found = outcomes(place, 300)
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    assert {one["outcome"] for one in found} == {"published"}
    assert len({one["story_id"] for one in found}) == len(found) == 300


def test_an_idle_partition_behind_a_transaction_marker_is_live_and_has_no_lag(place: Place, tmp_path: Path) -> None:
    """The stories topic ends with a marker, which no committed offset passes; nothing comes for three windows."""
    window = 5
    place.send([(version(1, STAYS, id_=f"story-{number}"), ()) for number in range(20)])
    with running(place, tmp_path, liveness_seconds=window) as worker:
        outcomes(place, 20)
        until = time.monotonic() + 3 * window + 1
        while time.monotonic() < until:
            assert worker.page("/live")[0] == 200
            time.sleep(0.5)
        lags = [line for line in worker.page("/metrics")[1].splitlines() if line.startswith("wire_lag")]
        assert len(lags) == 8
        assert {float(line.split()[1]) for line in lags} == {0.0}
        assert worker.stop()[0] == 0


def test_a_worker_whose_lane_does_not_get_on_is_not_live(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stage that hangs for longer than the liveness window holds up its lane, which has records to read."""
    monkeypatch.setenv("CHAOS_STAGES", "tests.chaos.poisoned:make_stages")
    with running(place, tmp_path, POISONED, stage_deadline_seconds=60, liveness_seconds=5) as worker:
        worker.wait_until_ready()
        place.send([(b"hang", ())])
        deadline = time.monotonic() + 30
        while worker.page("/live")[0] == 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        status, text = worker.page("/live")
        assert (status, json.loads(text)["status"]) == (503, "stuck")
        assert worker.stop()[0] == 0
