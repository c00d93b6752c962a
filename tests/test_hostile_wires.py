"""Wires that nobody sends in good faith, and wires that were damaged: a story or a code, soon and in bounded memory."""

import random
import time

import pytest

from agents.errors import WireError
from agents.messages import Incoming
from agents.reading import read_stories
from schemas.stories import Story
from tests.fuzzing import fuzz

SENTENCE = "قال وزير الري سامي الحداد إن «الاجتماع مثمر» في المدينة أمس."
SECONDS = 4  # for reading 1 MB, on a machine that has other things to do
RAW_LIMIT = 8_000_000


def filled(begins: str, unit: str, ends: str = "", size: int = 900_000) -> bytes:
    """A record of one unit again and again, within its frame."""
    encoded = unit.encode()
    return begins.encode() + encoded * (size // len(encoded)) + ends.encode()


NITF = ("<nitf><body><body.content>", "</body.content></body></nitf>")
MAIL = "From: desk@example.org\nTo: wire@example.org\nSubject: x\n"
ANPA = "\x16\x16\x01a0157\x1f_-----\r\nu f\x13\x11 BC-X   03-02 0123\r\n\x02^BC<\r\n"
DOCTYPE = '<!DOCTYPE nitf [<!ENTITY a "aaaaaaaaaa">'
LAUGHS = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 30))

# What is sent, and the code that it ends with.
HOSTILE = {
    "billion laughs": ((DOCTYPE + LAUGHS + "]><nitf>&a29;</nitf>").encode(), "WIRE-207"),
    "quadratic blow-up": (
        filled(f'<!DOCTYPE nitf [<!ENTITY a "{"a" * 50_000}">]><nitf>', "&a;", "</nitf>"),
        "WIRE-207",
    ),
    "an external entity": (
        b'<!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/hostname">]><nitf>&x;</nitf>',
        "WIRE-207",
    ),
    "a parameter entity": (
        b'<!DOCTYPE nitf [<!ENTITY % x SYSTEM "http://example.org/x.dtd">%x;]><nitf>x</nitf>',
        "WIRE-207",
    ),
    "an entity behind a comment": (b'<!-- <nitf> --><!DOCTYPE nitf [<!ENTITY x "y">]><nitf>&x;</nitf>', "WIRE-207"),
    "an entity in UTF-16": ('<!DOCTYPE nitf [<!ENTITY x "y">]><nitf>&x;</nitf>'.encode("utf-16"), "WIRE-207"),
    "deep XML": (filled("<nitf>", "<p>"), "WIRE-207"),
    "deep HTML": (filled("<html>", "<div>"), "WIRE-207"),
    "two million tags": (filled("<nitf>", "<a/>", "</nitf>", RAW_LIMIT), "WIRE-207"),
    "a page of two million tags": (filled("<html>", "<i>", "", RAW_LIMIT), "WIRE-207"),
    "8 MB of paragraphs": (filled(NITF[0], f"<p>{SENTENCE}</p>", NITF[1], RAW_LIMIT), "WIRE-104"),
    "an attribute of 8 MB": (filled('<nitf a="', "x", '"/>', RAW_LIMIT), "WIRE-301"),
    "a comment that never ends": (filled("", "<!-- "), "WIRE-202"),
    "a million instructions": (filled("", "<?x y?>", "<nitf/>"), "WIRE-301"),
    "deep JSON": (filled("", '{"a":', size=RAW_LIMIT), "WIRE-201"),
    "a feed of 100,000 entries": (
        filled("<rss><channel>", "<item><title>x</title></item>", "</channel></rss>"),
        "WIRE-104",
    ),
    "a mail of a million parts": (
        filled(f'{MAIL}Content-Type: multipart/mixed; boundary="a"\n\n', "--a\n\nx\n"),
        "WIRE-208",
    ),
    "a mail of a million parameters": (filled(f"{MAIL}Content-Type: text/plain; ", "a=b; ", "\n\nx"), "WIRE-208"),
    "a mail of mails": (filled(MAIL, "Content-Type: message/rfc822\n\nSubject: x\n", "\nx"), "WIRE-208"),
    "8 MB of fields": (filled(MAIL, "X-A: b\n", "\nx", RAW_LIMIT), "WIRE-208"),
    "a frame of keyword lines": (filled("\x01abc0157 4 eco 62 x\r\n\x02", "a/\r\n", "\x03"), "WIRE-301"),
    "8 MB of nothing": (bytes(RAW_LIMIT), "WIRE-105"),
    "8 MB of high bytes": (b"\xff" * RAW_LIMIT, "WIRE-101"),
    "8 MB of chance": (random.Random(1).randbytes(RAW_LIMIT), "WIRE-101"),
    "100,000 empty lines": (filled("x", "\n ", "y"), "WIRE-104"),
}

# What is long and odd, and a story.
LONG = {
    "one line": filled("", SENTENCE),
    "brackets": filled("خبر\n", "( "),
    "angles": filled("خبر\n", "3 < ", size=60_000),
    "ampersands": filled("خبر\n", "&"),
    "spaces": filled("x", " ", "y"),
    "soup": filled("", "ÞÇá ÇáæÒíÑ Åä ÇáÃãÑ Ýí ÇáãÏíäÉ ãÍÓæã. "),
    "a sender of brackets": filled("To: x\nSubject: y\nDate: z\nFrom: ", "(", "\n\nx", 90_000),
    "a head of encoded words": filled("To: x\nFrom: y\nDate: z\nSubject: ", "=?utf-8?q?a?= ", "\n\nx", 90_000),
    "lines with a mark": filled(ANPA, "^a<\r\n", "\x03", 90_000),
}


def read(value: bytes) -> list[Story]:
    return read_stories(Incoming(topic="", partition=0, offset=0, timestamp=0, key=None, value=value))


@pytest.mark.parametrize(("value", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_wires_end_with_their_code(value: bytes, code: str) -> None:
    started = time.process_time()
    with pytest.raises(WireError) as caught:
        read(value)
    assert caught.value.code == code
    assert len(str(caught.value)) < 400
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("value", LONG.values(), ids=LONG)
def test_long_wires_are_read_in_time(value: bytes) -> None:
    started = time.process_time()
    assert read(value)
    assert time.process_time() - started < SECONDS


def test_a_plain_doctype_is_legal_and_never_loaded() -> None:
    doctype = b'<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.2//EN" "file:///no/such/nitf-3-2.dtd" [<!ELEMENT x ANY>]>'
    (story,) = read(doctype + b"<nitf><body><body.content><p>a&nbsp;b &eacute;</p></body.content></body></nitf>")
    assert story.text == "a b é"


@pytest.mark.parametrize("seed", range(2))
def test_damaged_wires_are_stories_or_dead_letters(seed: int) -> None:
    outcomes, findings = fuzz(1_050, seed)
    assert findings == []
    assert "exception" not in outcomes
    assert len(outcomes) > 15
