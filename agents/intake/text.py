"""Plain text: the whole record is one story, its headline on the first line."""

from agents.errors import WireError
from agents.intake.items import Item
from agents.intake.wire import Wire


def is_text(wire: Wire) -> bool:
    """Say whether the record is prose: anything that does not begin like markup, which is never published as text."""
    return not wire.opening.startswith("<")


def read_text(wire: Wire) -> list[Item]:
    """Return the one item of a plain text; WIRE-102 where it is blank."""
    if not wire.text.strip("\ufeff \t\r\n"):
        raise WireError("WIRE-102", "nothing but spaces")
    return [Item(body=wire.text, format="text", charset=wire.charset)]
