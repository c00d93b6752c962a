"""What ``tasrih dead redrive`` does and prints."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import typer

from agents.cli.dead.choosing import LARGE, Rules, Selection, plan
from agents.cli.dead.failures import failures_told
from agents.cli.dead.letters import TARGETS, Letter, Place, Resent, resent
from agents.cli.dead.listing import counted, name_of
from agents.cli.dead.sending import Lane, chunks
from agents.cli.dead.topic import DeadTopic, dead_topic, fetched, headers_of, survey, with_progress
from agents.cli.dead.trial import trial
from agents.cli.lines import printable
from agents.messages import weight
from agents.settings import Settings
from schemas.topics import prefixed

ABORTED = "What was under way was aborted, nothing of it was sent."

# By the code that a letter has, and what it would die of now; None is nothing.
Outcomes = Counter[tuple[str, str | None]]


@dataclass(slots=True)
class Tally:
    """What was committed, by topic; what is not sent, by reason; and the letters that were found at all."""

    sent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seen: set[Place] = field(default_factory=set)


def redrive(settings: Settings, topic: DeadTopic, selection: Selection, rules: Rules, tally: Tally) -> None:
    """Redrive what is selected, a partition at a time, and count it in ``tally`` once it is committed.

    Raises ``KafkaException`` or an error of ``failures.py``; what was under way is aborted then.
    """
    spans = topic.spans(topic.partitions(selection), committed=False)
    counts = topic.partition_counts([prefixed(target, settings.topic_prefix) for target in TARGETS.values()])
    for partition in (partition for partition, span in spans.items() if span):
        lane = Lane(settings, topic.name, partition, counts)
        # In this order: it ends what another redrive of the partition has open, and only what that one had committed
        # before is left to be read.
        lane.open()
        found = survey(topic, topic.spans([partition], committed=False), selection)
        made = plan(found.letters, found.redriven, rules, now())
        tally.seen |= {letter.place for letter in found.letters}
        tally.refused += made.refused
        letters = with_progress(fetched(topic, made.chosen), len(made.chosen), "Redriving")
        for chunk in chunks(fitting(records_of(letters), tally)):
            lane.send(chunk)
            tally.sent.update(again.record.topic for _, again in chunk)


def records_of(letters: Iterable[tuple[Letter, Any]]) -> Iterator[tuple[Letter, Resent]]:
    """Make the record to send of each letter, from its message."""
    for letter, message in letters:
        yield letter, resent(letter, message.key(), message.value(), headers_of(message))


def fitting(records: Iterable[tuple[Letter, Resent]], tally: Tally) -> Iterator[tuple[Letter, Resent]]:
    """Leave out and count what its topic would refuse, so that it does not take its transaction with it."""
    for letter, again in records:
        if weight(again.record) > TARGETS[letter.stage].max_message_bytes:
            tally.refused[LARGE] += 1
        else:
            yield letter, again


def redrive_letters(settings: Settings, selection: Selection, rules: Rules) -> None:
    """Redrive, and print what was committed, whatever ends it; exits with 1 when something kept it from its end."""
    tally = Tally()
    try:
        with failures_told(settings, ABORTED), dead_topic(settings) as topic:
            redrive(settings, topic, selection, rules, tally)
    finally:
        typer.echo(f"redriven {sent_line(tally.sent, settings.topic_prefix)}")
        print_refused(tally.refused)
    check_named(selection, tally.seen)


def sent_line(sent: Counter[str], prefix: str) -> str:
    """Write how many letters went where.

    >>> sent_line(Counter({"wire.raw.v1": 2}), "x."), sent_line(Counter(), "")
    ('2 letters: 2 to x.wire.raw.v1', '0 letters')
    """
    where = ", ".join(f"{count} to {prefixed(name, prefix)}" for name, count in sorted(sent.items()))
    return counted(sent.total(), "letter") + (f": {where}" if where else "")


def print_refused(refused: Counter[str]) -> None:
    """Print what is not sent, by reason."""
    for reason, count in sorted(refused.items()):
        typer.echo(f"not sent: {count} {reason}")


def check_named(selection: Selection, seen: set[Place]) -> None:
    """Name the letters that were asked for one by one and are not there; exits with 1 then."""
    missing = sorted(selection.places - seen)
    for place in missing:
        typer.echo(f"{name_of(place)}: no such dead letter, or another filter leaves it out", err=True)
    if missing:
        raise typer.Exit(1)


def rehearse(settings: Settings, selection: Selection, rules: Rules) -> None:
    """Print what a redrive would send and what would become of it; nothing is sent."""
    outcomes, tally = Outcomes(), Tally()
    with failures_told(settings), dead_topic(settings) as topic, trial(settings) as tried:
        found = survey(topic, topic.spans(topic.partitions(selection), committed=False), selection)
        made = plan(found.letters, found.redriven, rules, now())
        tally.refused += made.refused
        letters = with_progress(fetched(topic, made.chosen), len(made.chosen), "Trying")
        for letter, again in fitting(records_of(letters), tally):
            outcomes[letter.code, tried.outcome(letter.stage, again.incoming())] += 1
    typer.echo(f"would redrive {counted(outcomes.total(), 'letter')}")
    for line in outcome_lines(outcomes):
        typer.echo(line)
    print_refused(tally.refused)
    check_named(selection, {letter.place for letter in found.letters})


def outcome_lines(outcomes: Outcomes) -> Iterator[str]:
    """Write how many would pass and how many would not, by code.

    >>> list(outcome_lines(Outcomes({("WIRE-202", None): 3, ("WIRE-101", "WIRE-101"): 1})))
    ['   WIRE-101  1 would fail with WIRE-101', '   WIRE-202  3 would pass']
    """
    for (code, now_), count in sorted(outcomes.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        yield f"   {printable(code) or 'no code'}  {count} would {f'fail with {now_}' if now_ else 'pass'}"


def now() -> int:
    """Give the time in milliseconds, as Kafka does."""
    return round(time.time() * 1000)
