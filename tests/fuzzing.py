"""Mutated wires: ``uv run python -m tests.fuzzing --count 20000`` damages every sample in every way and reads it.

Each input has to end as stories or as a dead letter with a code, within a second and in bounded memory; no story may
hold markup, U+FFFD or soup that it does not flag, and what looks structured may not become plain text.
"""

import argparse
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from agents.errors import CODES, WireError
from agents.intake.mojibake import is_soup
from agents.lifecycle import enrich
from agents.messages import Incoming
from agents.reading import read_stories
from schemas.stories import Story
from tests.spans import check_story

FOLDER = Path(__file__).parent / "wires"
SECONDS = 1.0  # for reading
LONG = 20_000  # characters above which a story is not extracted from, which other tests time
# An address in angles is none.
TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:\s[^<>@]*)?/?>|</?body\.|</[a-z]|<!--|<!\[CDATA\[|<\?xml")
STRUCTURED = re.compile(r"</?(?:newsItem|NewsML|nitf|rss|feed)\b|\"pubStatus\"|\x01|\x02|^MIME-Version:", re.MULTILINE)
CHARSETS = ("utf-8", "utf-16", "cp1256", "iso8859-6", "cp720", "latin-1", "cp864", "mac_arabic")
PIECES = (
    b"<",
    b">",
    b"&",
    b"&nbsp;",
    b"&amp;lt;p&amp;gt;",
    b'"',
    b"{",
    b"]]>",
    b"<p>",
    b"</p>",
    b"\x00",
    b"\x03",
    b"\xff\xfe",
)


class Input(NamedTuple):
    """A damaged record: how it was made, and its bytes."""

    name: str
    value: bytes


class Finding(NamedTuple):
    """What was wrong with what became of an input."""

    input: Input
    what: str


def cut(value: bytes, chance: random.Random) -> bytes:
    """Truncated at either end."""
    at = chance.randrange(len(value))
    return value[:at] if chance.random() < 0.7 else value[at:]


def flip(value: bytes, chance: random.Random) -> bytes:
    """Some bits flipped."""
    damaged = bytearray(value)
    for _ in range(chance.choice((1, 1, 3, 20))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def recode(value: bytes, chance: random.Random) -> bytes:
    """Read in one charset and written in another."""
    taken, given = chance.choice(CHARSETS), chance.choice(CHARSETS)
    return value.decode(taken, "replace").encode(given, chance.choice(("replace", "ignore", "xmlcharrefreplace")))


def swap(value: bytes, chance: random.Random) -> bytes:
    """Two tags, or two stretches between blanks, in each other's place."""
    parts = re.split(rb"(<[^>]*>|\s+)", value)
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return b"".join(parts)


def insert(value: bytes, chance: random.Random) -> bytes:
    """A piece of some syntax put in."""
    at = chance.randrange(len(value))
    return value[:at] + chance.choice(PIECES) * chance.choice((1, 1, 1, 200)) + value[at:]


def repeat(value: bytes, chance: random.Random) -> bytes:
    """A stretch said many times."""
    start = chance.randrange(len(value))
    end = min(len(value), start + chance.choice((1, 10, 100)))
    return value[:end] + value[start:end] * chance.choice((1, 50, 1_000)) + value[end:]


def splice(value: bytes, chance: random.Random) -> bytes:
    """The beginning of one sample and the end of another."""
    other = chance.choice(SAMPLES).value
    return value[: chance.randrange(len(value))] + other[chance.randrange(len(other)) :]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (cut, flip, recode, swap, insert, repeat, splice)
SAMPLES = [
    Input(path.name, path.read_bytes())
    for path in sorted(FOLDER.iterdir())
    if path.is_file() and path.suffix != ".md" and path.name[0] != "."
]


def inputs(count: int, seed: int) -> Iterator[Input]:
    """Yield damaged records, each sample and each damage in turn, one in four damaged twice."""
    chance = random.Random(seed)
    for number in range(count):
        sample = SAMPLES[number % len(SAMPLES)]
        damage = DAMAGES[number // len(SAMPLES) % len(DAMAGES)]
        value = damage(sample.value, chance) or b" "
        if chance.random() < 0.25:
            value = chance.choice(DAMAGES)(value, chance)
        yield Input(f"{sample.name}, {damage.__name__}, {number}", value)


def problems(item: Input) -> tuple[str, list[str]]:
    """Read an input: what became of it (its format, or its code), and what is wrong with that."""
    started = time.process_time()
    raw = Incoming(topic="wire.raw.v1", partition=0, offset=0, timestamp=0, key=None, value=item.value)
    try:
        stories = read_stories(raw)
    except WireError as error:
        outcome, found = error.code, [] if error.code in CODES else [f"unknown code {error.code}"]
    else:
        outcome, found = stories[0].provenance.raw.format, []
    seconds = time.process_time() - started
    if outcome not in CODES:
        found = [problem for story in stories for problem in problems_of(story)]
    return outcome, [*found, f"{seconds:.1f} s"] if seconds > SECONDS else found


def problems_of(story: Story) -> Iterator[str]:
    """Yield what no published story may be."""
    check_story(enrich(story) if len(story.text) < LONG else story)
    shown = "\n".join(filter(None, (story.text, story.headline, story.byline, story.editorial_note)))
    if match := TAG.search(shown):
        yield f"markup {match.group()[:40]!r}"
    if "\ufffd" in shown:
        yield "U+FFFD"
    if is_soup(story.text) and not {"mojibake_suspected", "not_arabic"} & set(story.flags):
        yield "unflagged soup"
    if story.provenance.raw.format == "text" and STRUCTURED.search(story.text):
        yield "structure in a plain text"


def fuzz(count: int, seed: int) -> tuple[Counter[str], list[Finding]]:
    """Read ``count`` damaged records; count what became of them, and list what is wrong."""
    outcomes: Counter[str] = Counter()
    findings: list[Finding] = []
    for item in inputs(count, seed):
        try:
            outcome, found = problems(item)
        except Exception as failure:
            outcome, found = "exception", [f"{type(failure).__name__}: {failure}"[:200]]
        outcomes[outcome] += 1
        findings += [Finding(item, what) for what in found]
    return outcomes, findings


def main() -> int:
    """Fuzz, print the outcomes and every finding; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    started = time.perf_counter()
    outcomes, findings = fuzz(chosen.count, chosen.seed)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{chosen.count} inputs in {time.perf_counter() - started:.0f} s, at most {megabytes} MB")
    print("  ".join(f"{name} {count}" for name, count in sorted(outcomes.items())))
    for finding in findings[:50]:
        print(f"{finding.input.name}: {finding.what}")
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
