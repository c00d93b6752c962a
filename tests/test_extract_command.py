"""``tasrih extract`` as its users run it: a process with files, pipes and exit codes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import orjson

from agents.intake import FORMATS
from schemas.codec import decode_enriched
from schemas.stories import EnrichedStory
from tests.spans import check_story

TEXT = "وزراء الري يجتمعون\n| وكالات\nقال وزير الري سامي الحداد إن «الاجتماع مثمر»."
SECONDS = 60


def tasrih(*arguments: str, given: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "agents.cli", "extract", *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(
        command, input=given, capture_output=True, timeout=SECONDS, cwd=cwd, env=environment, check=False
    )


def stories(done: subprocess.CompletedProcess[bytes]) -> list[EnrichedStory]:
    found = [decode_enriched(line) for line in done.stdout.splitlines()]
    assert all(isinstance(story, EnrichedStory) for story in found)
    return [story for story in found if isinstance(story, EnrichedStory)]


def test_standard_input_gives_one_enriched_story() -> None:
    done = tasrih("-", given=TEXT.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    (story,) = stories(done)
    assert story.text == TEXT
    assert story.statements
    check_story(story, TEXT)
    assert "قال".encode() in done.stdout, "Arabic is written as itself"


def test_without_arguments_standard_input_is_read() -> None:
    assert stories(tasrih(given=TEXT.encode()))[0].text == TEXT


def test_files_are_read_in_order_and_a_failure_stops_none(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "broken.json").write_bytes(b'{"text": ')
    lines = [{"id": "2", "text": TEXT}, {"id": "3"}, {"id": "4", "text": TEXT}]
    (tmp_path / "many.jsonl").write_bytes(b"\n\n".join(map(orjson.dumps, lines)) + b"\n")
    done = tasrih("one.txt", "broken.json", "no-such-file", "many.jsonl", "-", given=b"\xff", cwd=tmp_path)
    assert done.returncode == 1
    assert [story.id.rpartition(":")[2] for story in stories(done)][1:] == ["2", "4"]
    told = done.stderr.decode().splitlines()
    assert [line.split(":")[0] for line in told] == ["broken.json", "no-such-file", "many.jsonl", "-"]
    assert "broken.json: WIRE-201 " in told[0]
    assert "many.jsonl:3: WIRE-301 " in told[2]
    assert "-: WIRE-101 " in told[3]


def test_a_record_above_the_topics_limit_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    huge = b'{"text": "' + b"x" * (9 * 2**20) + b'"}'
    (tmp_path / "many.jsonl").write_bytes(huge + b"\n" + orjson.dumps({"id": "2", "text": TEXT}))
    done = tasrih("many.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert b"many.jsonl:1: WIRE-104 " in done.stderr
    assert [story.id for story in stories(done)] == ["unknown:2"]


def test_an_embargo_is_shown_and_a_kill_gives_no_text() -> None:
    held = {"id": "1", "text": TEXT, "embargoed_until": "2099-01-01T00:00:00Z"}
    assert stories(tasrih(given=orjson.dumps(held)))[0].embargoed_until == "2099-01-01T00:00:00Z"
    done = tasrih(given=orjson.dumps({"id": "1", "text": TEXT, "status": "canceled"}))
    killed = decode_enriched(done.stdout)
    assert (killed.status, done.returncode) == ("canceled", 0)
    assert "قال".encode() not in done.stdout


def test_the_same_input_gives_the_same_records(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    first, second = (stories(tasrih("one.txt", cwd=tmp_path)) for _ in range(2))
    assert msgspec.to_builtins(first) == msgspec.to_builtins(second)


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_bytes((orjson.dumps({"text": TEXT}) + b"\n") * 2_000)
    command = [sys.executable, "-m", "agents.cli", "extract", str(tmp_path / "many.jsonl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(SECONDS) == 141


def test_nothing_of_kafka_or_camel_tools_is_imported() -> None:
    code = (
        "import sys, io; sys.argv = ['tasrih', 'extract', '-']\n"
        "from agents.cli import tasrih\n"
        "tasrih(standalone_mode=False)\n"
        "heavy = {'faust', 'aiokafka', 'confluent_kafka', 'camel_tools', 'prometheus_client', 'uvloop', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=TEXT.encode(), capture_output=True, timeout=SECONDS, check=True
    )
    assert done.stderr.strip() == b"[]"


def test_every_wire_format_is_taken() -> None:
    folder = Path(__file__).parent / "wires"
    samples = sorted(path for path in folder.iterdir() if path.suffix in {".xml", ".json", ".txt", ".html", ".eml"})
    done = tasrih(*map(str, samples))
    assert (done.returncode, done.stderr) == (0, b"")
    records = [decode_enriched(line) for line in done.stdout.splitlines()]
    assert {record.provenance.raw.format for record in records} == {row.name for row in FORMATS}
    assert [record.status for record in records].count("canceled") == 1
    for record in records:
        if isinstance(record, EnrichedStory):
            check_story(record)


def test_a_file_of_100_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.xml").open("wb") as huge:
        huge.write(b"<nitf>")
        huge.truncate(100 * 2**20)
    started = time.perf_counter()
    done = tasrih("huge.xml", "-", given=TEXT.encode(), cwd=tmp_path)
    assert time.perf_counter() - started < 10
    assert (done.returncode, len(stories(done))) == (1, 1)
    assert done.stderr.startswith(b"huge.xml: WIRE-104 ")
