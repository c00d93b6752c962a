"""The command line where it needs no broker."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from agents.cli import tasrih
from agents.cli.topics import Found, differences
from schemas.topics import RAW, STATE, TOPICS, Topic, topic_config

HEAVY = ("faust", "aiokafka", "confluent_kafka", "camel_tools", "orjson", "agents.app", "agents.extract", "asyncio")


def run(*arguments: str, **environ: str) -> tuple[int, str]:
    result = CliRunner().invoke(tasrih, arguments, env=environ)
    return result.exit_code, result.output


def as_defined() -> dict[str, Found]:
    return {topic.name: Found(partitions=topic.partitions, config=topic_config(topic)) for topic in TOPICS}


def test_the_command_line_imports_nothing_heavy_before_a_command_runs() -> None:
    script = f"import sys, agents.cli; print([name for name in {HEAVY} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout == "[]\n"


def test_every_command_explains_itself_in_sentences() -> None:
    for command in tasrih.registered_commands:
        assert command.callback is not None
        assert (command.callback.__doc__ or "").split("\n")[0].endswith((".", "of")), command.callback


def test_settings_prints_what_is_in_effect() -> None:
    code, output = run("settings", TASRIH_WEB_PORT="7070")
    assert code == 0
    assert "TASRIH_WEB_PORT=7070\n" in output


def test_settings_as_markdown_needs_no_valid_environment() -> None:
    code, output = run("settings", "--markdown", TASRIH_WEB_PORT="wrong")
    assert code == 0
    assert output.startswith("| variable | default |")


def test_topics_are_listed_with_their_prefix() -> None:
    code, output = run("topics", "list", TASRIH_TOPIC_PREFIX="x.")
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == [f"x.{topic.name}" for topic in TOPICS]


def test_a_file_that_is_not_there_is_a_usage_error() -> None:
    code, output = run("send", "/nowhere/story.txt")
    assert (code, output) == (2, "/nowhere/story.txt: No such file or directory\n")


def test_topics_as_defined_differ_in_nothing() -> None:
    assert list(differences(as_defined())) == []


@pytest.mark.parametrize(
    ("topic", "partitions", "config", "line"),
    [
        (RAW, 3, {}, "wire.raw.v1: has 3 partitions, defined are 6"),
        (RAW, 6, {"max.message.bytes": "1"}, "wire.raw.v1: max.message.bytes is 1, defined is 8388608"),
        (STATE, 6, {"cleanup.policy": "delete"}, "wire.state.v1: cleanup.policy is delete, defined is compact"),
        (STATE, 3, {}, "wire.state.v1 has 3 partitions and wire.stories.v1 has 6: they must be equal"),
    ],
)
def test_each_difference_is_named(topic: Topic, partitions: int, config: dict[str, str], line: str) -> None:
    there, name = as_defined(), topic.name
    changed = Found(partitions=partitions, config={**there[name].config, **config})
    assert line in list(differences(there | {name: changed}))
