"""What a lane does without being sent a record: it publishes what was held until now, and sends notices on.

A state that holds a story or a notice says when that is due (``agents/holding.py``). The lane that owns the partition
comes back to it then, and to its notices whenever the index has grown. What comes of it goes through the same stage in
the same child process, and into a transaction of its own that moves no offset: after an unclear outcome the restored
state says whether it was committed, because what was published is held no longer.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from aiokafka import TopicPartition

from agents.delivery.children import Children
from agents.delivery.guard import Answer, Stage
from agents.delivery.index import Index
from agents.delivery.state import Holds, LocalState
from agents.holding import dropped, held_in, resolved
from agents.messages import Incoming
from schemas.codec import decode_state, encode
from schemas.outcomes import StoryState
from schemas.topics import DEAD

Clock = Callable[[], datetime]

MAX_BYTES: Final = 1024 * 1024
# The longest time between two looks: the wall clock may jump, and the index grows without saying so.
LOOK_SECONDS: Final = 0.5
# Where a held story stands, for its dead letter: it has no place of its own in the stories topic any more.
NO_OFFSET: Final = -1


class Held(NamedTuple):
    """Held records that are to be done, their states, and what came of them."""

    records: tuple[Incoming, ...]
    states: dict[bytes, bytes]
    answers: tuple[Answer, ...]


def utc_now() -> datetime:
    """Give the time of the wall clock."""
    return datetime.now(UTC)


class Timer:
    """What one lane has to come back to. ``clock`` tells the time, which nothing else decides."""

    def __init__(self, stage: Stage, place: TopicPartition, state: LocalState, index: Index, clock: Clock) -> None:
        self._stage = stage
        self._place = place
        self._state = state
        self._index = index
        self._clock = clock
        self._seen: tuple[int, Holds | None] = (-1, None)
        self._looked = 0.0

    def seconds(self) -> float | None:
        """Say how long to wait at most before the next look; None while nothing is held."""
        holds = self._state.holds
        if holds.due is None:
            return None
        return min(max(holds.due - self._clock().timestamp(), 0.0), LOOK_SECONDS)

    @property
    def rings(self) -> bool:
        """Whether there is something to do: something is due, or there are notices, and they or the index are news.

        The index may grow all the time, so there is a while between two looks at the notices.
        """
        holds = self._state.holds
        if holds.due is None:
            return False
        news = self._seen[0] != self._index.grown or self._seen[1] is not holds
        if holds.due <= self._clock().timestamp():
            return True
        return holds.notices > 0 and news and time.monotonic() - self._looked >= LOOK_SECONDS

    def work(self, children: Children) -> Held:
        """Do what is to be done; blocks, so call it in a thread of the children."""
        now = self._clock()
        self._seen = (self._index.grown, self._state.holds)
        self._looked = time.monotonic()
        found = self._found() if self._state.holds.notices else Held((), {}, ())
        if found.records:
            return found
        states = self._state.read_held(now.timestamp(), MAX_BYTES)
        records = tuple(self._record(key, decode_state(value)) for key, value in states.items())
        answers = children.work(self._stage, records, states, now) if records else []
        pairs = zip(states.values(), answers, strict=True)
        return Held(records, states, tuple(settled(answer, state) for state, answer in pairs))

    def _found(self) -> Held:
        """Send on the notices whose story the index has."""
        done: list[tuple[Incoming, bytes, Answer]] = []
        for key, value in self._state.read_held(0, MAX_BYTES, notices=True).items():
            began = time.perf_counter()
            state = decode_state(value)
            held = held_in(state)
            if held is not None and (story := self._index.find(held)) is not None:
                outputs, after = resolved(state, story)
                kept = None if after is None else encode(after)
                done.append((self._record(key, state), value, Answer(outputs, kept, time.perf_counter() - began)))
        states = {record.key or b"": value for record, value, _ in done}
        return Held(tuple(record for record, _, _ in done), states, tuple(answer for _, _, answer in done))

    def _record(self, key: bytes, state: StoryState) -> Incoming:
        """Give what a state holds as the record that it once was."""
        held = held_in(state)
        if held is None:
            raise ValueError(f"the state of {state.story_id} holds nothing")
        received = round(datetime.fromisoformat(held.received_at).timestamp() * 1000)
        return Incoming(
            topic=self._place.topic,
            partition=self._place.partition,
            offset=NO_OFFSET,
            timestamp=received,
            key=key,
            value=encode(held),
        )


def settled(answer: Answer, state: bytes) -> Answer:
    """Give an answer that does not come up again: what died is held no longer."""
    if not any(output.topic == DEAD.name for output in answer.outputs):
        return answer
    after = dropped(decode_state(state))
    return Answer(answer.outputs, None if after is None else encode(after), answer.seconds)
