"""What README.md, CONTRIBUTING.md and schemas/README.md say is so."""

import re
import shlex
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from agents.cli import tasrih
from schemas.topics import TOPICS
from tests.readme import PARTS, README, SETS, parts, sentence, statements_of
from tests.score import SHARES, own_gold, predicted
from tests.scoring import score

ROOT = README.parent
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "agents/**/*.md", "schemas/**/*.md", "tests/**/*.md", "deploy/**/*.md")
    for path in ROOT.glob(pattern)
)
CODE = re.compile(r"`([^`\n]+)`")
INDENTED = re.compile(r"^    (?P<command>.+?)(?:\s{2,}#.*)?$", re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)#]+)(?:#[^)]*)?\)")
OVERCLAIM = 1.0  # points by which a score in README.md may stand above what is measured


def commands() -> list[list[str]]:
    """Every command line of the documents that calls ``tasrih``, in words."""
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    lines = [line for text in texts for pattern in (CODE, INDENTED) for line in pattern.findall(text)]
    words = [shlex.split(line) for line in lines if re.match(r"(uv run )?tasrih( |$)", line)]
    return sorted(
        {tuple(line[line.index("tasrih") + 1 :]): line[line.index("tasrih") + 1 :] for line in words}.values()
    )


def test_the_documents_call_the_command_line() -> None:
    assert [command[0] for command in commands() if command and command[0] in ("demo", "extract", "worker")]


def unknown_word(words: list[str]) -> str | None:
    """The first word of a command line that is neither a command nor an option of the one before; nothing runs."""
    at: Any = typer.main.get_command(tasrih)
    for word in words:
        if word.startswith("--"):
            if word not in {"--help"}.union(*(option.opts for option in at.params)):
                return word
        elif hasattr(at, "commands"):
            if word not in at.commands:
                return word
            at = at.commands[word]
    return None


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_in_the_documents_exists(words: list[str]) -> None:
    assert unknown_word(words) is None


@pytest.mark.parametrize("wrong", [["shout"], ["topics", "shout"], ["worker", "--shout"], ["--shout"]])
def test_a_command_that_does_not_exist_would_be_noticed(wrong: list[str]) -> None:
    assert unknown_word(wrong) == wrong[-1]


@pytest.mark.parametrize("name", PARTS)
def test_what_the_program_knows_better_is_what_it_says(name: str) -> None:
    assert parts()[name] == PARTS[name](), "run: uv run python -m tests.readme"


def test_every_part_is_written_by_somebody() -> None:
    assert set(parts()) == {*PARTS, "scores"}


def test_the_first_screen_has_the_sentence_its_statement_the_flow_and_the_two_commands() -> None:
    screen = README.read_text(encoding="utf-8").splitlines()[:32]
    assert len(statements_of(sentence())) == 1
    assert f"> {sentence()}" in screen
    assert '  "confidence":' in "\n".join(screen)
    (flow,) = [line for line in screen if "→" in line]
    assert [topic.name for topic in TOPICS if topic.name in flow] == [
        topic.name for topic in TOPICS if topic.name not in ("wire.state.v1", "wire.index.v1")
    ]
    assert any(line.startswith("    uv run tasrih demo") for line in screen)
    assert any(line.startswith("    uv run pytest") for line in screen)


def score_table() -> dict[str, list[float]]:
    rows = [line.strip("| ").split(" | ") for line in parts()["scores"].splitlines() if line.startswith("| ")]
    return {row[0]: [float(cell) for cell in row[1:]] for row in rows[1:]}


def test_the_scores_have_a_date_and_both_sets() -> None:
    measured = re.search(r"Measured on (\S+),", parts()["scores"])
    assert measured is not None
    assert date.fromisoformat(measured[1])
    assert set(score_table()) <= set(SETS.values())
    assert SETS["stories"] in score_table()


def test_the_scores_claim_no_more_than_is_measured() -> None:
    gold = own_gold()
    tally = score(gold, predicted(gold)).overall
    figures = tally.figures()
    measured = [tally.gold, *figures["found@0.3"], figures["content_exact"][2], *(figures[key] for key in SHARES)]
    claimed = score_table()[SETS["stories"]]
    assert len(claimed) == len(measured)
    above = [(one, other) for one, other in zip(claimed, measured, strict=True) if one > other + OVERCLAIM]
    assert above == [], "run: uv run python -m tests.readme --scores"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_into_the_project_leads_somewhere(path: Path) -> None:
    targets = [link["target"] for link in LINK.finditer(path.read_text(encoding="utf-8"))]
    missing = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert missing == []


def test_the_lexicon_line_that_contributors_are_shown_is_there() -> None:
    (shown,) = [line for line in INDENTED.findall((ROOT / "CONTRIBUTING.md").read_text()) if line.startswith("{ past")]
    lexicon = (ROOT / "agents/extract/lexicon/verbs.toml").read_text(encoding="utf-8")
    assert shown in lexicon


def test_the_four_commands_are_the_ones_that_ci_runs() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    ritual = [line for line in INDENTED.findall(contributing) if line.startswith("uv run ")][:4]
    assert [command.split()[2] for command in ritual] == ["ruff", "ruff", "mypy", "pytest"]
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [command for command in ritual if command.removeprefix("uv run ") not in run] == []


def test_the_version_has_an_entry_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_consumers_are_told_about_every_topic_that_they_may_read() -> None:
    told = (ROOT / "schemas" / "README.md").read_text(encoding="utf-8")
    assert [topic.name for topic in TOPICS if topic.access == "consumers" and f"| `{topic.name}` |" not in told] == []
