"""The example consumers in Python, Java and JavaScript read the same from a real broker, by their own libraries."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from agents.messages import Output
from schemas.__main__ import FOLDER
from schemas.codec import decode_enriched
from schemas.stories import EnrichedStory
from schemas.topics import ENRICHED, RECALLS, STATEMENTS
from tests.broker.kafka import CACHE
from tests.broker.published import KILL, WIDE, publish, versions
from tests.broker.stream import Place
from tests.examples import FIRST, SECOND
from tests.node import npm_packages

CONSUMERS = FOLDER.parent / "examples" / "consumers"
NPM = ("kafkajs@2.2.4", "ajv@8.20.0", "ajv-formats@3.0.1")
MAVEN = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tasrih</groupId><artifactId>example-consumer</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId><version>4.1.0</version></dependency>
    <dependency><groupId>com.networknt</groupId><artifactId>json-schema-validator</artifactId><version>1.5.6</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""
FETCH_SECONDS = 200
SECONDS = 90


def python(_: Path) -> tuple[list[str], Path | None]:
    return [sys.executable, str(CONSUMERS / "consumer.py")], None


def javascript(_: Path) -> tuple[list[str], Path | None]:
    return ["node", str(CONSUMERS / "consumer.mjs")], npm_packages("example-consumer", *NPM)


def java(work: Path) -> tuple[list[str], Path | None]:
    if shutil.which("javac") is None:
        if os.environ.get("TASRIH_REQUIRE_KAFKA") == "1":
            pytest.fail("the Java consumer is required, but there is no javac (openjdk-17-jdk-headless)")
        pytest.skip("no javac: the Java consumer is NOT run")
    jars = java_jars()
    compile_ = ["javac", "-cp", f"{jars}/*", "-d", str(work), str(CONSUMERS / "Consumer.java")]
    subprocess.run(compile_, check=True, capture_output=True, timeout=SECONDS)
    return ["java", "-Xmx256m", "-cp", f"{jars}/*:{work}", "Consumer"], None


def java_jars() -> Path:
    """Give the folder of the jars, fetched once."""
    folder = CACHE / "example-consumer-jars"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="fetch-") as work:
            (Path(work) / "pom.xml").write_text(MAVEN)
            copy = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"]
            subprocess.run(copy, cwd=work, check=True, capture_output=True, timeout=FETCH_SECONDS)
            try:
                (Path(work) / "jars").rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise
    return folder


LANGUAGES = {"python": python, "javascript": javascript, "java": java}


def expected(outputs: Sequence[Output]) -> list[str]:
    """What a consumer has to print of these outputs."""
    lines = []
    for output in outputs:
        if output.topic == STATEMENTS.name and output.value is None:
            lines.append(f"retracted {(output.key or b'').decode()}")
        elif output.topic == RECALLS.name:
            recall = orjson.loads(output.value or b"")
            lines.append(f"recall {recall['recall']} {recall['story_id']} {','.join(recall['retracted'])}")
        elif output.topic == ENRICHED.name:
            story = decode_enriched(output.value or b"")
            lines.append(f"story {story.id} {story.version} {story.status}")
            statements = story.statements if isinstance(story, EnrichedStory) else ()
            lines += [f"said {one.source.name} | {one.content.text}" for one in statements]
    return lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_what_is_committed_cuts_spans_and_sees_what_is_taken_back(
    place: Place, language: str, tmp_path: Path
) -> None:
    outputs = versions(WIDE, SECOND, KILL)
    wrong = Output(topic=RECALLS.name, key=b"wrong", value=b'{"recall": "maybe"}')
    publish(place, [*outputs, wrong])
    publish(place, versions(FIRST), aborted=True)
    wanted = [*expected(outputs), "refused wrong"]
    assert any("𐤀" in (one.value or b"").decode() for one in outputs)
    assert {line.split()[0] for line in wanted} == {"story", "said", "retracted", "recall", "refused"}
    command, folder = LANGUAGES[language](tmp_path)
    printed = run_until([*command, place.address, str(FOLDER), place.prefix], folder, len(wanted), tmp_path)
    assert sorted(printed) == sorted(wanted)


def run_until(command: list[str], folder: Path | None, lines: int, work: Path) -> list[str]:
    """Run a program that goes on for good, until it printed enough and said nothing for a second more."""
    output, errors = work / "output.txt", work / "errors.txt"
    with output.open("wb") as stream, errors.open("wb") as complaints:
        process = subprocess.Popen(command, cwd=folder, stdout=stream, stderr=complaints)
    try:
        deadline = time.monotonic() + SECONDS
        while output.read_bytes().count(b"\n") < lines:
            told = output.read_text() + errors.read_text()
            assert process.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.2)
        time.sleep(1)
        return output.read_text(encoding="utf-8").splitlines()
    finally:
        process.kill()
        process.wait()
