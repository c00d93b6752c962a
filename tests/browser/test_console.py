"""The console as an editor sees it."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from agents.console.store import Seen
from agents.extract.testing import story
from agents.highlight import PAGE_END, page_start, story_html
from agents.lifecycle import enrich
from schemas.codec import encode
from schemas.topics import AUDIT, STATEMENTS
from tests.broker.published import KILL, versions
from tests.browser.served import Served, letter, story_seen
from tests.examples import FIRST, SECOND
from tests.node import npm_packages
from tests.records import make_statement, make_story

AXE = "axe-core@4.14.1"
HOSTILE = (
    "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">\u202e \u2066"
    "قال مدير المرفأ <b onmouseover=alert(1)>سامي</b> إن «الرصيف </span></p></article> آمن» \u202c."
)


def publish(console: Served, *raws: object) -> None:
    console.take(
        *(Seen(one.topic, 0, n, 1000 + n, one.key, one.value, one.headers) for n, one in enumerate(versions(*raws)))
    )


def many(count: int) -> list[Seen]:
    one = make_statement(make_story())
    headers = (("ce_type", b"tasrih.statement.asserted"),)
    return [
        Seen(STATEMENTS.name, 0, n, n, f"s{n}".encode(), encode(replace(one, id=f"s{n}", seq=n)), headers)
        for n in range(count)
    ]


def test_statements_appear_as_they_are_committed_and_go_when_they_are_taken_back(console: Served, page: Page) -> None:
    page.goto(console.url)
    expect(page.locator("#none")).to_be_visible()
    publish(console, FIRST)
    lines = page.locator("#lines > li")
    expect(lines).to_have_count(len(console.store.lines))
    expect(lines.filter(has_text="ينفي المضمون")).to_have_count(1)
    publish(console, FIRST, SECOND, KILL)
    expect(page.locator("#lines > li.retracted").first).to_contain_text("سحب")
    expect(page.locator("#lines")).not_to_contain_text("الرصيف")


def test_filters_choose_and_the_choice_holds_for_what_comes(console: Served, page: Page) -> None:
    publish(console, FIRST)
    page.goto(console.url)
    lines = page.locator("#lines > li")
    expect(lines).to_have_count(len(console.store.lines))
    page.get_by_label("الموقف").select_option("denied")
    expect(lines).to_have_count(1)
    console.take(*many(3))
    page.wait_for_timeout(1500)
    expect(lines).to_have_count(1)
    page.get_by_role("button", name="مسح").click()
    expect(lines).to_have_count(len(console.store.lines))
    page.get_by_label("المصدر").fill("لا أحد بهذا الاسم")
    expect(page.locator("#none")).to_be_visible()


def test_the_keyboard_leads_from_the_list_to_a_story_and_its_rule(console: Served, page: Page) -> None:
    publish(console, FIRST)
    page.goto(console.url)
    link = page.locator("#lines a").first
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    badge = page.locator("a.badge").nth(1)
    badge.focus()
    page.keyboard.press("Enter")
    rule = page.locator("details[open] dd code").last
    expect(rule).to_be_visible()
    assert re.fullmatch(r"[a-z_]+", rule.inner_text())


def test_a_dead_letter_is_read_and_tried(console: Served, page: Page) -> None:
    console.take(letter(0, 17, b"<script>document.title='run'</script>", "<img src=x onerror=alert(1)>"))
    page.goto(console.url)
    page.get_by_role("link", name="WIRE-202 0:17").click()
    expect(page.locator("pre.bytes")).to_contain_text("3c 73 63 72")
    page.get_by_role("link", name="ماذا تفعل إعادة الإرسال").click()
    expect(page.locator(".verdict")).to_have_text("تقرأ الآن 17")
    assert page.title() != "run"


def test_numbers_name_who_is_quiet(console: Served, page: Page) -> None:
    console.take(Seen(AUDIT.name, 0, 0, 0, b"", orjson.dumps({"provider": "sahil"}), ()))
    page.goto(console.url)
    expect(page.locator("#providers .quiet")).to_contain_text("sahil")


@pytest.mark.parametrize("width", [1200, 360])
def test_a_hostile_story_neither_runs_nor_breaks_the_layout(console: Served, page: Page, width: int) -> None:
    text = (
        HOSTILE + "\n" + "ا" * 1_000_000 + "\n" + "\n".join(f"قال المدير {n} إن العمل {n} مستمر." for n in range(500))
    )
    enriched = story_seen(text)
    console.take(enriched)
    console.take(*(replace_headline(one) for one in many(3)))
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", f"/story?id={(enriched.key or b'').decode()}"):
        page.goto(console.url + path)
        page.wait_for_timeout(800)
        assert page.title() != "run"
        assert page.locator("main img, main script").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert page.locator("details").count() >= 500


def replace_headline(seen: Seen) -> Seen:
    value = orjson.loads(seen.value or b"")
    value["headline"] = value["source"]["name"] = value["content"]["text"] = HOSTILE + "ا" * 3000
    return seen._replace(value=orjson.dumps(value))


def test_ten_thousand_statements_stay_smooth(console: Served, page: Page) -> None:
    """The list is paged: what stands in the page is bounded, and so is the longest time without a frame."""
    console.take(*many(5_000))
    page.goto(console.url)
    lines = page.locator("#lines > li")
    expect(lines).to_have_count(100)
    page.evaluate(FRAMES)
    console.take(*many(10_000)[5_000:])
    page.wait_for_timeout(2_000)
    assert lines.count() <= 200
    for _ in range(5):
        page.get_by_role("button", name="أقدم").click()
        page.mouse.wheel(0, 4_000)
        page.wait_for_timeout(200)
    assert lines.count() >= 600
    longest = page.evaluate("window.longest")
    assert longest < 1_000, f"the page stood still for {longest} ms"


FRAMES = """() => { window.longest = 0; let last = performance.now(); const tick = (now) => {
  window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick); }"""


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, in the page as it is shown."""
    script = npm_packages("axe", AXE) / "node_modules" / "axe-core" / "axe.min.js"
    # As a script of the page it would be refused by the policy; evaluated, it is the tester's.
    page.evaluate(script.read_text(encoding="utf-8"))
    found: Any = page.evaluate("axe.run()")
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_axe_finds_nothing_serious(console: Served, browser: Browser, scheme: Any, width: int, tmp_path: Path) -> None:
    publish(console, FIRST, SECOND)
    console.take(letter(0, 17, b"{", "broken"), Seen(AUDIT.name, 0, 0, 0, b"", orjson.dumps({"provider": "sahil"}), ()))
    (id_,) = console.store.stories
    own = tmp_path / "story.html"
    text = "قال الوزير سامي حداد إن القرار نهائي، مضيفا أن الموازنة كافية."
    own.write_text(page_start() + story_html(enrich(story(text))) + PAGE_END, encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    try:
        page = context.new_page()
        for url in (console.url, f"{console.url}/story?id={id_}", f"{console.url}/dead?letter=0:17", own.as_uri()):
            page.goto(url)
            if url == console.url:
                expect(page.locator("#lines > li").first).to_be_visible()
            for details in page.locator("summary").all():
                details.click()
            assert serious(page) == [], url
    finally:
        context.close()
