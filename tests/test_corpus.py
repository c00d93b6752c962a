"""The corpus and the project's own stories: every text gives the statements written under it, and no other."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.statements import Statement
from tests.cases import CORPUS, STORIES, Case, CaseError, read_cases, read_stories, write_cases, write_story
from tests.comparing import difference, updated
from tests.extracted import extracted

FILES = sorted(CORPUS.glob("*.txt"))
CASES = [case for path in FILES for case in read_cases(path)] + read_stories()


def parameter(case: Case) -> object:
    marks = [pytest.mark.xfail(reason=case.reason, raises=AssertionError)] if case.known_failure else []
    return pytest.param(case, id=f"{case.path.stem}: {case.title}", marks=marks)


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_case(case: Case, request: pytest.FixtureRequest) -> None:
    different = difference(case, extracted(case.text))
    if different and request.config.getoption("--update") and may_change(case):
        rewrite(case)
        print(different)
        pytest.skip(f"{case.where}: rewritten from the current output")
    assert not different, "\n" + different


def may_change(case: Case) -> bool:
    """Say whether an update may touch a case: known failures and negatives are right whatever came out."""
    return not case.known_failure and case.path.name != "negative.txt"


def rewrite(case: Case) -> None:
    """Put the current output in place of one case's expectations."""
    new = dataclasses.replace(case, expected=updated(case, extracted(case.text)))
    if case.path.suffix == ".statements":
        write_story(new)
    else:
        write_cases(case.path, [new if old.title == case.title else old for old in read_cases(case.path)])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_an_updated_case_passes(case: Case) -> None:
    got = extracted(case.text)
    assert not difference(dataclasses.replace(case, expected=updated(case, got)), got)


def test_a_statement_too_many_or_too_few_is_a_difference() -> None:
    case = next(case for case in read_stories() if case.title == "02_waste_fees")
    got = extracted(case.text)
    right = dataclasses.replace(case, expected=updated(case, got))
    fewer = got._replace(statements=got.statements[1:])
    assert "-content: " in difference(right, fewer)
    assert "+content: " in difference(dataclasses.replace(right, expected=right.expected[1:]), got)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_are_written_as_they_are_read(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    write_cases(copy, read_cases(path))
    assert copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_titles_are_unique_in_their_file() -> None:
    titles = [(case.path, case.title) for case in CASES]
    assert len(titles) == len(set(titles))


def test_negatives_have_a_reason_and_no_statement() -> None:
    negatives = read_cases(CORPUS / "negative.txt")
    assert len(negatives) >= 40
    assert not [case.where for case in negatives if case.expected or not case.reason]


def test_known_failures_have_their_own_file_and_a_reason() -> None:
    hard = read_cases(CORPUS / "known_failures.txt")
    assert len(hard) >= 20
    assert not [case.where for case in hard if not case.known_failure or not case.reason]
    assert [case for case in CASES if case.known_failure and case.path.parent == CORPUS] == hard
    assert not [case.where for case in CASES if case.known_failure and not case.reason]


def test_expected_words_that_the_text_lacks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text("===\na title\n===\na text\n---\ncontent: another text\n", encoding="utf-8")
    with pytest.raises(CaseError, match="the text has no content 'another text'"):
        read_cases(path)


def test_unknown_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text("===\na title\n===\na text\n---\nspeaker: a\n", encoding="utf-8")
    with pytest.raises(CaseError, match="not a key of the corpus"):
        read_cases(path)


def test_every_story_has_its_statements() -> None:
    assert len(list(STORIES.glob("*.txt"))) == len(list(STORIES.glob("*.statements"))) >= 12


def spans(statement: Statement) -> Iterator[tuple[str, int, int]]:
    """Yield the words and the place of everything in a statement that has both."""
    mentions = [statement.content, statement.cue, statement.addressee, statement.occasion, statement.said_at]
    for mention in [*mentions, *statement.via]:
        if mention is not None:
            yield mention.text, mention.start, mention.end
    if statement.source.start is not None and statement.source.end is not None:
        yield statement.source.text, statement.source.start, statement.source.end


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_spans_are_slices_of_the_text(case: Case) -> None:
    story, statements = extracted(case.text)
    for statement in statements:
        assert [s for s in spans(statement) if story.text[s[1] : s[2]] != s[0]] == []
        assert (statement.source.text == "") == (statement.source.start is None) == (statement.source.end is None)
        check_segments(statement, story.text)


def check_segments(statement: Statement, text: str) -> None:
    """Segments are in order, not empty, within the hull and as long as the text."""
    content = statement.content
    edges = [edge for segment in content.segments for edge in (segment.start, segment.end)]
    assert edges == sorted(edges)
    assert all(segment.start < segment.end for segment in content.segments)
    assert content.start == edges[0]
    assert edges[-1] == content.end <= len(text)
    antecedent = statement.source.antecedent
    assert antecedent is None or 0 <= antecedent.start < antecedent.end <= len(text)
