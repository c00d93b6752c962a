"""Which letters a command is about, and which of these may be sent again. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from agents.cli.dead.letters import TARGETS, Letter, Place

MAX_REDRIVES = 3

AGAIN = "redriven before (--again sends them once more)"
LOOP = f"redriven {MAX_REDRIVES} times in vain (--force sends them all the same)"
OLD = "older than their topic keeps records (--force sends them all the same)"
ASTRAY = "without a stage that is known"
LARGE = "too large for their topic with the headers of a redrive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The filters of a command; empty or None takes everything. Times are milliseconds, ``until`` is excluded."""

    codes: frozenset[str] = frozenset()
    provider: str | None = None
    since: int | None = None
    until: int | None = None
    places: frozenset[Place] = frozenset()

    def takes(self, letter: Letter) -> bool:
        """Say whether a letter passes every filter."""
        return (
            (not self.codes or letter.code in self.codes)
            and (self.provider is None or letter.provider == self.provider)
            and (self.since is None or letter.written_at >= self.since)
            and (self.until is None or letter.written_at < self.until)
            and (not self.places or letter.place in self.places)
        )

    def reaches(self, partition: int) -> bool:
        """Say whether any letter of a partition can pass."""
        return not self.places or any(partition == one for one, _ in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an operator allows beside the ordinary: letters redriven before, and those that the guards hold back."""

    again: bool = False
    force: bool = False


@dataclass(slots=True)
class Plan:
    """The letters to send, in order, and how many are not sent, by reason."""

    chosen: list[Letter] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


def plan(letters: Iterable[Letter], redriven: Collection[Place], rules: Rules, now: int) -> Plan:
    """Divide letters into those to send and those not to; ``redriven`` are the places of letters sent before."""
    made = Plan()
    for letter in letters:
        reason = refusal(letter, letter.place in redriven, rules, now)
        if reason is None:
            made.chosen.append(letter)
        else:
            made.refused[reason] += 1
    return made


def refusal(letter: Letter, redriven: bool, rules: Rules, now: int) -> str | None:
    """Say why a letter is not sent, or None."""
    if letter.stage not in TARGETS:
        return ASTRAY
    if redriven and not rules.again:
        return AGAIN
    if letter.redrives >= MAX_REDRIVES and not rules.force:
        return LOOP
    # It keeps its time, so the broker may delete it before a worker has read it.
    kept = TARGETS[letter.stage].retention_ms
    if kept is not None and now - letter.received_at >= kept and not rules.force:
        return OLD
    return None
