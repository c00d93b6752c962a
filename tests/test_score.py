"""The scores: equal to the measure that counts, and not below the floors."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import score as command
from tests.score import BESIDE, DEV, own_figures, own_gold, predicted, read_floors, read_gold
from tests.scoring import Record, letters, score

MEASURE = BESIDE / "tools" / "score_statements.py"


def spoiled(gold: Sequence[Record]) -> list[Record]:
    """Predictions made of gold: every third left out, every second with other edges, source, cue, form and outlet."""
    return [{"text": story["text"], "statements": list(spoil(story))} for story in gold]


def spoil(story: Record) -> list[dict[str, Any]]:
    out = []
    for n, statement in enumerate(story["statements"]):
        content, even = statement["content"], n % 2 == 0
        end = content["end"] if even else max(content["start"] + 3, content["end"] - 9)
        if n % 3 < 2:
            out.append({
                "content": {**content, "end": end, "text": story["text"][content["start"] : end]},
                "source": {"name": statement["speaker_name"] if even else "المتحدث"},
                "cue": statement["cue"] if n % 5 else None,
                "form": statement["type"] if n % 7 else "reported",
                "stance": statement["stance"] if even else "other",
                "via": [{"name": "صحيفة"}] if n % 4 == 0 else [],
                "rule": "clause",
            })  # fmt: skip
    return out


def measured(gold: Sequence[Record], out: Sequence[Record], folder: Path) -> dict[str, Any]:
    """Run the measure that counts over the same stories."""
    paths = [folder / "gold.jsonl", folder / "out.jsonl"]
    for path, records in zip(paths, (gold, out), strict=True):
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = subprocess.run([sys.executable, MEASURE, *paths], capture_output=True, text=True, check=True, timeout=60)
    figures: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return figures


@pytest.mark.skipif(not MEASURE.is_file(), reason="SKIP: ../shared/tools is not there: agreement NOT tested")
@pytest.mark.parametrize("how", ["spoiled", "predicted"])
@pytest.mark.parametrize("which", ["stories", "dev"])
def test_agrees_with_the_measure_that_counts(which: str, how: str, tmp_path: Path) -> None:
    gold = own_gold() if which == "stories" else read_gold(DEV)
    out = spoiled(gold) if how == "spoiled" else predicted(gold)
    assert score(gold, out).overall.figures() == measured(gold, out, tmp_path)


def test_perfect_predictions_score_a_hundred() -> None:
    gold = own_gold()
    perfect = [
        {
            "text": story["text"],
            "statements": [
                {
                    **s,
                    "form": s["type"],
                    "source": {**(s["source"] or {}), "name": s["speaker_name"]},
                    "via": [{"name": s["medium"]}],
                }
                for s in story["statements"]
            ],
        }
        for story in gold
    ]
    figures = score(gold, perfect).overall.figures()
    assert figures["content_exact"] == figures["triple_relaxed"] == [100.0, 100.0, 100.0]
    assert figures["stance"] == figures["form"] == figures["via"] == 100.0


def everything(text: str) -> Record:
    return {"content": {"text": text, "start": 0, "end": len(text)}, "form": "direct", "source": {"name": "x"}}


def test_a_prediction_of_everything_finds_little() -> None:
    gold = own_gold()
    whole = [{"text": story["text"], "statements": [everything(story["text"])]} for story in gold]
    figures = score(gold, whole).overall.figures()
    assert figures["found@0.3"] == [0.0, 0.0, 0.0]
    assert figures["content_overlap"][1] == 0.0


def test_spans_survive_clean_up() -> None:
    assert letters("قال: «\u0646\u064e\u0639\u0640\u0645»")[0] == letters("قال نعم")[0]


def test_scores_do_not_fall_below_their_floors() -> None:
    floors, figures = read_floors(), own_figures()
    assert floors.keys() == figures.keys()
    fallen = {key: (figures[key], floor) for key, floor in floors.items() if figures[key] < floor}
    assert not fallen, "below the floor (now, floor): fix it, or run `python -m tests.score --allow-regression`"


def test_missing_gold_is_said_loudly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "DEV", Path("nowhere.jsonl"))
    monkeypatch.setattr(command, "TREES", Path("nowhere.jsonl"))
    monkeypatch.setattr(command, "TEXTS", Path("nowhere"))
    monkeypatch.setattr(command, "BULK", Path("nowhere.jsonl"))
    assert command.main([]) == 0
    assert capsys.readouterr().out.count("SKIP: ") == 4


def test_given_gold_is_scored_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(own_gold()[0], ensure_ascii=False) + "\n", encoding="utf-8")
    assert command.main([str(path), "--json", str(tmp_path / "out.json")]) == 0
    assert list(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))) == ["gold.jsonl"]
    assert "gold.jsonl: precision" in capsys.readouterr().out


def test_floors_rise_and_fall_only_when_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "FLOORS", tmp_path / "floors.toml")
    monkeypatch.setattr(command, "own_figures", lambda: {"cue": 80.0, "src": 90.0})
    command.FLOORS.write_text('[stories]\n"cue" = 85.0\n"src" = 85.0\n', encoding="utf-8")
    assert command.move_floors(down=False) == 1
    assert read_floors() == {"cue": 85.0, "src": 90.0}
    assert command.move_floors(down=True) == 0
    assert read_floors() == {"cue": 80.0, "src": 90.0}
