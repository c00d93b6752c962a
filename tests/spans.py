"""What must hold of every span of every record, for tests to ask of whatever they make."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec

from schemas.stories import Run, Story


def check_story(story: Story, body: str | None = None) -> None:
    """Assert that all spans of a story, and of its statements when it has them, hold in its text.

    With ``body``, the decoded body as it came out of its envelope, every run of the offset map leads back to it.
    """
    text = story.text
    assert unicodedata.is_normalized("NFC", text)
    check_sections(story)
    check_runs(story.offsets, text, body)
    for path, span in spans_of(msgspec.to_builtins(story)):
        start, end = span["start"], span["end"]
        assert 0 <= start <= end <= len(text), f"{path}: {start}..{end} of {len(text)}"
        if "text" in span:
            assert text[start:end] == span["text"], path


def check_sections(story: Story) -> None:
    """Assert that sections are in order, apart, not empty, without edge spaces, and leave out nothing but spaces."""
    end = 0
    for section in story.sections:
        words = story.text[section.start : section.end]
        assert section.start >= end, section
        assert words, section
        assert words == words.strip(), section
        assert "\n" not in words, section
        assert not story.text[end : section.start].strip(), section
        end = section.end
    assert not story.text[end:].strip()


def check_runs(runs: tuple[Run, ...], text: str, body: str | None) -> None:
    """Assert that runs are in order in the text and in the body, not empty, and stand in both unchanged."""
    there = here = 0
    for run in runs:
        assert run.length > 0
        assert run.text >= here, run
        assert run.raw >= there, run
        here, there = run.text + run.length, run.raw + run.length
        assert here <= len(text)
        if body is not None:
            assert text[run.text : here] == body[run.raw : there], run


def spans_of(value: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object in a record that has a start and an end, with its path; dropped subjects have neither."""
    if isinstance(value, dict):
        if isinstance(value.get("start"), int):
            yield path, value
        for name, inner in value.items():
            yield from spans_of(inner, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from spans_of(inner, f"{path}[{index}]")
