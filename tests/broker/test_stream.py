"""Raw records into a real Kafka, through the worker's own process, and out of the consumers' topics."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import AUDIT, DEAD, ENRICHED, RAW, STATEMENTS, STORIES
from tests.broker.stream import Headers, Place, Running, header_map, own_place, running

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NAMED = (("wire-provider", b"manara"), ("wire-channel", b"general"), ("traceparent", TRACE), ("x-own", b"\x00\xff"))

STORY = files("agents.cli").joinpath("demo_stories/desalination.txt").read_text(encoding="utf-8")
GOOD = [json.dumps({"id": f"good-{n}", "text": STORY}, ensure_ascii=False).encode() for n in range(8)]


@dataclass(frozen=True)
class Bad:
    """A record that cannot be read, and the code that it dies with."""

    value: bytes | None
    code: str
    headers: Headers = NAMED


BAD = {
    "invalid UTF-8": Bad(b"\xd9\x82\xd8\xff\xfe\xd9" * 20, "WIRE-101"),
    "broken JSON": Bad(GOOD[0][:-20], "WIRE-201"),
    "empty": Bad(b"", "WIRE-102"),
    "null": Bad(None, "WIRE-103"),
    "missing body": Bad(b'{"id": "no-body", "provider": "manara"}', "WIRE-301"),
    "too large": Bad(STORY.encode() * (5_000_000 // len(STORY.encode()) + 1), "WIRE-104"),
}


@dataclass(frozen=True)
class Flow:
    """A running worker and everything that came of the records above, mixed: a good one around every bad one."""

    place: Place
    worker: Running
    positions: dict[str, tuple[int, int]]
    records: dict[str, list[Any]]


@pytest.fixture(scope="module")
def flow(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flow]:
    with own_place(kafka) as place:
        yield from run_flow(place, tmp_path_factory.mktemp("flow"))


def run_flow(place: Place, folder: Path) -> Iterator[Flow]:
    mixed: list[tuple[str, bytes | None, Headers]] = []
    for good, (name, bad) in zip(GOOD, BAD.items(), strict=False):
        mixed += [(good.decode(), good, NAMED), (name, bad.value, bad.headers)]
    mixed += [(good.decode(), good, NAMED) for good in GOOD[len(BAD) :]]
    positions = dict(zip((name for name, _, _ in mixed), place.send([(v, h) for _, v, h in mixed]), strict=True))
    with running(place, folder, log_level="warning") as worker:
        outcomes = place.read([AUDIT.name], lambda found: len(found) >= len(mixed), 60)
        names = (ENRICHED.name, STATEMENTS.name, STORIES.name, DEAD.name)
        count = sum(json.loads(outcome.value()).get("statements", 0) for outcome in outcomes)
        wanted = len(GOOD) * 2 + count + len(BAD)
        found = place.read(names, lambda found: len(found) >= wanted)
        records = {name: [one for one in found if one.topic() == place.prefix + name] for name in names}
        yield Flow(place, worker, positions, records | {AUDIT.name: outcomes})
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]


def test_every_good_story_comes_out_with_its_statements(flow: Flow) -> None:
    stories = {json.loads(record.value())["id"]: record for record in flow.records[ENRICHED.name]}
    assert sorted(stories) == sorted(f"manara:good-{n}" for n in range(len(GOOD)))
    for id_, record in stories.items():
        story = json.loads(record.value())
        assert record.key() == id_.encode()
        assert story["channel"] == "general"
        assert len(story["statements"]) >= 3
        for statement in story["statements"]:
            content = statement["content"]
            assert story["text"][content["start"] : content["end"]] == content["text"]


def test_every_statement_is_published_by_itself_beside_its_story(flow: Flow) -> None:
    stories = flow.records[ENRICHED.name]
    inside = {statement["id"]: statement for one in stories for statement in json.loads(one.value())["statements"]}
    partitions = {one.key().decode(): one.partition() for one in stories}
    alone = flow.records[STATEMENTS.name]
    assert {record.key().decode(): json.loads(record.value()) for record in alone} == inside
    assert len(alone) == len(inside)
    assert all(record.partition() == partitions[json.loads(record.value())["story_id"]] for record in alone)


def test_provenance_leads_back_to_the_raw_record(flow: Flow) -> None:
    for record in flow.records[ENRICHED.name]:
        raw = json.loads(record.value())["provenance"]["raw"]
        good = GOOD[int(record.key().decode().removeprefix("manara:good-"))]
        assert (raw["partition"], raw["offset"]) == flow.positions[good.decode()]
        assert raw["topic"] == flow.place.prefix + RAW.name


def test_outputs_carry_cloudevents_headers_and_the_trace(flow: Flow) -> None:
    for name in (ENRICHED.name, STATEMENTS.name, AUDIT.name):
        headers = [header_map(record) for record in flow.records[name]]
        assert all(one["ce_specversion"] == b"1.0" and one["traceparent"] == TRACE for one in headers)
        assert len({one["ce_id"] for one in headers}) == len(headers)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_becomes_a_dead_letter(flow: Flow, name: str) -> None:
    partition, offset = flow.positions[name]
    letters = [
        record
        for record in flow.records[DEAD.name]
        if header_map(record)["__connect.errors.partition"] == str(partition).encode()
        and header_map(record)["__connect.errors.offset"] == str(offset).encode()
    ]
    assert len(letters) == 1
    letter, headers = letters[0], header_map(letters[0])
    assert letter.value() == BAD[name].value
    assert letter.key() == f"key-{list(flow.positions).index(name)}".encode()
    assert headers["wire-error-code"] == BAD[name].code.encode()
    assert headers["wire-stage"] == b"read"
    assert headers["__connect.errors.topic"] == (flow.place.prefix + RAW.name).encode()
    assert BAD[name].code.encode() in headers["__connect.errors.exception.message"]
    assert [header for header in letter.headers() if header in NAMED] == list(NAMED)


def test_every_raw_record_has_one_outcome(flow: Flow) -> None:
    outcomes = [json.loads(record.value()) for record in flow.records[AUDIT.name]]
    assert sorted((one["partition"], one["offset"]) for one in outcomes) == sorted(flow.positions.values())
    kinds = sorted(one["outcome"] for one in outcomes)
    assert kinds == ["dead"] * len(BAD) + ["published"] * len(GOOD)
    assert {one["code"] for one in outcomes if one["outcome"] == "dead"} == {bad.code for bad in BAD.values()}


def test_the_pages_answer(flow: Flow) -> None:
    assert flow.worker.page("/live") == (200, '{"status":"live"}')
    assert flow.worker.page("/ready") == (200, '{"status":"ready"}')
    for closed in ("/router", "/table"):
        assert flow.worker.page(closed)[0] == 404


def test_the_metrics_count_what_was_published(flow: Flow) -> None:
    deadline = time.monotonic() + 15
    while "wire_lag" in (text := flow.worker.page("/metrics")[1]):
        lags = [line for line in text.splitlines() if line.startswith("wire_lag{")]
        if lags and all(line.endswith(" 0.0") for line in lags):
            break
        assert time.monotonic() < deadline, lags
        time.sleep(0.5)
    lines = set(text.splitlines())
    assert f'wire_stories_total{{outcome="published",provider="manara"}} {float(len(GOOD))}' in lines
    assert f'wire_stories_total{{outcome="dead",provider="manara"}} {float(len(BAD))}' in lines
    for bad in BAD.values():
        assert f'wire_dead_total{{code="{bad.code}"}} 1.0' in lines
    counted = [float(line.split()[1]) for line in lines if line.startswith("wire_statements_total{")]
    assert sum(counted) == len(flow.records[STATEMENTS.name])
    assert f'wire_stage_seconds_count{{stage="read"}} {float(len(GOOD) + len(BAD))}' in lines
    assert "wire_ready 1.0" in lines
