"""The console without a browser: what it remembers, what it answers, and whom it refuses."""

import asyncio
import re
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import orjson
import pytest

from agents.console.pages import letter_page, story_page
from agents.console.server import POLICY
from agents.console.store import MINUTE_MS, MOST_STATEMENTS, Filter, Seen, Store
from agents.highlight.words import STANCES
from schemas.topics import AUDIT, STATEMENTS
from tests.broker.published import KILL, versions
from tests.browser.served import Served, letter, served, story_seen
from tests.examples import FIRST, SECOND

HOSTILE = "<script>document.title='run'</script>\u202e\"'&"


def filled(*raws: object) -> Store:
    store = Store()
    for number, output in enumerate(versions(*raws)):
        store.take(Seen(output.topic, 0, number, 1000 + number, output.key, output.value, output.headers))
    return store


def test_statements_come_newest_first_and_are_filtered() -> None:
    store = filled(FIRST)
    lines = list(store.newest(Filter()))
    assert [line.number for line in lines] == sorted((line.number for line in lines), reverse=True)
    assert [line.stance for line in store.newest(Filter(stance="denied"))] == ["denied"]
    assert all("الشهاوي" in line.source for line in store.newest(Filter(source="الشهاوي")))
    by_outlet = list(store.newest(Filter(outlet="مراسي")))
    assert by_outlet
    assert all("مراسي" in name for line in by_outlet for name in line.via)
    assert list(store.newest(Filter(provider="sahil"))) == lines
    assert list(store.newest(Filter(text="لا يوجد هذا"))) == []
    (second,) = [line for line in lines if line.number == 2]
    assert next(store.newest(Filter(), before=3)) == second


def test_what_is_retracted_keeps_no_word_and_a_killed_story_no_text() -> None:
    store = filled(FIRST, SECOND, KILL)
    lines = list(store.newest(Filter()))
    assert {line.event for line in lines} == {"retracted"}
    assert all(not line.content and not line.source and line.story == "sahil:port-0302-17" for line in lines)
    (id_,) = store.stories
    page = story_page(id_, store.stories[id_], store.recalls[id_])
    assert page.index("ألغي الخبر") < page.index("صحح الخبر")
    assert "الرصيف" not in page


def test_the_store_is_bounded() -> None:
    store = Store()
    for number in range(MOST_STATEMENTS + 5):
        store.take(Seen(STATEMENTS.name, 0, number, 0, str(number).encode(), None, ()))
    assert len(store.lines) == MOST_STATEMENTS
    assert next(iter(store.lines)) == "5"


def test_a_provider_is_quiet_after_ten_minutes_and_three_times_its_gap() -> None:
    store = Store()
    for minute in (0, 30, 60):
        store.take(Seen(AUDIT.name, 0, minute, minute * MINUTE_MS, b"", orjson.dumps({"provider": "sahil"}), ()))
    provider = store.providers["sahil"]
    assert [provider.is_quiet((60 + minutes) * MINUTE_MS) for minutes in (11, 89, 91)] == [False, False, True]
    assert store.per_minute(60 * MINUTE_MS) == 1


def test_a_dead_letter_shows_code_bytes_and_fate_and_runs_nothing() -> None:
    page = letter_page(letter(0, 17, HOSTILE.encode(), cause=HOSTILE), "تعطل <b>")
    assert "WIRE-202" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "<b>" not in page
    assert "3c 73 63 72" in page


@pytest.fixture
def console() -> Iterator[Served]:
    with served() as console:
        yield console


def get(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers)


def test_every_answer_has_the_policy_and_a_story_is_escaped(console: Served) -> None:
    console.take(story_seen(f"قال مدير المرفأ إن {HOSTILE} آمن."))
    (id_,) = console.store.stories
    for path in ("/", "/console.js", "/api/numbers", "/api/statements", f"/story?id={id_}", "/story?id=none", "/no"):
        _, text, headers = get(console.url + path)
        if path != "/no":
            assert headers["Content-Security-Policy"] == POLICY, path
        assert "<script>document" not in text
        assert not re.search(r"\son\w+=|style=", text) or path == "/console.js"
    assert get(console.url + "/story?id=none")[0] == 404
    assert get(console.url + "/dead?letter=9:x")[0] == 404


def test_another_name_of_this_machine_is_refused(console: Served) -> None:
    assert get(console.url + "/api/numbers", Host="evil.example")[0] == 403


def test_a_token_is_asked_for_and_kept_in_a_cookie() -> None:
    with served(token="one-token") as console:
        assert get(console.url + "/api/statements")[0] == 401
        assert get(console.url + "/?token=other")[0] == 401
        assert get(console.url + "/", Cookie="tasrih_console=other")[0] == 401
        browser = build_opener(HTTPCookieProcessor())
        with browser.open(console.url + "/?token=one-token", timeout=10) as page:
            assert page.url == console.url + "/", "the token stayed in the address"
        with browser.open(console.url + "/api/numbers", timeout=10) as page:
            assert page.status == 200


def test_the_page_names_every_stance(console: Served) -> None:
    _, text, _ = get(console.url + "/")
    assert dict(re.findall(r'<option value="(\w+)">(.*?)</option>', text)) == STANCES


def test_events_bring_what_comes(console: Served) -> None:
    with urlopen(console.url + "/api/events?stance=denied", timeout=10) as stream:
        stream.readline()
        stream.readline()
        for output in versions(FIRST):
            console.take(Seen(output.topic, 0, 0, 0, output.key, output.value, output.headers))
        data = orjson.loads(stream.readline().removeprefix(b"data: "))
    assert [line["stance"] for line in data["lines"]] == ["denied"]


def test_the_loop_is_not_held_by_a_story_of_a_megabyte(console: Served) -> None:
    console.take(story_seen("قال المدير إن " + "العمل مستمر " * 50_000))
    (id_,) = console.store.stories

    async def both() -> tuple[int, int]:
        slow = asyncio.to_thread(get, f"{console.url}/story?id={id_}")
        quick = asyncio.to_thread(get, f"{console.url}/api/numbers")
        return (await slow)[0], (await quick)[0]

    assert asyncio.run(both()) == (200, 200)
