"""What reading a noun phrase keeps in mind, and what comes of it."""

from typing import NamedTuple

from agents.extract.document import Document

PLURALS = ("ين", "ون")
COMMAS = frozenset("،,")


class Phrase(NamedTuple):
    """A noun phrase of tokens lo to hi (exclusive); ``name`` is its proper name, ``head`` its first noun's lemma.

    ``defined`` says that the first noun carries the article, ``definite`` that some word of the phrase does.
    """

    lo: int
    hi: int
    head: str
    kind: str | None
    name: tuple[int, int] | None
    joint: int | None
    prefix: int = 0
    defined: bool = False
    definite: bool = False


class Reader:
    """The state of one reading; a class only because six questions share it."""

    def __init__(self, doc: Document, lo: int, limit: int, *, closed_right: bool) -> None:
        self.doc, self.lo, self.limit, self.closed_right = doc, lo, limit, closed_right
        self.state = "start"
        self.head: str | None = None
        self.kind: str | None = None
        self.name: list[int] | None = None
        self.joint: int | None = None
        self.head_defined = False
        self.definite = False
