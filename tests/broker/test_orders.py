"""What an operator orders is carried out by the worker, on a real Kafka."""

import json
from pathlib import Path
from typing import Any

from schemas.topics import AUDIT, ENRICHED, INDEX, RECALLS, STATEMENTS
from tests.broker.stream import Place, header_map, running
from tests.broker.test_embargo import TEXT, outcomes, story


def fate(place: Place, count: int) -> list[str]:
    """Wait until the story has so many outcomes, and give them, in order."""

    def of(records: list[Any]) -> list[str]:
        return [kind for id_, _, kind in outcomes(records) if id_ == "dam"]

    return of(place.read([AUDIT.name], lambda found: len(of(found)) >= count, 60))


def last(records: list[Any]) -> dict[bytes, bytes | None]:
    return {one.key(): one.value() for one in records}


def test_a_killed_story_is_released_and_then_erased(place: Place, tmp_path: Path) -> None:
    with running(place, tmp_path) as worker:
        worker.wait_until_ready()
        kill = story("dam", 2, None, status="canceled", headline="عنوان من ثلاث كلمات")
        place.send([story("dam", 1, None, headline="عنوان من ثلاث كلمات"), kill, story("other", 1, None)], key=b"k")
        assert fate(place, 2) == ["published", "recalled"]
        done = place.tasrih("release", "manara:dam")
        assert (done.returncode, done.stdout.strip()) == (0, "manara:dam: release of version 1 ordered"), done.stderr
        assert fate(place, 3)[-1] == "released"
        stories = place.read([ENRICHED.name], lambda found: len(found) >= 4)
        assert TEXT.format(1) in json.loads(last(stories)[b"manara:dam"] or b"")["text"]
        done = place.tasrih("erase", "--yes", "manara:dam")
        assert done.returncode == 0, done.stderr
        assert "1 names deleted" in done.stdout
        assert "wire.raw.v1: the bytes as they came, for 30 days" in done.stdout
        assert fate(place, 4)[-1] == "erased"
        place.send([story("dam", 3, None)], key=b"k")
        assert fate(place, 5)[-1] == "recalled"
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    stories = place.read([ENRICHED.name], lambda found: len(found) >= 5)
    assert last(stories)[b"manara:dam"] is None
    assert last(stories)[b"manara:other"] is not None
    (erased,) = (one for one in stories if one.value() is None)
    assert header_map(erased)["ce_type"] == b"tasrih.story.erased"
    statements = place.read([STATEMENTS.name], lambda found: len(found) >= 5)
    assert sum(value is not None for value in last(statements).values()) == 1
    recalls = [json.loads(one.value())["recall"] for one in place.read([RECALLS.name], lambda found: len(found) >= 3)]
    assert recalls == ["killed", "released", "erased"]
    assert list(last(place.read([INDEX.name], lambda found: len(found) >= 2)).values()) == [None]


def test_a_story_that_nobody_knows_is_neither_released_nor_erased(place: Place) -> None:
    for command in (["release", "manara:none"], ["erase", "--yes", "manara:none"]):
        done = place.tasrih(*command)
        assert done.returncode == 1
        assert "manara:none: no " in done.stderr
