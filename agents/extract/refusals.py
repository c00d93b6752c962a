"""Refusals: a source declined to comment, or could not be reached. Never a statement."""

from collections.abc import Iterator

from agents.extract.document import Document
from agents.extract.grammar import WORDS
from agents.extract.phrases import Phrase, read_attached, read_phrase
from agents.extract.speakers import describe
from agents.normalize.characters import fold_key
from schemas.statements import Cue, Refusal, Source

REACH = 12
SPEAKERS = frozenset(("titles", "people", "organizations", "media", "state", "name"))


def find_refusals(doc: Document) -> tuple[Refusal, ...]:
    """Return who declined to comment or was not reached, in the order of the text.

    Left alone: a name or a fact that somebody will not give (رفض الكشف عن هويته).

    >>> from agents.extract.testing import document
    >>> doc = document("ورفضت الوزارة التعليق على الأنباء، ولم يتسن الاتصال بالشركة للتعليق.")
    >>> [(refusal.cue.text, refusal.source.name) for refusal in find_refusals(doc)]
    [('رفضت', 'الوزارة'), ('يتسن', 'الشركة')]
    """
    return tuple(refusal for at in range(len(doc.tokens)) if (refusal := _refusal_at(doc, at)))


def _refusal_at(doc: Document, at: int) -> Refusal | None:
    key = doc.key(at).removeprefix("و")
    if doc.inside[at] != -1 or key not in WORDS["declining"] | WORDS["unreached"]:
        return None
    unreached = key in WORDS["unreached"]
    if unreached and doc.key(at - 1).removeprefix("و") != "لم":
        return None
    limit = min(doc.sentence(at).hi, at + REACH)
    comment = next((k for k in range(at + 1, limit) if _is_comment(doc.key(k))), None)
    if comment is None:
        return None
    phrases = _reached(doc, at, limit) if unreached else _decliner(doc, at, comment)
    source = next((_source(doc, phrase) for phrase in phrases if phrase.kind in SPEAKERS), None)
    start = doc.tokens[at].end - len(key)
    cue = Cue(
        text=doc.text[start : doc.tokens[at].end], start=start, end=doc.tokens[at].end,
        lemma=key, class_="refuse", kind="verb", negated=unreached,
    )  # fmt: skip
    first = doc.tokens[at - 1].start if unreached else start
    return Refusal(source=source, cue=cue, start=first, end=doc.tokens[comment].end)


def _is_comment(key: str) -> bool:
    """Tell whether a key is one of the words for comment, defined, after ل or ب, or not."""
    return key in WORDS["comments"] or key[1:] in WORDS["comments"] or "ا" + key[1:] in WORDS["comments"]


def _decliner(doc: Document, at: int, comment: int) -> Iterator[Phrase]:
    """Yield who may have declined: the subject behind the verb, else the phrase that ends before it."""
    if behind := read_phrase(doc, at + 1, comment, closed_right=False):
        yield behind
    for k in range(max(doc.sentence(at).lo, at - 6), at):
        before = read_phrase(doc, k, at, closed_right=True)
        if before and before.hi == at:
            yield before


def _reached(doc: Document, at: int, limit: int) -> Iterator[Phrase]:
    """Yield whom nobody reached: the phrase behind من، إلى or ب."""
    for k in range(at + 1, limit):
        if doc.key(k) in ("من", "الي") and (phrase := read_phrase(doc, k + 1, limit, closed_right=False)):
            yield phrase
        if doc.key(k).startswith("ب") and (phrase := read_attached(doc, k, limit, closed_right=False)):
            yield phrase


def _source(doc: Document, phrase: Phrase) -> Source:
    speaker = describe(doc, phrase, doc.names)
    start, end = doc.tokens[phrase.lo].start + phrase.prefix, doc.tokens[phrase.hi - 1].end
    return Source(
        text=doc.text[start:end], start=start, end=end, name=speaker.name, key=fold_key(speaker.name),
        role=speaker.role, type=speaker.kind, spokesperson_for=speaker.spokesperson_for,
    )  # fmt: skip
