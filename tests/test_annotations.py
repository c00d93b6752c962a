"""The annotations: spans that fit their texts, and no text of anybody's among them."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.annotated import HERE, SETS, TEXTS, AnnotationError, read_annotated, read_silent

BESIDE = pytest.mark.skipif(not TEXTS.is_dir(), reason="SKIP: ../shared/stories is not there: annotations NOT checked")


def written(folder: Path, text: str, digest: str | None = None) -> Path:
    """Write a text and one annotation of it; returns the annotation's file."""
    raw = text.encode()
    (folder / "a.txt").write_bytes(raw)
    statement = {"cue": [0, 3], "content": [15, 19], "name": [4, 10], "type": "direct", "stance": "said"}
    entry = {
        "story": "a.txt",
        "sha256": digest or sha256(raw).hexdigest(),
        "statements": [statement | {"form": "quote"}],
    }
    path = folder / "set.jsonl"
    path.write_text(json.dumps(entry) + "\n", encoding="utf-8")
    return path


def test_spans_become_words(tmp_path: Path) -> None:
    (story,) = read_annotated(written(tmp_path, "قال الوزير: «لا نعرف بعد»."), tmp_path)
    (statement,) = story["statements"]
    assert statement["cue"]["text"] == "قال"
    assert statement["speaker_name"] == "الوزير"
    assert statement["content"]["text"] == story["text"][15:19]


def test_another_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="not the text that was annotated"):
        read_annotated(written(tmp_path, "قال الوزير: «لا نعرف بعد».", "0" * 64), tmp_path)


@pytest.mark.parametrize("path", sorted(HERE.glob("*.jsonl")), ids=lambda path: path.name)
def test_no_words_are_kept(path: Path) -> None:
    assert path.read_text(encoding="utf-8").isascii()


@BESIDE
@pytest.mark.parametrize("name", SETS)
def test_spans_fit_their_texts(name: str) -> None:
    for story in read_annotated(SETS[name]):
        for statement in story["statements"]:
            content = statement["content"]["text"]
            assert content == content.strip(), f"{story['story']}: {content}"
            assert "\n" not in content
            assert statement["speaker_name"]


@BESIDE
def test_kept_stories_are_none_of_the_others() -> None:
    names = [story["story"] for path in SETS.values() for story in read_annotated(path)]
    assert len(names) == len(set(names))


@BESIDE
def test_silent_sentences_are_three_hundred() -> None:
    entries = read_silent()
    assert sum(len(spans) for _, spans in entries) == 300
    assert all(text[start:end].strip() == text[start:end] for text, spans in entries for start, end in spans)
