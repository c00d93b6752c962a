"""``python -m tests.score``: how good the extractor is, over the project's own stories and over gold that lies beside.

The gold beside the checkout (``../shared/gold``) is never part of the project; where it is not there, a line says so.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from tests.annotated import BULK, SETS, TEXTS, read_annotated, read_silent
from tests.cases import NOTHING, TESTS, Expectation, Place, places_of, read_stories
from tests.extracted import extracted
from tests.scoring import Record, Scores, Tally, letter_range, letters, score

BESIDE = TESTS.parent.parent / "shared"
DEV = BESIDE / "gold" / "dev.jsonl"
TREES = BESIDE / "gold" / "padt_dev.jsonl"
FLOORS = TESTS / "floors.toml"
COLUMNS = ("found@0.3", "found@0.8", "content_exact", "content_overlap", "triple_relaxed")
TREE_COLUMNS = COLUMNS[:4]  # their sources are not resolved to names
SHARES = ("src", "via", "cue", "form", "stance")
# Their errors are not looked at while rules are written.
KEPT = tuple(f"annotated here: {name}" for name in ("kept", "last", "fresh", "second"))
WITHOUT_HAMZA = str.maketrans("\u0623\u0625\u0622", "\u0627\u0627\u0627")
Figures = dict[str, Any]


def own_gold() -> list[Record]:
    """Return the project's own stories as gold."""
    return [
        {"story": case.title, "text": case.published, "statements": gold_statements(case.expected, places_of(case))}
        for case in read_stories()
    ]


def gold_statements(expected: Sequence[Expectation], places: Sequence[Place]) -> list[Record]:
    """Return a story's expectations as gold: who was named before keeps his words and his role."""
    roles = {speaker(e): e["role"] for e in expected if "role" in e}
    printed: dict[str | None, str] = {}
    statements: list[Record] = []
    for expectation, place in zip(expected, places, strict=True):
        who = speaker(expectation)
        printed[who] = expectation.get("source") or printed.get(who, "")
        statements.append(gold_statement(expectation, place) | spoken(who, printed[who], roles.get(who)))
    return statements


def speaker(expected: Expectation) -> str | None:
    """Return the name of an expected source, of a joint one the first member's."""
    return expected.get("name") or expected.get("members", "").partition(" | ")[0] or expected.get("source")


def spoken(name: str | None, printed: str, role: str | None) -> dict[str, Any]:
    """Return who said it, as the gold writes it."""
    return {"source": {"text": printed} if printed else None, "speaker_name": name, "speaker_role": role}


def gold_statement(expected: Expectation, place: Place) -> dict[str, Any]:
    """Return what an expectation says, but for its source, as the gold writes it."""
    named = {key: None if value in NOTHING else value for key, value in expected.items()}
    return {
        "cue": {"text": named["cue"]} if named.get("cue") else None,
        "content": {"text": expected["content"], "start": place.start, "end": place.end},
        "type": expected["form"],
        "stance": expected["stance"],
        "medium": named.get("via"),
        "optional": "optional" in expected,
    }


def read_gold(path: Path) -> list[Record]:
    """Return the stories of a JSON Lines file of gold."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def predicted(gold: Sequence[Record]) -> list[Record]:
    """Return what the extractor makes of each story's text."""
    return [predict(story["text"]) for story in gold]


def predict(text: str) -> Record:
    """Return the text as read and its statements, in the shape of the published JSON."""
    story, statements = extracted(text)
    return {"text": story.text, "statements": to_builtins(statements)}


def read_trees(path: Path, *, hamza: bool) -> list[Record]:
    """Return the documents of the tree-derived gold: its paragraphs joined by line breaks, all statements in them."""
    units = read_gold(path)
    return [document(list(part), hamza=hamza) for _, part in groupby(units, key=lambda unit: unit["doc_id"])]


def document(units: Sequence[Record], *, hamza: bool) -> Record:
    """Return one document; without ``hamza`` as agencies write that leave it out."""
    statements: list[Record] = []
    after = 0
    for unit in units:
        statements += [shifted(statement, after) for statement in unit["statements"]]
        after += len(unit["text"]) + 1
    text = "\n".join(unit["text"] for unit in units)
    return {
        "story": units[0]["doc_id"],
        "text": text if hamza else text.translate(WITHOUT_HAMZA),
        "statements": statements,
    }


def shifted(statement: Record, by: int) -> Record:
    """Return a statement whose content counts from the start of its document."""
    content = statement["content"]
    moved = {**content, "start": content["start"] + by, "end": content["end"] + by}
    return {**statement, "content": moved, "medium": None}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the scores; return 1 where a floor was to be raised or lowered and could not."""
    options = parse(argv)
    written: Figures = {}
    for name, gold in chosen_gold(options.gold):
        scores = score(gold, predicted(gold))
        show(name, scores, errors=options.errors and name not in KEPT)
        written[name] = {"overall": scores.overall.figures()} | {k: t.figures() for k, t in scores.parts.items()}
    if options.gold is None:
        written |= show_trees() | show_silent(errors=options.errors)
    if options.json:
        options.json.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.raise_floors or options.allow_regression:
        return move_floors(down=options.allow_regression)
    return 0


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.score", description=__doc__)
    parser.add_argument("gold", nargs="?", type=Path, metavar="GOLD", help="Score this JSON Lines file of gold only.")
    parser.add_argument("--errors", action="store_true", help="Print a line for every error.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write all figures to this file.")
    parser.add_argument("--raise", dest="raise_floors", action="store_true", help="Raise the floors that are exceeded.")
    parser.add_argument("--allow-regression", action="store_true", help="Set the floors to the scores, lower ones too.")
    return parser.parse_args(argv)


def chosen_gold(path: Path | None) -> Iterator[tuple[str, list[Record]]]:
    """Yield the sets to score and their names; says loudly which is not there."""
    if path is not None:
        yield path.name, read_gold(path)
        return
    yield "stories", own_gold()
    if DEV.is_file():
        yield DEV.name, read_gold(DEV)
    else:
        print("\nSKIP: no development gold beside the checkout (../shared/gold/dev.jsonl): NOT scored")
    if TEXTS.is_dir():
        yield from ((f"annotated here: {name}", read_annotated(path)) for name, path in SETS.items())
    else:
        print("\nSKIP: no stories beside the checkout (../shared/stories): the annotated ones NOT scored")


def show(name: str, scores: Scores, *, errors: bool) -> None:
    """Print the table of one set, and its errors where they are asked for."""
    print(f"\n{name}: precision / recall / F1, then the share of the matched statements, in per cent")
    print(row("", [*COLUMNS, *SHARES, "gold", "out"]))
    for part, tally in {"all": scores.overall, **dict(sorted(scores.parts.items()))}.items():
        print(row(part, cells(tally, precise=not part.startswith("built"))))
    print("\n".join(scores.errors) if errors else f"bad offsets: {scores.overall.bad_offsets}")


def row(head: str, columns: Sequence[str]) -> str:
    """Return one line of a table."""
    wide = [f"{cell:>15}" for cell in columns[: len(COLUMNS)]]
    return f"{head:<20}" + " ".join(wide + [f"{cell:>6}" for cell in columns[len(COLUMNS) :]])


def cells(tally: Tally, *, precise: bool) -> list[str]:
    """Return the cells of a tally; where precision means nothing, only recall."""
    figures = tally.figures()
    rates = ["/".join(map(str, figures[key])) if precise else f"recall {figures[key][1]}" for key in COLUMNS]
    return [*rates, *(str(figures[key]) for key in SHARES), str(tally.gold), str(tally.predicted) if precise else ""]


def show_trees() -> Figures:
    """Print the recall on the tree-derived gold, as printed and without hamza; its precision is not to be had."""
    if not TREES.is_file():
        print("\nSKIP: no tree-derived gold beside the checkout (../shared/gold/padt_dev.jsonl): NOT scored")
        return {}
    written = {}
    for name, hamza in (("trees", True), ("trees without hamza", False)):
        gold = read_trees(TREES, hamza=hamza)
        tally = score(gold, predicted(gold)).overall
        figures = tally.figures()
        written[name] = {key: figures[key][1] for key in TREE_COLUMNS} | {"gold": tally.gold}
        print(f"\n{name}: recall of {tally.gold}:", *(f"{key} {figures[key][1]}" for key in TREE_COLUMNS))
    return written


def show_silent(*, errors: bool) -> Figures:
    """Print how many statements come out of sentences that hold no speech."""
    if not BULK.is_file():
        print("\nSKIP: no texts beside the checkout (../shared/stories/bulk.jsonl): silent sentences NOT scored")
        return {}
    entries = read_silent()
    found = [line for text, spans in entries for line in false_statements(text, spans)]
    sentences = sum(len(spans) for _, spans in entries)
    print(f"\nsentences without speech: {len(found)} false statements in {sentences} sentences")
    print("\n".join(found) if errors else "", end="")
    return {"silent": {"sentences": sentences, "false": len(found)}}


def false_statements(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield a line for each statement that stands in one of the spans of a text."""
    prediction = predict(text)
    silent = [letter_range(letters(text)[1], *span) for span in spans]
    places = letters(prediction["text"])[1]
    for statement in prediction["statements"]:
        content = statement["content"]
        at = letter_range(places, content["start"], content["end"]).start
        if any(span.start <= at < span.end for span in silent):
            yield f"+ {statement['rule']} | {(statement['cue'] or {}).get('text')} | {content['text'][:80]}"


def floor_figures(scores: Scores) -> dict[str, float]:
    """Return one number for each figure that has a floor: F1 where there is one."""
    figures = scores.overall.figures()
    return {key: figures[key][2] for key in COLUMNS} | {key: figures[key] for key in SHARES}


def own_figures() -> dict[str, float]:
    """Return the figures of the project's own stories."""
    gold = own_gold()
    return floor_figures(score(gold, predicted(gold)))


def read_floors() -> dict[str, float]:
    """Return the floors under the project's own stories."""
    with FLOORS.open("rb") as file:
        return {key: float(value) for key, value in tomllib.load(file)["stories"].items()}


def moved_floors(floors: Mapping[str, float], figures: Mapping[str, float], *, down: bool) -> dict[str, float]:
    """Return the floors at the figures: those that rose, and those that fell only where ``down`` allows it.

    >>> moved_floors({"cue": 90.0, "src": 80.0}, {"cue": 85.0, "src": 81.5}, down=False)
    {'cue': 90.0, 'src': 81.5}
    """
    return {key: value if down else max(value, floors.get(key, 0.0)) for key, value in figures.items()}


def move_floors(*, down: bool) -> int:
    """Write the floors anew; return 1 where one is not reached and may not be lowered."""
    floors, figures = read_floors(), own_figures()
    moved = moved_floors(floors, figures, down=down)
    for key in figures:
        print(f"{key}: {floors.get(key)} -> {moved[key]}, now {figures[key]}")
    FLOORS.write_text(floors_text(moved), encoding="utf-8")
    return int(any(figures[key] < value for key, value in moved.items()))


def floors_text(floors: Mapping[str, float]) -> str:
    """Return the floors as TOML."""
    head = (
        "# What the extractor reaches on tests/stories, in per cent (F1 where there is one). `python -m tests.score`\n"
        "# moves these: `--raise` upwards only, `--allow-regression` in both directions.\n[stories]\n"
    )
    return head + "".join(f'"{key}" = {value}\n' for key, value in floors.items())


if __name__ == "__main__":
    sys.exit(main())
