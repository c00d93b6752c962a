"""Running a pure stage so that whatever it is fed, the answer is records to publish."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from agents.delivery.dead_letters import dead_letter, unpublished_outcome
from agents.errors import EmptyError, WireError
from agents.messages import Incoming, Output, weight
from schemas.codec import decode_state, encode
from schemas.outcomes import StoryState
from schemas.topics import TOPICS, Topic

log = logging.getLogger(__name__)

Outputs = tuple[Output, ...]
Run = Callable[[Incoming, StoryState | None, datetime], tuple[Outputs, StoryState | None]]

MAX_BYTES = {topic.name: topic.max_message_bytes for topic in TOPICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A pure stage: its name and function, the topic it reads, and the code of a failure that it did not foresee.

    ``state`` is the topic that keeps, for each key of the stage's topic, what the function returned last; a stage
    without one is given None. ``deadline_seconds`` is how long one record may take. ``example`` is a value that it can
    work on, for a stage whose topic no other stage writes to: it is run before children are forked (``warm``).
    """

    name: str
    topic: Topic
    run: Run
    unforeseen: str
    state: Topic | None = None
    deadline_seconds: float = 2.0
    example: bytes | None = None


class Answer(Struct, frozen=True, array_like=True):
    """What became of one record: everything to publish, the state after it as bytes, and the seconds it took."""

    outputs: tuple[Output, ...]
    state: bytes | None
    seconds: float = 0.0


def answer(stage: Stage, incoming: Incoming, state: bytes | None, now: datetime) -> Answer:
    """Run ``stage`` on one record and give everything to publish for it; no exception of the stage gets out.

    A failing record gives its dead letter and its ``dead`` outcome, one that holds nothing to publish its ``empty``
    outcome alone; both leave the state as it was. A state that
    cannot be decoded is nobody's story's fault and is raised: a newer worker wrote it, and this one must not go on.
    """
    before = decode_state(state) if state is not None else None
    try:
        outputs, after = stage.run(incoming, before, now)
        # Encoding again what did not change would cost more than most stages.
        kept = state if after is before else encode(after) if after is not None else None
        check_sizes(outputs)
        check_state(stage, incoming, kept)
    except EmptyError as empty:
        return Answer((unpublished_outcome(incoming, empty, "empty"),), state)
    except Exception as failure:
        return Answer(dead_outputs(stage, incoming, failure), state)
    return Answer(outputs, kept)


def dead_outputs(stage: Stage, incoming: Incoming, failure: Exception) -> Outputs:
    """Give the dead letter and the outcome of a record on which ``stage`` failed, and log it once."""
    error = failure if isinstance(failure, WireError) else unforeseen(stage, failure)
    where = {"topic": incoming.topic, "partition": incoming.partition, "offset": incoming.offset}
    log.warning("dead letter", extra={"code": error.code, "stage": stage.name, **where, "cause": error.detail})
    return dead_letter(incoming, stage.name, error), unpublished_outcome(incoming, error, "dead")


def unforeseen(stage: Stage, failure: Exception) -> WireError:
    """Give a code to an exception that no stage raises on purpose, with its traceback kept as the cause."""
    error = WireError(stage.unforeseen, f"{type(failure).__name__}: {failure}"[:500])
    error.__cause__ = failure
    return error


def check_sizes(outputs: Iterable[Output]) -> None:
    """Raise ``WIRE-601`` for an output that its topic would refuse, so that the broker never has to.

    >>> check_sizes([Output(topic="wire.audit.v1", key=None, value=b"{}")])
    """
    for output in outputs:
        size, limit = weight(output), MAX_BYTES[output.topic]
        if size > limit:
            raise WireError("WIRE-601", f"{size} bytes for {output.topic}, which takes {limit}")


def check_state(stage: Stage, incoming: Incoming, state: bytes | None) -> None:
    """Raise ``WIRE-601`` for a state that its topic would refuse."""
    if stage.state is not None and state is not None:
        check_sizes([state_output(stage.state, incoming.key or b"", state, incoming.partition)])


def state_output(topic: Topic, key: bytes, state: bytes | None, partition: int) -> Output:
    """Give the record that keeps the state of a key, in the partition of the record that changed it."""
    return Output(topic=topic.name, key=key, value=state, partition=partition)


encode_answer = msgspec.msgpack.Encoder().encode
decode_answer = msgspec.msgpack.Decoder(Answer).decode
