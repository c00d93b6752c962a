"""Trace context, carried from a record to what is made of it, through the OpenTelemetry API.

No exporter is set up here. Without an SDK the consumed record's own ``traceparent`` goes on as it came; with one (the
usual ``OTEL_`` variables and ``opentelemetry-instrument``) each record has a span of its own, which the outputs name.
"""

from collections.abc import Iterator

from msgspec.structs import replace
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from agents.delivery.guard import Answer, Stage
from agents.messages import Headers, Incoming, Output

NAMES = ("traceparent", "tracestate")

tracer = trace.get_tracer("tasrih")
propagator = TraceContextTextMapPropagator()


def traced(stage: Stage, record: Incoming, answer: Answer) -> Iterator[Output]:
    """Give the outputs made of a record, each with the trace context unless it has one of its own.

    >>> record = Incoming(topic="t", partition=0, offset=0, timestamp=0, key=None, value=b"", headers=(
    ...     ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),))
    >>> from agents.delivery.guard import Stage
    >>> from schemas.topics import RAW
    >>> stage = Stage(name="read", topic=RAW, run=lambda record, state, now: ((), None), unforeseen="WIRE-205")
    >>> output = Output(topic="wire.audit.v1", key=None, value=b"{}")
    >>> [output.headers for output in traced(stage, record, Answer((output,), None, 0.0))]
    [(('traceparent', b'00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),)]
    """
    context = context_of(stage, record, answer)
    for output in answer.outputs:
        own = not context or any(name == "traceparent" for name, _ in output.headers)
        yield output if own else replace(output, headers=output.headers + context)


def context_of(stage: Stage, record: Incoming, answer: Answer) -> Headers:
    """Give the headers that name the record's span: its own context when nobody records spans."""
    carried = {name: value.decode("ascii", "replace") for name, value in record.headers if name in NAMES}
    where = {"messaging.system": "kafka", "messaging.destination.name": record.topic}
    position = {"messaging.kafka.message.offset": record.offset, "wire.stage.seconds": answer.seconds}
    span = tracer.start_span(stage.name, context=propagator.extract(carried), attributes={**where, **position})
    span.end()
    injected: dict[str, str] = {}
    propagator.inject(injected, trace.set_span_in_context(span))
    return tuple((name, value.encode()) for name, value in injected.items())
