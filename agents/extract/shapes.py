"""Shapes that the rules pass round: where a complement opens, and the frame round a cue."""

from typing import Literal, NamedTuple

from agents.extract.phrases import Phrase

Kind = Literal["clause", "quote", "colon", "noun"]


class Opener(NamedTuple):
    """Where a complement opens: the token that opens it and the first token of the content."""

    kind: Kind
    at: int
    content: int


class Frame(NamedTuple):
    """A read frame: ``opener`` is the token that opens the content, ``content`` the first token of it.

    ``cut`` is how many code points of that token belong to a preposition written onto it (ب of بوقف).
    """

    kind: Kind
    subject: Phrase | None
    target: Phrase | None
    opener: int
    content: int
    cut: int = 0
