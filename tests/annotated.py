"""Stories of others, annotated here as spans: read together with their texts, which lie beside the checkout."""

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.scoring import Record

HERE = Path(__file__).parent / "annotations"
BESIDE = Path(__file__).parents[2] / "shared"
TEXTS = BESIDE / "stories"
SETS = {name: HERE / f"{name}.jsonl" for name in ("tune", "kept", "last", "fresh", "second")}
SILENT = HERE / "silent.jsonl"
BULK = TEXTS / "bulk.jsonl"
LABELS = ("type", "stance", "form")


class AnnotationError(ValueError):
    """An annotation that does not fit the text beside the checkout."""


def read_annotated(path: Path, texts: Path = TEXTS) -> list[Record]:
    """Return the stories of a file of spans as gold; raises AnnotationError where a text is not the one annotated."""
    return [annotated(json.loads(line), texts) for line in path.read_text(encoding="utf-8").splitlines()]


def annotated(entry: Record, texts: Path) -> Record:
    """Return one story with its words filled in."""
    name, text = read_text(entry, texts)
    if sha256(text.encode()).hexdigest() != entry["sha256"]:
        raise AnnotationError(f"{name} is not the text that was annotated; hint: annotate it anew")
    return {"story": name, "text": text, "statements": [filled(s, text) for s in entry["statements"]]}


def read_text(entry: Record, texts: Path) -> tuple[str, str]:
    """Return the name and the text of a story: a file of its own, or a line of the bulk file."""
    if "story" in entry:
        return entry["story"], (texts / entry["story"]).read_bytes().decode("utf-8")
    return f"line {entry['line']}", json.loads(bulk_lines(texts / BULK.name)[entry["line"] - 1])["text"]


@cache
def bulk_lines(path: Path) -> list[bytes]:
    """Return the lines of the bulk file."""
    return path.read_bytes().splitlines()


def filled(statement: Record, text: str) -> Record:
    """Return a statement of gold made of spans.

    >>> spans = {"cue": [0, 3], "content": [7, 9], "name": [4, 6], "type": "direct", "stance": "said", "form": "quote"}
    >>> gold = filled(spans, "abc de fg")
    >>> gold["cue"]["text"], gold["content"]["text"], gold["speaker_name"], gold["medium"]
    ('abc', 'fg', 'de', None)
    """

    def words(key: str) -> str | None:
        return text[slice(*statement[key])] if key in statement else None

    def span(key: str) -> dict[str, Any] | None:
        if key not in statement:
            return None
        start, end = statement[key]
        return {"text": text[start:end], "start": start, "end": end}

    return {
        "cue": span("cue"),
        "content": span("content"),
        "source": span("source"),
        "speaker_name": words("name"),
        "speaker_role": words("role"),
        "medium": words("medium"),
        "time": words("time"),
        "optional": statement.get("optional", False),
        "in_headline": statement.get("in_headline", False),
    } | {label: statement[label] for label in LABELS}


def read_silent(path: Path = SILENT, texts: Path = BULK) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return texts and the sentences without speech in them; raises AnnotationError where a text is another one."""
    lines = bulk_lines(texts)
    return [silent(json.loads(entry), lines) for entry in path.read_text(encoding="utf-8").splitlines()]


def silent(entry: Record, lines: Sequence[bytes]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of one entry and the spans of its sentences."""
    text = json.loads(lines[entry["line"] - 1])["text"]
    if sha256(text.encode()).hexdigest() != entry["sha256"]:
        raise AnnotationError(f"line {entry['line']} is not the text that was annotated; hint: annotate it anew")
    return text, [(start, end) for start, end in entry["spans"]]
