"""Stage 1 as a whole: raw records in, stories out, every span and every run of the offset map in place."""

import hashlib
import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.errors import CODES, WireError
from agents.lifecycle import enrich
from agents.messages import Headers, Incoming
from agents.normalize import join_headline
from agents.normalize.dates import read_date
from agents.normalize.language import decide_language, detect_language
from agents.normalize.markup import strip_tags
from agents.normalize.offsets import body_span
from agents.reading import read_stories, read_wire
from schemas.codec import decode_story
from schemas.stories import Dateline, Story
from tests.spans import check_story

TEXT = "وزراء الري يجتمعون\n| وكالات\nقال وزير الري سامي الحداد إن «الاجتماع مثمر».\nوأضاف أن الحوار يستمر."


def raw(value: bytes | None, headers: Headers = ()) -> Incoming:
    return Incoming(
        topic="wire.raw.v1", partition=2, offset=40, timestamp=1_772_442_000_123, key=None, value=value, headers=headers
    )


def story_of(value: bytes | dict[str, Any] | str, headers: Headers = ()) -> Story:
    encoded = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else orjson.dumps(value)
    (story,) = read_stories(raw(encoded, headers))
    return story


def test_a_clean_text_is_published_as_it_is() -> None:
    for end in ("", "\n"):
        story = story_of(TEXT + end)
        assert story.text == TEXT
        assert story.provenance.changes == {}
        assert [(run.text, run.raw, run.length) for run in story.offsets] == [(0, 0, len(TEXT))]


def test_the_fields_of_a_plain_text() -> None:
    story = story_of(TEXT, (("wire-provider", b"manara"), ("wire-channel", b"general")))
    assert (story.provider, story.channel, story.language, story.version) == ("manara", "general", "ar", "1")
    assert (story.headline, story.byline) == ("وزراء الري يجتمعون", "وكالات")
    assert story.dateline == Dateline(text="| وكالات", agency="وكالات")
    assert (story.received_at, story.published_at) == ("2026-03-02T09:00:00.123Z", None)
    assert story.flags == ("published_at_missing",)
    origin = story.provenance.raw
    assert (origin.topic, origin.partition, origin.offset, origin.item, origin.items) == ("wire.raw.v1", 2, 40, 0, 1)
    assert (origin.sha256, origin.format) == (hashlib.sha256(TEXT.encode()).hexdigest(), "text")


def test_a_headline_field_is_the_first_line_and_lies_in_no_run() -> None:
    body = "عمان - وكالات\nقال\xa0الوزير نعم."
    story = story_of({"id": "7", "headline": "  الوزراء\n يجتمعون ", "body": body})
    assert story.headline == "الوزراء يجتمعون"
    assert story.text == "الوزراء يجتمعون\nعمان - وكالات\nقال الوزير نعم."
    assert [section.kind for section in story.sections] == ["headline", "byline", "paragraph"]
    check_story(story, body)
    assert body_span(story.offsets, 0, 10) is None
    start = story.text.index("نعم")
    assert body_span(story.offsets, start, start + 3) == (body.index("نعم"), body.index("نعم") + 3)


def test_a_headline_that_the_body_repeats_stands_once() -> None:
    assert join_headline("قمة", "قمة\nبدأت") == ("قمة\nبدأت", 0)
    assert story_of({"headline": "وزراء الري يجتمعون", "text": TEXT}).text == TEXT


def test_the_byline_of_the_envelope_gives_place_and_agency() -> None:
    story = story_of({"headline": "قمة", "body": "قال الوزير نعم.", "byline": "عمان - رويترز"})
    assert story.byline == "عمان - رويترز"
    assert story.dateline == Dateline(text="عمان - رويترز", place="عمان", agency="رويترز")


def test_an_html_body_maps_back_through_its_tags() -> None:
    html = (
        '<div class="a>b"><p>قال&nbsp;الوزير:\n  &laquo;نعم&raquo;</p>'
        "<script>if (a<b) x()</script><!-- <p>لا</p> --><br/>مضى</div>"
    )
    story = story_of({"uri": "urn:7", "headline": "قمة", "body_html": html})
    assert story.text == "قمة\nقال الوزير: «نعم»\n\nمضى"
    check_story(story, html)
    assert story.provenance.changes["tags"] == 7


@pytest.mark.parametrize("unit", ["<a ", "<!--", "<a b='", "&#", "<script>", "</a ", "<![CDATA[", "<p>", "< "])
def test_hostile_html_takes_linear_time(unit: str) -> None:
    started = time.perf_counter()
    strip_tags(unit * (300_000 // len(unit)))
    assert time.perf_counter() - started < 5


IDS = {
    "provider and guid": ({"id": "7", "provider": "manara", "slugline": "s"}, "manara:7"),
    "no provider": ({"id": "7"}, "unknown:7"),
    "slugline and date": (
        {"provider": "manara", "slugline": "NILE", "published_at": "2026-03-02T10:00:00Z"},
        "manara:NILE:2026-03-02",
    ),
    "slugline alone": ({"provider": "manara", "slugline": "NILE"}, "manara:NILE:"),
}


@pytest.mark.parametrize(("fields", "expected"), IDS.values(), ids=IDS)
def test_story_ids(fields: dict[str, str], expected: str) -> None:
    assert story_of(fields | {"text": TEXT}).id == expected


def test_the_id_without_any_is_made_of_date_and_folded_headline() -> None:
    text = "اجتماع الوزراء في أنقرة\nأنقرة 2 مايو (رويترز) - بدأ الاجتماع."
    one, other = story_of(text), story_of(text.replace("أنقرة", "انقرة") + "\nوأضاف الوزير.")
    assert one.id == other.id
    assert one.id.startswith("unknown:2 مايو:")
    assert (
        len({one.id, story_of(text.replace("2 مايو", "3 مايو")).id, story_of(text.replace("اجتماع", "لقاء", 1)).id})
        == 3
    )


def test_an_add_is_a_story_of_its_own_and_names_what_it_adds_to() -> None:
    base = story_of("لقاء الوزيرين\nأنقرة 2 مايو (رويترز) - بدأ اللقاء.")
    add = story_of("لقاء الوزيرين / إضافة أولى وأخيرة /\nأنقرة 2 مايو (رويترز) - وانتهى اللقاء.")
    assert (add.signal, add.adds_to) == ("add", base.id)
    assert add.id != base.id
    slug = {"provider": "manara", "published_at": "2026-03-02T10:00:00Z", "text": TEXT}
    later = story_of(slug | {"slugline": "NILE, 1st Add"})
    assert (later.id, later.adds_to) == ("manara:NILE, 1st Add:2026-03-02", story_of(slug | {"slugline": "NILE"}).id)
    assert story_of({"id": "8", "signal": "add", "adds_to": "7", "text": TEXT}).adds_to == "7"


SIGNALS = {
    "KILL KILL KILL (manara)": "kill",
    "Please kill item 157": "kill",
    "سحب الخبر رقم 157": "kill",
    "HOLD HOLD HOLD": "hold",
    "ملحوظة للمشتركين: يصل النص كاملا بعد قليل": "advisory",
    "تصحيح: الوزير لم يحضر": "correction",
    "CORRECTED-Talks begin": "correction",
    "إعادة: الوزير يحضر": "repeat",
    "UPDATE 2-Talks begin": "update",
    "تحديث: الوزير يحضر": "update",
    "عاجل: الوزير يحضر": "snap",
    "عاجل | الوزير يحضر": "snap",
    "تصحيح أخطاء الماضي مهمة الجميع": "new",
    "Update of the law is due": "new",
    "الوزير يطلب سحب الخبر": "new",
    "إضافة أولى للمتحف": "new",
}


@pytest.mark.parametrize(("headline", "signal"), SIGNALS.items())
def test_words_at_the_head_are_signals(headline: str, signal: str) -> None:
    assert story_of({"id": "7", "headline": headline, "text": TEXT}).signal == signal


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("المستعجل جدا «إغلاق المرفأ» المنشور في 2 آذار مضلل وتم سحبه ولن ينشر بديل عنه", "kill"),
        ("نرجو من المشتركين عدم اعتماد الخبر المعنون «إغلاق المرفأ».", "kill"),
        (f"{TEXT}\nوقال إن القرار تم سحبه.", "new"),
        ("تم سحب الجثة من النهر", "new"),
        ("قال الوزير إن الخبر غير صحيح. " * 30 + "وتم سحبه", "new"),
    ],
)
def test_kills_in_prose_are_signals(text: str, signal: str) -> None:
    assert story_of(text).signal == signal


@pytest.mark.parametrize(("status", "signal"), [("usable", "new"), ("withheld", "hold"), ("canceled", "kill")])
def test_a_status_is_a_signal_where_there_is_no_other(status: str, signal: str) -> None:
    assert story_of({"id": "7", "text": TEXT, "status": status}).signal == signal
    assert story_of({"id": "7", "text": TEXT, "status": status, "signal": "correction"}).signal == "correction"


def test_an_embargo_in_words_is_flagged_and_not_read() -> None:
    held = story_of({"id": "7", "text": TEXT, "editorial_note": "محظور النشر حتى الساعة الرابعة"})
    assert (held.status, held.embargoed_until) == ("usable", None)
    assert "embargo_in_words" in held.flags
    assert "embargo_in_words" in story_of(f"EMBARGOED until 1600 GMT\n{TEXT}").flags
    assert "embargo_in_words" not in story_of(TEXT + "\nحظر النشر في القضية").flags


def test_an_embargo_that_cannot_be_read_is_withheld() -> None:
    held = story_of({"id": "7", "text": TEXT, "embargoed_until": "this evening"})
    assert (held.status, held.embargoed_until) == ("withheld", None)
    assert "embargoed_until_unreadable" in held.flags
    assert story_of({"id": "7", "text": TEXT, "embargoed_until": "2026-03-02T10:00:00"}).status == "usable"


def test_an_id_too_long_to_be_a_key_is_refused() -> None:
    with pytest.raises(WireError, match="WIRE-302"):
        story_of({"id": "7" * 2_000, "text": TEXT})


def test_a_body_of_marks_that_no_one_sees_is_missing() -> None:
    with pytest.raises(WireError, match="WIRE-301"):
        story_of({"text": "\u200f\u200b&nbsp;"})


@pytest.mark.parametrize(
    ("printed", "iso", "flag"),
    [
        ("2026-03-02T10:00:00+03:00", "2026-03-02T10:00:00+03:00", None),
        ("2026-03-02T10:00:00.000Z", "2026-03-02T10:00:00Z", None),
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00", "published_at_without_zone"),
        ("2 مايو", None, "published_at_unreadable"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_dates_are_checked_and_never_invented(printed: str | None, iso: str | None, flag: str | None) -> None:
    assert read_date(printed, "published_at") == (iso, (flag,) if flag else ())


def test_the_date_of_the_first_version_stands_in_and_is_flagged() -> None:
    news = {"uri": "urn:7", "body_text": TEXT, "firstcreated": "2026-03-01T00:00:00Z"}
    story = story_of(news)
    assert (story.published_at, story.flags) == ("2026-03-01T00:00:00Z", ("version_date_missing",))


LANGUAGES = {
    "ar": "قال الوزير إن الاجتماع الذي عقد في المدينة كان مثمراً.",
    "ar typed on a Persian keyboard": "قال الوزیر فی المدینة إن الاجتماع الذی عقد فی المدینة کان مثمراً علی کل حال.",
    "ar of names": "محمد حسن",
    "fa": "وزیر گفت که این نشست با حضور همه کشورها برگزار شد و به توافق رسید.",
    "ur": "وزیر نے کہا ہے کہ یہ اجلاس شہر میں ہوا اور اس کے نتائج سے سب خوش ہیں۔",
    "ckb": "وەزیر گوتی کە کۆبوونەوە لە شار بۆ ئەم کێشەیە دەکات",
    "und": "The minister spoke of the وزارة.",
}


@pytest.mark.parametrize(("language", "text"), LANGUAGES.items(), ids=LANGUAGES)
def test_languages(language: str, text: str) -> None:
    assert detect_language(text) == language.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    ("declared", "key", "language", "flags"),
    [
        (None, "ar", "ar", ()),
        ("ar-JO", "ar", "ar-JO", ()),
        (None, "fa", "fa", ("not_arabic",)),
        ("ar", "fa", "fa", ("not_arabic", "language_contradicts_envelope")),
        ("en", "ar", "ar", ("language_contradicts_envelope",)),
        ("en", "und", "en", ("not_arabic",)),
        ("ar", "und", "und", ("not_arabic", "language_contradicts_envelope")),
    ],
)
def test_the_envelope_says_the_language_where_the_text_agrees(
    declared: str | None, key: str, language: str, flags: tuple[str, ...]
) -> None:
    assert decide_language(declared, LANGUAGES[key]) == (language, flags)


@pytest.mark.parametrize("key", ["fa", "ur", "und"])
def test_a_story_that_is_not_arabic_is_published_without_statements(key: str) -> None:
    story = story_of(LANGUAGES[key])
    assert "not_arabic" in story.flags
    assert enrich(story).statements == ()


def test_damage_is_flagged() -> None:
    assert "replacement_characters" in story_of(TEXT + "\ufffd").flags
    assert "\ufffd" not in story_of(TEXT + "\ufffd").text
    assert "question_marks" in story_of(TEXT + "\n???? ????").flags
    assert "question_marks" not in story_of(TEXT + " لماذا؟؟").flags


@pytest.mark.parametrize(
    "text", ["وزراء\n" + "???? ?????? ??? " * 20, "?C?E ??C C??? ??E " * 20, "\ufffd\ufffd \ufffd" * 9]
)
def test_destroyed_text_is_no_story(text: str) -> None:
    with pytest.raises(WireError, match="WIRE-106"):
        story_of(text)


@pytest.mark.parametrize(
    ("body", "text", "flagged"),
    [
        ("<p>قال الوزير</p><p>نعم</p>", "قال الوزير\n\nنعم", True),
        ("&lt;p&gt;قال &amp;quot;نعم&amp;quot;&lt;/p&gt;", 'قال "نعم"', True),
        ("قال 3 < 4 والبريد <desk@example.org>", "قال 3 < 4 والبريد <desk@example.org>", False),
        ("قال نعم<br", "قال نعم", True),
    ],
)
def test_no_story_holds_markup(body: str, text: str, flagged: bool) -> None:
    story = story_of({"id": "7", "headline": "قمة", "text": body})
    assert story.text == f"قمة\n{text}"
    assert ("markup_removed" in story.flags) is flagged
    check_story(story, body)


def test_a_kill_needs_no_body() -> None:
    for fields in ({"status": "canceled"}, {"signal": "kill"}, {"status": "withheld"}):
        killed = story_of({"id": "7", "text": ""} | fields)
        assert (killed.text, killed.sections, killed.headline) == ("", (), None)
    assert story_of({"id": "7", "headline": "قمة", "text": "", "status": "canceled"}).text == "قمة"


def test_the_output_is_the_story_keyed_by_its_id() -> None:
    headers = (
        ("wire-provider", b"manara"),
        ("wire-own", b"\xff"),
        ("wire-error-code", b"WIRE-501"),
        ("wire-stage", b"extract"),
        ("traceparent", b"00-aa-bb-01"),
        ("x", b"y"),
    )
    incoming = raw(orjson.dumps({"id": "7", "text": TEXT}), headers)
    (output,) = read_wire(incoming)
    assert (output.topic, output.key, output.partition_key) == ("wire.stories.v1", b"manara:7", None)
    assert [decode_story(output.value or b"")] == read_stories(incoming)
    names = [name for name, _ in output.headers]
    assert {"ce_id", "ce_type", "wire-provider", "wire-own", "traceparent"} <= set(names)
    assert not {"wire-error-code", "wire-stage", "x"} & set(names)
    assert len(set(names)) == len(names)


def test_the_same_record_gives_the_same_bytes() -> None:
    assert read_wire(raw(TEXT.encode())) == read_wire(raw(TEXT.encode()))


def test_a_null_value_has_its_code() -> None:
    with pytest.raises(WireError, match="WIRE-103"):
        read_wire(raw(None))


def test_the_limit_can_be_set() -> None:
    with pytest.raises(WireError, match="WIRE-104"):
        read_wire(raw(TEXT.encode()), max_story_bytes=20)


# Pieces that stories are made of, so that hypothesis builds whole ones with damage anywhere.
PIECES = st.sampled_from(
    [
        "وزراء الري يجتمعون",
        "عمان - وكالات:",
        "مانيلا، 3 ديسمبر (رويترز) - ",
        "قال الوزير سامي الحداد: «نعم، نـعم».",
        "وأضاف أنّ الحوار",
        "ا\u0654حمد\u0651\u064e",
        "\xa0\u200f\ufeff",
        "&quot;نعم&quot; &amp;",
        "\r\n",
        "\n\n\n",
        "<p>",
        "</p>",
        "<!--",
        "\ufe8e\ufefb",
        "// انتهى //",
        " ",
        "»",
        "\u0085",
    ]
)


def stories_or_code(incoming: Incoming) -> list[Story] | list[str]:
    try:
        return read_stories(incoming)
    except WireError as error:
        return [error.code]


STORIES = st.lists(PIECES | st.text(max_size=6), min_size=1, max_size=14).map("".join)


@settings(deadline=None)
@given(STORIES, st.sampled_from(["text", "json", "html"]), st.none() | STORIES)
def test_every_span_of_every_record_holds(body: str, kind: str, headline: str | None) -> None:
    name = {"text": "text", "json": "body", "html": "body_html"}[kind]
    document = {"uri": "urn:7", name: body, "headline": headline}
    value = body.encode() if kind == "text" else orjson.dumps(document)
    named = {"text": b"text", "json": b"json", "html": b"ninjs"}[kind]
    incoming = raw(value, (("wire-format", named),))
    for story in stories_or_code(incoming):
        if isinstance(story, str):
            assert story in {"WIRE-102", "WIRE-105", "WIRE-301"}
            continue
        check_story(story, body)
        check_story(enrich(story), body)
        assert decode_story(read_wire(incoming)[0].value or b"") == story


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_stories_or_a_code(value: bytes) -> None:
    for story in stories_or_code(raw(value)):
        if isinstance(story, str):
            assert story in CODES
        else:
            check_story(story)
