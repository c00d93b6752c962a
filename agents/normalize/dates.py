"""Dates of the envelope: checked, never invented."""

from datetime import datetime


def read_date(printed: str | None, name: str) -> tuple[str | None, tuple[str, ...]]:
    """Return a date of the envelope in ISO 8601, and the flags on it.

    ``name`` names the field in the flags: ``<name>_unreadable`` for what is no ISO date, which is dropped, and
    ``<name>_without_zone`` for one that has no offset, which stays as it is. A missing date stays missing.

    >>> read_date("2026-03-04T10:00:00Z", "published_at")
    ('2026-03-04T10:00:00Z', ())
    >>> read_date("yesterday", "published_at")
    (None, ('published_at_unreadable',))
    """
    if not printed or not printed.strip():
        return None, ()
    try:
        moment = datetime.fromisoformat(printed.strip())
    except ValueError:
        return None, (f"{name}_unreadable",)
    if moment.tzinfo is None:
        return moment.isoformat(), (f"{name}_without_zone",)
    return moment.isoformat().replace("+00:00", "Z"), ()
