"""Embargoes on a real Kafka: held, published at their time, replaced and dropped, across restarts."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import AUDIT, ENRICHED, STATE, STATEMENTS, STORIES
from tests.broker.stream import Place, running

TEXT = "العاصمة - وكالة المنارة: قال وزير المياه سالم الخطيب إن السد امتلأ للمرة {}."


def story(id_: str, number: int, until: datetime | None, **fields: object) -> tuple[bytes, tuple[()]]:
    made: dict[str, object] = {"id": id_, "version": str(number), "published_at": f"2026-03-02T09:{number:02}:00Z"}
    made |= {"provider": "manara", "text": TEXT.format(number), "embargoed_until": until and until.isoformat()}
    return json.dumps(made | fields, ensure_ascii=False).encode(), ()


def outcomes(records: Sequence[Any]) -> list[tuple[str, str, str]]:
    told = [json.loads(one.value()) for one in records]
    return [(one["story_id"].removeprefix("manara:"), one["story_version"], one["outcome"]) for one in told]


def wait_for(place: Place, count: int) -> list[tuple[str, str, str]]:
    return outcomes(place.read([AUDIT.name], lambda found: len(found) >= count, 60))


def holding(states: Sequence[Any]) -> set[bytes]:
    """Give the keys whose last state holds something."""
    last = {one.key(): json.loads(one.value()) for one in states}
    return {key for key, state in last.items() if "held" in state}


def published(place: Place, count: int) -> list[Any]:
    return place.read([ENRICHED.name], lambda found: len(found) >= count)


@pytest.mark.parametrize("keeps", [True, False], ids=["state kept on disk", "state restored from the topic"])
def test_held_stories_are_published_at_their_time_by_whoever_owns_them_then(
    place: Place, tmp_path: Path, keeps: bool
) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=30)
    names = [f"story-{number}" for number in range(6)]
    with running(place, tmp_path, state_folder=tmp_path / "first") as worker:
        place.send([story(name, 1, ends) for name in names])
        assert sorted(wait_for(place, 6)) == [(name, "1", "held") for name in names]
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    with running(place, tmp_path, state_folder=tmp_path / ("first" if keeps else "second")) as worker:
        worker.wait_until_ready()
        assert datetime.now(UTC) < ends, "the machine was too slow for this test"
        found = wait_for(place, 12)
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    assert sorted(one for one in found if one[2] == "released") == [(name, "1", "released") for name in names]
    stories = published(place, 6)
    assert len(stories) == 6
    assert all(one.timestamp()[1] >= ends.timestamp() * 1000 for one in stories)
    assert min(one.timestamp()[1] for one in stories) < (ends + timedelta(seconds=10)).timestamp() * 1000
    statements = place.read([STATEMENTS.name], lambda found: len(found) >= 6)
    assert all(one.timestamp()[1] >= ends.timestamp() * 1000 for one in statements)


def test_an_update_replaces_what_is_held_and_a_kill_drops_it(place: Place, tmp_path: Path) -> None:
    with running(place, tmp_path) as worker:
        worker.wait_until_ready()
        ends = datetime.now(UTC) + timedelta(seconds=12)
        later = datetime.now(UTC) + timedelta(hours=1)
        sent = [story("updated", 1, later), story("updated", 2, ends), story("opened", 1, later)]
        sent += [story("opened", 2, None), story("killed", 1, ends), story("killed", 2, None, status="canceled")]
        place.send([*sent, story("waits", 1, later)], key=b"one partition")
        found = wait_for(place, 11)
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    by_story = {name: [one[1:] for one in found if one[0] == name] for name in ("updated", "opened", "killed", "waits")}
    assert by_story == {
        "updated": [("1", "held"), ("1", "superseded"), ("2", "held"), ("2", "released")],
        "opened": [("1", "held"), ("2", "published"), ("1", "superseded")],
        "killed": [("1", "held"), ("2", "recalled"), ("1", "recalled")],
        "waits": [("1", "held")],
    }
    stories = [json.loads(one.value()) for one in published(place, 3)]
    assert sorted((one["id"].removeprefix("manara:"), one["version"], one["status"]) for one in stories) == [
        ("killed", "2", "canceled"),
        ("opened", "2", "usable"),
        ("updated", "2", "usable"),
    ]
    # A batch writes the last state of a story only, so the number of records is not known.
    place.read([STATE.name], lambda found: holding(found) == {b"manara:waits"})


def test_a_worker_may_pass_embargoes_on(place: Place, tmp_path: Path) -> None:
    with running(place, tmp_path, embargo="pass") as worker:
        place.send([story("passed", 1, datetime.now(UTC) + timedelta(hours=1)), story("open", 1, None)])
        found = wait_for(place, 2)
        assert worker.stop()[0] == 0
    assert sorted(found) == [("open", "1", "published"), ("passed", "1", "published")]
    flags = {one["id"]: one["flags"] for one in (json.loads(record.value()) for record in published(place, 2))}
    assert flags == {"manara:passed": ["embargo_not_held"], "manara:open": []}


def test_releases_move_no_offset_and_leave_nothing_open(place: Place, tmp_path: Path) -> None:
    """A release is a transaction like any other: a reader of committed records gets past it at once."""
    with running(place, tmp_path) as worker:
        worker.wait_until_ready()
        place.send([story("held", 1, datetime.now(UTC) + timedelta(seconds=5))], key=b"k")
        wait_for(place, 2)
        before = len(place.read([STORIES.name], bool))
        place.send([story("after", 1, None)], key=b"k")
        began = time.monotonic()
        assert ("after", "1", "published") in wait_for(place, 3)
        assert time.monotonic() - began < 10
        assert len(place.read([STORIES.name], lambda found: len(found) >= 2)) == before + 1
        assert worker.stop()[0] == 0
