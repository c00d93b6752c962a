"""The demo, as a newcomer runs it; it brings its own broker, and needs none of the machine's."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEMO = (sys.executable, "-m", "agents.cli", "demo")
SECONDS = 60


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    # A wrong setting of the machine must not matter, and whatever is left behind is left in the folder.
    environ = os.environ | {"TASRIH_WEB_PORT": "wrong", "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    output = folder / "output.txt"
    with output.open("w") as stream:
        process = subprocess.Popen([*DEMO, *options], env=environ, stdout=stream, stderr=stream, text=True)
    try:
        yield process, output
    finally:
        process.kill()
        process.wait()


def test_the_demo_shows_statements_and_ends_by_itself() -> None:
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (process, output):
        assert process.wait(SECONDS) == 0, output.read_text()
        text = output.read_text()
        assert "proves nothing about delivery" in text
        assert "   source   سالم الخطيب\n" in text
        assert "   content  المحطة ستغطي نصف حاجة العاصمة من مياه الشرب\n" in text
        shown = [line for line in text.splitlines() if line.startswith("   content  ")]
        assert f"\n3 stories: {len(shown)} statements (" in text
        assert "  tasrih extract --html " in text
        assert [path.name for path in Path(folder).iterdir()] == ["output.txt"]


def test_the_demo_kept_running_takes_stories_until_it_is_interrupted() -> None:
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder), "--keep") as (process, output):
        line = wait_for(output, "  TASRIH_BOOTSTRAP_SERVERS=")
        story = Path(folder) / "own.txt"
        story.write_text("قالت الطبيبة ليلى الناصر إن العيادة ستفتح غدا.", encoding="utf-8")
        environ = os.environ | {"TASRIH_BOOTSTRAP_SERVERS": line.split("=")[1].split()[0]}
        send = [sys.executable, "-m", "agents.cli", "send", str(story)]
        subprocess.run(send, env=environ, check=True, timeout=30, capture_output=True)
        wait_for(output, "   source   ليلى الناصر")
        address = wait_for(output, "Look at them at ").split()[4]
        assert_shows(f"{address}api/statements", "ليلى الناصر")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, output.read_text()


def assert_shows(url: str, words: str) -> None:
    """Wait until the console shows some words."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if words in answer.read().decode():
                    return
        except OSError:
            pass
        assert time.monotonic() < deadline, f"{url} does not show {words}"
        time.sleep(0.2)


def wait_for(output: Path, start: str) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for line in output.read_text().splitlines():
            if line.startswith(start):
                return line
        time.sleep(0.2)
    raise AssertionError(f"no line {start!r} in:\n{output.read_text()}")
