"""The words of bylines and datelines: what the parts between their separators can be."""

import re
import tomllib
from pathlib import Path
from typing import Literal

from agents.normalize.characters import fold_key

PartKind = Literal["agency", "outlet", "desk", "place", "date", "name", "unknown", "sentence"]

LEXICON: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("layout.toml").read_text("utf-8"))


def compact(text: str) -> str:
    """Return the key of a word or abbreviation without spaces, full stops and brackets.

    >>> compact("(A. F. P.)")
    'afp'
    """
    return re.sub(r"[\s.()«»\"“”{}]+", "", fold_key(text)).lower()


AGENCIES = frozenset(map(compact, LEXICON["agencies"].values()))
OUTLETS = frozenset(map(compact, LEXICON["outlets"].values()))
PLACES = frozenset(map(compact, LEXICON["places"].values()))
DESKS = frozenset(map(compact, LEXICON["desks"].values()))
GIVEN_NAMES = frozenset(map(compact, LEXICON["given_names"].values()))
CREDITS = frozenset(map(fold_key, LEXICON["credits"].values()))
TITLES = frozenset(map(fold_key, LEXICON["titles"].values()))
DESCENT = frozenset(map(fold_key, LEXICON["descent"].values()))
BY = fold_key(LEXICON["sentence_words"]["from"])  # before a reporter's name, as one agency signs
SENTENCE_WORDS = frozenset(map(fold_key, LEXICON["sentence_words"].values()))


def alternatives(section: str) -> str:
    """Return a pattern for the words of a section, longest first, in folded spelling."""
    words = sorted({fold_key(word) for word in LEXICON[section].values()}, key=len, reverse=True)
    return "|".join(map(re.escape, words))


# An unknown word that begins with one of these may be a verb of the present or carry a particle.
PREFIX_LETTERS = "".join(LEXICON["prefixes"].values())
MONTH = alternatives("months")
# 15-7 · 25 - 7 before a bracket · 15/7/2026 · 3 month · 3 month 2026 · 3 month (month) 2026
# 25 month 1447 h. corresponding to 10 month 2026 m.
DAY_MONTH = rf"\d{{1,2}}\s*-?\s*(?:{MONTH})(?:\s*[(/]\s*(?:{MONTH})\s*\)?)?(?:\s*-?\s*\d{{4}})?(?:\s*[هم]\b\.?)?"
DATE = re.compile(
    rf"(?:(?:{alternatives('dated')})\s*:?\s*)?(?:(?:{alternatives('weekdays')})\s*[,،]?\s*)?(?:في\s+)?"
    r"(?:\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{2,4})?|\d{1,2} - \d{1,2}(?=\s*\()"
    rf"|{DAY_MONTH}(?:\s*الموافق\s*{DAY_MONTH})?)"
    rf"(?:\s+-?\s*(?:{alternatives('dated')})?\s*:?\s*"
    r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:تغ|غ|ت م|صباحا|مساء|ص|م)\b)?)?"
)


def find_date(text: str) -> tuple[int, int] | None:
    """Return where a day stands in ``text``, in any of the month-name sets, or as digits; a bare year is none.

    Folding here keeps every position: diacritics do not stand in datelines, and where one does no date is found.
    """
    folded = fold_key(text)
    if len(folded) != len(text):
        return None
    match = DATE.search(folded)
    return match.span() if match else None


def kind_of(part: str) -> PartKind:
    """Say what a part of a signature is; ``sentence`` for what no signature holds.

    >>> kind_of("(AFP)"), kind_of("")
    ('agency', 'sentence')
    """
    key = compact(part)
    if key in AGENCIES:
        return "agency"
    if key in PLACES:
        return "place"
    if key in OUTLETS or is_quoted(part):
        return "outlet"
    if key in DESKS:
        return "desk"
    date = find_date(part)
    if date and not part[: date[0]].strip() and not part[date[1] :].strip(" .ـهم"):
        return "date"
    return kind_of_words(part)


def is_quoted(part: str) -> bool:
    """Say whether the part is one name in quotation marks: an outlet that signs."""
    return bool(re.fullmatch(r"[«\"“{][^«»\"“”{}]{2,40}[»\"”}]", part.strip()))


def kind_of_words(part: str) -> PartKind:
    """Say whether words can be a name or a place that no list knows."""
    words = fold_key(part.strip("()")).split()
    if len(words) > 2 and words[0] == BY and words[1] in GIVEN_NAMES:
        words = words[1:]
    if not 1 <= len(words) <= 5 or SENTENCE_WORDS.intersection(words) or not all(map(is_word, words)):
        return "sentence"
    if (len(words) > 1 and words[0] in TITLES | CREDITS) or words[0] in GIVEN_NAMES:
        return "name"
    return "unknown"


def is_name(part: str) -> bool:
    """Say whether a line is surely a name and nothing else: what follows the given name are names, not a verb."""
    first, *others = fold_key(part).split() or [""]
    if first == BY and others:
        return others[0] in GIVEN_NAMES
    if not others or kind_of_words(part) != "name":
        return False
    if first in CREDITS:
        return True
    *between, last = others
    return all(map(is_surname, between)) and (is_surname(last) or last[0] not in PREFIX_LETTERS)


def may_be_name(part: str) -> bool:
    """Say whether two or three words after a city and a colon are a reporter's name rather than what the city says."""
    words = fold_key(part).split()
    return 2 <= len(words) <= 3 and not is_surname(words[0]) and words[0][0] not in PREFIX_LETTERS


def is_surname(word: str) -> bool:
    """Say whether a folded word goes on a name: another given name, a family's article or a particle of descent."""
    return word in GIVEN_NAMES or word in DESCENT or word.startswith(fold_key(LEXICON["descent"]["article"]))


def is_word(word: str) -> bool:
    """Say whether a word is letters, with an apostrophe, or initials; no digits, no quotes, no end of a sentence."""
    return bool(re.fullmatch(r"[^\W\d_]+(?:['’][^\W\d_]+)*|(?:[^\W\d_]{1,2}\.)+[^\W\d_]*", word))
