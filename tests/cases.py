"""The corpus format, described in corpus/README.md: a text, three dashes, and the statements that it must give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent
CORPUS = TESTS / "corpus"
STORIES = TESTS / "stories"

RULER = "=" * 18
KEYS = (
    "optional", "rule", "source", "name", "role", "type", "members", "spokesperson_for", "resolution", "cue", "kind",
    "content", "segments", "form", "stance", "polarity", "via", "addressee", "occasion", "said_at", "section",
)  # fmt: skip
IN_TEXT = ("source", "cue", "content", "addressee", "occasion", "said_at")
NOTHING = ("", "-")
TATWEEL = "\u0640"

Expectation = dict[str, str]


class Place(NamedTuple):
    """Where a span lies in a text: code points, end exclusive."""

    start: int
    end: int


class CaseError(ValueError):
    """A case that cannot be read, or that expects what its text does not contain; says file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text, the statements that it must give in the order of their contents, and where it is written."""

    title: str
    text: str
    expected: tuple[Expectation, ...]
    path: Path
    line: int
    flags: tuple[str, ...] = field(default=())

    @property
    def where(self) -> str:
        """The file and line, as editors jump to."""
        return f"{self.path}:{self.line}"

    @property
    def published(self) -> str:
        """The text as it is published: without tatweel, as the expectations are written."""
        return self.text.replace(TATWEEL, "")

    @property
    def known_failure(self) -> bool:
        """Whether the case is expected to fail until a fix moves it out."""
        return ":known-failure" in self.flags

    @property
    def reason(self) -> str:
        """Why a text has no statement, or why it is hard; empty where nobody says."""
        return next((flag.removeprefix(":reason ") for flag in self.flags if flag.startswith(":reason ")), "")


def read_cases(path: Path) -> list[Case]:
    """Return the cases of a corpus file; CaseError where one is malformed."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rulers = [number for number, line in enumerate(lines) if is_ruler(line)]
    if len(rulers) % 2:
        raise CaseError(f"{path}:{rulers[-1] + 1}: a title stands between two rulers, this one is alone")
    ends = [*rulers[2::2], len(lines)]
    return [
        read_case(path, opening, lines[opening + 1 : closing], lines[closing + 1 : end])
        for opening, closing, end in zip(rulers[::2], rulers[1::2], ends, strict=True)
    ]


def is_ruler(line: str) -> bool:
    """Say whether a line frames a title.

    >>> is_ruler("=========="), is_ruler("a == b")
    (True, False)
    """
    return len(line) >= 3 and not line.strip("=")


def read_case(path: Path, opening: int, head: list[str], body: list[str]) -> Case:
    """Return the case whose upper ruler is line ``opening`` (from 0) of a file."""
    where = f"{path}:{opening + 1}"
    if not head or "---" not in body:
        raise CaseError(f"{where}: a case has a title, a text, a line of three dashes, and expectations")
    cut = body.index("---")
    expected = read_blocks("\n".join(body[cut + 1 :]), where)
    case = Case(
        title=head[0],
        flags=tuple(head[1:]),
        text="\n".join(body[:cut]).strip("\n"),
        expected=tuple(expected),
        path=path,
        line=opening + 1,
    )
    return checked(case)


def read_stories() -> list[Case]:
    """Return the project's own stories, each with what stands in its ``.statements``."""
    return [read_story(path) for path in sorted(STORIES.glob("*.txt"))]


def read_story(path: Path) -> Case:
    """Return a story as a case; the file beside it holds its flags, if any, and its expectations."""
    beside = path.with_suffix(".statements")
    lines = beside.read_text(encoding="utf-8").splitlines()
    flags = tuple(line for line in lines if line.startswith(":"))
    expected = read_blocks("\n".join(lines[len(flags) :]), str(beside))
    text = path.read_text(encoding="utf-8")
    return checked(Case(title=path.stem, text=text, expected=tuple(expected), path=beside, line=1, flags=flags))


def write_story(case: Case) -> None:
    """Write the file beside a story anew."""
    case.path.write_text("".join(f"{flag}\n" for flag in case.flags) + blocks_text(case.expected), encoding="utf-8")


def read_blocks(text: str, where: str) -> list[Expectation]:
    r"""Return the blocks of ``key: value`` lines between blank lines; an indented line goes on with the value.

    >>> read_blocks("name: Ada\ncue: -\n\ncontent: one\n  two\n", "example")
    [{'name': 'Ada', 'cue': '-'}, {'content': 'one\ntwo'}]
    """
    return [read_block(block, where) for block in text.strip("\n").split("\n\n") if block.strip()]


def read_block(block: str, where: str) -> Expectation:
    """Return the keys and values of one block."""
    found: Expectation = {}
    for line in block.strip("\n").splitlines():
        key, colon, value = line.partition(":")
        if line.startswith("  ") and found:
            found[list(found)[-1]] += "\n" + line.strip()
        elif colon and key in KEYS and key not in found:
            found[key] = value.strip()
        else:
            raise CaseError(f"{where}: not a key of the corpus, or written twice: {line!r}; keys are {', '.join(KEYS)}")
    return found


def checked(case: Case) -> Case:
    """Return the case; CaseError where it expects words that its text does not contain, or contents out of order."""
    for expectation in case.expected:
        missing = [key for key in IN_TEXT if not in_text(case.published, expectation.get(key, ""))]
        if missing:
            raise CaseError(f"{case.where}: the text has no {missing[0]} {expectation[missing[0]]!r}")
    places_of(case)
    return case


def in_text(text: str, value: str) -> bool:
    """Say whether an expected value is nothing, or stands in the text."""
    return value in NOTHING or value in text


def places_of(case: Case) -> list[Place]:
    """Return where each expected content stands in the published text.

    Contents are written in the order in which they begin, so the same words in the headline and in the body are told
    apart. CaseError where a block has no content, or one that begins before the content above it.
    """
    places: list[Place] = []
    for expectation in case.expected:
        content = expectation.get("content", "")
        start = find_content(case.published, content, places[-1] if places else Place(0, 0))
        if not content or start < 0:
            raise CaseError(f"{case.where}: no content {content!r} in the text, or it begins before the one above it")
        places.append(Place(start, start + len(content)))
    return places


def find_content(text: str, content: str, above: Place) -> int:
    """Return where a content begins, not before the one above and further on where both are the same words; else -1.

    >>> find_content("one two one", "one", Place(0, 0)), find_content("one two one", "one", Place(0, 3))
    (0, 8)
    """
    return text.find(content, above.start + (content == text[above.start : above.end]))


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    """Write a corpus file anew from its cases."""
    path.write_text("\n".join(map(case_text, cases)), encoding="utf-8")


def case_text(case: Case) -> str:
    """Return a case as it is written in a corpus file."""
    head = "\n".join([RULER, case.title, *case.flags, RULER])
    return f"{head}\n{case.text}\n---\n{blocks_text(case.expected)}"


def blocks_text(expected: Sequence[Expectation]) -> str:
    r"""Return expectations as they are written; the reverse of ``read_blocks``.

    >>> blocks_text([{"cue": "-", "name": "Ada"}, {"content": "one\ntwo"}])
    'name: Ada\ncue: -\n\ncontent: one\n  two\n'
    """
    return "\n".join("".join(block_lines(expectation)) for expectation in expected)


def block_lines(expectation: Expectation) -> Iterator[str]:
    """Yield the lines of one block, its keys in the order of ``KEYS``."""
    for key in KEYS:
        if key in expectation:
            yield f"{key}: {expectation[key]}".rstrip().replace("\n", "\n  ") + "\n"
