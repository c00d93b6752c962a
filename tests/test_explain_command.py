"""``tasrih explain``: every statement with its reasons, in words."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from agents.cli.explain import ENDINGS, explained
from agents.extract.testing import story

ROOT = Path(__file__).parents[1]
TEXT = "قالت وزيرة النقل سلمى حداد لصحيفة «الضفة» إن الجسر سليم، مؤكدة أن العمل مستمر. ونفت وجود تأخير، بحسب بيان."


def test_each_statement_comes_with_its_reasons() -> None:
    lines = explained(story(TEXT)).decode().splitlines()
    assert sum(line.lstrip("0123456789").startswith(". ") for line in lines) == 3
    for expected in (
        "1. clause: indirect, said, confidence 0.91",
        "   entry      verbs.toml [say] say",
        "   source     سلمى حداد",
        "   ends       another cue takes over",
        "   outlet     صحيفة «الضفة» (received)",
        "   resolved   participle",
        "   antecedent وزيرة النقل سلمى حداد",
        "3. nominal: reported, denied, denies, confidence 0.88",
    ):
        assert expected in lines


def test_every_ending_that_the_code_gives_is_in_words() -> None:
    found = set()
    for path in (ROOT / "agents" / "extract").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in ENDINGS:
                found.add(node.value)
    returned = set()
    tree = ast.parse((ROOT / "agents" / "extract" / "contents.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value is not None:
            value = node.value.elts[-1] if isinstance(node.value, ast.Tuple) else node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                returned.add(value.value)
    assert returned <= set(ENDINGS)
    assert found == set(ENDINGS)


def run(*arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "agents.cli", "explain", *arguments]
    return subprocess.run(command, input=text, capture_output=True, timeout=60, check=False, cwd=ROOT)


def test_it_reads_standard_input_and_files(tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_text(TEXT, encoding="utf-8")
    ended = run(str(file), "-", text=TEXT.encode())
    assert ended.returncode == 0
    assert ended.stdout.decode().count("1. clause") == 2
    assert ended.stderr == b""


@pytest.mark.parametrize(("text", "code"), [(b"\xff\xfe\xfa", "WIRE-101"), (b'{"id": ', "WIRE-201")])
def test_what_cannot_be_read_is_named_with_its_code(text: bytes, code: str) -> None:
    ended = run("-", text=text)
    assert ended.returncode == 1
    assert code in ended.stderr.decode()
