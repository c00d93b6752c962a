"""Mojibake: Arabic that somebody read in a wrong charset and sent on as characters.

ftfy mends UTF-8 read as windows-1252 and, measured on 500 news sentences, none of windows-1256 read as latin-1 or
UTF-8 read as windows-1256, which are the Arabic cases. This search mends all of them, and nothing that is Arabic as it
stands.
"""

import re

from agents.intake.charset import ARABIC_CHARSETS, evidence_of

Bytes = dict[str, int]
SURE = 3  # known words that a repair must bring
SAMPLE_LINES = 200
SAMPLE_LINE = 2_000

LETTER = re.compile(r"[^\W\d_]")
TAG = re.compile(r"<[^<>]{0,500}>")
SOUP = re.compile(r"[\u0080-\u00ff]")
TWO_BYTES = re.compile("[\u0637\u0638][^\\s\u0621-\u063a\u0641-\u064a]")
SOUP_SHARE = 0.4
FEW = 0.02


def bytes_of(*codecs: str) -> Bytes:
    """Return the byte of each character in the first codec that has it; what no codec has is its own byte below 256."""
    found: Bytes = {chr(byte): byte for byte in range(256)}
    for codec in codecs:
        found |= {char: byte for byte in range(256) if (char := bytes([byte]).decode(codec, "ignore"))}
    return found


# What the bytes were taken for, and what they were.
MISREAD: tuple[Bytes, ...] = (bytes_of("cp1252"), bytes_of("cp1256"))
MEANT: tuple[str, ...] = ("utf-8", *ARABIC_CHARSETS.values())


def repair(text: str) -> str | None:
    r"""Return the text with its mojibake mended, None where there is none or it is not sure.

    Line by line: a line that holds known Arabic words stays, and so does one that the reading does not fit.

    >>> soup = "\u0642\u0627\u0644 \u0627\u0644\u0648\u0632\u064a\u0631 \u0627\u0644\u0633\u0627\u0628\u0642"
    >>> repair(soup.encode("cp1256").decode("latin-1")) == soup, repair(soup), repair("caf\u00e9")
    (True, None, None)
    """
    if not is_soup(text):
        return None
    lines = text.split("\n")
    broken = [number for number, line in enumerate(lines) if not line.isascii() and not evidence_of(line).known]
    sample = [lines[number][:SAMPLE_LINE] for number in broken[:SAMPLE_LINES]]
    readings = {
        (index, codec): reread_all(sample, taken, codec) for index, taken in enumerate(MISREAD) for codec in MEANT
    }
    evidence = {reading: evidence_of(mended) for reading, mended in readings.items()}
    index, codec = max(evidence, key=lambda reading: (evidence[reading].convinces, evidence[reading].known))
    if not evidence[index, codec].convinces or evidence[index, codec].known < SURE:
        return None
    for number in broken:
        lines[number] = reread(lines[number], MISREAD[index], codec)
    return "\n".join(lines)


def reread_all(lines: list[str], taken: Bytes, codec: str) -> str:
    """Return the lines read anew, joined."""
    return "\n".join(reread(line, taken, codec) for line in lines)


def reread(line: str, taken: Bytes, codec: str) -> str:
    """Return the line read anew, or as it is where a character or a byte does not fit."""
    try:
        return bytes(taken[char] for char in line).decode(codec)
    except (KeyError, UnicodeDecodeError):
        return line


def is_soup(text: str) -> bool:
    """Say whether letters outside tags look like mojibake: too many of Latin's upper half, or pairs that UTF-8 makes.

    >>> is_soup("\u00de\u00c7\u00e1 \u00c7\u00e1\u00e6\u00d2\u00ed\u00d1"), is_soup("\u00e9t\u00e9 de Paris")
    (True, False)
    """
    suspects, pairs = len(SOUP.findall(text)), 2 * len(TWO_BYTES.findall(text))
    if max(suspects, pairs) < FEW * len(text):
        return False  # counting letters takes longer than all the rest
    letters = len(LETTER.findall(TAG.sub("", text)))
    return max(suspects, pairs) > SOUP_SHARE * letters
