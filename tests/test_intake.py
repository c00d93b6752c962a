"""Intake: every format's fields, every refusal's code, and nothing but stories or codes from any bytes."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import errors
from agents.errors import CODES, WireError, codes_table
from agents.intake import FORMATS, MAX_STORY_BYTES, read_items
from agents.intake.items import Item
from schemas.stories import Charset

TEXT = "وزراء الري يجتمعون\nعمان - وكالات\nقال وزير الري إن الاجتماع مثمر."


def one(value: bytes, headers: Mapping[str, str] | None = None) -> Item:
    (item,) = read_items(value, headers or {})
    return item


def refusal(value: bytes, headers: Mapping[str, str] | None = None) -> WireError:
    with pytest.raises(WireError) as caught:
        read_items(value, headers or {})
    return caught.value


def test_plain_text_is_one_item_with_its_body_untouched() -> None:
    item = one(TEXT.encode() + b"\r\n")
    assert (item.format, item.body, item.headline, item.id) == ("text", TEXT + "\r\n", None, None)
    assert item.charset == Charset(declared=None, used="utf-8", how="valid")


def test_a_byte_order_mark_and_a_declaration_are_recorded() -> None:
    item = one(b"\xef\xbb\xbf" + TEXT.encode(), {"content-type": "text/plain; charset=Windows-1256"})
    assert item.charset == Charset(declared="windows-1256", used="utf-8", how="byte order mark")


FULL: dict[str, Any] = {
    "id": "river-7",
    "version": 3,
    "status": "withheld",
    "signal": "correction",
    "adds_to": "river-6",
    "provider": "manara",
    "channel": "general",
    "language": "ar",
    "headline": "وزراء الري يجتمعون",
    "byline": "عمان - وكالات",
    "slugline": "NILE-TALKS",
    "transmission": 157,
    "urgency": 3,
    "published_at": "2026-03-02T10:00:00+03:00",
    "embargoed_until": "2026-03-02T12:00:00+03:00",
    "subjects": ["water"],
    "copyright": "manara 2026",
    "editorial_note": "حل محل السابق",
    "body": "قال الوزير إن الاجتماع مثمر.",
    "unknown": {"left": "alone"},
}


def test_every_field_of_json() -> None:
    item = one(orjson.dumps(FULL))
    expected = FULL | {"version": "3", "transmission": "157", "subjects": ("water",)}
    published = expected.pop("published_at")
    expected.pop("unknown")
    assert {name: getattr(item, name) for name in expected} == expected
    assert (item.version_created, item.first_created, item.body_kind, item.format) == (published, None, "text", "json")


def test_json_with_text_alone() -> None:
    item = one(orjson.dumps({"id": 7, "text": TEXT}))
    assert (item.id, item.body, item.headline, item.version) == ("7", TEXT, None, None)


NINJS_1 = {
    "uri": "urn:manara:river-7",
    "type": "text",
    "version": "3",
    "versioncreated": "2026-03-02T10:00:00Z",
    "pubstatus": "usable",
    "urgency": 3,
    "language": "ar",
    "headline": "وزراء الري يجتمعون",
    "byline": "عمان - وكالات",
    "slugline": "NILE",
    "subject": [{"name": "water", "code": "07001001"}, {"code": "11000000"}],
    "infosource": [{"name": "manara"}],
    "embargoed": "2026-03-02T12:00:00Z",
    "copyrightnotice": "manara 2026",
    "ednote": "note",
    "body_html": "<p>HTML</p>",
    "body_text": "قال الوزير إن الاجتماع مثمر.",
}
NINJS_2 = {
    "uri": "urn:manara:river-7",
    "version": "3",
    "versioncreated": "2026-03-02T10:00:00Z",
    "pubstatus": "usable",
    "urgency": 3,
    "language": "ar",
    "headlines": [{"role": "short", "value": "قصير"}, {"role": "main", "value": "وزراء الري يجتمعون"}],
    "by": "عمان - وكالات",
    "slugline": "NILE",
    "subjects": [{"name": "water"}, {"uri": "11000000"}],
    "infosources": [{"role": "x"}, {"name": "manara"}],
    "embargoed": "2026-03-02T12:00:00Z",
    "copyrightnotice": "manara 2026",
    "ednote": "note",
    "bodies": [
        {"role": "web", "contenttype": "text/html", "value": "<p>HTML</p>"},
        {"role": "main", "contenttype": "text/plain", "value": "قال الوزير إن الاجتماع مثمر."},
    ],
}
NINJS_3 = {
    "uri": "urn:manara:river-7",
    "version": "3",
    "versionCreated": "2026-03-02T10:00:00Z",
    "pubStatus": "usable",
    "urgency": 3,
    "language": "ar",
    "headlines": [{"value": "وزراء الري يجتمعون"}],
    "by": "عمان - وكالات",
    "slugline": "NILE",
    "subjects": [{"name": "water"}, {"uri": "11000000"}],
    "infoSources": [{"name": "manara"}],
    "embargoedUntil": "2026-03-02T12:00:00Z",
    "copyrightNotice": "manara 2026",
    "edNote": "note",
    "bodies": [{"contentType": "text/plain", "value": "قال الوزير إن الاجتماع مثمر."}],
}


@pytest.mark.parametrize("news", [NINJS_1, NINJS_2, NINJS_3], ids=["1", "2", "3"])
def test_every_field_of_ninjs(news: dict[str, Any]) -> None:
    item = one(orjson.dumps(news))
    assert item == Item(
        format="ninjs",
        charset=item.charset,
        body="قال الوزير إن الاجتماع مثمر.",
        id="urn:manara:river-7",
        version="3",
        provider="manara",
        language="ar",
        headline="وزراء الري يجتمعون",
        byline="عمان - وكالات",
        slugline="NILE",
        urgency=3,
        version_created="2026-03-02T10:00:00Z",
        embargoed_until="2026-03-02T12:00:00Z",
        subjects=("water", "11000000"),
        copyright="manara 2026",
        editorial_note="note",
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [("usable", "usable"), ("withheld", "withheld"), ("canceled", "canceled"), ("cancelled", "canceled")],
)
def test_statuses_of_ninjs(sent: str, status: str) -> None:
    assert one(orjson.dumps(NINJS_3 | {"pubStatus": sent})).status == status


@pytest.mark.parametrize("part", [{"contentType": "text/html", "value": "<p>x</p>"}, {"value": " <p>x</p>"}])
def test_an_html_body_is_taken_where_there_is_no_other(part: dict[str, str]) -> None:
    item = one(orjson.dumps(NINJS_3 | {"bodies": [part]}))
    assert (item.body_kind, item.body) == ("html", part["value"])


G2 = (
    '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:7" version="1"><itemMeta>'
    '<itemClass qcode="ninat:text"/>{meta}</itemMeta><contentMeta><headline>خبر</headline>{content}</contentMeta>'
    "<contentSet><inlineData>قال الوزير نعم.</inlineData></contentSet></newsItem>"
)


@pytest.mark.parametrize(
    ("meta", "content", "signal", "flags"),
    [
        ('<signal qcode="sig:update"/>', "", "update", ()),
        ('<signal qcode="edStat:C"/>', "", "correction", ()),
        ('<signal qcode="edStat:U"/><signal qcode="prodId:TXT"/>', "", "update", ()),
        ('<pubStatus qcode="stat:canceled"/>', "", "kill", ()),
        ('<pubStatus qcode="stat:withheld"/>', "", "hold", ()),
        ('<role qcode="itemRole:Advisory"/>', "", "advisory", ()),
        ("", '<genre qcode="genre:Advisory"/>', "advisory", ()),
        ('<signal qcode="sic:TABLE"/>', "", "new", ("table",)),
        ("<edNote>KILL KILL KILL</edNote>", "", "kill", ()),
    ],
)
def test_signals_of_newsml_g2(meta: str, content: str, signal: str, flags: tuple[str, ...]) -> None:
    item = one(G2.format(meta=meta, content=content).encode())
    assert (item.signal, item.flags, item.body) == (signal, flags, "قال الوزير نعم.")


@pytest.mark.parametrize(
    ("letter", "instruction", "signal"),
    [
        ("N", "", "new"),
        ("U", "", "update"),
        ("A", "", "add"),
        ("N", '<Instruction FormalName="Correction"/>', "correction"),
    ],
)
def test_signals_of_newsml_1(letter: str, instruction: str, signal: str) -> None:
    item = one(
        f"<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>7</NewsItemId>"
        f'<RevisionId Update="{letter}">2</RevisionId></NewsIdentifier></Identification>'
        f'<NewsManagement><AssociatedWith NewsItem="urn:6"/>{instruction}</NewsManagement>'
        f"<NewsComponent><ContentItem><DataContent>نعم</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>".encode()
    )
    assert (item.signal, item.adds_to) == (signal, "urn:6" if signal == "add" else None)


def test_headers_go_before_the_envelope() -> None:
    item = one(orjson.dumps(FULL), {"wire-provider": "sahil", "wire-channel": "sport"})
    assert (item.provider, item.channel) == ("sahil", "sport")
    assert one(TEXT.encode(), {"wire-provider": " "}).provider is None


def test_the_header_names_the_reader() -> None:
    value = b'{"id": "7", "uri": "urn:7", "text": "x", "pubStatus": "usable"}'
    assert refusal(value).code == "WIRE-301"
    assert one(value, {"wire-format": "json"}).format == "json"
    assert one(value, {"wire-format": "Text"}).body == value.decode()


# What cannot be read: the record and its code.
REFUSALS = {
    "nothing": (b"", "WIRE-102"),
    "spaces": (b" \n\t ", "WIRE-102"),
    "only a byte order mark": (b"\xef\xbb\xbf \n", "WIRE-102"),
    "cut in a letter": (TEXT.encode()[:-2] + b"\xd9", "WIRE-101"),
    "utf-16 cut in a letter": (TEXT.encode("utf-16")[:-1], "WIRE-101"),
    "a mark that lies": (b"\xef\xbb\xbf" + TEXT.encode("cp1256"), "WIRE-101"),
    "binary": (bytes(range(32)) * 10, "WIRE-105"),
    "broken JSON": (b'{"id": "7", "text": "x"', "WIRE-201"),
    "JSON without quotation marks": (b"{text: 7}", "WIRE-201"),
    "two documents": (b'{"text": "x"}\n{"text": "y"}', "WIRE-201"),
    "a lone surrogate": (b'{"text": "\\ud800"}', "WIRE-201"),
    "an array cut off": (b'[{"text": "x"}', "WIRE-201"),
    "deep JSON": (b'{"a":' * 100_000, "WIRE-201"),
    "deep arrays": (b"[[" * 100_000, "WIRE-201"),
    "XML of no news format": (b"<?xml version='1.0'?><invoice/>", "WIRE-202"),
    "XML without a root": (b"<?xml version='1.0'?>", "WIRE-202"),
    "XML behind a damaged first letter": (b"x?xml version='1.0'?><nitf><p>x</p></nitf>", "WIRE-202"),
    "JSON behind a damaged first letter": (b'x"uri": "urn:7", "body_text": "x", "version": "1"}', "WIRE-202"),
    "a little JSON behind a damaged first letter": (b'x"text": "y"}', "WIRE-202"),
    "mail behind a damaged first letter": (b"From x@example.org\nTo: y\nSubject: z\nDate: now\n\nx", "WIRE-202"),
    "a package": (b'<packageItem guid="urn:7"/>', "WIRE-203"),
    "a ninjs package": (b'{"uri": "urn:7", "type": "composite", "pubstatus": "usable"}', "WIRE-203"),
    "a message without items": (b"<newsMessage><itemSet/></newsMessage>", "WIRE-203"),
    "a NewsML document without items": (b"<NewsML/>", "WIRE-203"),
    "a feed without entries": (b"<rss><channel/></rss>", "WIRE-203"),
    "an Atom feed without entries": (b"<feed/>", "WIRE-203"),
    "XML cut off": (b"<nitf><body>", "WIRE-206"),
    "XML with a control character": (b"<nitf>\x01</nitf>", "WIRE-206"),
    "an unknown entity": (b"<nitf>&nosuch;</nitf>", "WIRE-206"),
    "a mail of pictures": (b"From: x@example.org\nTo: y\nContent-Type: image/png\n\nx", "WIRE-301"),
    "a frame cut off": (b"\x01abc0157 4 eco 62 slug\r\n\x02x", "WIRE-208"),
    "a frame without a header": (b"\x01\x02x\x03", "WIRE-208"),
    "an ANPA frame cut off": (b"\x16\x16\x01a0157\x1f\r\nu f BC-X 03-02 0123\r\n\x02x", "WIRE-208"),
    "an NITF without a body": (b"<nitf/>", "WIRE-301"),
    "an empty page": (b"<html></html>", "WIRE-301"),
    "an unknown status of NITF": (b'<nitf><head><docdata management-status="lost"/></head></nitf>', "WIRE-302"),
    "an array": (b'[{"text": "x"}]', "WIRE-203"),
    "a string": (b'"a story in quotation marks"', "WIRE-203"),
    "a number": (b"157", "WIRE-203"),
    "null": (b"null\n", "WIRE-203"),
    "no body": (b'{"id": "7", "headline": "x"}', "WIRE-301"),
    "a blank body": (b'{"id": "7", "text": " \\n"}', "WIRE-301"),
    "a null body": (b'{"id": "7", "text": null}', "WIRE-301"),
    "a ninjs picture": (b'{"uri": "urn:7", "type": "picture", "pubstatus": "usable"}', "WIRE-203"),
    "a ninjs text without one": (b'{"uri": "urn:7", "type": "text", "pubstatus": "usable"}', "WIRE-301"),
    "a body that is a number": (b'{"text": 7}', "WIRE-302"),
    "an unknown status": (b'{"text": "x", "status": "lost"}', "WIRE-302"),
    "an unknown status of ninjs": (b'{"uri": "urn:7", "body_text": "x", "pubstatus": "lost"}', "WIRE-302"),
    "a story of 5 MB": (TEXT.encode() * 50_000, "WIRE-104"),
    "a JSON story of 5 MB": (orjson.dumps({"text": TEXT * 50_000}), "WIRE-104"),
}


@pytest.mark.parametrize(("value", "code"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_read_has_a_code(value: bytes, code: str) -> None:
    error = refusal(value)
    assert error.code == code
    assert str(error).startswith(f"{code} {CODES[code].name}: ")


def test_an_error_says_where() -> None:
    assert refusal(b'{"text": "x", "subjects": ["a", 7]}').path == "$.subjects[1]"
    assert refusal(b"abc\xff").path == "byte 3"
    assert "koi8-r" in str(refusal(b"\xff", {"content-type": "text/plain; charset=koi8-r"}))
    assert "ninjs, json, newsml-g2" in str(refusal(b"x", {"wire-format": "morse"}))


@pytest.mark.parametrize(
    "text",
    [
        "[صورة] قال الوزير",
        "قال الو\x02زير نعم",
        f"{TEXT * 20}\nFrom: x\nTo: y\nSubject: z",
        "{المرفأ} يكشف خطة الوزير",
        "«نعم» قال الوزير",
        '"نعم" قال الوزير',
        "12 قتيلا",
        'وأردف "الغبان": "نعم". ' * 3,
        "nullify",
    ],
)
def test_prose_that_begins_like_json_is_prose(text: str) -> None:
    assert one(text.encode()).format == "text"


def test_blanks_before_a_record_are_no_part_of_it() -> None:
    blanks = b" \r\n" * 2_000
    assert one(blanks + b'{"text": "x"}').format == "json"
    assert one(blanks + b"<nitf><body><body.content>x</body.content></body></nitf>").format == "nitf"


def test_the_limit_holds_for_the_story_and_not_for_its_envelope() -> None:
    assert one(b"x" * MAX_STORY_BYTES).format == "text"
    assert refusal(b"x" * (MAX_STORY_BYTES + 1)).code == "WIRE-104"
    assert one(orjson.dumps({"text": "x", "padding": "x" * MAX_STORY_BYTES})).body == "x"
    with pytest.raises(WireError, match="the limit is 5"):
        read_items(b"123456 x", {"wire-format": "text"}, max_story_bytes=5)


def test_formats_are_named_once() -> None:
    names = [row.name for row in FORMATS]
    assert len(set(names)) == len(names)


def test_the_table_of_codes_is_whole() -> None:
    assert all(code == row.code and all(row) for code, row in CODES.items())
    assert codes_table().count("\n") == len(CODES) + 1
    assert list(CODES) == sorted(CODES)
    with pytest.raises(KeyError):
        WireError("WIRE-999", "no such code")


def test_every_code_is_raised_somewhere_and_no_other() -> None:
    agents = Path(errors.__file__).parent
    files = [path for path in agents.rglob("*.py") if path.name != "errors.py"]
    raised = {code for path in files for code in re.findall(r'"(WIRE-\d+)"', path.read_text(encoding="utf-8"))}
    assert raised == set(CODES)


JSONLIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FULL, *NINJS_1, *NINJS_3, "text"]), inner)
    ),
    max_leaves=12,
)


def items_or_code(value: bytes, named: str = "") -> list[Item] | list[str]:
    try:
        return read_items(value, {"wire-format": named})
    except WireError as error:
        return [error.code]


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_items_or_a_code(value: bytes) -> None:
    assert all(isinstance(found, Item) or found in CODES for found in items_or_code(value))


MARKUP = st.lists(
    st.sampled_from(
        [
            "<newsItem>",
            "</newsItem>",
            "<nitf>",
            "</nitf>",
            "<body>",
            "<p>",
            "</p>",
            "<item>",
            "<rss>",
            "</rss>",
            "&",
            "&nbsp;",
            "]]>",
            "<![CDATA[",
            "<!--",
            "-->",
            "\x01",
            "\x02",
            "\x03",
            "\x16",
            "From:",
            "Subject:",
            "Date:",
            "x=y",
            "<?xml?>",
            "<!DOCTYPE",
            "خبر",
            "قال",
            "الوزير",
            "<",
            ">",
            '"',
            "=",
            "\n",
            "\r\n",
        ]
    ),
    max_size=30,
).map(lambda pieces: " ".join(pieces).encode())


@settings(deadline=None, max_examples=400)
@given(MARKUP | st.binary(max_size=200), st.sampled_from(["", *(row.name for row in FORMATS)]))
def test_any_markup_named_as_any_format_gives_items_or_a_code(value: bytes, named: str) -> None:
    assert all(isinstance(found, Item) or found in CODES for found in items_or_code(value, named))


@settings(deadline=None)
@given(JSONLIKE, st.sampled_from(["", "json", "ninjs"]))
def test_any_json_gives_items_or_a_code(document: Any, named: str) -> None:
    found = items_or_code(json.dumps(document).encode(), named)
    assert all((isinstance(item, Item) and item.body.strip()) or item in CODES for item in found)
