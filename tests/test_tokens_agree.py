"""Our tokens against camel-tools' own: the same words, with places added and what a rule needs kept together."""

import re

import pytest

from agents.extract.tokens import tokenize
from tests.cases import Case, read_stories

# camel-tools parts a number at its point and a word from its digits (F16); we keep it whole: 30.4 ends no sentence.
NUMBER = re.compile(r"\d")


def ours(text: str) -> list[str]:
    return [token.text for token in tokenize(text, 0, len(text)) if token.kind == "word"]


def theirs(text: str) -> list[str]:
    from camel_tools.tokenizers.word import simple_word_tokenize  # noqa: PLC0415 - takes a second

    return [word for word in simple_word_tokenize(text) if any(c.isalpha() for c in word)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in read_stories()])
def test_the_words_of_a_story_are_camel_tools_words(case: Case) -> None:
    for line in case.text.splitlines():
        if not NUMBER.search(line):
            assert ours(line) == theirs(line)


@pytest.mark.parametrize("text", ["مُؤَسَّسةٌ كبيرة", "«رويترز»،", "لـ«المنارة»:", "قال:نعم", "(اف ب)-"])
def test_words_with_marks_round_them_agree(text: str) -> None:
    assert ours(text) == theirs(text)


def test_a_number_stays_whole() -> None:
    text = "30.4 بالمئة في 2012"
    assert [token.text for token in tokenize(text, 0, len(text))] == ["30.4", "بالمئة", "في", "2012"]
