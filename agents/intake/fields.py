"""Fields that several formats write alike."""

from email.utils import parsedate_to_datetime


def number(text: str | None) -> int | None:
    """Return a small number, None for anything else.

    >>> number("4"), number("high"), number("12345")
    (4, None, None)
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 4 else None


def iso_date(printed: str | None) -> str | None:
    """Return a date of RFC 822 in ISO 8601; what is none stays as printed and is flagged later.

    >>> iso_date("Mon, 02 Mar 2026 12:00:00 +0300"), iso_date("2026-03-02T09:00:00Z")
    ('2026-03-02T12:00:00+03:00', '2026-03-02T09:00:00Z')
    """
    try:
        return parsedate_to_datetime(printed).isoformat() if printed else None
    except (ValueError, OverflowError, IndexError):
        return printed
