"""A story as HTML: its text with every statement marked in place, and beside it a card for each statement."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from agents.highlight.cards import cards_html
from agents.highlight.escape import breakable, escaped, isolated
from agents.highlight.pieces import Mark, Piece, pieces
from agents.highlight.words import FIELDS, LEGEND, SIGNALS, STANCES, STATEMENT, STATUSES
from schemas.statements import Refusal, Statement
from schemas.stories import EnrichedStory, RecalledStory, Section

TAGS = {"headline": "h2", "byline": "p", "dateline": "p", "boilerplate": "p", "paragraph": "p"}
KINDS = ("content", "source", "cue", "via", "refusal")


def story_html(story: EnrichedStory | RecalledStory, name: str = "s") -> str:
    """Write a story as an ``article``; ids in it begin with ``name``, so that several may stand on a page.

    A killed or withheld story has no text and says so.

    >>> from agents.extract.testing import story
    >>> from agents.lifecycle import enrich
    >>> page = story_html(enrich(story("قال الوزير إن القرار نهائي.")))
    >>> '<span class="source">الوزير</span>' in page, '<span class="cue">قال</span>' in page
    (True, True)
    """
    if isinstance(story, RecalledStory):
        said = f'<p class="recalled" role="status">{STATUSES[story.status]}</p>'
        return f'<article class="story" lang="ar" dir="rtl">{said}{about(story)}</article>\n'
    lines = "".join(lines_html(story, name))
    cards = cards_html(story, name)
    language = escaped(story.language)
    text = f'<section class="text" lang="{language}" dir="auto">{about(story)}{lines}{legend()}</section>'
    return f'<article class="story" lang="ar" dir="rtl">{text}{cards}</article>\n'


def about(story: EnrichedStory | RecalledStory) -> str:
    """Write which story it is: provider, version, what it was sent as, when."""
    when = getattr(story, "published_at", None) or story.received_at
    signal = f'<span class="signal {story.signal}">{SIGNALS[story.signal]}</span>'
    who = f"{isolated(story.provider)} · {isolated(story.id)} · {isolated(story.version)}"
    return f'<p class="about" dir="rtl">{signal} {who} · <time>{isolated(when)}</time></p>'


def legend() -> str:
    """Say what the colours mean."""
    keys = " ".join(f'<span class="{kind}">{FIELDS[kind]}</span>' for kind in ("source", "cue", "content", "via"))
    return f'<p class="legend" dir="rtl" lang="ar"><span>{LEGEND}:</span> {keys}</p>'


def marks_of(statements: Sequence[Statement], refusals: Sequence[Refusal]) -> list[Mark]:
    """Give the spans of all statements: contents first, so that what is finer comes after."""
    marks: list[Mark] = []
    for number, one in enumerate(statements, 1):
        marks += [Mark(part.start, part.end, "content", number) for part in one.content.segments]
    for number, one in enumerate(statements, 1):
        if one.source.start is not None and one.source.end is not None:
            marks.append(Mark(one.source.start, one.source.end, "source", number))
        if one.source.antecedent:
            marks.append(Mark(one.source.antecedent.start, one.source.antecedent.end, "antecedent", number))
        marks += [Mark(outlet.start, outlet.end, "via", number) for outlet in one.via]
        if one.cue:
            marks.append(Mark(one.cue.start, one.cue.end, "cue", number))
    return marks + [Mark(refusal.start, refusal.end, "refusal", 0) for refusal in refusals]


def lines_html(story: EnrichedStory, name: str) -> Iterator[str]:
    """Write the text line by line, each in the element of its section; what lies between sections stays text."""
    marks = by_section(story)
    at = 0
    for number, section in enumerate(story.sections):
        yield rest_html(story.text[at : section.start])
        yield section_html(story, section, marks[number], name)
        at = section.end
    yield rest_html(story.text[at:])


def by_section(story: EnrichedStory) -> dict[int, list[Mark]]:
    """Give for each section, by its place among them, the marks that reach into it, contents first."""
    ends = [section.end for section in story.sections]
    found: dict[int, list[Mark]] = defaultdict(list)
    for mark in sorted(marks_of(story.statements, story.refusals), key=rank):
        number = bisect_right(ends, mark.start)
        while number < len(ends) and story.sections[number].start < mark.end:
            found[number].append(mark)
            number += 1
    return found


def rest_html(text: str) -> str:
    """Write what stands between sections, mostly nothing but the end of a line."""
    return f'<p class="rest">{breakable(text.strip())}</p>' if text.strip() else ""


def section_html(story: EnrichedStory, section: Section, marks: Sequence[Mark], name: str) -> str:
    """Write one section."""
    inner = "".join(piece_html(story, piece, name) for piece in pieces(marks, section.start, section.end))
    tag = TAGS[section.kind]
    return f'<{tag} class="{section.kind}" dir="auto">{inner}</{tag}>\n'


def rank(mark: Mark) -> tuple[bool, int, int]:
    """Order marks: contents before what is finer, then as in the text."""
    return mark.kind != "content", mark.start, mark.of


def piece_html(story: EnrichedStory, piece: Piece, name: str) -> str:
    """Write a piece of text with its classes, and before it the marks of the statements that begin with it."""
    begun = [mark for mark in piece.marks if mark.start == piece.start]
    badges = "".join(badge_html(story.statements[mark.of - 1], mark.of, name) for mark in begun if leads(story, mark))
    anchors = "".join(f'<span id="{name}a{mark.of}"></span>' for mark in begun if mark.kind == "antecedent")
    text = breakable(story.text[piece.start : piece.end])
    kinds = [mark.kind for mark in piece.marks]
    classes = [kind for kind in KINDS if kind in kinds] + (["nested"] if kinds.count("content") > 1 else [])
    return badges + anchors + (f'<span class="{" ".join(classes)}">{text}</span>' if classes else text)


def leads(story: EnrichedStory, mark: Mark) -> bool:
    """Say whether the content of a statement begins with this mark."""
    return mark.kind == "content" and mark.start == story.statements[mark.of - 1].content.segments[0].start


def badge_html(statement: Statement, number: int, name: str) -> str:
    """Write the mark of a statement in the text: its number and stance, a link to its card."""
    stance = STANCES[statement.stance]
    denies = "✗ " if statement.polarity == "deny" else ""
    label = f"{STATEMENT} {number}: {stance}"
    attributes = f'class="badge {statement.stance}" id="{name}t{number}" href="#{name}{number}" aria-label="{label}"'
    return f"<a {attributes}>{number} {denies}{stance}</a>"
