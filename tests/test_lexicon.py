"""The lexicon: every section has an example that comes true, and what contradicts itself does not load."""

import itertools
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from agents.extract import extract
from agents.extract.lexicon import FILES, FOLDER, LEXICON, LexiconError, check_sections, inflected, verbs_of
from agents.extract.testing import story
from agents.extract.tokens import tokenize
from schemas.statements import Statement

ARABIC_STRING = re.compile(r'"[^"A-Za-z]*[\u0600-\u06ff][^"]*"')
SAID: dict[str, Callable[[Statement], list[str | None]]] = {
    "content": lambda s: [s.content.text],
    "name": lambda s: [s.source.name],
    "via": lambda s: [outlet.name for outlet in s.via],
    "said_at": lambda s: [s.said_at.text] if s.said_at else [],
    "occasion": lambda s: [s.occasion.text] if s.occasion else [],
    "spokesperson_for": lambda s: [s.source.spokesperson_for],
}


def test_every_section_has_an_example() -> None:
    assert len(LEXICON.examples) > 60


@pytest.mark.parametrize(
    ("section", "example"), [(f"{file} {name}", example) for file, name, example in LEXICON.examples]
)
def test_the_example_of_a_section_comes_true(section: str, example: dict[str, Any]) -> None:
    found = extract(story(example["text"])).statements
    for key, expected in example.items():
        if key == "words":
            assert not found
            words = tokenize(example["text"], 0, len(example["text"]))
            assert sum(token.kind == "word" for token in words) == expected
        elif key != "text":
            assert expected in values(found, key), section


def values(found: tuple[Statement, ...], key: str) -> list[str | None]:
    return [value for statement in found for value in SAID[key](statement)]


def test_a_verb_added_in_one_line_is_found_in_every_form() -> None:
    sections = {"say": {"stance": "said", "verbs": [{"past": "همس", "present": "يهمس", "gloss": "whisper"}]}}
    forms = inflected(tuple(verbs_of(sections)))
    assert {"همس", "همست", "همسوا", "يهمس", "تهمس", "يهمسون"} <= forms.keys()
    assert forms["همست"][0].gender == "f"


def test_an_unknown_field_does_not_load() -> None:
    entry = {"past": "همس", "present": "يهمس", "gloss": "whisper", "volume": "low"}
    with pytest.raises(LexiconError, match=r"unknown field \['volume'\]"):
        list(verbs_of({"say": {"stance": "said", "verbs": [entry]}}))


def test_a_section_without_an_example_does_not_load() -> None:
    with pytest.raises(LexiconError, match=r"section without an example: \[say\]"):
        check_sections({"verbs.toml": {"say": {"stance": "said", "verbs": []}}})


def test_a_word_twice_in_a_section_does_not_load() -> None:
    section = {"example": {"text": "a"}, "one": "وزير", "two": "وزير"}
    with pytest.raises(LexiconError, match=r"word twice in \[titles\]"):
        check_sections({"nouns.toml": {"titles": section}})


@pytest.mark.parametrize("file", FILES)
def test_the_files_read_in_order_in_every_editor(file: str) -> None:
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        assert not any(unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF") for c in line)
        strings = list(ARABIC_STRING.finditer(line))
        for one, two in itertools.pairwise(strings):
            assert re.search("[A-Za-z]", line[one.end() : two.start()]), line
