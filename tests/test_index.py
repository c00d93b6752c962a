"""The local copy of the index: what it finds, what it forgets, and what it sends where."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from agents.delivery.index import STALE_SECONDS, Index, Names, seek
from agents.messages import Output
from agents.naming import index_outputs
from agents.reading import NOTICE, story_output
from schemas.codec import decode_story
from tests.records import make_story

STORY = make_story(transmission="157", headline="الوزير يفتتح السد الجديد")
KILL = make_story(id="wakala:notice", signal="kill", text="سحب الخبر رقم 157")
PLACE = TopicPartition("wire.index.v1", 0)


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Names]:
    with closing(Names(tmp_path / "names.db")) as made:
        yield made


def put(names: Names, *outputs: Output, at: float = 0.0, value: bool = True) -> None:
    told = [(output.key, output.value if value else None, at) for output in outputs]
    names.apply(0, told, len(told))


def loaded(names: Names) -> Index:
    index = Index({}, PLACE.topic)
    index._names, index.loaded = names, True
    return index


def test_a_notice_is_sent_to_the_story_that_it_names(names: Names) -> None:
    put(names, *index_outputs(STORY))
    other = story_output(STORY, ())
    sent, same = loaded(names).address([story_output(KILL, (("wire-provider", b"wakala"),)), other])
    assert same is other
    assert (sent.key, decode_story(sent.value or b"").status) == (b"wakala:7", "canceled")
    assert dict(sent.headers)["wire-provider"] == b"wakala"
    assert NOTICE not in dict(sent.headers)


def test_a_notice_stays_what_it_is_while_its_story_is_not_known(names: Names) -> None:
    output = story_output(KILL, ())
    assert loaded(names).address([output]) == [output]
    put(names, *index_outputs(STORY))
    index = loaded(names)
    index.loaded = False
    assert index.address([output]) == [output], "another story of that name may still come"


def test_an_erased_story_is_not_found(names: Names) -> None:
    put(names, *index_outputs(STORY))
    put(names, *index_outputs(STORY), value=False)
    assert loaded(names).find(KILL) is None


def test_a_name_is_found_for_as_long_as_its_story_can_be_sent_again(names: Names) -> None:
    put(names, *index_outputs(STORY), at=1000.0)
    names.prune(1000.0)
    assert loaded(names).find(KILL) == "wakala:7"
    names.prune(1001.0)
    assert loaded(names).find(KILL) is None


def test_records_of_no_such_shape_are_passed_over(names: Names) -> None:
    keys = (None, b"", b"7", b'["one"]', b'["a", 7]', b"\xff")
    names.apply(0, [(key, b'"x"', 0.0) for key in keys], 6)
    assert (names.stories_of([("a",)]), names.reflected(0)) == ([[]], 6)


def test_a_file_that_is_no_database_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "names.db").write_bytes(b"not a database, but long enough to look like something" * 20)
    with closing(Names(tmp_path / "names.db")) as names:
        assert names.reflected(0) is None


class Broker:
    """As much of a consumer as `seek` uses, of a partition that holds offsets 10 to 19."""

    def __init__(self) -> None:
        self.at: int | None = None

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 10)

    async def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[TopicPartition, Any]:
        return dict.fromkeys(times)

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.at = offset


@pytest.mark.parametrize(
    ("reflected", "away", "begins"),
    [(15, 0, 15), (20, 0, 20), (9, 0, 20), (21, 0, 20), (15, STALE_SECONDS + 1, 20), (None, 0, 20)],
    ids=["part of it", "all of it", "deleted since", "of another topic", "away for long", "new"],
)
async def test_reading_goes_on_where_the_copy_can_be_a_part_of_the_topic(
    names: Names, monkeypatch: pytest.MonkeyPatch, reflected: int | None, away: float, begins: int
) -> None:
    """Nothing of this partition is young enough to be kept, so a copy that is not used begins at the end."""
    if reflected is not None:
        put(names, *index_outputs(STORY))
        names.apply(0, [], reflected)
    now = time.time()
    monkeypatch.setattr("agents.delivery.index.time.time", lambda: now + away)
    broker = Broker()
    await seek(cast(AIOKafkaConsumer, broker), [PLACE], {PLACE: 20}, names)
    assert broker.at == begins
    assert (loaded(names).find(KILL) is not None) is (reflected is not None and begins == reflected)
