"""The cards beside a story's text: a statement each, closed to one line, open with rule, confidence and chain."""

from collections.abc import Iterator, Mapping

from agents.highlight.escape import escaped, isolated
from agents.highlight.words import (
    DENIES,
    FIELDS,
    FORMS,
    NO_NAME,
    NO_STATEMENTS,
    REFUSED,
    RELATIONS,
    RESOLUTIONS,
    STANCES,
    STATEMENTS,
)
from schemas.statements import Statement
from schemas.stories import EnrichedStory

SHORT = 90


def cards_html(story: EnrichedStory, name: str) -> str:
    """Write the list of a story's statements; each opens by itself when a link leads to it."""
    numbers = {one.id: number for number, one in enumerate(story.statements, 1)}
    items = "".join(card_html(story, one, numbers, name) for one in story.statements)
    statements = f'<ol class="cards">{items}</ol>' if items else f"<p>{NO_STATEMENTS}</p>"
    refused = "".join(f"<li>{isolated(story.text[one.start : one.end])}</li>" for one in story.refusals)
    refusals = f'<h3>{REFUSED}</h3><ul class="refusals">{refused}</ul>' if refused else ""
    return f'<section class="statements"><h3>{STATEMENTS} ({len(numbers)})</h3>{statements}{refusals}</section>'


def card_html(story: EnrichedStory, one: Statement, numbers: Mapping[str, int], name: str) -> str:
    """Write one card."""
    number = numbers[one.id]
    denies = f' <span class="denies">{DENIES}</span>' if one.polarity == "deny" else ""
    stance = f'<span class="stance {one.stance}">{STANCES[one.stance]}</span>'
    head = f"<b>{isolated(one.source.name or NO_NAME)}</b> {stance}{denies}"
    short = one.content.text if len(one.content.text) <= SHORT else one.content.text[:SHORT] + "…"
    summary = f'<summary><span class="number">{number}</span> {head}<br/>{isolated(short)}</summary>'
    facts = "".join(f"<dt>{FIELDS[field]}</dt><dd>{told}</dd>" for field, told in facts_of(story, one, numbers, name))
    back = f'<dd><a href="#{name}t{number}">↩ {FIELDS["content"]}</a></dd>'
    return f'<li><details>{summary}<dl id="{name}{number}" tabindex="-1">{facts}{back}</dl></details></li>\n'


def facts_of(story: EnrichedStory, one: Statement, numbers: Mapping[str, int], name: str) -> Iterator[tuple[str, str]]:
    """Give what is known of a statement: the field and its HTML."""
    source = one.source
    for field in ("role", "affiliation", "spokesperson_for"):
        if value := getattr(source, field):
            yield field, isolated(value)
    yield "resolution", RESOLUTIONS[source.resolution]
    if source.antecedent:
        words = story.text[source.antecedent.start : source.antecedent.end]
        yield "antecedent", f'<a href="#{name}a{numbers[one.id]}">{isolated(words)}</a>'
    if carried := [link(number, name) for number in chain(story, one, numbers)]:
        yield "continues", " ← ".join(carried)
    if (parent := numbers.get(one.parent or "")) is not None:
        yield "parent", link(parent, name)
    if one.cue:
        yield "cue", f"{isolated(one.cue.text)} <code>{escaped(one.cue.class_)}</code> {isolated(one.cue.lemma)}"
    yield "form", FORMS[one.form]
    for outlet in one.via:
        yield "via", f"{isolated(outlet.name)} ({RELATIONS[outlet.relation]})"
    for field, mention in (("addressee", one.addressee), ("occasion", one.occasion)):
        if mention:
            yield field, isolated(mention.text)
    if one.said_at:
        yield "said_at", isolated(one.said_at.text) + (f" {isolated(one.said_at.value)}" if one.said_at.value else "")
    yield "rule", f"<code>{escaped(one.rule)}</code>"
    yield "confidence", f"<span>{one.confidence:.0%}</span>"


def chain(story: EnrichedStory, one: Statement, numbers: Mapping[str, int]) -> Iterator[int]:
    """Give the numbers of the statements whose source this one carries on, back to the one that names it."""
    seen = {one.id}
    while (number := numbers.get(one.continues or "")) is not None and one.continues not in seen:
        yield number
        one = story.statements[number - 1]
        seen.add(one.id)


def link(number: int, name: str) -> str:
    """Write a link to a card."""
    return f'<a href="#{name}{number}">{number}</a>'
