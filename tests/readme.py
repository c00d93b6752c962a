"""Write the parts of README.md that the program knows better: ``uv run python -m tests.readme``.

A part stands between ``<!-- name -->`` and ``<!-- end -->``. The scores are measured anew only with ``--scores``.
"""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import orjson

from agents.errors import codes_table
from agents.lifecycle import enrich
from agents.messages import Incoming
from agents.reading import read_stories
from agents.settings import settings_table
from schemas.codec import encode
from schemas.topics import DAY_MS, TOPICS, Topic
from tests.score import SHARES, chosen_gold, predicted
from tests.scoring import score

README = Path(__file__).parents[1] / "README.md"
PART = re.compile(r"<!-- (?P<name>\w+) -->\n(?P<content>.*?)<!-- end -->", re.DOTALL)

# The fields of the first screen; spans, ids and what is empty are left to `tasrih extract`.
SHOWN: dict[str, tuple[str, ...] | None] = {
    "source": ("text", "name", "role", "type"),
    "cue": ("text", "lemma", "kind"),
    "content": ("text", "start", "end"),
    "via": ("name", "relation"),
    "form": None,
    "stance": None,
    "polarity": None,
    "rule": None,
    "confidence": None,
}
SETS = {
    "stories": "the project's own stories",
    "dev.jsonl": "stories annotated by others, used while writing rules",
    "annotated here: tune": "newspaper stories annotated here, used while writing rules",
    "annotated here: kept": "newspaper stories annotated here, kept back; source was 71.0 at first sight",
    "annotated here: last": "two more, annotated when the rules were written; source was 73.9 at first sight",
    "annotated here: fresh": "ten more, one an outlet, annotated last of all; source was 67.5 at first sight",
    "annotated here: second": "five more, annotated after that; source was 81.5 at first sight",
}


def parts() -> dict[str, str]:
    """Read the parts of README.md, by name."""
    return {part["name"]: part["content"] for part in PART.finditer(README.read_text(encoding="utf-8"))}


def sentence() -> str:
    """Read the Arabic sentence of the first screen."""
    return next(line[2:] for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("> "))


def statements_of(text: str) -> list[dict[str, Any]]:
    """Give the statements of a text, as they are published."""
    raw = Incoming(topic="wire.raw.v1", partition=0, offset=0, timestamp=0, key=None, value=text.encode())
    return [orjson.loads(encode(made)) for story in read_stories(raw) for made in enrich(story).statements]


def statement_part() -> str:
    """Show the one statement of the sentence, a field a line."""
    (statement,) = statements_of(sentence())
    lines = ",\n".join(f'  "{name}": {inline(shown(statement[name], keys))}' for name, keys in SHOWN.items())
    return f"```json\n{{\n{lines}\n}}\n```\n"


def shown(value: Any, keys: tuple[str, ...] | None) -> Any:
    if isinstance(value, list):
        return [shown(item, keys) for item in value]
    return {key: value[key] for key in keys} if keys else value


def inline(value: Any) -> str:
    """Write a value on one line, with spaces."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {inline(item)}' for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return orjson.dumps(value).decode()


def topics_part() -> str:
    rows = (
        f"| `{topic.name}` | {topic.access} | {topic.key} | {value_name(topic)} | {topic.cleanup} | {kept(topic)} "
        f"| {topic.partitions} | {topic.purpose} |"
        for topic in TOPICS
    )
    head = "| topic | who reads it | key | value | cleanup | kept | partitions | what it is for |"
    return "\n".join((head, "|---|---|---|---|---|---|---|---|", *rows)) + "\n"


def value_name(topic: Topic) -> str:
    """Name what a topic's values are.

    >>> value_name(TOPICS[0]), value_name(TOPICS[1])
    ('bytes', '[Story](schemas/json/wire.stories.v1.schema.json)')
    """
    if topic.value in (bytes, str):
        return "bytes" if topic.value is bytes else "text"
    records: tuple[Any, ...] = get_args(topic.value) or (topic.value,)
    return f"[{' or '.join(record.__name__ for record in records)}](schemas/json/{topic.name}.schema.json)"


def kept(topic: Topic) -> str:
    return "for good" if topic.retention_ms is None else f"{topic.retention_ms // DAY_MS} days"


def scores_part() -> str:
    """Measure, and write a row for each set; says which day it was."""
    head = "| set | statements | precision | recall | F1 | content exact | source | outlet | cue | form | stance |"
    rows = "\n".join(score_rows())
    day = datetime.now(UTC).date().isoformat()
    note = (
        "in per cent. Found is what overlaps the content by 0.3 (IoU); content exact is\n"
        "an F1 too, the columns after it are shares of what was found."
    )
    return f"Measured on {day}, {note}\n\n{head}\n|{'---|' * 11}\n{rows}\n"


def score_rows() -> Iterator[str]:
    for name, gold in chosen_gold(None):
        tally = score(gold, predicted(gold)).overall
        figures = tally.figures()
        found = " | ".join(map(str, figures["found@0.3"]))
        shares = " | ".join(str(figures[key]) for key in SHARES)
        yield f"| {SETS[name]} | {tally.gold} | {found} | {figures['content_exact'][2]} | {shares} |"


PARTS: dict[str, Callable[[], str]] = {
    "statement": statement_part,
    "topics": topics_part,
    "settings": lambda: settings_table() + "\n",
    "errors": lambda: codes_table() + "\n",
}


def main(arguments: list[str]) -> None:
    made = {name: part() for name, part in PARTS.items()}
    if "--scores" in arguments:
        made["scores"] = scores_part()

    def replaced(part: re.Match[str]) -> str:
        return f"<!-- {part['name']} -->\n{made.get(part['name'], part['content'])}<!-- end -->"

    README.write_text(PART.sub(replaced, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
