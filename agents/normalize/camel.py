"""camel-tools: the yardstick of our tables, and its morphology where a database is at hand.

Our tables say what its functions say, and where they go beyond, it is written here.

Its imports take about a second (they walk all of Unicode) and its tokenizer gives no places, so the hot path folds and
tokenizes with tables of our own. ``python -m agents.normalize.camel`` compares both over all of Unicode and ends with 1
where they have come apart: run it when camel-tools or a table changes. CI runs the same comparison.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from agents.normalize.characters import DIGITS, HAMZA_SEAT, KAF, fold_key

# What the contract folds and camel-tools leaves, apart from Koranic signs: seats of hamza, Persian yeh and kaf, digits,
# and tatweel.
BEYOND = frozenset(map(chr, (*HAMZA_SEAT, *KAF, *DIGITS))) | frozenset("\u0640\u06cc")
SIGNS = (("\u0610", "\u061a"), ("\u0653", "\u065f"), ("\u06d6", "\u06ed"), ("\u08d3", "\u08ff"))


def camel_key(text: str) -> str:
    """Return the key of a text as camel-tools folds it: alef, alef maksura, diacritics."""
    from camel_tools.utils.dediac import dediac_ar  # noqa: PLC0415 - takes a second
    from camel_tools.utils.normalize import normalize_alef_ar, normalize_alef_maksura_ar  # noqa: PLC0415

    return str(dediac_ar(normalize_alef_maksura_ar(normalize_alef_ar(text))))


def differences() -> Iterator[tuple[str, str, str]]:
    """Yield (character, our key, camel-tools' key) over all of Unicode where they differ for no reason given here."""
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Cs", "Cn", "Co") or _is_beyond(char):
            continue
        ours, theirs = fold_key(char), camel_key(char)
        if ours != theirs:
            yield char, ours, theirs


def _is_beyond(char: str) -> bool:
    signs = any(first <= char <= last for first, last in SIGNS)
    return char in BEYOND or (signs and unicodedata.category(char) == "Mn")


class Analysis(NamedTuple):
    """What camel-tools says of one reading of a word, in its own letters: ``gen`` m f, ``num`` s d p, ``rat`` y n."""

    lex: str
    pos: str
    gen: str
    num: str
    rat: str


def read_morphology(path: Path) -> Callable[[str], tuple[Analysis, ...]]:
    """Return the analyser of a morphology database file (``camel_data -i light`` installs one), which remembers words.

    ``camel_tools.morphology`` imports ``camel_tools.data``, which downloads a catalogue at import and fails offline; an
    empty module stands in for it, since a database that is named by its file needs no catalogue.
    """
    with _without_catalogue():
        from camel_tools.morphology.analyzer import Analyzer  # noqa: PLC0415 - takes a second
        from camel_tools.morphology.database import MorphologyDB  # noqa: PLC0415

        analyzer = Analyzer(MorphologyDB(str(path), "a"))

    @lru_cache(maxsize=65536)
    def analyses(word: str) -> tuple[Analysis, ...]:
        found = analyzer.analyze(word)
        return tuple(dict.fromkeys(Analysis(*(str(a.get(key, "")) for key in Analysis._fields)) for a in found))

    return analyses


@contextmanager
def _without_catalogue() -> Iterator[None]:
    name = "camel_tools.data"
    missing = name not in sys.modules
    if missing:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].CATALOGUE = None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        if missing:
            del sys.modules[name]


def main() -> int:
    """Print every difference; return the exit code."""
    found = list(differences())
    for char, ours, theirs in found:
        sys.stdout.write(f"U+{ord(char):04X} {unicodedata.name(char, '')}: ours {ours!r}, camel-tools {theirs!r}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
