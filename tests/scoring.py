"""Measures statements against gold spans: detection, content, source, cue, form, stance, outlet.

Spans are compared in letter space (letters and digits only, folded, diacritics and tatweel dropped), so that harmless
clean-up of the text costs nothing. A gold statement that is ``optional`` counts neither as missed nor as false.
"""

import difflib
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# Alef with hamza, madda or wasla to alef; alef maqsura and yeh with hamza to yeh; waw with hamza; teh marbuta to heh.
FOLD = str.maketrans(
    "\u0623\u0625\u0622\u0671\u0649\u0626\u0624\u0629", "\u0627\u0627\u0627\u0627\u064a\u064a\u0648\u0647"
)
TATWEEL = "\u0640"
WEAK_WORDS = set({"in": "في", "from": "من", "by_name_of": "باسم", "at": "لدي"}.values())
STEM = 5  # letters of a word that are compared, so that a country meets its adjective
FOUND = 0.3  # intersection over union from which a statement counts as found
CLOSE = 0.8  # and from which its content counts as right but for the edges

Record = Mapping[str, Any]


class Range(NamedTuple):
    """A half-open range of letters."""

    start: int
    end: int


class Match(NamedTuple):
    """A gold statement and the prediction that answers it: their overlap as a share and in letters."""

    iou: float
    shared: int
    gold: int
    predicted: int


class Judged(NamedTuple):
    """What is right about one matched pair."""

    close: bool
    exact: bool
    source: bool
    outlet: bool
    cue: bool
    form: bool
    stance: bool


def letters(text: str) -> tuple[str, list[int]]:
    """Return the folded letters and digits of a text and, for each, its index in the text.

    >>> letters("A-1 b")
    ('a1b', [0, 2, 4])
    """
    found = [
        (d.lower(), i)
        for i, c in enumerate(text)
        for d in unicodedata.normalize("NFKC", c).translate(FOLD)
        if d.isalnum() and d != TATWEEL
    ]
    return "".join(d for d, _ in found), [i for _, i in found]


def letter_range(positions: Sequence[int], start: int, end: int) -> Range:
    """Return the range of letters that a span of the text covers."""
    return Range(bisect_left(positions, start), bisect_left(positions, end))


def alignment(source: str, target: str) -> list[int | None]:
    """Return, for each letter of one text, the same letter's index in another."""
    if source == target:
        return list(range(len(source)))
    aligned: list[int | None] = [None] * len(source)
    for block in difflib.SequenceMatcher(None, source, target, autojunk=False).get_matching_blocks():
        aligned[block.a : block.a + block.size] = range(block.b, block.b + block.size)
    return aligned


def stems(text: str | None) -> list[str]:
    """Return the folded words of a name, without articles, endings and weak words.

    >>> stems("The United-Nations")
    ['The', 'Unite', 'Natio']
    """
    folded = unicodedata.normalize("NFKC", text or "").translate(FOLD)
    spaced = "".join(c if c.isalnum() or c.isspace() else " " for c in folded)
    bare = [without_article(word.replace(TATWEEL, "")) for word in spaced.split()]
    return [word[:STEM] for word in bare if word and word not in WEAK_WORDS]


def without_article(word: str) -> str:
    """Return a word of more than three letters without its article."""
    return word[2:] if len(word) > 3 and word.startswith("ال") else word


def words_of(span: Record | None) -> str | None:
    """Return the words of a span that may be null."""
    return (span or {}).get("text")


def same_source(gold: Record, predicted: Record) -> bool:
    """Say whether the predicted name gives most words of the gold's fullest, and few that belong to nobody there."""
    printed = words_of(gold.get("source"))
    known = set(stems(" ".join([gold.get("speaker_role") or "", gold.get("speaker_name") or "", printed or ""])))
    name = set(stems(gold.get("speaker_name") or printed))
    source = predicted.get("source") or {}
    given = set(stems(source.get("name") or source.get("text")))
    if not name:
        return not given
    return len(given & name) >= 0.6 * len(name) and len(given - known) <= len(given) / 2


def same_cue(gold: Record, predicted: Record) -> bool:
    """Say whether two cues share a word, or begin alike but for a proclitic, or are both none."""
    wanted, given = stems(words_of(gold.get("cue"))), stems(words_of(predicted.get("cue")))
    if not wanted or not given:
        return not wanted and not given
    return bool(set(wanted) & set(given)) or wanted[0].lstrip("وف") == given[0].lstrip("وف")


def same_outlet(gold: Record, predicted: Record) -> bool:
    """Say whether an outlet of the prediction shares a word with the gold's, or both have none."""
    wanted = set(stems(gold.get("medium")))
    given = {word for via in predicted.get("via") or [] for word in stems(via.get("name") or via.get("text"))}
    return bool(wanted & given) if wanted else not given


def same_form(gold: Record, predicted: Record) -> bool:
    """Say whether the forms agree; a gold that knows no reported form calls it indirect."""
    wanted, given = gold.get("type"), predicted.get("form")
    return given == wanted or (given == "reported" and wanted == "indirect")


@dataclass(slots=True)
class Tally:
    """Counts over some statements; ``figures`` makes percentages of them."""

    gold: int = 0
    predicted: int = 0
    found: int = 0
    close: int = 0
    exact: int = 0
    triple: int = 0
    source: int = 0
    outlet: int = 0
    cue: int = 0
    form: int = 0
    stance: int = 0
    gold_letters: int = 0
    predicted_letters: int = 0
    shared_letters: int = 0
    bad_offsets: int = 0

    def add(self, judged: Judged, shared: int) -> None:
        """Count one matched pair."""
        self.found += 1
        self.shared_letters += shared
        self.triple += judged.close and judged.source and judged.cue
        for name, right in judged._asdict().items():
            setattr(self, name, getattr(self, name) + right)

    def figures(self) -> dict[str, Any]:
        """Return precision, recall and F1 where each applies, else the share of the matched pairs, in per cent."""
        matched = self.found or 1
        shares = {key: percent(getattr(self, attribute) / matched) for key, attribute in SHARES.items()}
        rates = {key: rate(getattr(self, name), self.predicted, self.gold) for key, name in RATES.items()}
        overlap = rate(self.shared_letters, self.predicted_letters, self.gold_letters)
        counts = {"gold": self.gold, "predicted": self.predicted, "bad_offsets": self.bad_offsets}
        return {**rates, "content_overlap": overlap, **shares, **counts}


RATES = {"found@0.3": "found", "found@0.8": "close", "content_exact": "exact", "triple_relaxed": "triple"}
SHARES = {"src": "source", "via": "outlet", "cue": "cue", "form": "form", "stance": "stance"}


def percent(share: float) -> float:
    """Return a share in per cent with one digit.

    >>> percent(2 / 3)
    66.7
    """
    return round(100 * share, 1)


def rate(right: int, predicted: int, gold: int) -> list[float]:
    """Return precision, recall and F1 in per cent.

    >>> rate(1, 2, 4)
    [50.0, 25.0, 33.3]
    """
    precision = right / predicted if predicted else 0.0
    recall = right / gold if gold else 0.0
    both = precision + recall
    return [percent(value) for value in (precision, recall, 2 * precision * recall / both if both else 0.0)]


@dataclass(slots=True)
class Scores:
    """Tallies over all statements and over parts of them, and one line for every error."""

    overall: Tally = field(default_factory=Tally)
    parts: dict[str, Tally] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def of(self, statement: Record) -> list[Tally]:
        """Return the tallies that a statement counts in: all, its form, and its construction where the gold has one."""
        form = str(statement.get("type") or statement.get("form"))
        built = [f"built as {statement['form']}"] if "type" in statement and "form" in statement else []
        return [self.overall, *(self.parts.setdefault(part, Tally()) for part in [form, *built])]


def score(gold: Sequence[Record], predicted: Sequence[Record]) -> Scores:
    """Return the scores of stories ``{story, text, statements}`` and their predictions, in the same order."""
    scores = Scores()
    for statement in (s for story in gold for s in story["statements"] if not s.get("optional")):
        scores.of(statement)
    for story, prediction in zip(gold, predicted, strict=True):
        score_story(scores, story, prediction)
    return scores


def score_story(scores: Scores, story: Record, prediction: Record) -> None:
    """Count one story."""
    wanted, given = story["statements"], prediction["statements"]
    gold_ranges, given_ranges = ranges_of(story, prediction)
    matches = matched(wanted, given, gold_ranges, given_ranges)
    spare = {m.predicted for m in matches if wanted[m.gold].get("optional")}
    matches = [m for m in matches if not wanted[m.gold].get("optional")]
    count_statements(scores, story, prediction, (gold_ranges, given_ranges), spare)
    for m in matches:
        judged = judge(wanted[m.gold], given[m.predicted], m, gold_ranges[m.gold] == given_ranges[m.predicted])
        for tally in scores.of(wanted[m.gold]):
            tally.add(judged, m.shared)
        scores.errors += near_miss(story, prediction, m, judged)
    scores.errors += strays(story, prediction, matches, spare)
    share_predictions(scores, story, prediction, matches, spare, given_ranges)


def ranges_of(story: Record, prediction: Record) -> tuple[list[Range], list[Range]]:
    """Return the letters that each content covers, the predicted ones carried over into the gold's text."""
    gold_letters, gold_positions = letters(story["text"])
    given_letters, given_positions = letters(prediction["text"])
    aligned = alignment(given_letters, gold_letters)
    wanted = [letter_range(gold_positions, *edges(s)) for s in story["statements"]]
    given = [carried(aligned, letter_range(given_positions, *edges(s))) for s in prediction["statements"]]
    return wanted, given


def edges(statement: Record) -> tuple[int, int]:
    """Return where a statement's content begins and ends in its text."""
    return statement["content"]["start"], statement["content"]["end"]


def carried(aligned: Sequence[int | None], span: Range) -> Range:
    """Return a range in the other text; an empty one where none of its letters stands there."""
    there = [k for k in aligned[span.start : span.end] if k is not None]
    return Range(there[0], there[-1] + 1) if there else Range(0, 0)


def matched(
    wanted: Sequence[Record], given: Sequence[Record], gold_ranges: Sequence[Range], given_ranges: Sequence[Range]
) -> list[Match]:
    """Return one-to-one matches, the greatest overlap first, the same source first among equals."""
    candidates = []
    for i, a in enumerate(gold_ranges):
        for j, b in enumerate(given_ranges):
            shared = max(0, min(a.end, b.end) - max(a.start, b.start))
            if shared:
                iou = shared / (a.end - a.start + b.end - b.start - shared)
                candidates.append((iou + 0.001 * same_source(wanted[i], given[j]), Match(iou, shared, i, j)))
    matches: list[Match] = []
    for _, match in sorted(candidates, reverse=True):
        taken = any(m.gold == match.gold or m.predicted == match.predicted for m in matches)
        if match.iou >= FOUND and not taken:
            matches.append(match)
    return matches


def judge(gold: Record, predicted: Record, match: Match, exact: bool) -> Judged:
    """Return what is right about a matched pair."""
    return Judged(
        close=match.iou >= CLOSE,
        exact=exact,
        source=same_source(gold, predicted),
        outlet=same_outlet(gold, predicted),
        cue=same_cue(gold, predicted),
        form=same_form(gold, predicted),
        stance=predicted.get("stance") == gold.get("stance"),
    )


def count_statements(
    scores: Scores, story: Record, prediction: Record, ranges: tuple[list[Range], list[Range]], spare: set[int]
) -> None:
    """Count the gold statements of every part, and all predictions that matter."""
    gold_ranges, given_ranges = ranges
    for statement, span in zip(story["statements"], gold_ranges, strict=True):
        for tally in scores.of(statement) if not statement.get("optional") else []:
            tally.gold += 1
            tally.gold_letters += span.end - span.start
    for j, (statement, span) in enumerate(zip(prediction["statements"], given_ranges, strict=True)):
        start, end = edges(statement)
        scores.overall.bad_offsets += prediction["text"][start:end] != statement["content"]["text"]
        scores.overall.predicted += j not in spare
        scores.overall.predicted_letters += (span.end - span.start) * (j not in spare)


def share_predictions(
    scores: Scores, story: Record, prediction: Record, matches: Sequence[Match], spare: set[int], given: Sequence[Range]
) -> None:
    """Count each prediction in the parts of the gold that it matches, an unmatched one in the part of its own form.

    So the precision of a construction is of no use: nobody knows which construction a false prediction belongs to.
    """
    answered = {m.predicted: story["statements"][m.gold] for m in matches}
    for j, statement in enumerate(prediction["statements"]):
        part = answered.get(j, {"type": known_form(scores, statement)})
        for tally in scores.of(part)[1:] if j not in spare else []:
            tally.predicted += 1
            tally.predicted_letters += given[j].end - given[j].start


def known_form(scores: Scores, statement: Record) -> str:
    """Return a prediction's form, as the gold calls it."""
    form = str(statement["form"])
    return "indirect" if form == "reported" and form not in scores.parts else form


def near_miss(story: Record, prediction: Record, match: Match, judged: Judged) -> list[str]:
    """Return the line of a match whose source or content is wrong."""
    if judged.source and judged.close:
        return []
    gold, given = story["statements"][match.gold], prediction["statements"][match.predicted]
    source = "ok" if judged.source else f"{given['source'].get('name')!r} for {gold.get('speaker_name')!r}"
    content = "" if judged.close else f" | came out: {given['content']['text'][:70]}"
    return [f"~ {story['story']} iou={match.iou:.2f} source={source} | {gold['content']['text'][:70]}{content}"]


def strays(story: Record, prediction: Record, matches: Sequence[Match], spare: set[int]) -> list[str]:
    """Return the lines of the missed gold statements and of the predictions that answer none."""
    found, given = {m.gold for m in matches}, {m.predicted for m in matches} | spare
    missed = [s for i, s in enumerate(story["statements"]) if i not in found and not s.get("optional")]
    extra = [s for j, s in enumerate(prediction["statements"]) if j not in given]
    return [
        *(f"- {story['story']} missed | {words_of(s.get('cue'))} | {s['content']['text'][:80]}" for s in missed),
        *(
            f"+ {story['story']} extra | {s.get('rule')} | {words_of(s.get('cue'))} | {s['content']['text'][:80]}"
            for s in extra
        ),
    ]
