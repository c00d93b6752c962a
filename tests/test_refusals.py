"""Refusals and links: what the corpus format does not show."""

import pytest

from agents.extract import extract
from agents.extract.testing import story

REFUSALS = {
    "declined": ("رفضت الوزارة التعليق على الأنباء.", "رفضت", "الوزارة"),
    "declined to make a statement": ("امتنع المدير سامي الحداد عن الإدلاء بتصريح.", "امتنع", "سامي الحداد"),
    "subject before the verb": ("لكن المتحدث باسم الشركة رفض التعليق.", "رفض", "المتحدث باسم الشركة"),
    "could not be reached": ("ولم يتسن الحصول على تعليق من الشركة.", "يتسن", "الشركة"),
    "did not answer": ("ولم ترد الهيئة على طلب للتعليق.", "ترد", None),
}
OTHERS = {
    "a name kept back": "قال مسؤول رفض الكشف عن هويته إن الطريق مغلقة.",
    "an act": "رفضت الوزارة استقبال الوفد.",
    "words": "وأكد المدير أن «الوزارة رفضت التعليق».",
}


@pytest.mark.parametrize(("text", "cue", "name"), REFUSALS.values(), ids=list(REFUSALS))
def test_a_refusal_is_no_statement(text: str, cue: str, name: str | None) -> None:
    found = extract(story(text))
    assert not found.statements
    (refusal,) = found.refusals
    assert refusal.cue.text == cue
    assert text[refusal.start : refusal.end].endswith(("تعليق", "التعليق", "الإدلاء", "طلب"))
    assert name is None or (refusal.source and refusal.source.name == name)


@pytest.mark.parametrize("text", OTHERS.values(), ids=list(OTHERS))
def test_no_refusal(text: str) -> None:
    assert not extract(story(text)).refusals


def test_what_a_source_quotes_is_nested() -> None:
    text = "قال المحامي إن الموقوفين أكدوا أن المال سرق."
    outer, inner = extract(story(text)).statements
    assert (outer.parent, inner.parent) == (None, outer.id)


def test_nothing_is_nested_in_a_quotation() -> None:
    text = "قال المحامي: «الموقوفون أكدوا أن المال سرق قبل سنة»."
    (only,) = extract(story(text)).statements
    assert only.parent is None
