"""Extraction over text that no wire sends: it never raises, its spans hold, its work grows no faster than the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.extract.testing import story
from agents.lifecycle import enrich
from agents.messages import Incoming
from agents.reading import read_stories
from tests.spans import check_story

SPEECH = "قال وأضاف مؤكدا نفت طالب نقلت عن قوله رويترز أن إن بأنه إلى على بحسب وفقا لما كما جاء في بيان الذي أمس"
MARKS = '« » " ( ) : ، . ؟ .. - ل ب و 12'
OTHERS = "الوزير سامي حنا وزارة النقل لوكالة بعد إعلان لم سيعلن وكان قد"
WORDS = st.sampled_from([*SPEECH.split(), *MARKS.split(), *OTHERS.split(), "\n", "جاء في بيان"])
UNITS = {
    "one sentence": "قال الوزير و",
    "cues without end": "وأكد أن ",
    "nested quotes": '«ا "ب ',
    "short quotes": "«ا». ",
    "quoted sentences": "وقال «عن هذا الأمر كله». ",
    "open brackets": "( ",
    "colons and marks": ": « ",
    "sources without end": "بحسب الوزير ، ",
    "no spaces": "قال",
    "joint sources": "قال سامي ونظيره ",
}


@given(st.lists(WORDS, max_size=60), st.booleans())
@settings(max_examples=400, deadline=None)
def test_nothing_raises_and_every_span_holds(words: list[str], spaced: bool) -> None:
    text = "خبر " + (" " if spaced else "").join(words)
    raw = Incoming(topic="", partition=0, offset=0, timestamp=0, key=None, value=text.encode())
    if text.count("؟") > len(text) / 5:
        return  # taken for destroyed, and refused
    for found in read_stories(raw):
        check_story(enrich(found))


def seconds(unit: str, size: int) -> float:
    text = story(unit * (size // len(unit)))
    start = time.process_time()
    enrich(text)
    return time.process_time() - start


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    seconds(unit, 1_000)
    small = min(seconds(unit, 12_000) for _ in range(3))
    large = seconds(unit, 96_000)
    # Eight times the text; quadratic work would take 64 times as long.
    assert large < 24 * max(small, 0.01)
