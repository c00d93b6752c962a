r"""ANPA 1312, the wire format of American agencies: https://en.wikipedia.org/wiki/ANPA-1312.

``SYN SYN SOH`` number, a line ``priority category keyword month-day words``, ``STX``, lines that begin with ``^`` and
end with ``<`` (keyword, headline, notes, byline), the text, ``ETX`` and a trailer with the date. There is no story id:
the keyword stands in its place, without its lead number, which is the version.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from agents.errors import WireError
from agents.intake.items import Item
from agents.intake.signals import lead_number, without_lead
from agents.intake.wire import Wire

BEGINS = re.compile(r"[\ufeff\s\x00]*(?:\x16+\x01|\x01[a-zA-Z]\d{4}\x1f)")
HEADER = re.compile(
    r"\x01(?P<number>[A-Za-z]\d{4})\x1f[^\n]*\n"
    r"(?P<priority>[A-Za-z]) (?P<category>[A-Za-z])[\x11\x13 ]*(?P<keyword>.*?)\s+(?P<day>\d\d-\d\d) +(?P<words>\d+)"
)
PRIORITIES = {letter: rank for rank, letter in enumerate("fburda", 1)}
TRAILER = re.compile(r"(?P<agency>[A-Z]{2,6})-[A-Z]{2}-(\d\d)-(\d\d)-(\d\d) (\d\d)(\d\d)(?P<zone>GMT|UTC)?")
NOTE = re.compile(r"(?:Eds|EDITOR'S NOTE|ADVISORY)\b\s*[:_]*\s*(.+)|AP Photos?\b.*", re.IGNORECASE)
BYLINE = re.compile(r"By [A-Z].{2,80}|.{2,60} (?:Writer|Correspondent)")


class Head(NamedTuple):
    """What the lines that begin with ``^`` say."""

    headline: str | None
    byline: str | None
    note: str | None


def is_anpa(wire: Wire) -> bool:
    """Say whether the record begins with SYN and SOH, or with SOH, a service letter and a number of four digits."""
    return bool(BEGINS.match(wire.text[:1000]))


def read_anpa(wire: Wire) -> list[Item]:
    """Return the one story; WIRE-208 where its frame is broken: no header, no STX, no ETX."""
    header = HEADER.search(wire.text[:2000])
    text, etx, trailer = wire.text.partition("\x02")[2].partition("\x03")
    if not header or not etx:
        raise WireError("WIRE-208", "the frame of SYN, SOH, STX and ETX is not whole", path="byte 0")
    head, body = parted(text)
    keyword = header["keyword"].strip()
    dated = TRAILER.search(trailer)
    lead = lead_number(keyword, text[:100])
    item = Item(
        body=body,
        format="anpa",
        charset=wire.charset,
        version=lead,
        signal="update" if lead else "new",
        provider=dated["agency"] if dated else None,
        headline=head.headline,
        byline=head.byline,
        slugline=without_lead(keyword),
        transmission=header["number"],
        urgency=PRIORITIES.get(header["priority"].lower()),
        version_created=date_of(dated) if dated else None,
        subjects=(header["category"],),
        editorial_note=head.note,
    )
    return [item]


def parted(text: str) -> tuple[Head, str]:
    """Return what the head's lines say, and the body after the last of them, with marks as they are typed."""
    lines = text.splitlines(keepends=True)
    # The keyword stands on the line of STX, sometimes with its mark; then each line of the head has one.
    begins = 1 if lines else 0
    while begins < len(lines) and lines[begins].lstrip().startswith("^"):
        begins += 1
    marked = list(words_of(lines[1:begins]))
    notes = [match[1] for line in marked if (match := NOTE.match(line)) and match[1]]
    bylines = [line for line in marked if BYLINE.fullmatch(line)]
    others = [line for line in marked if not NOTE.match(line) and not BYLINE.fullmatch(line)]
    body = re.sub("``|''|(?<= )_(?= )", typed, "".join(lines[begins:]))
    return Head(next(iter(others), None), ", ".join(bylines) or None, " ".join(notes) or None), body


def typed(mark: re.Match[str]) -> str:
    """Return what the wire's alphabet, which has no such marks, writes in place of quotation marks and dashes."""
    return {"``": "\u201c", "''": "\u201d", "_": "-"}[mark.group()]


def words_of(lines: list[str]) -> Iterator[str]:
    """Yield the lines of the head without their marks."""
    for line in lines:
        if words := line.strip().removeprefix("^").rstrip("<= ").strip():
            yield words


def date_of(trailer: re.Match[str]) -> str:
    """Return the date of the trailer in ISO 8601, in UTC where it says GMT, else without a zone."""
    month, day, year, hour, minute = trailer.groups()[1:6]
    return f"20{year}-{month}-{day}T{hour}:{minute}:00" + ("Z" if trailer["zone"] else "")
