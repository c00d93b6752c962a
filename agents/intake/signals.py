"""Signals: what a story is sent as (new, update, correction, kill ...), from codes and from words for the eye.

A code of the envelope goes before words. Words are heard only at the head of a headline, a slugline, a note or the
first line, so that a story about a correction is none.
"""

import re
import tomllib
from pathlib import Path

from msgspec.structs import replace

from agents.errors import WireError
from agents.intake.items import BLANK_SIGNALS, Item
from agents.normalize.adds import is_add
from agents.normalize.characters import fold_key
from schemas.stories import Signal, Status

SECTIONS = tomllib.loads(Path(__file__).with_name("signals.toml").read_text("utf-8"))
# The first that fits holds: what takes a story back goes before what changes it.
ORDER: tuple[Signal, ...] = ("kill", "hold", "release", "advisory", "correction", "repeat", "update", "snap")
LEXICON: dict[Signal, tuple[str, ...]] = {
    signal: tuple(fold_key(words).lower() for words in SECTIONS[signal].values()) for signal in ORDER
}
EMBARGO, SENT, WITHDRAWN = (
    tuple(fold_key(words).lower() for words in SECTIONS[name].values()) for name in ("embargo", "sent", "withdrawn")
)

STATUSES: dict[str, Status] = {
    "usable": "usable",
    "released": "usable",
    "withheld": "withheld",
    "hold": "withheld",
    "embargoed": "withheld",  # unless it says until when, see with_embargo
    "canceled": "canceled",
    "cancelled": "canceled",  # not the standards' spelling, but sent
    "killed": "canceled",
    "withdrawn": "canceled",
}

# Codes of G2 (https://cv.iptc.org/newscodes/signal/), Reuters' edStat, AP and NewsML 1, without their scheme.
CODES: dict[str, Signal] = {
    "update": "update",
    "u": "update",
    "lead": "update",
    "writethru": "update",
    "correction": "correction",
    "corrected": "correction",
    "c": "correction",
    "refile": "correction",
    "repeat": "repeat",
    "add": "add",
    "advisory": "advisory",
    "kill": "kill",
    "d": "kill",
    "withdrawn": "kill",
    "withhold": "hold",
    "hold": "hold",
    "release": "release",
    "alert": "snap",
    "flash": "snap",
    "snap": "snap",
}
# Without an explicit signal, a status says that much.
OF_STATUS: dict[Status, Signal] = {"usable": "new", "withheld": "hold", "canceled": "kill"}

BLANKS = "\ufeff \t\r\n"
HEAD = 120  # characters in which words for the eye begin
LINE = 400  # and end
NOTICE = 600  # characters that a kill in prose has at most
ORDINAL = re.compile(r"\b(\d+)\s*(?:st|nd|rd|th)\s*-?\s*(?:ld|lead)\b|\bupdate\s+(\d+)\b", re.IGNORECASE)
LEAD = re.compile(r",?\s*\b\d+(?:st|nd|rd|th)\s*-?\s*(?:ld|lead)\b[-\w]*|,?\s*\bupdate\s+\d+\b", re.IGNORECASE)


def status_of(printed: str | None, path: str) -> Status:
    """Return a publication status by its code, with or without a scheme (``stat:usable``); usable where none is sent.

    Raises WIRE-302 for a status that no standard has: whether it may be used is not guessed.

    >>> status_of("stat:canceled", "$"), status_of(None, "$")
    ('canceled', 'usable')
    """
    code = (printed or "usable").strip().lower().rpartition(":")[2]
    if code not in STATUSES:
        raise WireError("WIRE-302", f"unknown status {(printed or '')[:40]!r}", path=path)
    return STATUSES[code]


def coded_signal(codes: list[str]) -> Signal | None:
    """Return what the first known code says, with its scheme or without.

    >>> coded_signal(["prodId:TXT", "edStat:C"])
    'correction'
    """
    known = (CODES.get(name) for code in codes if (name := known_code(code)))
    return next((signal for signal in known if signal), None)


def known_code(code: str) -> str:
    """Return a code without its scheme; a single letter is one of Reuters' and needs its scheme."""
    scheme, _, name = code.strip().lower().rpartition(":")
    return name if len(name) > 1 or scheme == "edstat" else ""


def with_signal(item: Item) -> Item:
    """Return the item with the signal that its words, its status or its lack of a body say, where its codes say none.

    Raises WIRE-301 where the body is blank and nothing else is said.
    """
    blank = not item.body.strip()
    signal = item.signal
    if signal == "new":
        signal = OF_STATUS[item.status]
    if signal == "new":
        signal = worded_signal(item) or ("snap" if blank and item.headline else "new")
    if blank and signal not in BLANK_SIGNALS and item.status == "usable":
        raise WireError("WIRE-301", "no body, and no headline in its place")
    return replace(item, signal=signal, flags=(*item.flags, *embargo_flags(item)))


def worded_signal(item: Item) -> Signal | None:
    """Return the signal that is written for the eye, None where none is.

    >>> from agents.intake import read_items
    >>> read_items(b"KILL KILL KILL (agency) Please kill item 157, facts are wrong.", {})[0].signal
    'kill'
    """
    heads, notes = heads_of(item)
    if any(is_add(head) for head in (item.headline, item.slugline, first_line(item)[:LINE]) if head):
        return "add"
    if is_withdrawal(item):
        return "kill"
    for signal, words in LEXICON.items():
        # Everyday words in a note or a first line are not enough for these.
        where = heads if signal in ("update", "snap", "repeat") else (*heads, *notes)
        if any(begins(head, word) for head in where for word in words):
            return signal
    return "update" if any(ORDINAL.search(head) for head in heads) else None


def heads_of(item: Item) -> tuple[list[str], list[str]]:
    """Return the headlines and sluglines, and the notes and first lines, as keys; a headline alone is both."""
    line = first_line(item)
    alone = line if line == item.body.strip(BLANKS) else None
    heads = [folded(head) for head in (item.headline, item.slugline, alone) if head]
    return heads, [folded(note) for note in (item.editorial_note, line) if note]


def first_line(item: Item) -> str:
    """Return the first line of a plain text; nothing of HTML."""
    return item.body.strip(BLANKS).partition("\n")[0] if item.body_kind == "text" else ""


def folded(head: str) -> str:
    """Return the key of what words for the eye may begin."""
    return fold_key(head[:HEAD]).lower().strip(" *\"«»'")


def embargo_flags(item: Item) -> tuple[str, ...]:
    """Return the flag for an embargo that is only written in words; when it ends is not read from them."""
    heads, notes = heads_of(item)
    told = any(begins(head, words) for head in (*heads, *notes) for words in EMBARGO)
    return ("embargo_in_words",) if told and not item.embargoed_until else ()


def is_withdrawal(item: Item) -> bool:
    """Say whether a plain text is a notice that an item was withdrawn: short, with words for both.

    >>> from agents.intake import read_items
    >>> notice = "\u0627\u0644\u062e\u0628\u0631 \u0645\u0636\u0644\u0644 \u0648\u062a\u0645 \u0633\u062d\u0628\u0647"
    >>> is_withdrawal(read_items(notice.encode(), {})[0])
    True
    """
    text = f"{item.headline or ''} {item.body}"
    if item.body_kind != "text" or len(text) > NOTICE:
        return False
    folded_text = fold_key(text)
    return all(any(word in folded_text for word in words) for words in (SENT, WITHDRAWN))


def begins(head: str, words: str) -> bool:
    """Say whether a head begins with these words and not with a longer one; a single word stands apart by a mark.

    >>> [begins(head, "update") for head in ("update 1-talks", "updated: talks", "update of the law")]
    [True, False, False]
    """
    if not head.startswith(words):
        return False
    rest = head[len(words) :]
    return not (words[-1].isalnum() and (rest if " " in words else rest.lstrip())[:1].isalpha())


def lead_number(*heads: str | None) -> str | None:
    """Return the version that a lead or update number makes: the story without a number was the first.

    >>> lead_number("BC-Talks, 1st Ld-Writethru"), lead_number("TALKS (UPDATE 3)"), lead_number("TALKS")
    ('2', '4', None)
    """
    matches = (ORDINAL.search(head) for head in heads if head)
    return next((str(int(match[1] or match[2]) + 1) for match in matches if match and len(match[0]) < 40), None)


def without_lead(slugline: str | None) -> str | None:
    """Return a slugline without what a lead or update adds to it: the same for every version of a story.

    >>> without_lead("BC-Talks, 1st Ld-Writethru"), without_lead("TALKS 2nd Lead"), without_lead(" ")
    ('BC-Talks', 'TALKS', None)
    """
    return LEAD.sub("", slugline or "").strip(" -,") or None


def with_embargo(status: str | None, until: str | None, path: str) -> Status:
    """Return the status of an item whose format sends an embargo as one: usable where it says until when.

    >>> with_embargo("Embargoed", "20260304T100000Z", "$"), with_embargo("embargoed", None, "$")
    ('usable', 'withheld')
    """
    code = (status or "").strip().lower().rpartition(":")[2]
    return "usable" if code == "embargoed" and until else status_of(status, path)
