"""Which story a notice in prose names, and when it names none."""

import time
from collections import defaultdict

import pytest

from agents.messages import Incoming
from agents.naming import NAMED, addressed, is_notice, named_by, names_of, the_one_named
from agents.reading import NOTICE, read_stories, read_wire
from schemas.stories import Story
from tests.records import make_story

MORNING = 1_772_442_005_000  # 2 March 2026, 09:00:05 UTC
HEADLINE = "وزيرة الموانئ تعلن توسعة مرفأ الرمال"
OTHER = "حريق في مستودع للحبوب شرق المدينة"


def read(text: str, provider: str = "manara", timestamp: int = MORNING) -> Story:
    """Read a plain text as the feed of a provider sends it."""
    raw = Incoming(
        topic="wire.raw.v1",
        partition=0,
        offset=0,
        timestamp=timestamp,
        key=None,
        value=text.encode(),
        headers=(("wire-provider", provider.encode()),),
    )
    (story,) = read_stories(raw)
    return story


def story(id_: str, **fields: object) -> Story:
    return make_story(**{"id": f"manara:{id_}", "provider": "manara", "headline": HEADLINE} | fields)


def named(notice: Story, *stories: Story) -> str | None:
    """Look the notice up in an index of these stories."""
    index = defaultdict[tuple[str, ...], list[str]](list)
    for one in stories:
        for name in names_of(one):
            index[name].append(one.id)
    return the_one_named([[index[name] for name in names] for names in named_by(notice)])


NOTICES = {
    "number": "سحب الخبر رقم 157 وعدم اعتماده",
    "number in Arabic digits": "سحب الخبر رقم ١٥٧ لخطأ فيه",
    "number in English": "KILL KILL KILL\nPlease kill item manara 0157, facts are wrong.",
    "number with its letters": "Please kill item mnr0157",
    "headline in marks": f"المستعجل جدا «{HEADLINE}» المنشور في 2 آذار مضلل وتم سحبه ولن ينشر بديل عنه",
    "headline in straight marks": f'نرجو من المشتركين عدم اعتماد الخبر المعنون "{HEADLINE}".',
    "headline spelled otherwise": "نرجو عدم اعتماد الخبر المعنون «وزيرةُ الموانئ تعلن توسعة مرفا الرمال».",
    "headline behind a colon": f"سحب الخبر: {HEADLINE}",
    "headline on a line of its own": f"سحب الخبر وعدم اعتماده\n{HEADLINE}\nلخطأ في مضمونه.",
    "both": f"Please kill item 157 «{HEADLINE}»",
    "number and a headline in part": "Please kill item 157 «وزيرة الموانئ تعلن توسعة»",
}


@pytest.mark.parametrize("text", NOTICES.values(), ids=NOTICES)
def test_a_notice_names_its_story(text: str) -> None:
    notice = read(text)
    assert is_notice(notice)
    assert (
        named(notice, story("a", transmission="mnr0157"), story("b", transmission="158", headline=OTHER)) == "manara:a"
    )


NO_NAMES = {
    "nothing named": "سحب الخبر وعدم اعتماده",
    "another number": "سحب الخبر رقم 158 وعدم اعتماده",
    "a date is no number": "سحب الخبر المنشور في 157 آذار وعدم اعتماده",
    "another headline": f"سحب الخبر: {OTHER}",
    "a part of the headline": "عدم اعتماد الخبر المعنون «توسعة مرفأ الرمال».",
    "a word in marks": "الخبر «مضلل» وتم سحبه",
}


@pytest.mark.parametrize("text", NO_NAMES.values(), ids=NO_NAMES)
def test_a_notice_that_names_no_story_finds_none(text: str) -> None:
    notice = read(text)
    assert is_notice(notice)
    assert named(notice, story("a", transmission="mnr0157"), story("b", headline="مضلل")) is None


def test_a_name_that_two_stories_share_finds_neither() -> None:
    notice = read(NOTICES["number"])
    assert named(notice, story("a", transmission="a0157"), story("b", transmission="b0157", headline=OTHER)) is None
    assert named(read(NOTICES["headline behind a colon"]), story("a"), story("b")) is None


def test_a_second_name_tells_which_of_them_is_meant() -> None:
    a, b = story("a", transmission="a0157"), story("b", transmission="b0157", headline=OTHER)
    assert named(read(NOTICES["both"]), a, b) == "manara:a"
    assert named(read("Please kill item b0157"), a, b) == "manara:b"


def test_names_that_contradict_each_other_find_nothing() -> None:
    a, b = story("a", transmission="157", headline=OTHER), story("b", transmission="158")
    assert named(read(NOTICES["both"]), a, b) is None


def test_a_number_belongs_to_a_provider_and_a_day() -> None:
    notice = read(NOTICES["number"])
    assert named(notice, story("a", transmission="157", provider="wakala")) is None
    yesterday = {"published_at": "2026-03-01T09:00:00Z", "received_at": "2026-03-01T09:00:05.000Z"}
    assert named(notice, story("a", transmission="157", **yesterday)) is None
    assert named(notice, story("a", transmission="157", published_at=None)) == "manara:a"
    beyond_midnight = {"published_at": "2026-03-03T00:30:00+03:00", "received_at": "2026-03-02T21:30:05.000Z"}
    assert named(notice, story("a", transmission="157", **beyond_midnight)) == "manara:a"


def test_a_snap_is_named_with_and_without_its_word() -> None:
    snap = story("a", headline=f"عاجل: {HEADLINE}")
    assert named(read(f"المستعجل «{HEADLINE}» مضلل وتم سحبه"), snap) == "manara:a"
    assert named(read(f"سحب خبر «عاجل: {HEADLINE}»"), snap) == "manara:a"
    assert named(read(f"المستعجل «عاجل: {HEADLINE}» مضلل وتم سحبه"), story("a")) == "manara:a"


def test_a_slugline_that_one_story_has_names_it() -> None:
    notice = make_story(provider="manara", signal="kill", slugline="Port-Expansion", text="KILL KILL KILL")
    assert named(notice, story("a", slugline="PORT-EXPANSION")) == "manara:a"
    assert named(notice, story("a", slugline="PORT-EXPANSION"), story("b", slugline="PORT EXPANSION")) is None


def test_a_notice_goes_on_as_a_version_of_its_story_that_may_not_be_used() -> None:
    kill, hold = read(NOTICES["number"]), read("HOLD HOLD HOLD Please hold item 157")
    assert (addressed(kill, "manara:a").id, addressed(kill, "manara:a").status) == ("manara:a", "canceled")
    assert addressed(hold, "manara:a").status == "withheld"
    assert NAMED in addressed(kill, "manara:a").flags
    assert not is_notice(addressed(kill, "manara:a"))


def test_only_a_notice_is_marked_as_one_and_nobody_can_forge_the_mark() -> None:
    def marks(text: str) -> list[bytes]:
        raw = Incoming(
            topic="t", partition=0, offset=0, timestamp=0, key=None, value=text.encode(), headers=((NOTICE, b"forged"),)
        )
        return [value for output in read_wire(raw) for name, value in output.headers if name == NOTICE]

    assert marks(NOTICES["number"]) == [b"prose"]
    assert marks("قال الوزير إن السد امتلأ.") == []


def test_a_long_notice_is_looked_at_in_bounded_time() -> None:
    hostile = "KILL KILL KILL\n" + "".join(f"item {n} «a b {n}»\n" for n in range(5000))
    began = time.process_time()
    assert max(map(len, named_by(read(hostile)))) < 1000
    assert time.process_time() - began < 2
