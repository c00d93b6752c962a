"""Characters: the published text of a body, and the key that matching uses.

The published text keeps letters, diacritics and lines; only what no reader sees, or sees the same, is changed. Each
step of ``CHARACTERS`` and ``STRUCTURE`` names one defect. What a step changes, the offset map remembers.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from agents.normalize.offsets import Edit, Offsets, apply_edits, compose, identity

NORMALIZER = "1"
KEY_VERSION = "1"

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
SPACE = re.compile("[\t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e007f]+")
REPLACEMENT = re.compile("\ufffd")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
ZERO_WIDTH = re.compile("[\xad\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff]+")
# Tatweel after a letter that joins nothing on its left, after a digit or a space, draws a dash and not a long letter.
TATWEEL_DASH = re.compile(
    "(?:(?<![\\w\u064b-\u065f\u0670])|(?<=[\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0649\u0621]))\u0640+(?!\\w)"
    "|(?<=[0-9\u0660-\u0669])\u0640+"
)
TATWEEL = re.compile("\u0640+")
PRESENTATION_FORM = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
# What the steps from `line_ends` to `presentation_forms` change, none of which makes work for another of them.
SUSPECT = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u061c\u0640\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ufb50-\ufdff\ufe70-\ufefc\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
MARK_PILE = re.compile(r"[^\w\s]{31,}")
LINE_EDGE = re.compile(r"^ ++|(?<! ) ++$", re.MULTILINE)
BLANK_LINES = re.compile(r"\A\n+|\n{3,}|\n+\Z")


def replace(pattern: re.Pattern[str], text: str, new: str) -> list[Edit]:
    """Return an edit for every match."""
    return [Edit(match.start(), match.end(), new) for match in pattern.finditer(text)]


def entities(text: str) -> list[Edit]:
    """Decode HTML entities, once: ``&amp;quot;`` becomes ``&quot;``. Names without a semicolon are left alone.

    >>> entities("a &quot; b &nosuch; c &copy d")
    [Edit(start=2, end=8, new='"')]
    """
    found = ((match, html.unescape(match.group())) for match in ENTITY.finditer(text))
    return [Edit(match.start(), match.end(), new) for match, new in found if new != match.group()]


def line_ends(text: str) -> list[Edit]:
    """Make every line end LF."""
    return replace(LINE_END, text, "\n")


def spaces(text: str) -> list[Edit]:
    """Make NBSP, tabs and the typographic spaces plain spaces."""
    return replace(SPACE, text, " ")


def controls(text: str) -> list[Edit]:
    """Remove control characters, tags and interlinear marks."""
    return replace(CONTROL, text, "")


def replacement_characters(text: str) -> list[Edit]:
    """Make U+FFFD a question mark: the letter is lost, and consumers need not know this character to see it."""
    return replace(REPLACEMENT, text, "?")


def bidi_controls(text: str) -> list[Edit]:
    """Remove the marks that only steer the direction of a display."""
    return replace(BIDI, text, "")


def zero_width(text: str) -> list[Edit]:
    """Remove the byte order mark, joiners, word joiners and soft hyphens."""
    return replace(ZERO_WIDTH, text, "")


def tatweel_dashes(text: str) -> list[Edit]:
    """Make a tatweel that stands for a dash a hyphen; where it lengthens a word it is left to the next step."""
    return replace(TATWEEL_DASH, text, "-")


def tatweel(text: str) -> list[Edit]:
    """Remove tatweel."""
    return replace(TATWEEL, text, "")


def letters_of_forms() -> dict[str, str]:
    """Return what each Arabic presentation form that is a letter stands for.

    Only letters: the ornate parentheses, the rial sign and the honorific ligatures, which are phrases, stay.
    """
    letters: dict[str, str] = {}
    for form in map(chr, (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD))):
        plain = unicodedata.normalize("NFKC", form).strip(" \u0640")
        if unicodedata.category(form) == "Lo" and " " not in plain:
            letters[form] = plain
    return letters


LETTERS_OF_FORMS = letters_of_forms()


def presentation_forms(text: str) -> list[Edit]:
    """Turn presentation forms into the letters that they draw."""
    found = ((match.start(), LETTERS_OF_FORMS.get(match.group())) for match in PRESENTATION_FORM.finditer(text))
    return [Edit(at, at + 1, letters) for at, letters in found if letters is not None]


def mark_piles(text: str) -> list[Edit]:
    """Cut piles of combining marks at 30, as the Stream-Safe Text Format does (UAX 15): sorting them is quadratic."""
    edits: list[Edit] = []
    for pile in MARK_PILE.finditer(text):
        height = 0
        for at in range(pile.start(), pile.end()):
            mark = text[at]
            height = height + len(unicodedata.normalize("NFD", mark)) if unicodedata.combining(mark) else 0
            if height > 30:
                edits.append(Edit(at, at + 1, ""))
    return edits


def clusters(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of ``text[start:end]`` that NFC treats apart: a letter with its marks, a Hangul syllable."""
    first = start
    for at in range(start + 1, end):
        char = text[at]
        if unicodedata.category(char)[0] != "M" and not "\u1160" <= char <= "\u11ff":
            yield first, at
            first = at
    yield first, end


def composition(text: str) -> list[Edit]:
    """Bring the text to NFC, cluster by cluster so that the map stays fine."""
    if unicodedata.is_normalized("NFC", text):
        return []
    edits: list[Edit] = []
    for word in re.finditer(r"\S+", text):
        if unicodedata.is_normalized("NFC", word.group()):
            continue
        for start, end in clusters(text, word.start(), word.end()):
            new = unicodedata.normalize("NFC", text[start:end])
            if new != text[start:end]:
                edits.append(Edit(start, end, new))
    return edits


def line_edges(text: str) -> list[Edit]:
    """Remove spaces at the edges of lines."""
    return replace(LINE_EDGE, text, "")


def blank_lines(text: str) -> list[Edit]:
    """Keep one blank line of several, and none at the edges of the text."""
    edits: list[Edit] = []
    for match in BLANK_LINES.finditer(text):
        kept = 2 if match.start() > 0 and match.end() < len(text) else 0
        edits.append(Edit(match.start() + kept, match.end(), ""))
    return edits


Fix = tuple[str, Callable[[str], list[Edit]]]

ENTITIES: Fix = ("entities", entities)
CHARACTERS: list[Fix] = [
    ("line_ends", line_ends),
    ("spaces", spaces),
    ("controls", controls),
    ("replacement_characters", replacement_characters),
    ("bidi_controls", bidi_controls),
    ("zero_width", zero_width),
    ("tatweel_dashes", tatweel_dashes),
    ("tatweel", tatweel),
    ("presentation_forms", presentation_forms),
]
STRUCTURE: list[Fix] = [
    ("mark_piles", mark_piles),
    ("composition", composition),
    ("line_edges", line_edges),
    ("blank_lines", blank_lines),
]


class Cleaned(NamedTuple):
    """A published text, the map from it to what came in, and the number of places that each step changed."""

    text: str
    offsets: Offsets
    changes: dict[str, int]


def clean(text: str, *, decode_entities: bool = True) -> Cleaned:
    r"""Return the published text of ``text``.

    Letters are not folded and diacritics stay: matching has ``fold_key``. Without ``decode_entities`` the result of a
    second run is the same; with it an entity that was escaped twice is decoded once more.

    >>> clean("Al-Nahar\xa0said&hellip;\r\n").text
    'Al-Nahar said…'
    """
    text = text.removesuffix("\n")  # the end of the last line, and no defect
    offsets = identity(text)
    changes: dict[str, int] = {}

    def apply(fixes: Iterable[Fix]) -> None:
        nonlocal text, offsets
        for name, fix in fixes:
            if edits := fix(text):
                text, outer = apply_edits(text, edits)
                offsets = compose(outer, offsets)
                changes[name] = len(edits)

    if decode_entities:
        apply([ENTITIES])
    if SUSPECT.search(text):
        apply(CHARACTERS)
    apply(STRUCTURE)
    return Cleaned(text, offsets, changes)


# What the key folds, as code points: forms of alef, hamza on its seats, yeh and kaf of Persian keyboards.
ALEF = dict.fromkeys((0x0622, 0x0623, 0x0625, 0x0671), 0x0627)
HAMZA_SEAT = {0x0624: 0x0648, 0x0626: 0x064A}
YEH = dict.fromkeys((0x0649, 0x06CC), 0x064A)
KAF = {0x06A9: 0x0643}
DIGITS = {zero + digit: 0x30 + digit for zero in (0x0660, 0x06F0) for digit in range(10)}
DIACRITICS = dict.fromkeys(
    (
        *range(0x0610, 0x061B),  # Koranic signs
        *range(0x064B, 0x0660),  # vowels, shadda, sukun, hamza above and below
        0x0670,  # superscript alef
        *range(0x06D6, 0x06DD),
        *range(0x06DF, 0x06E5),
        *(0x06E7, 0x06E8),
        *range(0x06EA, 0x06EE),
        *range(0x08D3, 0x08E2),
        *range(0x08E3, 0x0900),
        0x0640,  # tatweel, which carries no letter either
    )
)
FOLD: dict[int, int | None] = {**ALEF, **HAMZA_SEAT, **YEH, **KAF, **DIGITS, **DIACRITICS}


def fold_key(text: str) -> str:
    r"""Return the matching key of a text, in the rules of ``KEY_VERSION``.

    Alef, hamza on its seats, yeh and kaf are folded, digits made ASCII, diacritics, superscript alef and tatweel
    dropped. Teh marbuta and a hamza that stands alone stay: they tell words apart that wires do not confuse. Case,
    spaces and punctuation stay too. The key is never published and never measured by offsets.

    >>> fold_key("\u0623\u064e\u0646\u0651\u064e \u0663") == "\u0627\u0646 3"
    True
    """
    return text.translate(FOLD)
