"""Write one real record of each topic to ``schemas/examples/``: ``uv run python -m tests.examples``.

Two versions of one story, written for the project, go through both stages; a third record cannot be read. What comes
out is what consumers are shown. ``.json`` files are values, for the two topics of plain bytes their headers, with the
value beside them.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from agents.delivery.dead_letters import dead_letter
from agents.errors import WireError
from agents.holding import receive
from agents.messages import Incoming, Output
from agents.reading import read_stories, read_wire
from schemas.codec import encode
from schemas.topics import AUDIT, DEAD, ENRICHED, INDEX, RAW, RECALLS, STATE, STATEMENTS, STORIES

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "schemas" / "examples"
# Monday 2 March 2026, 09:00:05 UTC, in milliseconds.
ARRIVED = 1_772_442_005_000

HEADLINE = "وزير الموانئ: الرصيف الجديد يفتح في أيار"
PARAGRAPHS = (
    "مرسى النور - وكالات: أعلن وزير الموانئ عادل الشهاوي الاثنين أن الرصيف الجديد سيفتح أمام السفن في أيار المقبل.",
    "وقال الشهاوي: «أنهينا الحفر قبل موعده، ولن نطلب مالا إضافيا».",
    "ونفت الشركة المنفذة أي تأخير من جانبها، وفق موقع «مراسي».",
)
CORRECTED = (
    PARAGRAPHS[0],
    PARAGRAPHS[1],
    "وحذرت نقابة الصيادين من ضيق الممر، مؤكدة أن مراكبها لا تجد مكانا ترسو فيه.",
)
HEADERS = (("wire-provider", b"sahil"), ("wire-channel", b"arabic"), ("content-type", b"application/json"))


def raw_value(version: str, paragraphs: tuple[str, ...], published_at: str, **fields: str) -> bytes:
    """Write a version of the story as a feed would send it."""
    story = {"id": "port-0302-17", "version": version, "headline": HEADLINE, "published_at": published_at}
    return orjson.dumps(story | fields | {"body": "\n".join(paragraphs)})


def record(value: bytes, offset: int) -> Incoming:
    return Incoming(
        topic=RAW.name,
        partition=0,
        offset=offset,
        timestamp=ARRIVED + 3_600_000 * offset,
        key=None,
        value=value,
        headers=HEADERS,
    )


FIRST = record(raw_value("1", PARAGRAPHS, "2026-03-02T09:00:00Z"), 0)
SECOND = record(
    raw_value("2", CORRECTED, "2026-03-02T10:00:00Z", signal="correction", editorial_note="يصحح الفقرة الأخيرة"), 1
)
BROKEN = record((FIRST.value or b"").partition(b'"headline"')[0], 2)


def make_examples() -> dict[str, bytes]:
    """Make the content of every file, by name."""
    (first,), (second,) = read_stories(FIRST), read_stories(SECOND)
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    _, state = receive(first, None, now)
    outputs, state = receive(second, state, now)
    values = {output.topic: output.value for output in outputs}
    # The second statement and not the first, which stands in the headline and has no cue.
    values[STATEMENTS.name] = [output.value for output in outputs if output.topic == STATEMENTS.name][1]
    letter = broken_letter()
    return {
        f"{RAW.name}.json": pretty(orjson.dumps(headers_of(HEADERS))),
        f"{RAW.name}.value": FIRST.value or b"",
        f"{STORIES.name}.json": pretty(encode(second)),
        f"{STATE.name}.json": pretty(encode(state) if state else b""),
        **{
            f"{topic.name}.json": pretty(values[topic.name] or b"")
            for topic in (INDEX, ENRICHED, STATEMENTS, RECALLS, AUDIT)
        },
        f"{DEAD.name}.json": pretty(orjson.dumps(headers_of(letter.headers))),
        f"{DEAD.name}.value": letter.value or b"",
    }


def broken_letter() -> Output:
    """Give the dead letter of a record that is cut off."""
    try:
        read_wire(BROKEN)
    except WireError as error:
        return dead_letter(BROKEN, "read", error)
    raise AssertionError("the broken record was read")


def headers_of(headers: tuple[tuple[str, bytes], ...]) -> dict[str, Any]:
    """Give headers as text, without what differs from one machine or edit to the next."""
    texts = {name: value.decode() for name, value in headers}
    trace = "__connect.errors.exception.stacktrace"
    if trace in texts:
        texts[trace] = re.sub(r'File ".*?((?:agents|schemas)/[^"]+)", line \d+', r'File "\1", line 1', texts[trace])
    return texts


def pretty(value: bytes) -> bytes:
    return orjson.dumps(orjson.loads(value), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, content in make_examples().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
