r"""IPTC 7901, the wire format of teleprinter lines: SOH header, STX text, ETX date EOT.

https://iptc.org/standards/iptc-7901/. The header is ``service number urgency category words slugline``. German agencies
end the keyword line with a stroke and the headline with an equals sign. There is no id and no version.
"""

import re

from agents.errors import WireError
from agents.intake.fields import number
from agents.intake.items import Item
from agents.intake.signals import lead_number, without_lead
from agents.intake.wire import Wire

BEGINS = re.compile(r"[\ufeff\s\x00\x16]*\x01")
STX = re.compile(r"^\x02", re.MULTILINE)
HEADER = re.compile(
    r"\x01(?P<service>[A-Za-z]{1,6})(?P<number>\d{1,5}) (?P<urgency>\w) (?P<category>[^\W\d_]{1,4}) (?P<words>\d+)"
    r"(?: +(?P<slug>[^\x02\r\n]*))?"
)
# After ETX: day, hour, minute, month, year.
DATED = re.compile(r"\s*(\d\d)(\d\d)(\d\d)\s+([A-Za-z]{3})\s+(\d\d)\b")
NOTE = re.compile(r"(?:#|Eds?:|EDITOR'S NOTE|NOTE:?)\s*(.+)", re.IGNORECASE)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def is_iptc7901(wire: Wire) -> bool:
    """Say whether the record begins like a teleprinter's; ANPA 1312, which does too, is asked before."""
    return bool(BEGINS.match(wire.text[:1000]) or STX.search(wire.opening))


def read_iptc7901(wire: Wire) -> list[Item]:
    """Return the one story; WIRE-208 where its frame is broken: no header, no STX, no ETX."""
    header = HEADER.search(wire.text[:1000])
    framed = wire.text.partition("\x02")[2].partition("\x03")
    if not header or not framed[1]:
        raise WireError("WIRE-208", "the frame of SOH, STX and ETX is not whole", path="byte 0")
    text, _, trailer = framed
    notes, headline, body = parted(text)
    slug = (header["slug"] or "").strip() or None
    lead = lead_number(headline, slug)
    item = Item(
        body=body,
        format="iptc7901",
        charset=wire.charset,
        version=lead,
        signal="update" if lead else "new",
        provider=header["service"].lower(),
        headline=headline,
        slugline=without_lead(slug),
        transmission=header["service"] + header["number"],
        urgency=number(header["urgency"]),
        version_created=date_of(trailer),
        subjects=(header["category"],),
        editorial_note=" ".join(notes) or None,
    )
    return [item]


def parted(text: str) -> tuple[list[str], str | None, str]:
    r"""Return the notes, the headline that an equals sign ends, and the body of a text.

    >>> parted("Talks/\r\nTalks begin =\r\n\r\nLONDON (dpa) - Talks began.\r\n")
    ([], 'Talks begin', 'LONDON (dpa) - Talks began.\r\n')
    """
    lines = text.splitlines(keepends=True)
    notes: list[str] = []
    headline: list[str] = []
    begins = 0
    while begins < len(lines) and (line := lines[begins].strip(" \r\n<^")) != "":
        if note := NOTE.match(line):
            notes.append(note[1])
        elif not line.endswith("/"):
            break
        begins += 1
    lines = lines[begins:]
    ends = next((at for at, line in enumerate(lines[:3]) if line.rstrip().endswith("=")), None)
    if ends is not None:
        headline = [line.strip().removesuffix("=").strip() for line in lines[: ends + 1]]
        lines = lines[ends + 1 :]
    return notes, " ".join(headline) or None, "".join(lines).lstrip("\r\n")


def date_of(trailer: str) -> str | None:
    """Return the date after ETX in ISO 8601, without a zone because none is sent; None for another trailer.

    >>> date_of(" 021005 Mar 26")
    '2026-03-02T10:05:00'
    """
    match = DATED.match(trailer)
    if not match or match[4].lower() not in MONTHS:
        return None
    day, hour, minute, month, year = match.groups()
    return f"20{year}-{MONTHS.index(month.lower()) + 1:02}-{day}T{hour}:{minute}:00"
