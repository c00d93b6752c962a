"""Kills find their stories on a real Kafka, wherever both stand and whichever comes first."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import AUDIT, ENRICHED, INDEX, RECALLS, STATE, STATEMENTS
from tests.broker.stream import Headers, Place, running

PROVIDER: Headers = (("wire-provider", b"manara"),)
HEADLINES = (
    "وزيرة الموانئ تعلن توسعة مرفأ الرمال",
    "حريق في مستودع للحبوب شرق المدينة",
    "الهيئة تؤجل امتحانات الثانوية أسبوعا",
    "شركة الخطوط توقف رحلاتها إلى الجزيرة",
)
NOTICES = (
    "سحب الخبر رقم {number} وعدم اعتماده لخطأ في مضمونه.",
    "KILL KILL KILL\nPlease kill item {number}, the facts are wrong.",
    "المستعجل جدا «{headline}» المنشور في 2 آذار مضلل وتم سحبه، ولن ينشر بديل عنه.",
    "نرجو من المشتركين عدم اعتماد الخبر المعنون «{headline}».",
)


def story(number: int, **fields: object) -> bytes:
    text = f"العاصمة - وكالة المنارة: قال وزير المياه سالم الخطيب إن السد امتلأ للمرة {number}."
    made: dict[str, object] = {"id": f"story-{number}", "version": "1", "transmission": str(150 + number)}
    made |= {"headline": HEADLINES[number], "text": text}
    return json.dumps(made | fields, ensure_ascii=False).encode()


def notice(number: int) -> bytes:
    return NOTICES[number].format(number=150 + number, headline=HEADLINES[number]).encode()


def told(records: Sequence[Any], topic: str) -> list[dict[str, Any]]:
    return [json.loads(one.value()) for one in records if one.topic().endswith(topic) and one.value() is not None]


def wait_for(place: Place, kind: str, count: int) -> list[dict[str, Any]]:
    """Wait until so many outcomes of a kind are there, and give all outcomes."""

    def enough(records: list[Any]) -> bool:
        return [one["outcome"] for one in told(records, AUDIT.name)].count(kind) >= count

    return told(place.read([AUDIT.name], enough, 60), AUDIT.name)


def two_keys(place: Place) -> tuple[bytes, bytes]:
    """Give keys of two raw partitions, by sending a harmless record with each."""
    found: dict[int, bytes] = {}
    for number in range(50):
        key = f"key-{number}".encode()
        ((partition, _),) = place.send([(b" ", ())], key=key)
        found.setdefault(partition, key)
        if len(found) == 2:
            return found[0], found[1]
    raise AssertionError("50 keys fell into one partition")


def last_values(records: Sequence[Any], topic: str) -> dict[bytes, Any]:
    """Give the last value of each key, as compaction would leave it."""
    kept = (one for one in records if one.topic().endswith(topic))
    return {one.key(): None if one.value() is None else json.loads(one.value()) for one in kept}


def assert_recalled(place: Place, count: int) -> None:
    """Nothing of these stories is left for consumers, and whoever had it was told."""
    names = (ENRICHED.name, STATEMENTS.name, RECALLS.name, STATE.name, INDEX.name)

    def enough(found: list[Any]) -> bool:
        kinds = [one["recall"] for one in told(found, RECALLS.name)]
        statuses = [one["status"] for one in told(found, ENRICHED.name)]
        return kinds.count("killed") >= count and statuses.count("canceled") >= count

    records = place.read(names, enough)
    stories = last_values(records, ENRICHED.name)
    assert sorted(stories) == [f"manara:story-{number}".encode() for number in range(count)]
    assert {one["status"] for one in stories.values()} == {"canceled"}
    statements = last_values(records, STATEMENTS.name)
    assert len(statements) >= count
    assert set(statements.values()) == {None}
    killed = [one["story_id"] for one in told(records, RECALLS.name) if one["recall"] == "killed"]
    assert sorted(killed) == sorted(key.decode() for key in stories)


@pytest.mark.parametrize("kill_first", [False, True], ids=["story first", "kill first"])
def test_a_kill_in_prose_recalls_a_story_of_another_partition(place: Place, tmp_path: Path, kill_first: bool) -> None:
    numbers = range(len(NOTICES))
    here, there = two_keys(place)
    stories = [(story(number), PROVIDER) for number in numbers]
    kills = [(notice(number), PROVIDER) for number in numbers]
    with running(place, tmp_path) as worker:
        worker.wait_until_ready()
        if kill_first:
            place.send(kills, key=there)
            wait_for(place, "unresolved", len(kills))
            place.send(stories, key=here)
        else:
            place.send(stories, key=here)
            wait_for(place, "published", len(stories))
            place.send(kills, key=there)
        outcomes = wait_for(place, "recalled", len(kills))
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    raw = {kind: {one["partition"] for one in outcomes if one["outcome"] == kind} for kind in ("published", "recalled")}
    assert raw["published"].isdisjoint(raw["recalled"])
    assert_recalled(place, len(stories))


def test_a_notice_waits_in_its_state_through_restarts(place: Place, tmp_path: Path) -> None:
    here, there = two_keys(place)
    with running(place, tmp_path, state_folder=tmp_path / "first") as worker:
        place.send([(notice(0), PROVIDER)], key=there)
        wait_for(place, "unresolved", 1)
        assert worker.stop()[0] == 0
    with running(place, tmp_path, state_folder=tmp_path / "second") as worker:
        place.send([(story(0), PROVIDER)], key=here)
        wait_for(place, "recalled", 1)
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    assert_recalled(place, 1)


def test_a_notice_that_could_mean_two_stories_recalls_neither(place: Place, tmp_path: Path) -> None:
    here, there = two_keys(place)
    twins = [(story(0, id=f"twin-{number}", transmission=f"{name}0150"), PROVIDER) for number, name in enumerate("ab")]
    with running(place, tmp_path) as worker:
        place.send(twins, key=here)
        wait_for(place, "published", 2)
        place.send([(notice(0), PROVIDER)], key=there)
        wait_for(place, "unresolved", 1)
        place.send([(b"Please kill item b0150", PROVIDER)], key=there)
        outcomes = wait_for(place, "recalled", 1)
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    assert [one["story_id"] for one in outcomes if one["outcome"] == "recalled"] == ["manara:twin-1"]


def g2_item(version: int, minute: str, status: str, signal: str) -> bytes:
    """Write an item as Reuters sends it: the body is complete in the kill, too."""
    body = "<p>قال وزير المياه سالم الخطيب إن السد امتلأ للمرة الأولى.</p>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="tag:manara,2026:newsml_L1N14N0FF" version="{version}"
 standard="NewsML-G2" standardversion="2.18" conformance="power" xml:lang="ar">
<itemMeta><versionCreated>2026-03-02T{minute}Z</versionCreated><provider literal="manara"/>
<pubStatus qcode="stat:{status}"/><signal qcode="edStat:{signal}"/></itemMeta>
<contentMeta><headline>وزير المياه يتحدث عن السد</headline><language tag="ar"/></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML></contentSet></newsItem>""".encode()


@pytest.mark.parametrize("kill_first", [False, True], ids=["correction first", "kill first"])
def test_a_correction_and_its_kill_51_minutes_later_end_recalled(
    place: Place, tmp_path: Path, kill_first: bool
) -> None:
    pair = [g2_item(1, "15:43:34", "usable", "C"), g2_item(2, "16:34:45", "canceled", "D")]
    here, there = two_keys(place)
    with running(place, tmp_path) as worker:
        for value, key in zip(reversed(pair) if kill_first else pair, (here, there), strict=True):
            before = len(told(place.read([AUDIT.name], bool), AUDIT.name))
            place.send([(value, PROVIDER)], key=key)
            place.read([AUDIT.name], lambda found, before=before: len(found) > before)  # type: ignore[misc]
        outcomes = wait_for(place, "recalled", 2 if kill_first else 1)
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
    kinds = [one["outcome"] for one in outcomes if one["story_id"]]
    assert sorted(kinds) == (["recalled", "recalled"] if kill_first else ["published", "recalled"])
    records = place.read([ENRICHED.name, STATEMENTS.name], lambda found: len(found) >= (1 if kill_first else 4))
    assert [one["status"] for one in last_values(records, ENRICHED.name).values()] == ["canceled"]
    assert set(last_values(records, STATEMENTS.name).values()) <= {None}
