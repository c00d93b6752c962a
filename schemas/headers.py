"""Kafka headers of the records: what may stand on a raw one, what an event says of itself, what a dead letter says."""

from collections.abc import Iterable
from typing import Any

TRACEPARENT = "W3C Trace Context; copied to every record made of this one."

RECEIVED_AT = "wire-received-at"
REDRIVES = "wire-redrives"
REDRIVEN = "wire-redriven"
ORDER = "wire-order"

RAW_HEADERS: dict[str, str] = {
    "wire-provider": "Who sends the item; part of the story id. Without it the envelope decides, else `unknown`.",
    "wire-channel": "The provider's service or product.",
    "wire-format": "Wire format of the value; without it the bytes decide.",
    "content-type": "Media type of the value, with its charset.",
    "traceparent": TRACEPARENT,
    RECEIVED_AT: "Set by `tasrih dead redrive`: the record's first Kafka timestamp, in milliseconds since 1970 UTC.",
    REDRIVES: "Set by `tasrih dead redrive`: how often the record was sent again.",
}

DEAD_HEADERS: dict[str, str] = {
    "__connect.errors.topic": "Topic of the record that failed.",
    "__connect.errors.partition": "Its partition, numbered from 0.",
    "__connect.errors.offset": "Its offset in the partition, in records from 0.",
    "__connect.errors.connector.name": "The worker and its version.",
    "__connect.errors.task.id": "Always 0: a worker has no tasks.",
    "__connect.errors.stage": "The stage that failed.",
    "__connect.errors.class.name": "The function that is this stage.",
    "__connect.errors.exception.class.name": "Python class of the error.",
    "__connect.errors.exception.message": "The error: cause, path or offset, hint.",
    "__connect.errors.exception.stacktrace": "Where it was raised.",
    "wire-error-code": "Code from the closed set, `WIRE-` and three digits.",
    "wire-stage": "The stage that failed.",
    RECEIVED_AT: "First Kafka timestamp of the record, which redrives keep, in milliseconds since 1970 UTC.",
}

# CloudEvents 1.0 in Kafka's binary mode; ``schemas/events.py`` writes them.
EVENT_HEADERS: dict[str, str] = {
    "ce_specversion": "Version of CloudEvents.",
    "ce_id": "The event itself: the same when it is redone after a crash, never that of another. Remove doubles by it.",
    "ce_source": "The wire, as a URI reference: provider and channel.",
    "ce_type": "`tasrih.`, what it is about, and what happened to it: `tasrih.statement.asserted`.",
    "ce_subject": "The story id, control characters percent-encoded; missing where there is no story.",
    "ce_time": "When the provider made the version, else when Kafka received it; RFC 3339, in UTC.",
    "content-type": "Media type of the value; missing where the value is null.",
    "ce_dataschema": "`$id` of the JSON Schema of the value.",
    "traceparent": TRACEPARENT,
}
ALWAYS_ON_EVENTS = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_dataschema")

# A record of the dead topic that is no letter: it says which letters before it, in its partition, were sent again.
MARK_HEADERS: dict[str, str] = {
    REDRIVEN: "Offsets that were redriven in the same transaction, as ranges: `3-17,21`. Key and value are null.",
}


def headers_schema(headers: dict[str, str], required: Iterable[str] = ()) -> dict[str, Any]:
    """Describe Kafka headers as one JSON object; other headers may stand beside them, so it is not closed.

    >>> headers_schema({"traceparent": "W3C Trace Context."})["properties"]
    {'traceparent': {'type': 'string', 'description': 'W3C Trace Context.'}}
    """
    properties = {name: {"type": "string", "description": text} for name, text in headers.items()}
    schema = {"type": "object", "properties": properties, "additionalProperties": {"type": "string"}}
    return schema | ({"required": names} if (names := list(required)) else {})
