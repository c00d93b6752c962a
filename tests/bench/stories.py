"""What is read in the benchmark: stories of 2 to 4 kB, the project's own two by two, or those of a file."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

OWN = Path(__file__).parents[1] / "stories"
SMALLEST, LARGEST = 2000, 4096

Raw = tuple[bytes, bytes]


def own_texts() -> list[str]:
    """Give the project's stories, each followed by another so that it has the length of a usual wire."""
    single = [path.read_text(encoding="utf-8") for path in sorted(OWN.glob("*.txt"))]
    return [f"{first.rstrip()}\n{second}" for first, second in itertools.permutations(single, 2)]


def texts_of(file: Path) -> list[str]:
    """Give the texts of a file of JSON lines that have one."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def texts(file: Path | None = None) -> list[str]:
    """Give the texts of 2 to 4 kB in UTF-8, of a file or of the project's own."""
    found = texts_of(file) if file else own_texts()
    return [text for text in found if SMALLEST <= len(text.encode()) <= LARGEST]


def raw(texts: list[str], count: int, series: str) -> Iterator[Raw]:
    """Give keys and values of raw records, each story with an id of its own; texts come again when they are used up."""
    for number, text in zip(range(count), itertools.cycle(texts), strict=False):
        story = f"{series}-{number}"
        value = {"id": story, "provider": "bench", "published_at": "2026-03-02T09:00:00Z", "text": text}
        yield story.encode(), json.dumps(value, ensure_ascii=False).encode()
