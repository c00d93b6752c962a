"""Running a pure stage so that whatever it is fed, the answer is records to publish."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from agents.delivery.dead_letters import dead_letter, dead_outcome
from agents.errors import WireError
from agents.messages import Incoming, Output
from schemas.outcomes import StoryState
from schemas.topics import TOPICS

log = logging.getLogger(__name__)

Outputs = tuple[Output, ...]
Run = Callable[[Incoming, StoryState | None, datetime], tuple[Outputs, StoryState | None]]

MAX_BYTES = {topic.name: topic.max_message_bytes for topic in TOPICS}
# What a record weighs on the wire beside its key, value and headers: lengths, attributes and the batch around it.
FRAME_BYTES = 200
HEADER_BYTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A pure stage: its name, its function, and the code of a failure that the function did not foresee."""

    name: str
    run: Run
    unforeseen: str


def outputs_of(stage: Stage, incoming: Incoming) -> Outputs:
    """Run ``stage`` on one record and give everything to publish for it; never raises.

    A failing record gives its dead letter and its ``dead`` outcome, and nothing else. Every output carries on the
    record's ``traceparent``. State stays None until the worker keeps some.
    """
    try:
        outputs, _ = stage.run(incoming, None, datetime.now(UTC))
        check_sizes(outputs)
    except Exception as failure:
        return with_trace(dead_outputs(stage, incoming, failure), incoming)
    return with_trace(outputs, incoming)


def dead_outputs(stage: Stage, incoming: Incoming, failure: Exception) -> Outputs:
    """Give the dead letter and the outcome of a record on which ``stage`` failed, and log it once."""
    error = failure if isinstance(failure, WireError) else unforeseen(stage, failure)
    where = {"topic": incoming.topic, "partition": incoming.partition, "offset": incoming.offset}
    log.warning("dead letter", extra={"code": error.code, "stage": stage.name, **where, "cause": error.detail})
    return dead_letter(incoming, stage.name, error), dead_outcome(incoming, error)


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


def weight(output: Output) -> int:
    """Give the bytes that a record takes on the wire, rounded up.

    >>> weight(Output(topic="wire.audit.v1", key=b"k", value=b"value", headers=(("h", b"v"),)))
    218
    """
    headers = sum(len(name.encode()) + len(value) + HEADER_BYTES for name, value in output.headers)
    return FRAME_BYTES + len(output.key or b"") + len(output.value or b"") + headers


def with_trace(outputs: Outputs, incoming: Incoming) -> Outputs:
    """Carry the record's ``traceparent`` on to outputs that have none; a record without one changes nothing.

    >>> record = Incoming(topic="t", partition=0, offset=0, timestamp=0, key=None, value=b"",
    ...                   headers=(("traceparent", b"00-aa-bb-01"),))
    >>> with_trace((Output(topic="wire.audit.v1", key=None, value=b"{}"),), record)[0].headers
    (('traceparent', b'00-aa-bb-01'),)
    """
    trace = tuple(header for header in incoming.headers if header[0] == "traceparent")[:1]
    if not trace:
        return outputs
    return tuple(
        output
        if any(name == "traceparent" for name, _ in output.headers)
        else replace(output, headers=output.headers + trace)
        for output in outputs
    )
