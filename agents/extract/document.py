"""The document that rules read: tokens of one story with its sentences, quotations and sections."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from agents.extract.lexicon import LEXICON
from agents.extract.tokens import Token, tokenize
from agents.normalize.quotes import Quote, pair_quotes
from agents.normalize.sentences import split_sentences
from schemas.stories import Section, Story

READ = frozenset({"headline", "paragraph"})
NAME_WORDS = 3
NAME_MARK = "\u0640"  # no folded key holds a tatweel
PARTICLE_NAMES = frozenset(LEXICON.phrases["particle_names"])
# No wire has a sentence of 600 words; a text without full stops is cut, so that work stays linear in its length.
LONGEST = 600


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens ``lo`` to ``hi`` (exclusive) of one sentence, and the section and line that it stands in."""

    lo: int
    hi: int
    section: str
    line: int


@dataclass(slots=True)
class Document:
    """Tokens of the sections that can hold statements; every index below counts tokens.

    ``sentence_of[i]`` is the sentence of token i, ``inside[i]`` the quotation that token i stands in (outermost, its
    marks not included) or -1, ``opening[i]`` and ``closing[i]`` the quotation that the mark i opens or closes, or -1.
    """

    text: str
    tokens: list[Token] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    quotes: list[tuple[int, int | None]] = field(default_factory=list)
    sentence_of: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    opening: dict[int, int] = field(default_factory=dict)
    closing: dict[int, int] = field(default_factory=dict)
    brackets: dict[int, int] = field(default_factory=dict)
    line_end: list[int] = field(default_factory=list)
    names: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def key(self, i: int) -> str:
        """Return the folded key of token i, "" beyond the ends."""
        return self.tokens[i].key if 0 <= i < len(self.tokens) else ""

    def slice(self, lo: int, hi: int) -> str:
        """Return the text of tokens lo to hi (exclusive)."""
        return self.text[self.tokens[lo].start : self.tokens[hi - 1].end] if hi > lo else ""

    def sentence(self, i: int) -> Sentence:
        """Return the sentence of token i."""
        return self.sentences[self.sentence_of[i]]

    def token_at(self, offset: int) -> int:
        """Return the first token that ends after a code point offset."""
        return bisect_right(self.tokens, offset, key=lambda t: t.end)

    def past_quote(self, i: int) -> int:
        """Return the token after the quotation that opens at i; i + 1 where it has no end."""
        close = self.quotes[self.opening[i]][1]
        return i + 1 if close is None else close + 1

    def quoted(self, i: int) -> bool:
        """Tell whether a quotation long enough to be speech opens at token i."""
        return i in self.opening and self.past_quote(i) > i + 1 and self.quote_words(i) > NAME_WORDS

    def quote_words(self, i: int) -> int:
        """Return how many words and numbers stand in the quotation that opens at i."""
        lo, hi = self.quotes[self.opening[i]]
        return sum(t.kind != "mark" for t in self.tokens[lo + 1 : hi or lo])


def read_document(story: Story) -> Document:
    """Return the document of a story's headline and paragraphs; bylines, datelines and boilerplate are not read."""
    doc = Document(story.text)
    for line, section in enumerate(s for s in story.sections if s.kind in READ):
        _add_section(doc, section, line)
    doc.sentence_of = [n for n, s in enumerate(doc.sentences) for _ in range(s.lo, s.hi)]
    _mark_insides(doc)
    return doc


def _add_section(doc: Document, section: Section, line: int) -> None:
    quotes = pair_quotes(doc.text, section.start, section.end)
    first = len(doc.tokens)
    sentences = split_sentences(doc.text, section.start, section.end, quotes)
    for start, end in sentences:
        lo = len(doc.tokens)
        doc.tokens.extend(tokenize(doc.text, start, end))
        for at in range(lo, len(doc.tokens), LONGEST):
            doc.sentences.append(Sentence(at, min(at + LONGEST, len(doc.tokens)), section.kind, line))
    _mark_names(doc, first)
    doc.line_end.append(len(doc.tokens))
    _add_quotes(doc, quotes, first)
    _add_brackets(doc, first)


def _mark_names(doc: Document, first: int) -> None:
    """Give words of a name that are spelled like particles (بان كي مون) keys that only names have."""
    for i in range(first, len(doc.tokens) - 1):
        if (doc.tokens[i].key, doc.tokens[i + 1].key) in PARTICLE_NAMES:
            for k in (i, i + 1):
                doc.tokens[k] = doc.tokens[k]._replace(key=doc.tokens[k].key + NAME_MARK)


def _add_quotes(doc: Document, quotes: list[Quote], first: int) -> None:
    starts = [t.start for t in doc.tokens[first:]]
    for quote in quotes:
        lo = first + bisect_left(starts, quote.open)
        hi = None if quote.close is None else first + bisect_left(starts, quote.close)
        doc.opening[lo] = len(doc.quotes)
        if hi is not None:
            doc.closing[hi] = len(doc.quotes)
        doc.quotes.append((lo, hi))


def _add_brackets(doc: Document, first: int) -> None:
    stack = []
    for i in range(first, len(doc.tokens)):
        if doc.tokens[i].key in "([":
            stack.append(i)
        elif doc.tokens[i].key in ")]" and stack:
            doc.brackets[stack.pop()] = i


def _mark_insides(doc: Document) -> None:
    doc.inside = [-1] * len(doc.tokens)
    for n, (lo, hi) in enumerate(doc.quotes):
        if hi is not None and doc.inside[lo] == -1:
            doc.inside[lo + 1 : hi] = [n] * (hi - lo - 1)
