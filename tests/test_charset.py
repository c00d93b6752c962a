"""Charsets: what bytes are read as, whatever is declared, and which mojibake is mended."""

import pytest

from agents.errors import WireError
from agents.intake import read_items
from agents.intake.charset import decode
from agents.intake.mojibake import repair
from schemas.stories import Charset

SENTENCES = (
    "أعلنت وزارة الري الاثنين أن منسوب النهر ارتفع في اليومين الماضيين.",
    "وقال مدير المرفأ إن العمل لن يتوقف خلال التوسعة، مؤكدا أن التمويل متوافر.",
    "ودعت النقابة إلى اجتماع عاجل مع الوزير بعد رفض المطالب التي قدمتها.",
    "وأضاف المصدر أن اللجنة تبحث عن حل بين الطرفين قبل نهاية الشهر.",
)
TEXT = "\n".join(SENTENCES)
ARABIC = {"windows-1256": "cp1256", "iso-8859-6": "iso8859-6", "cp720": "cp720"}
DECLARATIONS = [
    None,
    "utf-8",
    "iso-8859-1",
    "windows-1252",
    "windows-1256",
    "iso-8859-6",
    "us-ascii",
    "no-such-charset",
]


def content_type(declared: str | None) -> str | None:
    return f"text/plain; charset={declared}" if declared else None


def reencoded(text: str, given: str, taken: str) -> str:
    """The text written in one charset and read in another; bytes that have no letter there are control characters."""
    return "".join(bytes([byte]).decode(taken, "ignore") or chr(byte) for byte in text.encode(given))


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize(("used", "codec"), ARABIC.items())
@pytest.mark.parametrize("text", SENTENCES)
def test_arabic_bytes_are_read_by_evidence_whatever_is_declared(
    text: str, used: str, codec: str, declared: str | None
) -> None:
    assert decode(text.encode(codec, "replace"), content_type(declared)) == (
        text.encode(codec, "replace").decode(codec),
        Charset(declared=declared, used=used, how="evidence"),
    )


@pytest.mark.parametrize("declared", DECLARATIONS)
def test_utf_8_is_utf_8_whatever_is_declared(declared: str | None) -> None:
    charset = Charset(declared=declared, used="utf-8", how="valid")
    assert decode(TEXT.encode(), content_type(declared)) == (TEXT, charset)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_wide_charsets_are_read_with_a_mark_and_utf_16_without(codec: str) -> None:
    text, charset = decode(TEXT.encode(codec))
    assert text.lstrip("\ufeff") == TEXT
    assert charset.used.startswith(codec.removesuffix("-sig"))
    assert charset.how == ("pattern" if codec[-2:] in ("le", "be") else "byte order mark")


@pytest.mark.parametrize(
    ("head", "declared"),
    [
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>', "iso-8859-1"),
        (b"<html><head><meta charset=windows-1252>", "windows-1252"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">', "utf-8"),
        (b"", None),
    ],
)
def test_declarations_inside_are_recorded(head: bytes, declared: str | None) -> None:
    assert decode(head + TEXT.encode("cp1256"))[1] == Charset(declared=declared, used="windows-1256", how="evidence")


def test_a_declaration_is_heard_where_the_bytes_hold_no_arabic() -> None:
    value = "Le ministre a répondu à l\u2019opposition\u2026".encode("cp1252")
    text, charset = decode(value, "text/plain; charset=iso-8859-1")
    assert text == "Le ministre a répondu à l\u2019opposition\u2026"
    assert charset == Charset(declared="iso-8859-1", used="windows-1252", how="declared")
    with pytest.raises(WireError, match="WIRE-101"):
        decode(value)


@pytest.mark.parametrize("codec", ["mac_arabic", "cp864"])
def test_a_charset_that_is_not_known_is_never_soup(codec: str) -> None:
    with pytest.raises(WireError, match="WIRE-101"):
        decode(TEXT.encode(codec, "replace"))


MISREADINGS = [(given, taken) for given in ("cp1256", "utf-8") for taken in ("latin-1", "cp1252")]


@pytest.mark.parametrize(("given", "taken"), [*MISREADINGS, ("utf-8", "cp1256"), ("iso8859-6", "latin-1")])
def test_mojibake_is_mended(given: str, taken: str) -> None:
    soup = reencoded(TEXT, given, taken)
    assert soup != TEXT
    assert repair(soup) == TEXT
    (item,) = read_items(soup.encode(), {})
    assert (item.body, item.flags) == (TEXT, ("mojibake_repaired",))


def test_a_clean_line_among_mojibake_stays() -> None:
    assert repair(f"{SENTENCES[0]}\n{reencoded(TEXT, 'cp1256', 'latin-1')}") == f"{SENTENCES[0]}\n{TEXT}"


@pytest.mark.parametrize(
    "text",
    [*SENTENCES, "Šta će reći ministar? Œuvre, Ñandú, Åse", "été à Paris où l'on dîne", "ضابط ظريف طبيب ظل", "ÞÇá", ""],
)
def test_what_is_no_mojibake_or_not_surely_stays(text: str) -> None:
    assert repair(text) is None
