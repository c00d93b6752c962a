"""What is published of a story, version after version; the extractor is replaced by statements written by hand."""

import itertools
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import lifecycle, metrics
from agents.lifecycle import age, enrich, extract_story
from agents.messages import Output
from schemas.codec import decode_enriched, decode_outcome, decode_recall, decode_state, decode_statement, encode
from schemas.outcomes import Outcome, StoryState
from schemas.stories import EnrichedStory, RecalledStory, Story
from tests.records import TEXT, make_origin, make_statement, make_story

TOPIC_ORDER = ["wire.statements.v1", "wire.enriched.v1", "wire.recalls.v1", "wire.audit.v1"]


@pytest.fixture(autouse=True)
def statements_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extract one statement for each ``#id`` or ``#id=rule`` in the story's editorial note."""

    def extract(story: Story) -> SimpleNamespace:
        marks = re.findall(r"#(\w+)(?:=(\w+))?", story.editorial_note or "")
        made = tuple(
            make_statement(story, id_, seq=seq, rule=rule or "clause") for seq, (id_, rule) in enumerate(marks)
        )
        return SimpleNamespace(statements=made, refusals=())

    monkeypatch.setattr(lifecycle, "extract", extract)


def version(number: int, marks: str, **changes: object) -> Story:
    """Version ``number`` of one story, made an hour after the one before."""
    return make_story(
        **{
            "version": str(number),
            "published_at": f"2026-03-02T{8 + number:02}:00:00Z",
            "received_at": f"2026-03-02T{8 + number:02}:00:05.000Z",
            "text": TEXT + f" {number}",
            "editorial_note": marks,
        }
        | changes
    )


def run(*stories: Story) -> tuple[tuple[Output, ...], StoryState]:
    """Run versions one after the other, state written and read between; give the last outputs and state."""
    outputs, state = extract_story(stories[0], None)
    for story in stories[1:]:
        outputs, state = extract_story(story, decode_state(encode(state)))
    return outputs, state


def on(topic: str, outputs: tuple[Output, ...]) -> list[Output]:
    return [output for output in outputs if output.topic == topic]


def what(output: Output) -> str:
    return dict(output.headers)["ce_type"].decode().rpartition(".")[2]


def statement_events(outputs: tuple[Output, ...]) -> dict[str, str]:
    return {(output.key or b"").decode(): what(output) for output in on("wire.statements.v1", outputs)}


def outcome(outputs: tuple[Output, ...]) -> Outcome:
    (output,) = on("wire.audit.v1", outputs)
    return decode_outcome(output.value or b"")


def test_a_new_story_is_published_with_its_statements() -> None:
    outputs, state = run(version(1, "#a #b"))
    assert statement_events(outputs) == {"a": "asserted", "b": "asserted"}
    (enriched,) = on("wire.enriched.v1", outputs)
    story = decode_enriched(enriched.value or b"")
    assert isinstance(story, EnrichedStory)
    assert [statement.id for statement in story.statements] == ["a", "b"]
    assert what(enriched) == "published"
    assert outcome(outputs).outcome == "published"
    assert outcome(outputs).statements == 2
    assert on("wire.recalls.v1", outputs) == []
    assert (state.emissions, list(state.statements)) == (1, ["a", "b"])


def test_a_statement_is_keyed_by_its_id_and_placed_by_its_story() -> None:
    outputs, _ = run(version(1, "#a"))
    (statement,) = on("wire.statements.v1", outputs)
    assert (statement.key, statement.partition_key) == (b"a", b"wakala:7")
    assert decode_statement(statement.value or b"").story_id == "wakala:7"
    assert all(output.key == b"wakala:7" for output in outputs if output is not statement)


def test_the_same_version_again_is_a_duplicate_and_changes_nothing() -> None:
    first = version(1, "#a")
    again = version(1, "#a", received_at="2026-03-02T15:00:00.000Z")
    outputs, state = run(first, again)
    assert [output.topic for output in outputs] == ["wire.audit.v1"]
    assert outcome(outputs).outcome == "duplicate"
    assert state == run(first)[1]


def test_the_same_version_with_another_text_is_an_update() -> None:
    outputs, state = run(version(1, "#a"), version(1, "#a #b", text=TEXT + " جديد"))
    assert statement_events(outputs) == {"a": "unchanged", "b": "asserted"}
    assert state.emissions == 2


def test_an_older_version_is_superseded() -> None:
    outputs, state = run(version(2, "#a"), version(1, "#b"))
    assert [output.topic for output in outputs] == ["wire.audit.v1"]
    assert outcome(outputs).outcome == "superseded"
    assert list(state.statements) == ["a"]


def test_an_update_says_what_became_of_every_statement() -> None:
    outputs, state = run(version(1, "#kept #altered #gone"), version(2, "#kept #altered=colon #fresh"))
    assert statement_events(outputs) == {
        "kept": "unchanged",
        "altered": "changed",
        "fresh": "asserted",
        "gone": "retracted",
    }
    values = {output.key: output.value for output in on("wire.statements.v1", outputs)}
    assert values[b"gone"] is None
    assert decode_statement(values[b"kept"] or b"").story_version == "2"
    (recall,) = on("wire.recalls.v1", outputs)
    told = decode_recall(recall.value or b"")
    assert (told.recall, told.retracted, told.changed, told.added) == ("updated", ("gone",), ("altered",), ("fresh",))
    assert sorted(state.statements) == ["altered", "fresh", "kept"]


def test_a_retraction_says_whose_it_is() -> None:
    outputs, _ = run(version(1, "#gone"), version(2, ""))
    (retraction,) = on("wire.statements.v1", outputs)
    headers = dict(retraction.headers)
    assert headers["ce_subject"] == b"wakala:7"
    assert headers["ce_type"].endswith(b"retracted")
    assert retraction.partition_key == b"wakala:7"


def test_an_update_that_only_adds_recalls_nothing() -> None:
    outputs, _ = run(version(1, "#a"), version(2, "#a #b"))
    assert on("wire.recalls.v1", outputs) == []


def test_a_correction_is_told_even_when_no_statement_changes() -> None:
    outputs, _ = run(version(1, "#a"), version(2, "#a", signal="correction"))
    (recall,) = on("wire.recalls.v1", outputs)
    assert what(recall) == "corrected"
    assert what(on("wire.enriched.v1", outputs)[0]) == "corrected"


def test_a_statement_that_comes_back_is_another_event() -> None:
    first, _ = run(version(1, "#a"))
    third, _ = run(version(1, "#a"), version(1, "", text="غير ذلك"), version(1, "#a"))
    ids = {dict(output.headers)["ce_id"] for output in (*first, *third) if output.topic == "wire.statements.v1"}
    assert len(ids) == 2


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_a_story_that_may_not_be_used_is_published_without_words(status: str) -> None:
    outputs, state = run(version(1, "#a"), version(2, "#a", status=status))
    (enriched,) = on("wire.enriched.v1", outputs)
    assert isinstance(decode_enriched(enriched.value or b""), RecalledStory)
    assert TEXT.encode() not in b"".join(output.value or b"" for output in outputs)
    assert statement_events(outputs) == {"a": "retracted"}
    assert state.statements == {}
    assert outcome(outputs).outcome == "recalled"


KILL = {"status": "canceled", "signal": "kill"}
HOLD = {"status": "withheld", "signal": "hold"}


@pytest.mark.parametrize("notice", [KILL, HOLD], ids=["kill", "hold"])
def test_what_was_killed_or_held_stays_so_whatever_comes_after_it(notice: dict[str, str]) -> None:
    outputs, state = run(
        version(1, "#a"), version(2, "", **notice), version(3, "#a #b"), version(4, "#c", signal="correction")
    )
    assert [output.topic for output in outputs] == ["wire.audit.v1"]
    assert outcome(outputs).outcome == "recalled"
    assert (state.version, state.statements) == ("2", {})


def test_a_usable_version_after_a_kill_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    before = metrics.LATE.labels("wakala")._value.get()
    metrics.count(run(version(1, "#a"), version(2, "", **KILL))[0])
    assert (metrics.LATE.labels("wakala")._value.get(), caplog.messages) == (before, [])
    metrics.count(run(version(1, "#a"), version(2, "", **KILL), version(3, "#a"))[0])
    assert (metrics.LATE.labels("wakala")._value.get(), caplog.messages) == (before + 1, ["late version"])


@pytest.mark.parametrize("notice", [KILL, HOLD], ids=["kill", "hold"])
def test_a_notice_that_comes_before_its_story_holds_too(notice: dict[str, str]) -> None:
    outputs, state = run(version(2, "", **notice), version(1, "#a"))
    assert outcome(outputs).outcome == "recalled"
    assert state.statements == {}


@pytest.mark.parametrize("notice", [KILL, HOLD], ids=["kill", "hold"])
def test_a_notice_without_a_date_recalls_what_stands(notice: dict[str, str]) -> None:
    outputs, _ = run(version(2, "#a"), version(1, "", published_at=None, **notice))
    assert statement_events(outputs) == {"a": "retracted"}
    assert outcome(outputs).outcome == "recalled"


def test_a_kill_goes_over_a_hold_and_not_the_other_way_round() -> None:
    _, state = run(version(1, "#a"), version(2, "", **HOLD), version(3, "", **KILL))
    assert (state.version, state.status) == ("3", "canceled")
    outputs, state = run(version(1, "#a"), version(2, "", **KILL), version(3, "", **HOLD))
    assert (outcome(outputs).outcome, state.status) == ("recalled", "canceled")


@pytest.mark.parametrize("notice", [KILL, HOLD], ids=["kill", "hold"])
def test_an_explicit_release_lifts_it_and_an_older_notice_does_not_undo_that(notice: dict[str, str]) -> None:
    release = version(3, "#a", signal="release")
    outputs, state = run(version(1, "#a"), version(2, "", **notice), release)
    assert (statement_events(outputs), state.status) == ({"a": "asserted"}, "usable")
    assert what(on("wire.enriched.v1", outputs)[0]) == "released"
    outputs, _ = run(version(1, "#a"), release, version(2, "", **notice))
    assert outcome(outputs).outcome == "superseded"


def test_a_release_that_is_older_than_the_kill_lifts_nothing() -> None:
    outputs, state = run(version(1, "#a"), version(3, "", **KILL), version(2, "#a", signal="release"))
    assert (outcome(outputs).outcome, state.status) == ("superseded", "canceled")


def test_what_was_withheld_for_want_of_a_date_is_replaced_by_a_version_that_has_one() -> None:
    outputs, state = run(version(1, "#a", status="withheld"), version(2, "#a"))
    assert (outcome(outputs).outcome, state.status) == ("published", "usable")


def test_a_kill_without_a_date_that_comes_after_a_release_holds_again() -> None:
    release = version(3, "#a", signal="release")
    late = {"published_at": None, "received_at": "2026-03-02T20:00:00.000Z"}
    outputs, state = run(version(1, "#a"), version(2, "", **KILL), release, version(9, "", **KILL | late))
    assert (outcome(outputs).outcome, state.status) == ("recalled", "canceled")
    outputs, state = run(version(1, "#a"), release, version(2, "", **KILL, published_at=None))
    assert (outcome(outputs).outcome, state.status) == ("superseded", "usable")


def test_a_kill_without_a_date_is_no_older_than_what_it_recalls() -> None:
    kill = version(1, "", published_at=None, **KILL)
    outputs, _ = run(version(4, "#a"), kill, version(3, "#a", signal="release"))
    assert outcome(outputs).outcome == "superseded"


def test_an_advisory_has_no_statements_and_says_so() -> None:
    outputs, _ = run(version(1, "#a", signal="advisory"))
    assert statement_events(outputs) == {}
    assert outcome(outputs).outcome == "advisory"


def test_a_table_is_published_without_statements() -> None:
    outputs, _ = run(version(1, "#a", flags=("table",)))
    assert statement_events(outputs) == {}
    assert outcome(outputs).outcome == "published"


@pytest.mark.parametrize(("language", "found"), [("ar", 1), ("ar-EG", 1), ("AR", 1), ("fa", 0), ("ur", 0), ("arz", 0)])
def test_only_arabic_is_searched(language: str, found: int) -> None:
    assert len(enrich(version(1, "#a", language=language)).statements) == found


def test_the_outcome_says_which_item_of_which_record_it_is() -> None:
    story = version(1, "#a")
    origin = make_origin(partition=5, offset=77, item=3, items=9)
    told = outcome(run(make_story(provenance=type(story.provenance)(raw=origin, normalizer="1", changes={})))[0])
    assert (told.topic, told.partition, told.offset, told.item, told.items) == ("wire.raw.v1", 5, 77, 3, 9)


def test_outputs_are_ordered_and_the_same_when_run_again() -> None:
    stories = (version(1, "#a #b"), version(2, "#b=colon #c"))
    outputs, state = run(*stories)
    ranks = [TOPIC_ORDER.index(output.topic) for output in outputs]
    assert ranks == sorted(ranks)
    assert run(*stories) == (outputs, state)


DATES = st.sampled_from([None, "", "غدا", "2026-03-01", "2026-03-02T09:00:00", "2026-03-02T09:00:00+03:00"])
AGES = st.tuples(DATES, st.text(max_size=6) | st.integers(0, 10**6).map(str), st.just("2026-03-02T09:00:00Z"))


@given(st.lists(AGES, max_size=8))
def test_every_two_versions_can_be_ordered(ages: list[tuple[str | None, str, str]]) -> None:
    ordered = sorted(age(*parts) for parts in ages)
    assert all(earlier <= later for earlier, later in itertools.pairwise(ordered))


def test_a_missing_date_sorts_first_and_the_version_before_the_arrival() -> None:
    early, late = "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"
    assert age(None, "9", late) < age("2020-01-01", "1", early)
    assert age(early, "9", late) < age(early, "10", early)
    assert age(early, "1", early) < age(early, "1", late)
    assert age("2026-03-02T11:30:00+03:00", "1", early) < age(early, "1", early)
    assert age(early, "1" * 5000, early) < age(early, "2" * 5000, early)
