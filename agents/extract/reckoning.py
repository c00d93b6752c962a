"""Reckoning: what day a time of speaking is, from its words and the day on which the story was filed.

All three sets of month names are read, and Hijri dates, by the tabular calendar: it may differ by a day from the one
that is announced. What cannot be reckoned stays null; nothing is guessed.
"""

import re
from datetime import date, timedelta
from typing import Literal, NamedTuple

from agents.extract.lexicon import LEXICON
from agents.normalize.characters import fold_key
from schemas.stories import Story

Basis = Literal["explicit", "dateline", "published_at"]
MONTH_SETS = ("months_western", "months_levantine", "months_maghreb", "months_variants")
HIJRI = {words: n + 101 for n, words in enumerate(LEXICON.phrases["months_hijri"])}
MONTHS: dict[tuple[str, ...], int] = HIJRI | {
    words: n % 12 + 1 for section in MONTH_SETS for n, words in enumerate(LEXICON.phrases[section])
}
WEEKDAYS = {words[0]: n for n, words in enumerate(LEXICON.phrases["weekdays"])}
PAST = LEXICON.classes["past"]
NUMBER = re.compile(r"\d+")
# Days from the first of Muharram of year 1 to day 0 of Python's ordinals, 19 July 622 by the Gregorian calendar.
HIJRI_EPOCH = 227014


class Anchor(NamedTuple):
    """The day from which times are reckoned, and where it is taken from."""

    day: date
    basis: Basis


def anchor_of(story: Story) -> Anchor | None:
    """Return the day of the dateline, else the one of publication, None where the story has neither."""
    printed = story.dateline.date if story.dateline else None
    if printed and (day := _iso(printed)):
        return Anchor(day, "dateline")
    if story.published_at and (day := _iso(story.published_at[:10])):
        return Anchor(day, "published_at")
    return None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def reckon(text: str, anchor: Anchor | None) -> tuple[str | None, Basis | None]:
    """Return a time as ISO 8601 and what it was reckoned from; (None, None) where it cannot be known.

    >>> friday = Anchor(date(2026, 3, 6), "dateline")
    >>> reckon("أمس", friday), reckon("الاثنين الماضي", friday), reckon("الجمعة", friday)
    (('2026-03-05', 'dateline'), ('2026-03-02', 'dateline'), ('2026-03-06', 'dateline'))
    >>> reckon("16 حزيران (يونيو) 2012", None), reckon("شباط الماضي", friday), reckon("5 رمضان 1436", None)
    (('2012-06-16', 'explicit'), ('2026-02', 'dateline'), ('2015-06-22', 'explicit'))
    >>> reckon("أمس", None)
    (None, None)
    """
    words = fold_key(text).replace("(", " ").replace(")", " ").replace("/", " ").split()
    numbers = [int(word) for word in words if NUMBER.fullmatch(word)]
    year = next((n for n in numbers if n > 999), None)
    if (month := _month(words)) is not None:
        return _dated(next((n for n in numbers if n < 32), None), month, year, anchor)
    if year is not None:
        return str(year), "explicit"
    if anchor is None:
        return None, None
    value = _relative(words, anchor.day)
    return (value, anchor.basis) if value else (None, None)


def _month(words: list[str]) -> int | None:
    pairs = zip(words, [*words[1:], ""], strict=True)
    return next((MONTHS.get(pair) or MONTHS[pair[:1]] for pair in pairs if pair in MONTHS or pair[:1] in MONTHS), None)


def _dated(day: int | None, month: int, year: int | None, anchor: Anchor | None) -> tuple[str | None, Basis | None]:
    """Return a date with a month in it; without a year it is the last such month up to the anchor."""
    if month > 100:
        return _hijri(day, month - 100, year)
    basis: Basis = "explicit"
    if year is None:
        if anchor is None:
            return None, None
        year, basis = anchor.day.year - ((month, day or 1) > (anchor.day.month, anchor.day.day)), anchor.basis
    value = f"{year:04}-{month:02}" + (f"-{day:02}" if day else "")
    return (value, basis) if day is None or _iso(value) else (None, None)


def _hijri(day: int | None, month: int, year: int | None) -> tuple[str | None, Basis | None]:
    """Return the Gregorian day of a whole Hijri date by the tabular calendar of thirty years."""
    if day is None or year is None or not (1 <= day <= 30 and 1 <= year <= 1600):
        return None, None
    days = day + (59 * (month - 1) + 1) // 2 + (year - 1) * 354 + (3 + 11 * year) // 30
    return date.fromordinal(HIJRI_EPOCH + days).isoformat(), "explicit"


def _relative(words: list[str], day: date) -> str | None:
    """Return the day that a word points to from the anchor: today, yesterday, a weekday, last month."""
    weekday = next((WEEKDAYS[word] for word in words if word in WEEKDAYS), None)
    if "امس" in words or "البارحه" in words or "البارحة" in words:
        return (day - timedelta(days=2 if "اول" in words or "الاول" in words else 1)).isoformat()
    if weekday is not None and "اليوم" not in words:
        back = (day.weekday() - weekday) % 7
        return (day - timedelta(days=back or (7 if any(word in PAST for word in words) else 0))).isoformat()
    if "الشهر" in words:
        before = day.replace(day=1) - timedelta(days=1) if "الجاري" not in words else day
        return f"{before:%Y-%m}"
    if "الاسبوع" in words:
        week = (day - timedelta(days=0 if "الجاري" in words else 7)).isocalendar()
        return f"{week.year}-W{week.week:02}"
    if "العام" in words or "السنة" in words:
        return str(day.year - (0 if "الجاري" in words or "الجارية" in words else 1))
    return day.isoformat() if "اليوم" in words else None
