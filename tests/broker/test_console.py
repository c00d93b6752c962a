"""``tasrih console`` against a real broker: what is committed appears, lag is counted, Ctrl-C ends it."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.broker.published import WIDE, publish, versions
from tests.broker.stream import Place
from tests.examples import FIRST, broken_letter

SECONDS = 40


@contextmanager
def console(place: Place, folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    output = folder / "console.txt"
    command = [sys.executable, "-m", "agents.cli", "console", "--port", "0", "--from-beginning", *options]
    with output.open("wb") as stream:
        process = subprocess.Popen(command, env=place.environ(), stdout=stream, stderr=stream)
    try:
        deadline = time.monotonic() + SECONDS
        while not output.read_text().endswith("\n"):
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.1)
        yield process, output.read_text().splitlines()[0]
    finally:
        process.kill()
        process.wait()


def until(url: str, enough: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + SECONDS
    while True:
        with urllib.request.urlopen(url, timeout=10) as answer:
            found = json.loads(answer.read())
        if enough(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def test_what_is_committed_appears_and_what_is_aborted_does_not(place: Place, tmp_path: Path) -> None:
    publish(place, versions(FIRST))
    publish(place, versions(WIDE), aborted=True)
    with console(place, tmp_path) as (process, url):
        found = until(f"{url}api/statements", lambda page: len(page["lines"]) >= 3)
        assert "𐤀" not in json.dumps(found, ensure_ascii=False)
        story = urllib.parse.quote(found["lines"][0]["story"])
        with urllib.request.urlopen(f"{url}story?id={story}", timeout=10) as page:
            assert 'class="badge ' in page.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0


def test_lag_and_dead_letters_are_shown_and_a_letter_is_tried(place: Place, tmp_path: Path) -> None:
    place.send([(b"{", []), (b"{", [])])
    with console(place, tmp_path) as (_, url):
        numbers = until(f"{url}api/numbers", lambda page: bool(page["lags"]))
        (raw, stories) = numbers["lags"]
        assert (raw["topic"], raw["records"], stories["records"]) == ("wire.raw.v1", 2, 0)
        assert raw["seconds"] > 0
        publish(place, [broken_letter()])
        letters = until(f"{url}api/numbers", lambda page: bool(page["letters"]))["letters"]
        assert letters[0]["code"] == "WIRE-201"
        with urllib.request.urlopen(f"{url}dead?letter={letters[0]['letter']}&try=1", timeout=60) as page:
            assert "تعطل الرسالة مرة أخرى: WIRE-201" in page.read().decode()


def test_another_address_than_this_machines_needs_a_token(place: Place, tmp_path: Path) -> None:
    with console(place, tmp_path, "--host", "0.0.0.0") as (_, url):
        assert "/?token=" in url
        port = urllib.parse.urlsplit(url).port
        with pytest.raises(urllib.error.HTTPError, match="401") as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/numbers", timeout=10)
        refused.value.close()
