"""What is held: stories under an embargo until their time, notices in prose until their story comes."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from agents.holding import NOT_HELD, UNRESOLVED_SECONDS, dropped, embargo_ends, receive, resolved
from agents.messages import Output
from agents.naming import addressed, is_notice
from agents.reading import NOTICE
from schemas.codec import decode_outcome, decode_recall, decode_state, decode_story, encode
from schemas.outcomes import StoryState
from schemas.stories import Story
from tests.records import TEXT, make_origin, make_story

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENING = "2026-03-02T18:00:00Z"
LATER = datetime(2026, 3, 2, 18, 0, 1, tzinfo=UTC)


def version(number: int, **changes: object) -> Story:
    """Version ``number`` of one story, from a raw record of its own."""
    story = make_story(
        **{
            "version": str(number),
            "published_at": f"2026-03-02T{8 + number:02}:00:00Z",
            "received_at": f"2026-03-02T{8 + number:02}:00:05.000Z",
            "text": TEXT + f" {number}",
        }
        | changes
    )
    return from_raw(story, number)


def from_raw(story: Story, offset: int) -> Story:
    provenance = type(story.provenance)(raw=make_origin(offset=offset), normalizer="1", changes={})
    return make_story(**{name: getattr(story, name) for name in story.__struct_fields__} | {"provenance": provenance})


def notice(**changes: object) -> Story:
    made = {"id": "wakala:notice", "signal": "kill", "text": "سحب الخبر رقم 157", "published_at": None}
    return from_raw(make_story(**made | {"received_at": "2026-03-02T11:00:00.000Z"} | changes), 99)


def run(*stories: Story, now: datetime = NOW, hold: bool = True) -> tuple[tuple[Output, ...], StoryState | None]:
    """Run versions one after the other, the state written and read between; give the last outputs and state."""
    outputs: tuple[Output, ...] = ()
    state: StoryState | None = None
    for story in stories:
        outputs, state = receive(story, decode_state(encode(state)) if state else None, now, hold=hold)
    return outputs, state


def wake(state: StoryState | None, now: datetime = LATER) -> tuple[tuple[Output, ...], StoryState | None]:
    """Come back to what a state holds."""
    assert state is not None
    assert isinstance(state.held, Story)
    return receive(state.held, decode_state(encode(state)), now)


def on(topic: str, outputs: tuple[Output, ...]) -> list[Output]:
    return [output for output in outputs if output.topic == topic]


def outcomes(outputs: tuple[Output, ...]) -> list[tuple[int, str]]:
    """The raw offset and the outcome of each item that the outputs speak of."""
    told = [decode_outcome(output.value or b"") for output in on("wire.audit.v1", outputs)]
    return [(one.offset, one.outcome) for one in told]


def topics(outputs: tuple[Output, ...]) -> set[str]:
    return {output.topic for output in outputs}


def test_a_story_under_an_embargo_is_held_whole_and_nothing_of_it_is_published() -> None:
    story = version(1, embargoed_until=EVENING, transmission="157")
    outputs, state = run(story)
    assert outcomes(outputs) == [(1, "held")]
    assert topics(outputs) == {"wire.audit.v1", "wire.index.v1"}
    assert TEXT.encode() not in b"".join(output.value or b"" for output in outputs)
    assert state is not None
    assert (state.held, state.due, state.emissions) == (story, datetime.fromisoformat(EVENING).timestamp(), 0)


def test_it_is_published_at_its_time_and_not_before() -> None:
    _, state = run(version(1, embargoed_until=EVENING))
    outputs, same = wake(state, NOW + timedelta(hours=5))
    assert (outputs, same) == ((), state)
    outputs, state = wake(state)
    assert outcomes(outputs) == [(1, "released")]
    assert topics(outputs) == {"wire.audit.v1", "wire.enriched.v1", "wire.statements.v1"}
    assert state is not None
    assert (state.emissions, state.format, bool(state.held)) == (1, 2, False)


def test_what_is_published_at_its_time_is_what_would_have_been_without_an_embargo() -> None:
    story = version(1, embargoed_until=EVENING)
    released, _ = wake(run(story)[1])
    at_once, _ = run(story, now=LATER)
    named = {"wire.enriched.v1", "wire.statements.v1"}
    assert [one for one in released if one.topic in named] == [one for one in at_once if one.topic in named]


def test_an_embargo_that_is_over_holds_nothing() -> None:
    outputs, _ = run(version(1, embargoed_until=EVENING), now=LATER)
    assert outcomes(outputs) == [(1, "published")]


def test_the_same_version_again_is_a_duplicate_while_it_is_held_and_after() -> None:
    held = version(1, embargoed_until=EVENING)
    again = from_raw(held, 2)
    outputs, state = run(held, again)
    assert outcomes(outputs) == [(2, "duplicate")]
    _, state = wake(state)
    outputs, _ = receive(again, state, LATER)
    assert outcomes(outputs) == [(2, "duplicate")]


def test_an_update_under_an_embargo_takes_the_place_of_what_is_held() -> None:
    outputs, state = run(version(1, embargoed_until=EVENING), version(2, embargoed_until=EVENING))
    assert outcomes(outputs) == [(1, "superseded"), (2, "held")]
    outputs, state = wake(state)
    assert outcomes(outputs) == [(2, "released")]


def test_an_older_version_does_not_take_its_place() -> None:
    outputs, state = run(version(2, embargoed_until=EVENING), version(1, embargoed_until=EVENING))
    assert outcomes(outputs) == [(1, "superseded")]
    outputs, state = run(version(2, embargoed_until=EVENING), version(1))
    assert outcomes(outputs) == [(1, "published")]
    assert outcomes(wake(state)[0]) == [(2, "released")]


def test_an_update_without_an_embargo_is_published_and_drops_it() -> None:
    outputs, state = run(version(1, embargoed_until=EVENING), version(2))
    assert outcomes(outputs) == [(2, "published"), (1, "superseded")]
    assert state is not None
    assert not state.held


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_a_kill_drops_it_however_old_it_claims_to_be(status: str) -> None:
    kill = version(2, status=status, signal="kill", published_at=None)
    outputs, state = run(version(1, embargoed_until=EVENING), kill)
    assert outcomes(outputs) == [(2, "recalled"), (1, "recalled")]
    assert state is not None
    assert (state.status, bool(state.held)) == (status, False)
    outputs, _ = run(version(1, embargoed_until=EVENING), kill, version(3, embargoed_until=EVENING))
    assert outcomes(outputs) == [(3, "recalled")]


def test_what_stands_stays_while_its_update_is_held() -> None:
    outputs, state = run(version(1), version(2, embargoed_until=EVENING))
    assert outcomes(outputs) == [(2, "held")]
    assert state is not None
    assert (state.version, state.emissions) == ("1", 1)
    outputs, state = wake(state)
    assert dict(on("wire.enriched.v1", outputs)[0].headers)["ce_type"] == b"tasrih.story.updated"
    assert state is not None
    assert (state.version, state.emissions) == ("2", 2)


def test_an_embargo_without_a_zone_ends_when_its_time_has_come_everywhere() -> None:
    story = version(1, embargoed_until="2026-03-02T18:00:00")
    assert embargo_ends(story) == datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert outcomes(run(story, now=datetime(2026, 3, 3, 5, 59, tzinfo=UTC))[0]) == [(1, "held")]
    assert outcomes(run(story, now=datetime(2026, 3, 3, 6, tzinfo=UTC))[0]) == [(1, "published")]


def test_an_embargo_at_the_end_of_time_is_held() -> None:
    outputs, _ = run(version(1, embargoed_until="9999-12-31T23:59:59"))
    assert outcomes(outputs) == [(1, "held")]


def test_an_embargo_that_is_not_held_is_flagged() -> None:
    outputs, _ = run(version(1, embargoed_until=EVENING), hold=False)
    assert outcomes(outputs) == [(1, "published")]
    assert f'"flags":["{NOT_HELD}"]'.encode() in (on("wire.enriched.v1", outputs)[0].value or b"")
    assert NOT_HELD.encode() not in (on("wire.enriched.v1", run(version(1), hold=False)[0])[0].value or b"")


def test_a_held_story_that_died_leaves_what_stood() -> None:
    _, state = run(version(1), version(2, embargoed_until=EVENING))
    assert state is not None
    assert dropped(state) == run(version(1))[1]
    _, state = run(version(1, embargoed_until=EVENING))
    assert state is not None
    assert dropped(state) is None


def test_a_notice_waits_for_its_story_and_says_so() -> None:
    outputs, state = run(notice())
    assert outcomes(outputs) == [(99, "unresolved")]
    (told,) = on("wire.recalls.v1", outputs)
    recall = decode_recall(told.value or b"")
    assert (told.key, recall.recall, recall.story_id) == (None, "unresolved", None)
    assert topics(outputs) == {"wire.audit.v1", "wire.recalls.v1"}
    assert state is not None
    assert (state.held, state.due) == (notice(), NOW.timestamp() + UNRESOLVED_SECONDS)


def test_a_notice_that_is_sent_twice_is_a_duplicate() -> None:
    outputs, state = run(notice(), from_raw(notice(), 100))
    assert outcomes(outputs) == [(100, "duplicate")]
    assert state == run(notice())[1]


def test_a_notice_is_given_up_after_a_day() -> None:
    _, state = run(notice())
    outputs, same = wake(state, NOW + timedelta(hours=23, minutes=59))
    assert (outputs, same) == ((), state)
    assert wake(state, NOW + timedelta(hours=24)) == ((), None)


def test_what_a_found_story_gets_is_the_notice_under_its_id() -> None:
    _, state = run(notice())
    assert state is not None
    (sent,), after = resolved(state, "wakala:7")
    assert (sent.topic, sent.key, after) == ("wire.stories.v1", b"wakala:7", None)
    assert NOTICE not in dict(sent.headers)
    kill = decode_story(sent.value or b"")
    assert (kill.id, kill.status, is_notice(kill)) == ("wakala:7", "canceled", False)


def test_it_recalls_the_story_for_good() -> None:
    kill = addressed(notice(), "wakala:7")
    outputs, state = run(version(1), version(2, signal="correction"), kill)
    assert outcomes(outputs) == [(99, "recalled")]
    (recall,) = on("wire.recalls.v1", outputs)
    told = decode_recall(recall.value or b"")
    assert (told.recall, told.story_version, len(told.retracted)) == ("killed", "2", 1)
    assert "سحب".encode() not in b"".join(output.value or b"" for output in outputs)
    assert state is not None
    assert (state.version, state.status) == ("2", "canceled")
    assert outcomes(run(version(1), kill, version(2))[0]) == [(2, "recalled")]
    assert outcomes(run(version(1), kill, from_raw(kill, 100))[0]) == [(100, "duplicate")]


def test_it_drops_a_story_that_is_held() -> None:
    outputs, state = run(version(1, embargoed_until=EVENING), addressed(notice(), "wakala:7"))
    assert outcomes(outputs) == [(99, "recalled"), (1, "recalled")]
    assert state is not None
    assert not state.held


def test_a_notice_with_the_id_of_its_story_names_it_in_either_order() -> None:
    own = notice(id="wakala:7")
    outputs, state = run(version(1), own)
    assert outcomes(outputs) == [(99, "recalled")]
    outputs, state = run(own, version(1))
    assert outcomes(outputs) == [(99, "recalled"), (1, "recalled")]
    assert state is not None
    assert (state.status, bool(state.held)) == ("canceled", False)


def test_the_index_knows_stories_and_not_notices_kills_or_advisories() -> None:
    names = {"transmission": "157", "headline": "عنوان من ثلاث كلمات"}
    assert len(on("wire.index.v1", run(version(1, **names))[0])) == 2
    assert on("wire.index.v1", run(version(1, **names), version(2, **names, status="canceled"))[0]) == []
    assert on("wire.index.v1", run(version(1, **names, signal="advisory"))[0]) == []
    assert on("wire.index.v1", run(notice(transmission="158"))[0]) == []
    assert on("wire.index.v1", run(version(2, **names), version(1, **names))[0]) == []


def test_a_state_that_holds_nothing_is_one_that_the_worker_before_reads() -> None:
    _, plain = run(version(1))
    _, held = run(version(1), version(2, embargoed_until=EVENING))
    assert plain is not None
    assert held is not None
    assert re.findall(rb'"(?:held|due)"|"format":\d', encode(plain)) == [b'"format":2']
    assert decode_state(encode(held)).format == 3


def test_when_it_runs_changes_nothing_but_what_is_held() -> None:
    assert run(version(1)) == run(version(1), now=LATER)
