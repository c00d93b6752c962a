"""The closed set of errors: every way in which an item can fail, with its cause and what to do."""

from typing import NamedTuple


class Code(NamedTuple):
    """One row of the table: the code, its name, what brings it about and what an operator does."""

    code: str
    name: str
    cause: str
    action: str


CODES: dict[str, Code] = {
    row.code: row
    for row in (
        # 1xx: bytes and charset
        Code(
            "WIRE-101",
            "unknown charset",
            "The bytes are neither UTF-8 nor UTF-16, nor Arabic in windows-1256, ISO-8859-6 or cp720.",
            "Send UTF-8, or convert at the feed.",
        ),
        Code("WIRE-102", "empty", "The record holds no text: nothing, or spaces only.", "Look at the feed's template."),
        Code(
            "WIRE-103", "null value", "The record has no value (a tombstone).", "Send stories only; retract by a kill."
        ),
        Code(
            "WIRE-104",
            "too large",
            "The story is above its limit or has over 20,000 lines or tags, or a record holds more than 500 stories.",
            "Split it, or raise the limit.",
        ),
        Code("WIRE-105", "not text", "The bytes decode, but are binary.", "Send text in UTF-8."),
        Code(
            "WIRE-106",
            "destroyed text",
            "Question marks or U+FFFD stand where letters were; they were lost upstream and are not guessed.",
            "Ask for the story again, and mend the feed's charset.",
        ),
        # 2xx: parsing
        Code(
            "WIRE-201",
            "broken JSON",
            "The record starts like JSON and does not parse.",
            "Look for a cut-off at the feed.",
        ),
        Code(
            "WIRE-202", "unknown format", "No reader knows this format, or the header names none.", "Set `wire-format`."
        ),
        Code(
            "WIRE-203",
            "no story",
            "The record parses and holds no story. A package, pictures only or an empty feed has the outcome `empty` "
            "and no dead letter; JSON that is no object is dead.",
            "Send texts only; for JSON, one object with `text` or `body`.",
        ),
        Code(
            "WIRE-204", "undecodable story", "A record on the stories topic is no Story.", "Look who else writes there."
        ),
        Code(
            "WIRE-205", "reading failed", "The reader failed in a way not foreseen.", "Report it with the dead letter."
        ),
        Code(
            "WIRE-206",
            "broken XML",
            "The record starts like XML and does not parse.",
            "Look for a cut-off or a wrong declaration at the feed.",
        ),
        Code(
            "WIRE-207",
            "unsafe XML",
            "XML that declares entities, is nested more than 256 deep or has more than 200,000 tags.",
            "Send plain elements; look who sends this.",
        ),
        Code(
            "WIRE-208",
            "broken envelope",
            "A mail or a teleprinter's frame (IPTC 7901, ANPA 1312) that is not whole, or is one beyond reason.",
            "Look for a cut-off at the feed, or for stripped control characters.",
        ),
        # 3xx: fields
        Code(
            "WIRE-301", "missing body", "The story has no text or body, or it is blank.", "Look at the feed's mapping."
        ),
        Code("WIRE-302", "wrong field", "A field has a type or a value that it cannot have.", "Mend the field named."),
        # 4xx: lifecycle
        Code(
            "WIRE-401",
            "unknown order",
            "A record on the stories topic is an order that no worker knows.",
            "Update the workers before the command line.",
        ),
        # 5xx: extraction
        Code(
            "WIRE-501", "extraction failed", "The extractor failed in a way not foreseen.", "Report it with the letter."
        ),
        # 6xx: delivery
        Code(
            "WIRE-601", "output too large", "A record made of the story is above its topic's limit.", "Raise the limit."
        ),
        Code(
            "WIRE-602",
            "deadline passed",
            "The stage gave no answer for the record in time, and was ended.",
            "Report it with the dead letter.",
        ),
        Code(
            "WIRE-603",
            "process lost",
            "The record ended the process of its stage, or was killed with it twice.",
            "Report it with the dead letter; look for a lack of memory.",
        ),
    )
}


class WireError(Exception):
    """An item that cannot go on, and why.

    ``code`` is a key of ``CODES``; ``detail`` is the short cause in this case; ``path`` says where (``$.field``, or an
    offset in bytes); ``hint`` what to do about it, by default the table's. An unknown code is a ``KeyError``.

    >>> print(WireError("WIRE-201", "unexpected end of data", path="byte 17"))
    WIRE-201 broken JSON: unexpected end of data (at byte 17). Look for a cut-off at the feed.
    """

    def __init__(self, code: str, detail: str, *, hint: str | None = None, path: str | None = None) -> None:
        row = CODES[code]
        self.code = code
        self.name = row.name
        self.detail = detail
        self.path = path
        self.hint = hint or row.action
        where = f" (at {path})" if path else ""
        super().__init__(f"{code} {row.name}: {detail}{where}. {self.hint}")


class EmptyError(WireError):
    """An item that is whole and holds no text, such as a package or pictures: nobody failed, and nothing is published.

    >>> EmptyError("a package", path="$.type").code
    'WIRE-203'
    """

    def __init__(self, detail: str, *, path: str | None = None) -> None:
        super().__init__("WIRE-203", detail, path=path)


def codes_table() -> str:
    """Return the codes as a Markdown table, for the documents.

    >>> print(codes_table().splitlines()[3])
    | `WIRE-102` | empty | The record holds no text: nothing, or spaces only. | Look at the feed's template. |
    """
    rows = (f"| `{row.code}` | {row.name} | {row.cause} | {row.action} |" for row in CODES.values())
    return "\n".join(("| code | name | cause | what to do |", "|---|---|---|---|", *rows))
