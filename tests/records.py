"""Records written by hand for tests of what happens to a story after it was read."""

import msgspec

from schemas.outcomes import StoryState
from schemas.statements import Content, Cue, Segment, Source, Statement
from schemas.stories import Charset, Provenance, RawOrigin, Run, Section, Story

TEXT = "قال وزير الري سامح العوضي إن السد آمن."


def make_origin(**changes: object) -> RawOrigin:
    charset = Charset(declared=None, used="utf-8", how="valid")
    origin = RawOrigin(
        topic="wire.raw.v1", partition=2, offset=40, item=0, sha256="0" * 64, format="text", charset=charset
    )
    return msgspec.structs.replace(origin, **changes)


def make_story(**changes: object) -> Story:
    text = str(changes.get("text", TEXT))
    story = Story(
        id="wakala:7",
        version="1",
        provider="wakala",
        language="ar",
        published_at="2026-03-02T09:00:00Z",
        received_at="2026-03-02T09:00:05.000Z",
        text=text,
        sections=(Section(kind="paragraph", start=0, end=len(text)),),
        offsets=(Run(text=0, raw=0, length=len(text)),),
        provenance=Provenance(raw=make_origin(), normalizer="1", changes={}),
    )
    return msgspec.structs.replace(story, **changes)


def make_state(**changes: object) -> StoryState:
    state = StoryState(
        story_id="wakala:7",
        version="1",
        version_created="2026-03-02T09:00:00Z",
        received_at="2026-03-02T09:00:05.000Z",
        status="usable",
        text_sha256="0" * 64,
        emissions=1,
        statements={},
        origin=make_origin(),
    )
    return msgspec.structs.replace(state, **changes)


def make_statement(story: Story, id_: str = "s1", **changes: object) -> Statement:
    """The statement of ``TEXT``, with spans that hold in it."""
    statement = Statement(
        id=id_,
        story_id=story.id,
        story_version=story.version,
        seq=0,
        provider=story.provider,
        language=story.language,
        published_at=story.published_at,
        headline=None,
        form="indirect",
        content=Content(text=TEXT[29:37], start=29, end=37, segments=(Segment(start=29, end=37, verbatim=False),)),
        cue=Cue(text=TEXT[0:3], start=0, end=3, lemma=TEXT[0:3], class_="said", kind="verb"),
        source=Source(text=TEXT[4:25], start=4, end=25, name=TEXT[14:25], key=TEXT[14:25], type="person"),
        stance="said",
        polarity="affirm",
        section="lead",
        rule="clause",
        confidence=0.9,
    )
    return msgspec.structs.replace(statement, **changes)
