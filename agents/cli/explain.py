"""``tasrih explain``: why each statement of a story came out as it did."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.cli.extract import Files, print_each
from agents.cli.lines import isolated, key, shortened

if TYPE_CHECKING:
    from agents.extract.drafts import Draft
    from schemas.statements import Statement
    from schemas.stories import Story

WIDTH = 10
# Every value of Draft.ended, in words.
ENDINGS = {
    "sentence": "the sentence ends",
    "quotation": "the quotation closes, or its line ends",
    "cue": "another cue takes over",
    "according_to": "a phrase that attributes backwards begins, or the attribution itself stands there",
    "as_clause": "the as-clause that attributes it begins",
    "boundary": "a clause of the author's own begins",
    "circumstance": "the circumstance of the speaking begins",
    "gloss": "the quotation closes and the author explains it",
    "withheld": "the author says what the source did not",
    "author": "a clause of the author's own begins behind a noun phrase",
}


def explain(files: Files = None) -> None:
    """Read stories and print, for people, how each was read: format, charset, clean-up, then its statements in order.

    Each statement comes with the rule that made it, the lexicon entry of its cue, how its source was resolved, and why
    its content ends where it does. Errors and exit codes are those of `tasrih extract`.
    """
    print_each(files, explained)


def explained(story: "Story") -> bytes:
    """Return the explanation of one story as lines of UTF-8."""
    from agents.extract import trace  # noqa: PLC0415

    lines = [*story_lines(story)]
    for number, (draft, statement) in enumerate(trace(story), 1):
        lines += ["", *statement_lines(number, draft, statement, story)]
    return ("\n".join(lines) + "\n").encode()


def story_lines(story: "Story") -> Iterator[str]:
    """Write where a story came from and what normalization did to it."""
    raw = story.provenance.raw
    changes = ", ".join(f"{step} {count}" for step, count in story.provenance.changes.items() if count)
    yield isolated(story.headline or story.id)
    yield key("id", isolated(story.id), width=WIDTH)
    yield key("format", raw.format, width=WIDTH)
    yield key("charset", f"{raw.charset.used} ({raw.charset.how}; declared {raw.charset.declared})", width=WIDTH)
    yield key("changes", changes or "none", width=WIDTH)
    yield key("flags", ", ".join(story.flags) or "none", width=WIDTH)


def statement_lines(number: int, draft: "Draft", statement: "Statement", story: "Story") -> Iterator[str]:
    """Write one statement: what it is, and the reason for each part."""
    content, cue = statement.content, statement.cue
    denial = ", denies" if statement.polarity == "deny" else ""
    yield f"{number}. {statement.rule}: {statement.form}, {statement.stance}{denial}, confidence {statement.confidence}"
    if cue:
        yield key("cue", isolated(cue.text), width=WIDTH)
        yield key("entry", entry(cue.class_, cue.lemma), width=WIDTH)
    yield from source_lines(statement, story)
    yield key("content", isolated(shortened(content.text)), width=WIDTH)
    yield key("span", f"{content.start} to {content.end}, {len(content.segments)} segment(s)", width=WIDTH)
    yield key("ends", ENDINGS[draft.ended], width=WIDTH)
    for outlet in statement.via:
        yield key("outlet", f"{isolated(outlet.name)} ({outlet.relation})", width=WIDTH)


def source_lines(statement: "Statement", story: "Story") -> Iterator[str]:
    """Write who is meant, and by which words."""
    source = statement.source
    yield key("source", isolated(source.name) if source.name else "(unknown)", width=WIDTH)
    yield key("resolved", source.resolution, width=WIDTH)
    if source.antecedent:
        words = story.text[source.antecedent.start : source.antecedent.end]
        yield key("antecedent", isolated(words), width=WIDTH)


def entry(section: str, lemma: str) -> str:
    """Return the lexicon entry of a cue: file, section and gloss.

    >>> entry("deny", "نفى")
    'verbs.toml [deny] deny'
    """
    from agents.extract.lexicon import LEXICON  # noqa: PLC0415

    verb = next((verb for verb in LEXICON.verbs if (verb.section, verb.past) == (section, lemma)), None)
    return f"verbs.toml [{section}] {verb.gloss}" if verb else f"words.toml [{section}]"
