"""Trace context through a stage: carried on as it came, or as a span of the worker's own when an SDK is there."""

import subprocess
import sys

from agents.delivery.guard import Answer
from agents.delivery.tracing import traced
from agents.messages import Incoming, Output
from schemas.topics import AUDIT
from tests.staged import PLAIN

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01".encode()


def made(*headers: tuple[str, bytes]) -> list[tuple[tuple[str, bytes], ...]]:
    record = Incoming(topic="t", partition=1, offset=7, timestamp=0, key=None, value=b"v", headers=headers)
    answer = Answer((Output(topic=AUDIT.name, key=None, value=b"{}", headers=(("a", b"b"),)),), None, 0.25)
    return [output.headers for output in traced(PLAIN, record, answer)]


def test_without_an_sdk_the_context_goes_on_as_it_came() -> None:
    state = ("tracestate", b"vendor=1")
    assert made(("traceparent", PARENT), state) == [(("a", b"b"), ("traceparent", PARENT), state)]


def test_a_record_without_a_context_gets_none() -> None:
    assert made() == [(("a", b"b"),)]


def test_a_context_that_cannot_be_read_is_dropped() -> None:
    assert made(("traceparent", b"\xffno trace")) == [(("a", b"b"),)]


WITH_SDK = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
from tests.test_tracing import PARENT, made
((_, (name, value)),) = made(("traceparent", PARENT))
(span,) = exporter.get_finished_spans()
print(name, value.decode().split("-")[1], f"{span.context.span_id:016x}" in value.decode(), span.name,
      f"{span.parent.span_id:016x}", span.attributes["messaging.kafka.message.offset"])
"""


def test_with_an_sdk_each_record_has_a_span_that_its_outputs_name() -> None:
    done = subprocess.run([sys.executable, "-c", WITH_SDK], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["traceparent", TRACE, "True", "read", SPAN, "7"], done.stderr
