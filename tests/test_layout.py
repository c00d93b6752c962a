"""Layout: which lines are headline, byline, dateline, paragraph and tail, and which sentences only look so."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.normalize.layout import lay_out
from schemas.stories import Dateline

HEAD = "وزراء المياه يبحثون تقاسم مياه النهر"
BODY = "بحث وزراء المياه في اجتماع عقد اليوم مسودة اتفاق جديد، وقال أحدهم إن الحوار يتقدم."


class Signs(NamedTuple):
    """A line under the headline, or what stands before a first sentence, and what it says."""

    line: str
    kind: str = "byline"
    byline: str | None = None
    place: str | None = None
    date: str | None = None
    agency: str | None = None


# Lines under the headline that sign.
SIGNATURES = [
    Signs(line="| وكالات", byline="وكالات", agency="وكالات"),
    Signs(line="الرياض - واس", byline="الرياض - واس", place="الرياض", agency="واس"),
    Signs(line="واس - الرياض", byline="واس - الرياض", place="الرياض", agency="واس"),
    Signs(line="رام الله - وكالات:", byline="رام الله - وكالات", place="رام الله", agency="وكالات"),
    Signs(line="بيروت - إسطنبول: «الشرق الأوسط»", byline="بيروت - إسطنبول: «الشرق الأوسط»", place="بيروت، إسطنبول"),
    Signs(line="برلين - د ب أ", byline="برلين - د ب أ", place="برلين", agency="د ب أ"),
    Signs(line="برلين - د.ب.أ", byline="برلين - د.ب.أ", place="برلين", agency="د.ب.أ"),
    Signs(line="تونس (رويترز)", byline="تونس (رويترز)", place="تونس", agency="رويترز"),
    Signs(line="خورفكان (الإمارات) - رويترز", byline="خورفكان (الإمارات) - رويترز", place="خورفكان", agency="رويترز"),
    Signs(line="زهدي البرقوقي - رويترز", byline="زهدي البرقوقي - رويترز", agency="رويترز"),
    Signs(line="عواصم-وكالات:", byline="عواصم-وكالات", agency="وكالات"),
    Signs(
        line="أربيل، عمان- أ ف ب، رويترز",
        byline="أربيل، عمان- أ ف ب، رويترز",
        place="أربيل، عمان",
        agency="أ ف ب، رويترز",
    ),
    Signs(line="عمان - سامر الخطيب", byline="عمان - سامر الخطيب", place="عمان"),
    Signs(line="مسقط: هيثم البلوشي", byline="مسقط: هيثم البلوشي", place="مسقط"),
    Signs(line="ليلى منصور (الدوحة)", byline="ليلى منصور (الدوحة)", place="الدوحة"),
    Signs(line="كريم العطار من لندن", byline="كريم العطار من لندن", place="لندن"),
    Signs(line="تل أبيب: نظير الخطيب", byline="تل أبيب: نظير الخطيب", place="تل أبيب"),
    Signs(line="من جون سميث", byline="من جون سميث"),
    Signs(line="القاهرة من محمد السيد", byline="القاهرة من محمد السيد", place="القاهرة"),
    Signs(line="المصدر : المرفأ + وكالات", byline="المصدر : المرفأ + وكالات", agency="وكالات"),
    Signs(line="حاوره: محمد السيد", byline="حاوره: محمد السيد"),
    Signs(
        line="نيويورك – الأمم المتحدة - راغدة الحداد",
        byline="نيويورك – الأمم المتحدة - راغدة الحداد",
        place="نيويورك، الأمم المتحدة",
    ),
    Signs(line="من سامي الحداد", byline="من سامي الحداد"),
    Signs(line="بيروت - من سامي الحداد", byline="بيروت - من سامي الحداد", place="بيروت"),
    Signs(line="كتبت- هالة منصور:", byline="كتبت- هالة منصور"),
    Signs(line="* هالة منصور من الرياض", byline="* هالة منصور من الرياض", place="الرياض"),
    Signs(line="بوغوميلا (بولندا): «الشرق الأوسط»", byline="بوغوميلا (بولندا): «الشرق الأوسط»"),
    Signs(line="أنقرة/ سالم الخطيب/ الأناضول", byline="أنقرة/ سالم الخطيب/ الأناضول", place="أنقرة", agency="الأناضول"),
    Signs(line="بقلم منى الحداد", byline="بقلم منى الحداد"),
    Signs(line="د. سامي القاسم", byline="د. سامي القاسم"),
    Signs(line="محمود الصالح", byline="محمود الصالح"),
    Signs(line="القدس 2 مايو 09:37", kind="dateline", place="القدس", date="2 مايو 09:37"),
    Signs(
        line="جدة 3 رجب 1447 ه الموافق 23 ديسمبر 2025 م واس",
        kind="dateline",
        place="جدة",
        date="3 رجب 1447 ه الموافق 23 ديسمبر 2025 م",
        agency="واس",
    ),
    Signs(line="الثلاثاء، 23 كانون الأول 2025", kind="dateline", date="الثلاثاء، 23 كانون الأول 2025"),
    Signs(line="تاريخ النشر: 21 يونيو 2025", kind="dateline", date="تاريخ النشر: 21 يونيو 2025"),
    Signs(
        line="السبت 28 يوليوز 2025 آخر تحديث 01:40:21",
        kind="dateline",
        date="السبت 28 يوليوز 2025 آخر تحديث 01:40:21",
    ),
    Signs(line="19 جويلية 2025 المرفأ التونسية", kind="dateline", date="19 جويلية 2025"),
    Signs(line="12/12/2025", kind="dateline", date="12/12/2025"),
]

# What stands before the first sentence of a paragraph.
DATELINES = [
    Signs(line="سان بيدرو (الأرجنتين) 15-7 (اف ب)- ", kind="dateline", place="سان بيدرو", date="15-7", agency="اف ب"),
    Signs(line="مانيلا، 3 ديسمبر (رويترز) - ", kind="dateline", place="مانيلا", date="3 ديسمبر", agency="رويترز"),
    Signs(line="لندن - رويترز - ", kind="dateline", place="لندن", agency="رويترز"),
    Signs(line="دبي في 21 أكتوبر/ وام / ", kind="dateline", place="دبي", date="في 21 أكتوبر", agency="وام"),
    Signs(line="دمشق، سوريا (CNN) -- ", kind="dateline", place="دمشق", agency="CNN"),
    Signs(
        line="القاهرة 2 مايو 2026 (شينخوا) -- ", kind="dateline", place="القاهرة", date="2 مايو 2026", agency="شينخوا"
    ),
    Signs(line="الرباط / 02 مارس 2026/ ومع / ", kind="dateline", place="الرباط", date="02 مارس 2026", agency="ومع"),
    Signs(line="الرياض في 2 مارس /واس/ ", kind="dateline", place="الرياض", date="في 2 مارس", agency="واس"),
    Signs(line="الكويت - 25 - 7 (كونا) -- ", kind="dateline", place="الكويت", date="25 - 7", agency="كونا"),
    Signs(line="برلين 2 آذار/مارس (د ب أ)- ", kind="dateline", place="برلين", date="2 آذار/مارس", agency="د ب أ"),
    Signs(line="طرابلس 2/3/2026 (وال) - ", kind="dateline", place="طرابلس", date="2/3/2026", agency="وال"),
    Signs(line="وطنية - ", kind="dateline", agency="وطنية"),
    Signs(line="رضا سليم (الدوحة) - ", kind="dateline", place="الدوحة"),
    Signs(line="القاهرة (أ ش أ) - ", kind="dateline", place="القاهرة", agency="أ ش أ"),
    Signs(line="الرباط – الوكالات: ", kind="dateline", place="الرباط", agency="الوكالات"),
    Signs(line="واس- الرياض: ", kind="dateline", place="الرياض", agency="واس"),
    Signs(line="رام الله 19-7-2025 وفا- ", kind="dateline", place="رام الله", date="19-7-2025", agency="وفا"),
    Signs(line="رام الله– عمان - نادر فياض-(ا ف ب) -", kind="dateline", place="رام الله، عمان", agency="ا ف ب"),
]

# Lines under the headline that sign nothing: decks, sentences, sources before a colon, sub-heads.
NO_SIGNATURES = [
    "الخطيب: لا نقبل أي تقاسم غير عادل",
    "موسكو: بعيدون عن أي اتفاق",
    "يوسف الأحمد: خطوة إيجابية",
    "الوزارة تنفي والنقابة تؤكد",
    "أحمد يفوز بالجائزة",
    "محمد تحدث عن الأزمة",
    "آفاق التعاون",
    "تل أبيب: نرفض التفاوض",
    "30 يونيو موعد الحسم",
    "رويترز: لم نتمكن من التحقق",
    "قالت (رويترز) - التي نشرت الخبر - إنها لم تتحقق.",
    "وقالت وكالة الأنباء الألمانية (د.ب.أ) إن الاجتماع انتهى.",
    "وأضاف - وفق رويترز - أن الاجتماع انتهى.",
    "في القاهرة - المدينة الكبيرة - اجتمع الوزراء.",
    "اجتمعوا في 3 ديسمبر في مانيلا.",
    "الاجتماع الثاني - الجزء الأول من الحوار",
    "خاص: الوزارة تعلن أسماء الفائزين اليوم",
    "من يملك القرار في المدينة",
]


def said(dateline: Dateline | None) -> tuple[str | None, str | None, str | None]:
    return (dateline.place, dateline.date, dateline.agency) if dateline else (None, None, None)


@pytest.mark.parametrize("signs", SIGNATURES)
def test_signatures(signs: Signs) -> None:
    layout = lay_out(f"{HEAD}\n{signs.line}\n{BODY}")
    assert [section.kind for section in layout.sections] == ["headline", signs.kind, "paragraph"]
    assert (layout.headline, layout.byline) == (HEAD, signs.byline)
    assert said(layout.dateline) == (signs.place, signs.date, signs.agency)
    assert layout.dateline is None or layout.dateline.text == signs.line


@pytest.mark.parametrize("signs", DATELINES)
def test_datelines_before_the_first_sentence(signs: Signs) -> None:
    text = f"{HEAD}\n{signs.line}{BODY}"
    layout = lay_out(text)
    assert [section.kind for section in layout.sections] == ["headline", "dateline", "paragraph"]
    _, dateline, paragraph = layout.sections
    assert text[dateline.start : dateline.end] == signs.line.strip()
    assert text[paragraph.start : paragraph.end] == BODY
    assert said(layout.dateline) == (signs.place, signs.date, signs.agency)


def test_many_spaces_after_a_dateline_belong_to_nothing() -> None:
    text = f"{HEAD}\nعمان (رويترز) - {' ' * 200}{BODY}"
    assert [text[part.start : part.end] for part in lay_out(text).sections][1:] == ["عمان (رويترز) -", BODY]


def test_a_source_before_a_colon_is_no_part_of_the_dateline() -> None:
    text = f"{HEAD}\nلندن - رويترز - موسكو: لا حل قريب للأزمة.\n{BODY}"
    assert [text[section.start : section.end] for section in lay_out(text).sections][1:3] == [
        "لندن - رويترز -",
        "موسكو: لا حل قريب للأزمة.",
    ]


@pytest.mark.parametrize("line", NO_SIGNATURES)
def test_what_only_looks_like_a_signature_stays_a_paragraph(line: str) -> None:
    layout = lay_out(f"{HEAD}\n{line}\n{BODY}")
    assert [section.kind for section in layout.sections] == ["headline", "paragraph", "paragraph"]
    assert (layout.byline, layout.dateline) == (None, None)


@pytest.mark.parametrize(
    "tail",
    [
        "// انتهى //",
        "// يتبع // 17:58 ت م",
        "17:58 ت م",
        "...المزيد",
        "desk@example.org",
        "م ح/س ع",
        "(إعداد سامي الحداد للنشرة العربية - تحرير هالة منصور)",
        "* خدمة «المرفأ تايمز»",
        "رابط الخبر بصحيفة المرفأ: الوزير: لا حل قريبا",
        "المصدر: وكالات",
        "* * *",
    ],
)
def test_tails(tail: str) -> None:
    layout = lay_out(f"{HEAD}\n{BODY}\n{tail}")
    assert [section.kind for section in layout.sections] == ["headline", "paragraph", "boilerplate"]


@pytest.mark.parametrize(
    "note", ["(لإضافة تصريح الوزير وخلفية)", "ملاحظة للمحررين: الأسماء كاملة", "(تصحيح الاسم في الفقرة الثانية)"]
)
def test_a_note_to_editors_under_the_headline_is_boilerplate(note: str) -> None:
    layout = lay_out(f"{HEAD}\n{note}\nعمان - وكالات\n{BODY}")
    assert [section.kind for section in layout.sections] == ["headline", "boilerplate", "byline", "paragraph"]


def test_a_brief_in_the_middle_has_its_own_dateline() -> None:
    briefs = f"{HEAD}\n{BODY} {BODY}\nخلاف على الحصص\nعمان - رويترز: {BODY}\nقال (رويترز) - التي نشرت الخبر - إنها."
    assert [section.kind for section in lay_out(briefs).sections][2:] == [
        "paragraph",
        "dateline",
        "paragraph",
        "paragraph",
    ]


def test_a_tail_in_the_middle_is_no_tail() -> None:
    layout = lay_out(f"{HEAD}\n17:58 ت م\n{BODY}\n{BODY}\n{BODY}\n{BODY}")
    assert "boilerplate" not in [section.kind for section in layout.sections]


def test_a_second_headline_stays_a_paragraph_and_the_byline_below_it_is_found() -> None:
    layout = lay_out(f"{HEAD}\nخلاف على الحصص\nعمان - وكالات\n{BODY}")
    assert [section.kind for section in layout.sections] == ["headline", "paragraph", "byline", "paragraph"]


def test_a_signature_below_a_paragraph_is_one_only_with_an_agency() -> None:
    layout = lay_out(f"{HEAD}\n{BODY} {BODY}\nعمان - سامر الخطيب\nعمان - رويترز\n{BODY}")
    assert [section.kind for section in layout.sections] == [
        "headline",
        "paragraph",
        "paragraph",
        "byline",
        "paragraph",
    ]


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        (HEAD, HEAD),  # a snap
        (BODY, None),  # one sentence with a full stop
        (f"{BODY * 3}\n{BODY}", None),  # no headline was sent
        (f"دمشق (رويترز) - {BODY}\n{BODY}", None),
        (f"{HEAD}..\n{BODY}", f"{HEAD}.."),
        (f"محمود الصالح\n{BODY}", "محمود الصالح"),
        (f"رويترز - لندن\n{BODY}", None),
        (f"12/12/2025\n{BODY}", None),
        (f"أبرز أخبار السبت 11 مارس 2025\n{BODY}", "أبرز أخبار السبت 11 مارس 2025"),
        ("", None),
    ],
)
def test_the_first_line_is_a_headline_where_it_looks_like_one(text: str, headline: str | None) -> None:
    assert lay_out(text).headline == headline


def test_a_given_headline_is_never_doubted() -> None:
    assert lay_out(f"{BODY}\n{BODY}", headline_given=True).headline == BODY


PIECES = st.sampled_from(
    [*(row.line for row in SIGNATURES + DATELINES), *NO_SIGNATURES, HEAD, BODY, "", "-", "(", "15-7"]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=20), max_size=8), st.booleans(), st.sampled_from(["\n", "", " - "]))
def test_sections_are_in_order_and_leave_out_nothing(pieces: list[str], given_headline: bool, glue: str) -> None:
    text = glue.join(pieces)
    end = 0
    for section in lay_out(text, headline_given=given_headline).sections:
        assert not text[end : section.start].strip()
        assert end <= section.start < section.end <= len(text)
        assert text[section.start : section.end].strip()
        end = section.end
    assert not text[end:].strip()
