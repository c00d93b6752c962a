"""Short ways for examples and tests to get a document from a sentence."""

from agents.extract.cues import Cue, find_cues
from agents.extract.document import Document, read_document
from schemas.stories import Charset, Provenance, RawOrigin, Section, SectionKind, Story


def story(text: str, *, headline: bool = False) -> Story:
    """Return a story whose lines are paragraphs, the first one its headline if asked."""
    sections: list[Section] = []
    at = 0
    for n, line in enumerate(text.split("\n")):
        if line.strip():
            kind: SectionKind = "headline" if headline and n == 0 else "paragraph"
            sections.append(Section(kind=kind, start=at, end=at + len(line)))
        at += len(line) + 1
    origin = RawOrigin(
        topic="",
        partition=0,
        offset=0,
        item=0,
        sha256="",
        format="text",
        charset=Charset(declared=None, used="utf-8", how="example"),
    )
    return Story(
        id="example:1", version="1", provider="example", language="ar", received_at="2026-01-01T00:00:00Z", text=text,
        headline=text.split("\n", maxsplit=1)[0] if headline else None, sections=tuple(sections), offsets=(),
        provenance=Provenance(raw=origin, normalizer="1", changes={}),
    )  # fmt: skip


def document(text: str) -> Document:
    """Return the document of a text without headline."""
    return read_document(story(text))


def first_cue(doc: Document) -> Cue:
    """Return the first cue of a document."""
    return find_cues(doc)[0]
