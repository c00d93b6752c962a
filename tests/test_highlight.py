"""A story as a page: well-formed whatever the story holds, nothing of it runs, every statement in its place."""

import base64
import hashlib
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from msgspec.structs import replace

from agents.extract.testing import story
from agents.highlight import PAGE_END, STYLE, page_start, story_html
from agents.highlight.pieces import Mark, pieces
from agents.highlight.words import FORMS, RELATIONS, RESOLUTIONS, SIGNALS, STANCES, STATUSES
from agents.lifecycle import enrich, recalled
from agents.messages import Incoming
from agents.reading import read_stories
from schemas import statements, stories
from schemas.stories import EnrichedStory
from tests.cases import STORIES
from tests.test_extract_command import tasrih

HOSTILE = (
    "<script>alert(1)</script> \"'&amp;\n"
    "قال مدير المرفأ <img src=x onerror=alert(1)> \u202eسامي\u202c إن «الرصيف </span></p> آمن».\n"
    "وأضاف أن \u2066العمل مستمر <style>*{display:none}</style>."
)
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def page(*texts: str) -> etree._Element:
    articles = "".join(story_html(enrich(story(text)), f"s{number}-") for number, text in enumerate(texts, 1))
    return etree.fromstring((page_start() + articles + PAGE_END).encode(), etree.XMLParser(resolve_entities=False))


def read(file: Path) -> EnrichedStory:
    raw = Incoming(topic="", partition=0, offset=0, timestamp=0, key=None, value=file.read_bytes())
    (one,) = read_stories(raw)
    return enrich(one)


spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12)


@given(spans, st.integers(0, 30), st.integers(0, 30))
def test_pieces_cover_the_text_once_and_each_has_the_marks_over_it(
    found: list[tuple[int, int]], one: int, other: int
) -> None:
    start, end = sorted((one, other))
    marks = [Mark(lo, hi, "content", number) for number, (lo, hi) in enumerate(found)]
    cut = list(pieces(marks, start, end))
    assert [at for piece in cut for at in range(piece.start, piece.end)] == list(range(start, end))
    for piece in cut:
        over = [mark for mark in marks if mark.start <= piece.start and piece.end <= mark.end]
        assert list(piece.marks) == over


@pytest.mark.parametrize("file", sorted(STORIES.glob("*.txt")), ids=lambda file: file.stem)
def test_the_text_stands_there_whole_and_each_statement_has_its_mark_and_card(file: Path) -> None:
    enriched = read(file)
    article = etree.fromstring(story_html(enriched, "s1-"))
    badges = article.xpath("//a[starts-with(@class, 'badge')]")
    assert [one.get("href") for one in badges] == [f"#s1-{n}" for n in in_text_order(enriched)]
    assert len(article.xpath("//details")) == len(enriched.statements)
    lines = article.xpath("//section[contains(@class, 'text')]/*[not(@class='about' or @class='legend')]")
    shown = " ".join("".join(line.xpath(".//text()[not(parent::a)]")) for line in lines)
    assert shown.split() == enriched.text.split()
    for one in enriched.statements:
        marked = "".join(article.xpath("//span[contains(concat(' ', @class, ' '), ' content ')]/text()"))
        assert enriched.text[one.content.segments[0].start : one.content.segments[0].end][:10] in marked
        assert one.cue is None or one.cue.text in "".join(article.xpath("//span[contains(@class, 'cue')]/text()"))


def in_text_order(enriched: EnrichedStory) -> list[int]:
    numbered = enumerate(enriched.statements, 1)
    return [n for _, n in sorted((one.content.segments[0].start, n) for n, one in numbered)]


def test_every_link_leads_to_an_id_and_no_id_stands_twice() -> None:
    found = page("قال الوزير سامي حداد إن القرار نهائي، مضيفا أن الموازنة كافية. وأكد أن العمل مستمر.", HOSTILE)
    ids = found.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = found.xpath("//a/@href")
    assert links
    assert {link[1:] for link in links} <= set(ids)


def test_a_hostile_story_stays_text() -> None:
    found = page(HOSTILE)
    assert found.xpath("//script | //img") == []
    assert len(found.xpath("//style")) == 1
    assert [name for name in found.xpath("//@*") if str(name).startswith("on")] == []
    text = "".join(found.xpath("//section[contains(@class, 'text')]//text()"))
    assert "<script>alert(1)</script>" in text
    assert "onerror=alert(1)" in text
    assert not DIRECTIONS.search(etree.tostring(found, encoding="unicode"))


@given(st.text(max_size=200))
def test_any_text_gives_a_well_formed_page_with_and_without_xml(text: str) -> None:
    one = enrich(story("قال المدير إن " + text.replace("\r", " ")))
    written = page_start() + story_html(one) + PAGE_END
    tags = etree.fromstring(written.encode("utf-8")).xpath("count(//*)")
    assert html.fromstring(written.encode("utf-8")).xpath("count(//*)") == tags


def test_the_policy_allows_the_style_that_is_there_and_nothing_else() -> None:
    found = page("قال الوزير إن القرار نهائي.")
    (policy,) = found.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    style = found.xpath("//style")[0].text
    assert style == STYLE
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert found.xpath("//@style | //@src | //link") == []


def test_chain_and_antecedent_are_links() -> None:
    found = page("قال الوزير سامي حداد إن القرار نهائي، مضيفا أن الموازنة كافية، ومشيرا إلى أن الخطة جاهزة.")
    (chain,) = found.xpath("//dl[@id='s1-3']/dd[preceding-sibling::dt[1]='يتابع'][1]")
    assert [link.get("href") for link in chain.findall("a")][-1] == "#s1-1"


def test_a_recalled_story_says_so_and_shows_no_word_of_it() -> None:
    one = replace(story("قال الوزير إن القرار نهائي."), status="canceled", signal="kill")
    written = story_html(recalled(one))
    assert STATUSES["canceled"] in written
    assert "القرار" not in written


def test_the_page_has_a_word_for_every_value() -> None:
    for words, values in (
        (STANCES, statements.Stance),
        (FORMS, statements.Form),
        (RESOLUTIONS, statements.Resolution),
        (RELATIONS, statements.Relation),
        (SIGNALS, stories.Signal),
    ):
        assert set(words) == set(get_args(values))


def test_the_command_prints_one_page_for_all_stories_and_keeps_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("قال الوزير إن القرار نهائي.", encoding="utf-8")
    done = tasrih("--html", "one.txt", "missing.txt", "one.txt", cwd=tmp_path)
    assert done.returncode == 1
    assert b"missing.txt" in done.stderr
    assert len(etree.fromstring(done.stdout).xpath("//article")) == 2
