"""What a record that no stage can handle leaves behind: its own bytes on ``wire.dead.v1``, and an outcome."""

import hashlib
import re
import traceback
from importlib.metadata import version

from agents.errors import WireError
from agents.messages import Headers, Incoming, Output, iso
from schemas.codec import encode
from schemas.events import outcome_headers, outcome_key
from schemas.headers import RECEIVED_AT
from schemas.outcomes import Outcome, OutcomeKind
from schemas.topics import AUDIT, DEAD

# The names that Kafka Connect gives these headers (KIP-298), so that its users' tools read ours.
CONNECT = "__connect.errors."
OWN_HEADERS = ("wire-error-code", "wire-stage", RECEIVED_AT)
MAX_STACKTRACE_CHARACTERS = 8_000
MAX_REASON_CHARACTERS = 2_000
MAX_PROVIDER_BYTES = 200
DIGITS = re.compile(rb"[0-9]{1,13}")


def dead_letter(incoming: Incoming, stage: str, error: WireError) -> Output:
    """Make the dead letter of a record: key, value and headers as they came, and headers that say what happened.

    A null value stays null. Headers of an earlier death are replaced, so that a record which was sent again and failed
    again tells its last failure; only when it was first received stays.
    """
    kept = tuple(header for header in incoming.headers if not is_error_header(header[0]))
    headers = kept + error_headers(incoming, stage, error)
    return Output(topic=DEAD.name, key=incoming.key, value=incoming.value, headers=headers)


def is_error_header(name: str) -> bool:
    """Say whether a header was put on by an earlier death.

    >>> is_error_header("__connect.errors.topic"), is_error_header("wire-provider")
    (True, False)
    """
    return name.startswith(CONNECT) or name in OWN_HEADERS


def error_headers(incoming: Incoming, stage: str, error: WireError) -> Headers:
    """Give the headers that say where the record stood and since when, which stage failed, and why."""
    cause = error.__cause__ or error
    trace = "".join(traceback.format_exception(cause))[-MAX_STACKTRACE_CHARACTERS:]
    connect = {
        "topic": incoming.topic,
        "partition": str(incoming.partition),
        "offset": str(incoming.offset),
        "connector.name": f"tasrih-{version('tasrih')}",
        "task.id": "0",
        "stage": stage,
        "class.name": f"agents.pipeline.{stage}",
        "exception.class.name": f"{type(cause).__module__}.{type(cause).__qualname__}",
        "exception.message": printable(error),
        "exception.stacktrace": trace,
    }
    named = tuple((CONNECT + name, encoded(text)) for name, text in connect.items())
    own = {"wire-error-code": error.code, "wire-stage": stage, RECEIVED_AT: str(received_at(incoming))}
    return named + tuple((name, text.encode()) for name, text in own.items())


def received_at(incoming: Incoming) -> int:
    """Give when Kafka first had the record (milliseconds): a record that was sent again says so itself.

    >>> first = {"topic": "t", "partition": 0, "offset": 0, "timestamp": 7, "key": None, "value": b""}
    >>> received_at(Incoming(**first)), received_at(Incoming(**first, headers=((RECEIVED_AT, b"5"),)))
    (7, 5)
    """
    told = (value for name, value in incoming.headers if name == RECEIVED_AT)
    return next((int(value) for value in told if DIGITS.fullmatch(value)), incoming.timestamp)


def unpublished_outcome(incoming: Incoming, error: WireError, kind: OutcomeKind) -> Output:
    """Make the outcome of a record that died or was empty, keyed by the SHA-256 of its bytes: no story came of it."""
    sha256 = hashlib.sha256(incoming.value or b"").hexdigest()
    outcome = Outcome(
        outcome=kind,
        story_id=None,
        story_version=None,
        topic=incoming.topic,
        partition=incoming.partition,
        offset=incoming.offset,
        item=0,
        items=1,
        sha256=sha256,
        provider=provider(incoming.headers),
        received_at=iso(incoming.timestamp),
        code=error.code,
        reason=printable(error),
    )
    value = encode(outcome)
    return Output(topic=AUDIT.name, key=outcome_key(outcome), value=value, headers=outcome_headers(outcome, 0, value))


def provider(headers: Headers) -> str:
    """Give the provider that the record's header names, else ``unknown``.

    >>> provider((("wire-provider", b"wakala"),)), provider(())
    ('wakala', 'unknown')
    """
    named = (value[:MAX_PROVIDER_BYTES].decode(errors="replace") for name, value in headers if name == "wire-provider")
    return next(named, "") or "unknown"


def printable(error: WireError) -> str:
    r"""Give an error's text so that it can be written and stays short, whatever it quotes.

    >>> printable(WireError("WIRE-205", "ValueError: " + chr(0xd800)))
    'WIRE-205 reading failed: ValueError: \\ud800. Report it with the dead letter.'
    """
    return encoded(str(error)[:MAX_REASON_CHARACTERS]).decode()


def encoded(text: str) -> bytes:
    """Write text as UTF-8; a lone surrogate, which an error message may quote, becomes an escape."""
    return text.encode(errors="backslashreplace")
