"""``tasrih tail`` on real topics: committed records only, filtered, for people and for pipes, ended by Ctrl-C."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.topics import STATEMENTS
from tests.broker.published import publish, publish_story, versions
from tests.broker.stream import Place
from tests.examples import FIRST

SECONDS = 40
END = ("--from-beginning", "--no-follow")


def lines(place: Place, *arguments: str) -> list[Any]:
    done = place.tasrih("tail", *arguments, *END, "--json")
    assert done.returncode == 0, done.stderr
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def test_it_shows_what_is_committed_and_only_what_was_asked_for(place: Place) -> None:
    publish_story(place)
    found = lines(place, "statements")
    assert [line for line in found if "𐤀" in str(line["value"])] == [], "an aborted record was shown"
    assert [line["offset"] for line in found] == sorted(line["offset"] for line in found)
    retracted = [line for line in found if line["value"] is None]
    assert {line["type"] for line in retracted} == {"tasrih.statement.retracted"}
    assert {line["subject"] for line in retracted} == {"sahil:port-0302-17"}
    denied = lines(place, "statements", "--stance", "denied")
    assert [line["value"]["stance"] for line in denied] == ["denied"]
    by_source = lines(place, "--source", "الشهاوي")
    assert by_source
    assert all("الشهاوي" in line["value"]["source"]["name"] for line in by_source)
    assert len(lines(place, "--provider", "sahil", "--story", "sahil:port-0302-17")) == len(found)
    assert lines(place, "--provider", "manara") == lines(place, "--story", "sahil:1") == []
    assert [line["value"]["recall"] for line in lines(place, "recalls")] == ["corrected", "killed"]
    assert len(lines(place, "enriched", "--stance", "denied")) == 1
    assert [line["value"]["outcome"] for line in lines(place, "audit")] == ["published", "published", "recalled"]


@pytest.mark.parametrize("topic", ["statements", "enriched", "recalls", "audit"])
def test_people_read_a_latin_key_and_one_arabic_text_a_line(place: Place, topic: str) -> None:
    publish_story(place)
    done = place.tasrih("tail", topic, *END)
    assert done.returncode == 0, done.stderr
    assert "sahil:port-0302-17" in done.stdout or "   source   " in done.stdout


def test_it_waits_for_more_and_ends_well_at_ctrl_c(place: Place, tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    command = [sys.executable, "-m", "agents.cli", "tail", "--json", "--from-beginning"]
    with output.open("wb") as stream:
        process = subprocess.Popen(command, env=place.environ(), stdout=stream, stderr=stream)
    try:
        publish(place, [one for one in versions(FIRST) if one.topic == STATEMENTS.name])
        deadline = time.monotonic() + SECONDS
        while not output.read_bytes().endswith(b"\n"):
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0, output.read_text()
    finally:
        process.kill()
        process.wait()
    assert all(orjson.loads(line)["value"] for line in output.read_bytes().splitlines())


def test_a_wrong_stance_and_a_missing_topic_are_told(place: Place) -> None:
    wrong = place.tasrih("tail", "--stance", "shouted")
    assert wrong.returncode == 2
    assert "expected one of said" in wrong.stderr
    missing = place.tasrih("tail", topic_prefix=f"{place.prefix}no.")
    assert (missing.returncode, "cannot be read" in missing.stderr) == (1, True)
