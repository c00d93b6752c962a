"""Characters: what each step changes and leaves, the offset map, and the key against camel-tools."""

import sys
import time
import unicodedata
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.normalize import camel
from agents.normalize.characters import (
    CHARACTERS,
    ENTITIES,
    FOLD,
    LETTERS_OF_FORMS,
    STRUCTURE,
    SUSPECT,
    clean,
    fold_key,
)
from agents.normalize.offsets import body_span, to_runs
from tests.spans import check_runs


class Defect(NamedTuple):
    """The step that must fire, and a text before and after."""

    step: str
    before: str
    after: str


DEFECTS = [
    Defect("entities", before="قال &quot;نعم&quot; &amp; مضى", after='قال "نعم" & مضى'),
    Defect("entities", before="&#1602;&#x627;ل", after="قال"),
    Defect("entities", before="مرمز مرتين &amp;quot;", after="مرمز مرتين &quot;"),
    Defect("line_ends", before="سطر\r\nسطر\rسطر\u2028سطر", after="سطر\nسطر\nسطر\nسطر"),
    Defect("spaces", before="قال\xa0الوزير\tاليوم\u2009غداً", after="قال الوزير اليوم غداً"),
    Defect("controls", before="قا\x02ل\x7f الو\x85زير\ufffc", after="قال الو\nزير"),
    Defect("replacement_characters", before="قا\ufffd الوزير", after="قا? الوزير"),
    Defect("bidi_controls", before="\u200fقال\u200e (\u202bواس\u202c) \u061cنعم\u2069", after="قال (واس) نعم"),
    Defect("zero_width", before="\ufeffقال\u200b الو\u200dزير\xad", after="قال الوزير"),
    Defect("tatweel", before="القـــاهرة", after="القاهرة"),
    Defect("tatweel", before="الـ16 و١٤٤٧هـ", after="ال16 و١٤٤٧ه"),
    Defect("tatweel", before="ســلام ـهم", after="سلام هم"),
    Defect("tatweel_dashes", before="المنامة ـ وكالات", after="المنامة - وكالات"),
    Defect("tatweel_dashes", before="المنامةـ مسقط", after="المنامة- مسقط"),
    Defect("tatweel_dashes", before="2012ـ2013", after="2012-2013"),
    Defect("presentation_forms", before="\ufe97\ufed8\ufe8e\ufedd", after="تقال"),
    Defect("presentation_forms", before="\ufefb \ufdf2", after="لا الله"),
    Defect("composition", before="ا\u0654حمد", after="أحمد"),
    Defect("composition", before="در\u0651\u064eس", after="در\u064e\u0651س"),
    Defect("line_edges", before="  قال  \n  مضى ", after="قال\nمضى"),
    Defect("blank_lines", before="\n\nقال\n\n\n\nمضى\n\n", after="قال\n\nمضى"),
]

LEFT_ALONE = [
    "أكّد المُتحدِّثُ أنَّ إلى ى ي ة ه آ ٱ ؤ ئ",  # letters are not folded, diacritics stay
    'قال: «نعم» و“لا” و"ربما" ... – — …',
    "٣٤ و۳۴ و34",
    "کتاب ایران",  # Persian letters
    "ﷺ ﷻ ﴾آية﴿ ﷼",  # phrases, ornate marks, the rial sign
    "قال &nosuch; & &copy &",  # no entities
    "فقرة\n\nفقرة\nفقرة",
]


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_step_mends_its_defect(defect: Defect) -> None:
    cleaned = clean(defect.before)
    assert cleaned.text == defect.after
    assert defect.step in cleaned.changes


def test_every_step_has_a_row() -> None:
    assert {name for name, _ in (ENTITIES, *CHARACTERS, *STRUCTURE)} == {defect.step for defect in DEFECTS} | {
        "mark_piles"
    }


def test_no_character_step_touches_what_is_not_suspect() -> None:
    harmless = "".join(char for char in map(chr, range(sys.maxunicode + 1)) if not SUSPECT.match(char))
    assert len(harmless) > 1_000_000
    assert {name: fix(harmless) for name, fix in CHARACTERS} == {name: [] for name, _ in CHARACTERS}


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_clean_text_is_left_alone(text: str) -> None:
    cleaned = clean(text)
    assert (cleaned.text, cleaned.changes) == (text, {})
    assert cleaned.offsets == [(0, 0, len(text))]


def test_the_newline_at_the_end_is_no_defect() -> None:
    assert clean("خبر\n")[::2] == ("خبر", {})


def test_changes_are_counted_by_step() -> None:
    assert clean("قـال\xa0الوزيـر\xa0اليوم\xa0").changes == {"spaces": 3, "tatweel": 2, "line_edges": 1}


def test_the_map_leads_back_over_every_kind_of_change() -> None:
    body = "\ufeffقــال\xa0&quot;ا\u0654حمد&quot;\r\nو\u200fمضى"
    cleaned = clean(body)
    runs = to_runs(cleaned.offsets)
    check_runs(runs, cleaned.text, body)
    start = cleaned.text.index("مضى")
    assert body_span(runs, start, start + 3) == (body.index("مضى"), body.index("مضى") + 3)


def test_piles_of_marks_are_cut() -> None:
    assert clean("م" + "\u064b\u0651" * 100).text.startswith("م")
    assert len(clean("م" + "\u0651" * 100).text) == 31


# Characters that the steps meet, so that hypothesis finds where they meet; any Unicode comes besides.
TROUBLE = (
    "قالأإآةى ا &;#ampquot123«»é"
    "\u064b\u064e\u0651\u0654\u0640\xa0\u200f\u200d\ufeff\r\n\t\x02\ufe8e\ufdfa\u0344\u1100\u1161\u0301"
)
TEXTS = st.text(st.one_of(st.sampled_from(TROUBLE), st.characters(exclude_categories=["Cs"])), max_size=80)


@settings(deadline=None)
@given(TEXTS)
def test_every_text_is_cleaned_for_good(body: str) -> None:
    cleaned = clean(body)
    assert unicodedata.is_normalized("NFC", cleaned.text)
    assert not any(mark in cleaned.text for mark in "\u0640\u200e\u200f\ufeff\xa0\r\x00")
    check_runs(to_runs(cleaned.offsets), cleaned.text, body)
    again = clean(cleaned.text, decode_entities=False)
    assert (again.text, again.changes) == (cleaned.text, {})


@pytest.mark.parametrize(
    "unit",
    [
        "\u0640",
        "a\u0640",
        " ",
        "\n",
        "\xa0",
        "&amp;",
        "&",
        "\u0651\u064e",
        "\u0627\u0654",
        "\ufefb",
        "\u200f",
        "\u0651\u064e ",
    ],
)
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    body = unit * (300_000 // len(unit))
    started = time.perf_counter()
    clean(body)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("inside", [" " * 300_000, "\n" * 300_000, "\u0651" * 150_000 + "\u064e" * 150_000])
def test_time_is_linear_in_long_runs_inside_a_text(inside: str) -> None:
    started = time.perf_counter()
    clean(f"a{inside}b")
    assert time.perf_counter() - started < 5


def test_nothing_outside_the_marks_and_hangul_composes_with_what_stands_before() -> None:
    """What ``clusters`` relies on: the second of every canonical pair is a mark or a Hangul vowel or final."""
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            assert unicodedata.category(chr(int(parts[1], 16)))[0] == "M", hex(code)


def test_no_combining_mark_is_a_word_character() -> None:
    """What ``MARK_PILE`` relies on."""
    marks = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(char)]
    assert not [char for char in marks if char.isalnum() or char.isspace()]


def test_presentation_forms_agree_with_camel_tools() -> None:
    from camel_tools.utils.normalize import normalize_unicode  # noqa: PLC0415 - takes a second

    for form, letters in LETTERS_OF_FORMS.items():
        assert letters == normalize_unicode(form).strip(" \u0640"), hex(ord(form))


def test_the_key_agrees_with_camel_tools_over_all_of_unicode() -> None:
    assert list(camel.differences()) == []


def test_a_table_that_comes_apart_from_camel_tools_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camel, "fold_key", lambda text: fold_key(text.replace("\u0649", "\u0648")))
    assert [(char, theirs) for char, _, theirs in camel.differences()] == [("\u0649", "\u064a")]


def test_what_goes_beyond_camel_tools_is_just_what_is_listed() -> None:
    folded = {char for char in camel.BEYOND if fold_key(char) != camel.camel_key(char)}
    assert folded == camel.BEYOND


def test_the_key_folds_spellings_of_one_word_together() -> None:
    for one, other in [
        ("أميركا", "اميركا"),
        ("إلى", "الي"),
        ("مُؤَسَّسة", "موسسة"),
        ("هٰذا", "هذا"),
        ("ایران", "إيران"),
        ("٢٠", "۲۰"),
    ]:
        assert fold_key(one) == fold_key(other)
    assert fold_key("مدرسة") != fold_key("مدرسه")


def test_the_key_drops_nothing_but_marks() -> None:
    """A letter lost from the key would let two words meet."""
    assert all(unicodedata.category(chr(code)) in {"Mn", "Lm"} for code, folded in FOLD.items() if folded is None)


@settings(deadline=None)
@given(TEXTS)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert fold_key(fold_key(text)) == fold_key(text)
