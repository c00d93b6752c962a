"""Times of speaking: where they stand, between a cue and what was said or before the cue."""

from agents.extract.document import Document
from agents.extract.grammar import WORDS
from agents.extract.phrases import COMMAS
from agents.extract.reckoning import HIJRI, MONTHS

Range = tuple[int, int]
REACH = 25


def find_time(doc: Document, lo: int, hi: int) -> Range | None:
    """Return the first time in tokens lo to hi, not further back than a sentence's worth: أمس، الاثنين الماضي، 5 أيار.

    Left alone: times in a quotation or a relative clause, and what only orders events (لاحقا، سابقا).

    >>> from agents.extract.testing import document
    >>> doc = document("قال الوزير مساء الاثنين الماضي في بيروت")
    >>> doc.slice(*find_time(doc, 2, 7))
    'مساء الاثنين الماضي'
    """
    relative = False
    for k in range(max(lo, hi - REACH), hi):
        relative = doc.key(k) in WORDS["relatives"] or (relative and doc.key(k) not in COMMAS)
        if doc.inside[k] == -1 and not relative and (end := _time_at(doc, k, hi)):
            return k, end
    return None


def _time_at(doc: Document, k: int, hi: int) -> int:
    """Return where the time that begins at token k ends, 0 where none begins."""
    key = doc.key(k)
    if key[:1] == "و" and (key[1:] in WORDS["dayparts"] or key[1:] in WORDS["today"]):
        key = key[1:]
    if key in WORDS["dayparts"] and k + 1 < hi:
        return _time_at(doc, k + 1, hi) or (_past(doc, k + 1, hi) if doc.key(k + 1) in WORDS["past"] else 0)
    if key in WORDS["today"]:
        return _past(doc, k + 1, hi)
    if key == "اول" and doc.key(k + 1) in ("امس", "من") and k + 1 < hi:
        return _time_at(doc, k + 1 if doc.key(k + 1) == "امس" else k + 2, hi)
    if key in WORDS["yesterday"]:
        return _past(doc, k + 2 if doc.key(k + 1) == "الاول" else k + 1, hi)
    if key in WORDS["weekdays"]:
        return _past(doc, k + 1, hi)
    if key in WORDS["periods"]:
        if doc.key(k + 1) in WORDS["past"] and k + 1 < hi:
            return k + 2
        return k + 2 if _is_year(doc, k + 1) and k + 1 < hi else 0
    return _date_at(doc, k, hi)


def _date_at(doc: Document, k: int, hi: int) -> int:
    """Return where a date with a month in it ends: 5 أيار (مايو) 2014، فبراير الماضي."""
    at = k + 1 if doc.tokens[k].kind == "number" else k
    month = _month_at(doc, at, hi)
    if not month or (at == k and (doc.key(k),) in HIJRI):
        return 0
    end = month
    while end < hi and (doc.tokens[end].key in "(/)" or _month_at(doc, end, hi)):
        end += 1
    if end < hi and _is_year(doc, end):
        return end + 1
    return _past(doc, end, hi)


def _month_at(doc: Document, k: int, hi: int) -> int:
    """Return the token after the month's name at k, of one word or two, 0 where there is none."""
    if k + 1 < hi and (doc.key(k), doc.key(k + 1)) in MONTHS:
        return k + 2
    return k + 1 if k < hi and (doc.key(k),) in MONTHS else 0


def _past(doc: Document, k: int, hi: int) -> int:
    """Return k, or the token after الماضي and what repeats the day in another way: اليوم الثلاثاء، أمس (الأحد)."""
    while k < hi and (doc.key(k) in WORDS["past"] or doc.key(k) in WORDS["weekdays"]):
        k += 1
    bracketed = k + 2 < hi and doc.key(k) == "(" and doc.key(k + 1) in WORDS["weekdays"] and doc.key(k + 2) == ")"
    return k + 3 if bracketed else k


def _is_year(doc: Document, k: int) -> bool:
    return k < len(doc.tokens) and doc.tokens[k].kind == "number" and len(doc.tokens[k].text) == 4
