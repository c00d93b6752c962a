"""Tokens: words, numbers and marks with their place in the text and their folded key."""

import re
from functools import lru_cache
from typing import NamedTuple

from agents.extract.lexicon import LEXICON
from agents.normalize.characters import fold_key

OWNERS = ("", "ه", "ها", "هم", "هما", "نا")
OWN_ARTICLE = frozenset(
    (word[:-1] + "ت" if word.endswith("ة") and owner else word) + owner
    for word in LEXICON.classes["own_article"]
    for owner in OWNERS
)
TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,٫٬/:]\d+)*(?![^\W\d_]))|(?P<word>[^\W_][\w\u064b-\u065f\u0670\u06d6-\u06ed]*)|(?P<mark>\.{2,}|--+|\S)"
)


class Token(NamedTuple):
    """One token: ``text[start:end]`` of the story, its folded key, and whether it is a word, a number or a mark."""

    start: int
    end: int
    text: str
    key: str
    kind: str


@lru_cache(maxsize=65536)
def key_of(word: str) -> str:
    """Return the matching key of a word, remembered: wires repeat their words."""
    return fold_key(word)


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """Return the tokens of ``text[start:end]`` in order.

    >>> [t.text for t in tokenize("قال: «30.4 بالمئة».", 0, 19)]
    ['قال', ':', '«', '30.4', 'بالمئة', '»', '.']
    """
    found = []
    for match in TOKEN.finditer(text, start, end):
        kind = match.lastgroup or "mark"
        word = match.group()
        found.append(Token(match.start(), match.end(), word, key_of(word) if kind == "word" else word, kind))
    return found


@lru_cache(maxsize=65536)
def bare(key: str) -> str:
    """Return a key without its article.

    >>> bare("الوزير"), bare("للوزارة"), bare("الله")
    ('وزير', 'للوزارة', 'الله')
    """
    return key[2:] if is_defined(key) else key


@lru_cache(maxsize=65536)
def is_defined(key: str) -> bool:
    """Tell whether a key carries the article; the one of الله or التزامه is its own.

    >>> is_defined("الوزير"), is_defined("وزير"), is_defined("التزامه")
    (True, False, False)
    """
    return key.startswith("ال") and len(key) > 3 and key not in OWN_ARTICLE
