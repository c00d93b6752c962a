"""What an operator can order: to release a story, and to erase one."""

import pytest

from agents import lifecycle
from agents.errors import WireError
from agents.holding import receive
from agents.messages import Incoming
from agents.naming import addressed
from agents.orders import ERASE, RELEASE, REPLAY, obey, order_of
from agents.reading import read_wire
from agents.settings import Settings
from agents.stages import make_stages
from schemas.codec import decode_recall, encode
from schemas.headers import ORDER
from schemas.outcomes import StoryState
from schemas.stories import Story
from tests.other_rules import extract_unsurely
from tests.records import TEXT
from tests.test_holding import EVENING, NOW, notice, on, outcomes, run, topics, version
from tests.test_lifecycle import KILL


def textless(story: Story) -> Story:
    return version(9, id=story.id, text="", sections=(), offsets=())


def killed(*, dated: bool) -> StoryState | None:
    kill = version(2, **KILL) if dated else addressed(notice(), "wakala:7")
    return run(version(1), kill)[1]


@pytest.mark.parametrize("dated", [True, False], ids=["kill with a date", "kill in prose"])
def test_a_released_story_is_published_again_however_old_it_is(dated: bool) -> None:
    outputs, state = obey(RELEASE, version(1), killed(dated=dated))
    assert outcomes(outputs) == [(1, "released")]
    assert [decode_recall(one.value or b"").recall for one in on("wire.recalls.v1", outputs)] == ["released"]
    assert dict(on("wire.enriched.v1", outputs)[0].headers)["ce_type"] == b"tasrih.story.released"
    assert TEXT.encode() in (on("wire.enriched.v1", outputs)[0].value or b"")
    assert state is not None
    assert (state.status, state.version, len(state.statements), state.emissions) == ("usable", "1", 1, 3)


def test_after_a_release_the_story_goes_on() -> None:
    _, state = obey(RELEASE, version(1), killed(dated=True))
    assert state is not None
    outputs, state = obey(RELEASE, version(1), state)
    assert [kind for _, kind in outcomes(outputs)] == ["duplicate"]


def test_an_order_to_release_what_is_not_killed_publishes_nothing_twice() -> None:
    outputs, _ = obey(RELEASE, version(1), run(version(1))[1])
    assert outcomes(outputs) == [(1, "duplicate")]


def test_an_erased_story_is_deleted_for_consumers_and_stays_so() -> None:
    outputs, state = obey(ERASE, textless(version(1)), run(version(1))[1])
    assert {(one.topic, one.value) for one in outputs if one.value is None} == {
        ("wire.statements.v1", None),
        ("wire.enriched.v1", None),
    }
    (recall,) = on("wire.recalls.v1", outputs)
    told = decode_recall(recall.value or b"")
    assert (told.recall, len(told.retracted)) == ("erased", 1)
    assert [kind for _, kind in outcomes(outputs)] == ["erased"]
    assert state is not None
    assert (state.status, state.statements, state.text_sha256) == ("canceled", {}, "")
    assert TEXT.encode() not in encode(state)
    outputs, _ = receive(version(3), state, NOW)
    assert outcomes(outputs) == [(3, "recalled")]


def test_what_is_held_is_erased_with_its_state() -> None:
    outputs, state = obey(ERASE, textless(version(1)), run(version(1, embargoed_until=EVENING))[1])
    assert state is not None
    assert not state.held
    assert topics(outputs) == {"wire.enriched.v1", "wire.recalls.v1", "wire.audit.v1"}


def test_an_order_that_nobody_knows_is_refused() -> None:
    with pytest.raises(WireError, match="WIRE-401"):
        obey("forget", version(1), None)


def test_the_stage_carries_out_an_order_and_a_feed_cannot_give_one() -> None:
    extracting = make_stages(Settings())[1]
    record = Incoming(
        topic="wire.stories.v1", partition=0, offset=0, timestamp=0, key=b"wakala:7", value=encode(version(1)),
        headers=((ORDER, b"release"),),
    )  # fmt: skip
    assert order_of(record) == "release"
    outputs, _ = extracting.run(record, killed(dated=True), NOW)
    assert outcomes(outputs) == [(1, "released")]
    raw = Incoming(
        topic="wire.raw.v1", partition=0, offset=0, timestamp=0, key=None, value=TEXT.encode(),
        headers=((ORDER, b"erase"),),
    )  # fmt: skip
    assert [name for output in read_wire(raw) for name, _ in output.headers if name == ORDER] == []


def changed_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every statement come out with another confidence than before."""
    monkeypatch.setattr(lifecycle, "extract", extract_unsurely)


def test_a_replay_with_the_same_rules_publishes_nothing() -> None:
    _, state = run(version(1))
    outputs, after = obey(REPLAY, version(1), state)
    assert outcomes(outputs) == [(1, "duplicate")]
    assert after == state


def test_a_replay_with_another_rule_publishes_what_stands_and_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    _, state = run(version(1), version(2))
    changed_rule(monkeypatch)
    outputs, after = obey(REPLAY, version(2), state)
    assert outcomes(outputs) == [(2, "published")]
    (statement,) = on("wire.statements.v1", outputs)
    assert dict(statement.headers)["ce_type"] == b"tasrih.statement.changed"
    assert after is not None
    assert (after.version, after.status, after.emissions) == ("2", "usable", 3)
    outputs, same = obey(REPLAY, version(1), state)
    assert outcomes(outputs) == [(1, "superseded")]
    assert same == state
    assert outcomes(receive(version(3), after, NOW)[0]) == [(3, "published")]


def test_a_replay_that_ends_before_the_kill_leaves_the_story_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    state = killed(dated=True)
    changed_rule(monkeypatch)
    outputs, after = obey(REPLAY, version(1), state)
    assert (outcomes(outputs), topics(outputs)) == ([(1, "recalled")], {"wire.audit.v1"})
    assert after == state


def test_a_replay_keeps_what_is_held_and_what_was_released(monkeypatch: pytest.MonkeyPatch) -> None:
    _, state = run(version(1), version(2, embargoed_until=EVENING))
    _, released = obey(RELEASE, version(1), killed(dated=True))
    changed_rule(monkeypatch)
    outputs, after = obey(REPLAY, version(1), state)
    assert outcomes(outputs) == [(1, "published")]
    assert after is not None
    assert after.held == version(2, embargoed_until=EVENING)
    _, after = obey(REPLAY, version(1), released)
    assert after is not None
    assert after.signal == "release"


def test_a_replay_of_a_story_that_nobody_knows_publishes_nothing() -> None:
    outputs, state = obey(REPLAY, version(1), None)
    assert (outcomes(outputs), state) == ([(1, "superseded")], None)
