"""Layout: headline, bylines, datelines, paragraphs and tails of a published text.

The judgement is careful: what is not surely a signature stays a paragraph, because a sentence taken for a byline loses
its statement, while a byline taken for a paragraph gives none.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from agents.normalize.boilerplate import is_note, is_tail
from agents.normalize.signatures import PartKind, find_date, is_name, kind_of, may_be_name
from schemas.stories import Dateline, Section, SectionKind

HEADLINE_LIMIT = 200
LONE_HEADLINE_LIMIT = 120
SIGNATURE_LIMIT = 110
SIGNATURE_LINES = 3  # how far below the headline a signature stands, decks and a second signature between
TAIL_LINES = 3
LINES_READ = 200  # of a story; further down no line signs
BULLETS = "*•- "
SHORT = 5  # words of a line that signs with an unknown name

# A dash parts a signature when a space stands on one side of it or a bracket before it: family names have dashes too.
SEPARATOR = re.compile(r"\s*(?:--+|[–—|/:]|(?<=\s)-|-(?=[\s(«\"]|$)|(?<=[)»\"])-)\s*")
FROM = re.compile(r"(\S.*) من (\S.*)")
LISTING = re.compile(r"\s*[،,+]\s*")
BRACKETED = re.compile(r"(\([^()]{1,40}\))")
# What a first line that signs must hold: a headline may be a name alone, or have a day in it.
NOT_IN_HEADLINES: frozenset[PartKind] = frozenset({"agency", "place"})
# One or two words, and the mark that parts a place from what follows.
BRIEF = re.compile(r"\S{2,20}(?: \S{2,20})?\s*[-–—(]")
FRAME = " |:-–—/"


class Layout(NamedTuple):
    """The sections of a text and what they say; the strings are as printed, without the marks that frame them."""

    sections: tuple[Section, ...]
    headline: str | None
    byline: str | None
    dateline: Dateline | None


class Line(NamedTuple):
    """A line that is not blank: where it starts, and its words."""

    start: int
    text: str


class Part(NamedTuple):
    """What stands between two separators of a signature, and what it is."""

    text: str
    kind: PartKind


class Signature(NamedTuple):
    """A byline or dateline at the start of a line: its kind, its words, how many characters lie before what follows."""

    kind: SectionKind
    text: str
    width: int
    parts: list[Part]


def lay_out(text: str, *, headline_given: bool = False) -> Layout:
    r"""Return the layout of a published text; sections are in order and do not overlap.

    ``headline_given`` says that the first line came from a headline field; else it is the headline where it looks like
    one. Further headlines stay paragraphs. Blank lines, and the space after a dateline, belong to no section.

    >>> [section.kind for section in lay_out("A headline\nLONDON (Reuters) - A minister spoke.").sections]
    ['headline', 'dateline', 'paragraph']
    """
    lines = lines_of(text)
    first = 1 if lines and (headline_given or is_headline(lines)) else 0
    last = first_of_tail(lines, first)
    sections = [section("headline", line.start, len(line.text)) for line in lines[:first]]
    signatures: list[Signature] = []
    for number, line in enumerate(lines[first:last]):
        if number < SIGNATURE_LINES and is_note(line.text):
            sections.append(section("boilerplate", line.start, len(line.text)))
            continue
        signature = None
        if number < LINES_READ:
            signature = signature_of(line.text, opening=opening(lines[first:last], number))
        if signature:
            signatures.append(signature)
            sections.append(section(signature.kind, line.start, len(signature.text)))
        body = signature.width if signature else 0
        if body < len(line.text):
            sections.append(section("paragraph", line.start + body, len(line.text) - body))
    sections += [section("boilerplate", line.start, len(line.text)) for line in lines[last:]]
    return Layout(tuple(sections), lines[0].text if first else None, byline_of(signatures), dateline_of(signatures))


def section(kind: SectionKind, start: int, length: int) -> Section:
    """Return a section by where it starts and how long it is."""
    return Section(kind=kind, start=start, end=start + length)


def lines_of(text: str) -> list[Line]:
    """Return the lines that are not blank, without spaces at their edges."""
    return [Line(match.start(), match.group()) for match in re.finditer(r"\S(?:[^\n]*\S)?", text)]


def is_headline(lines: list[Line]) -> bool:
    """Say whether the first line is a headline: short, no sentence with a full stop, no dateline before it."""
    head = lines[0].text
    alone = len(lines) == 1
    ends = head.endswith(".") and not head.endswith("..")
    if len(head) > (LONE_HEADLINE_LIMIT if alone else HEADLINE_LIMIT) or (ends and (alone or len(head) > 100)):
        return False
    signature = signature_of(head, opening=True)
    kinds = {part.kind for part in signature.parts} if signature else set()
    return not kinds & NOT_IN_HEADLINES and kinds != {"date"}


def first_of_tail(lines: list[Line], first: int) -> int:
    """Return the number of the line where the boilerplate at the end begins; ``len(lines)`` without any."""
    last = len(lines)
    while last > max(first + 1, len(lines) - TAIL_LINES) and is_tail(lines[last - 1].text):
        last -= 1
    return last


def opening(lines: list[Line], number: int) -> bool:
    """Say whether a signature may start this line: near the headline, with no whole paragraph above."""
    return number < SIGNATURE_LINES and all(len(line.text) <= SIGNATURE_LIMIT for line in lines[:number])


def signature_of(line: str, *, opening: bool) -> Signature | None:
    """Return the byline or dateline that is the line, or that the line begins with.

    Away from the ``opening`` of a story only an agency signs: a whole line, or beside a place before a brief.
    """
    if len(line) <= SIGNATURE_LIMIT:
        parts = parts_of(line.lstrip(BULLETS))
        kinds = {part.kind for part in parts}
        if is_signature(line, parts) and (opening or "agency" in kinds):
            return Signature("dateline" if "date" in kinds else "byline", line, len(line), parts)
    found = opening_dateline(line) if opening or BRIEF.match(line) else None
    return found if found and (opening or is_of_brief(found)) else None


def is_of_brief(dateline: Signature) -> bool:
    """Say whether a dateline in the middle of a story begins a brief: one place, an agency, a dash or colon."""
    place, *others = dateline.parts
    alone = place.kind == "place" or (place.kind == "unknown" and " " not in place.text)
    return alone and "agency" in [part.kind for part in others] and dateline.text[-1] in ":-–—"


def parts_of(text: str) -> list[Part]:
    """Split a signature at its separators, brackets and date.

    >>> [part.kind for part in parts_of("LONDON (Reuters)")]
    ['unknown', 'agency']
    """
    date = find_date(text)
    if date is None:
        return [Part(piece, kind_of(piece)) for piece in pieces_of(text)]
    before, after = text[: date[0]], text[date[1] :]
    return [*parts_of(before), Part(text[slice(*date)].strip(), "date"), *parts_of(after)]


def pieces_of(text: str) -> Iterator[str]:
    """Yield what stands between the separators, lists taken apart."""
    for piece in SEPARATOR.split(text):
        for bracketed in BRACKETED.split(piece):
            for item in LISTING.split(bracketed.strip()):
                yield from from_place(item) or hyphenated(item)


def from_place(item: str) -> list[str]:
    """Take apart an outlet or a name and the known city that it reports from, in either order; else nothing."""
    match = FROM.fullmatch(item)
    kinds = [kind_of(side) for side in match.groups()] if match else []
    return list(match.groups()) if match and (kinds[1] == "place" or kinds == ["place", "name"]) else []


def hyphenated(item: str) -> list[str]:
    """Take apart ``LONDON-Reuters``, where both sides are known; a family name with a hyphen stays whole."""
    sides = [side.strip() for side in item.split("-")]
    known = len(sides) > 1 and all(kind_of(side) in {"agency", "place", "outlet", "desk"} for side in sides)
    return sides if known else [item] if item else []


def is_signature(line: str, parts: list[Part]) -> bool:
    """Say whether a whole line signs: an agency, an outlet or a name with a place, a date, or a name alone."""
    kinds = {part.kind for part in parts}
    if not parts or "sentence" in kinds:
        return False
    if "agency" in kinds or line.startswith("|"):
        return True
    if "date" in kinds:
        return len(parts) == 1 or bool(kinds & {"place", "outlet"}) or is_dated(parts)
    signed = line.rstrip(FRAME)
    if kinds & {"outlet", "desk", "name"}:
        return (len(parts) > 1 and names_fit(kinds, line)) or is_name(signed)
    short = len(parts) == 2 and all(len(part.text) <= 25 for part in parts)
    placed = len(parts) == 3 and [part.kind for part in parts[:2]] == ["place", "place"] and ":" not in signed
    return placed or (short and "place" in kinds and (":" not in signed or may_be_name(parts[1].text)))


def is_dated(parts: list[Part]) -> bool:
    """Say whether a day with its year stands beside one or two words, as newspapers put their own name."""
    day, name = sorted(parts, key=lambda part: part.kind != "date")[:2]
    return len(parts) == 2 and bool(re.search(r"\d{4}", day.text)) and len(name.text.split()) <= 2


def names_fit(kinds: set[PartKind], line: str) -> bool:
    """Say whether a name or an outlet stands beside what it reports from or for; two names need dashes, not a colon."""
    if "place" in kinds or (kinds <= {"desk", "name", "outlet"}):
        return True
    if "desk" in kinds or ("outlet" in kinds and BRACKETED.search(line)):
        return len(line.split()) <= SHORT
    return line.endswith((":", "-")) if "outlet" in kinds else ":" not in line and kinds == {"name"}


def opening_dateline(line: str) -> Signature | None:
    """Return the dateline before the first sentence of a paragraph: ``place, date (agency) -`` in any order.

    It ends at a separator, and holds an agency, or an outlet and a place. Of two such ends the later is taken only
    where what lies between is another agency, a date, or the place: a source before a colon is none of them.
    """
    found: Signature | None = None
    day = find_date(line[:SIGNATURE_LIMIT]) or (0, 0)
    for match in SEPARATOR.finditer(line, 0, SIGNATURE_LIMIT):
        if day[0] < match.start() < day[1]:
            continue
        parts = parts_of(line[: match.start()])
        kinds = [part.kind for part in parts]
        if "sentence" in kinds:
            break
        if len(kinds) == 1 and ":" in match.group():
            continue  # an agency that speaks for itself
        signs = ends_dateline(kinds) or is_placed_name(line[: match.start()], parts)
        if kinds and match.end() < len(line) and signs and (found is None or goes_on(found, kinds)):
            found = Signature("dateline", line[: match.end()].rstrip(), start_of_word(line, match.end()), parts)
    return found


def start_of_word(line: str, at: int) -> int:
    """Return where the next word starts."""
    return len(line) - len(line[at:].lstrip())


def ends_dateline(kinds: list[PartKind]) -> bool:
    """Say whether parts of these kinds, up to a separator, are a dateline."""
    signed = "agency" in kinds or ("outlet" in kinds and "place" in kinds)
    return signed and kinds[-1] in {"agency", "outlet", "place", "date"}


def is_placed_name(text: str, parts: list[Part]) -> bool:
    """Say whether a reporter and, in brackets, the known city that he writes from stand before a sentence."""
    if [part.kind for part in parts[1:]] != ["place"] or not text.endswith(")"):
        return False
    return parts[0].kind == "name" or (parts[0].kind == "unknown" and may_be_name(parts[0].text))


def goes_on(found: Signature, kinds: list[PartKind]) -> bool:
    """Say whether a dateline that could have ended reaches to the next separator."""
    added = kinds[len(found.parts) :]
    placed = any(part.kind == "place" for part in found.parts)
    return all(kind in {"agency", "date"} or (kind == "place" and not placed) for kind in added)


def byline_of(signatures: list[Signature]) -> str | None:
    """Return the first byline's words without the marks around them."""
    return next((signature.text.strip(FRAME) for signature in signatures if signature.kind == "byline"), None)


def dateline_of(signatures: list[Signature]) -> Dateline | None:
    """Return the place, date and agency that the signatures give, the first of each, under the first one's words."""
    parts = [part for signature in signatures for part in signature.parts]
    agency = joined(parts, "agency")
    place = joined(parts, "place") or (unknown_place(signatures) if agency else None)
    date = next((part.text for part in parts if part.kind == "date"), None)
    if not (place or date or agency):
        return None
    return Dateline(text=signatures[0].text, place=place, date=date, agency=agency)


def unknown_place(signatures: list[Signature]) -> str | None:
    """Return the place of a signature with an agency that no list knows: it comes first.

    In a byline only one word is taken for a place: two may be a reporter.
    """
    first = signatures[0]
    place = joined(first.parts[:1], "unknown")
    return place if first.kind == "dateline" or (place and " " not in place) else None


def joined(parts: list[Part], kind: PartKind) -> str | None:
    """Return the parts of a kind, parted by Arabic commas; None without any.

    >>> joined([Part("(AFP)", "agency"), Part("Reuters", "agency")], "agency")
    'AFP\u060c Reuters'
    """
    return "\u060c ".join(part.text.strip(" ()") for part in parts if part.kind == kind) or None
