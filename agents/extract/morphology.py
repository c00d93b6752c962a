"""Morphology as the extractor sees it: one function from a word to its readings, or none.

Without an analyser everything works on the written forms of the lexicon. With one, gender and number of heads that the
lexicon does not know are looked up (``agents.normalize.camel.read_morphology`` makes one of a camel-tools database).
No gain is claimed for it: none was measured.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from agents.extract.lexicon.inflection import Gender, Number
from agents.normalize.camel import read_morphology


class Reading(NamedTuple):
    """One reading of a word: lemma, part of speech, gender, number, and whether it means people."""

    lemma: str
    pos: str
    gender: Literal["m", "f", "any"]
    number: Literal["s", "d", "p", "any"]
    rational: bool


Analyser = Callable[[str], tuple[Reading, ...]]
GENDERS: dict[str, Gender] = {"m": "m", "f": "f"}
NUMBERS: dict[str, Number] = {"s": "s", "d": "d", "p": "p"}
_ANALYSERS: list[Analyser] = []


def use_morphology(analyser: Analyser | None) -> None:
    """Look words up in an analyser from now on, or in none."""
    _ANALYSERS[:] = [analyser] if analyser else []


def with_camel(path: Path) -> Analyser:
    """Return an analyser over a camel-tools database file."""
    analyses = read_morphology(path)

    def readings(word: str) -> tuple[Reading, ...]:
        return tuple(
            Reading(a.lex, a.pos, GENDERS.get(a.gen, "any"), NUMBERS.get(a.num, "any"), a.rat == "y")
            for a in analyses(word)
        )

    return readings


def agreement(word: str) -> tuple[Gender, Number] | None:
    """Return what a verb agrees with in a noun, None where no analyser knows the word or its readings differ.

    Plurals of things count as feminine singular. A verb before its subject stays singular, so that its number says
    nothing: whoever asks for it knows the order.

    >>> use_morphology(lambda word: (Reading("قافلة", "noun", "f", "p", False),))
    >>> agreement("قوافل")
    ('f', 's')
    >>> use_morphology(None)
    >>> agreement("قوافل") is None
    True
    """
    found: set[tuple[Gender, Number]] = {
        ("f", "s") if reading.number == "p" and not reading.rational else (reading.gender, reading.number)
        for analyser in _ANALYSERS
        for reading in analyser(word)
        if reading.pos.startswith("noun")
    }
    return found.pop() if len(found) == 1 else None
