"""The topics as an AsyncAPI 3.0 document: addresses, keys, headers, values, and how Kafka keeps them.

Values are described by reference to ``schemas/json/`` and shown by reference to ``schemas/examples/``. Operations are
those that others take part in: feeds write the input, consumers and operators read the outputs; internal topics have
none. https://www.asyncapi.com/docs/reference/specification/v3.0.0 and its Kafka bindings 0.5.0.
"""

from typing import Any, get_args

from schemas.headers import ALWAYS_ON_EVENTS, DEAD_HEADERS, EVENT_HEADERS, MARK_HEADERS, RAW_HEADERS, headers_schema
from schemas.topics import AUDIT, DEAD, ENRICHED, RAW, RECALLS, STATEMENTS, STORIES, TOPICS, Topic, topic_config

Json = dict[str, Any]

KAFKA_BINDING = "0.5.0"
EVENTS = (STORIES, ENRICHED, STATEMENTS, RECALLS, AUDIT)
NULL_KEYS = (RAW, RECALLS, DEAD)
MEDIA_TYPES = {bytes: "application/octet-stream", str: "text/plain; charset=utf-8"}
DESCRIPTION = (
    "Raw Arabic newswire comes in on wire.raw.v1; attributed statements go out. Read with "
    "isolation.level=read_committed and remove doubles by ce_id; how to read the topics, and what the fields mean, "
    "stands in README.md beside this file. Header values are UTF-8. What Kafka names .ms is in milliseconds, .bytes in "
    "bytes; a retention.ms of -1 keeps for good. An installation may put a prefix before the topics' names."
)


def document() -> Json:
    """Make the document.

    >>> document()["channels"]["wire.state.v1"]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"]
    -1
    """
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "tasrih",
            "version": "v1",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {f"{_action(topic)}.{topic.name}": _operation(topic) for topic in TOPICS if _action(topic)},
    }


def _channel(topic: Topic) -> Json:
    config = {
        name: value.split(",") if name == "cleanup.policy" else int(value)
        for name, value in topic_config(topic).items()
    }
    kafka = {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": config}
    return {
        "address": topic.name,
        "description": topic.purpose,
        "tags": [{"name": topic.access, "description": "Who has access to the topic."}],
        "messages": _messages(topic),
        "bindings": {"kafka": kafka | {"bindingVersion": KAFKA_BINDING}},
    }


def _messages(topic: Topic) -> Json:
    """Give the kinds of record of a topic: its values, and the nulls that delete a key or mark a redrive."""
    messages = {"value": _value(topic)}
    if topic.compacted:
        messages["deletion"] = _null(topic, "Deletes its key.", _key(topic), _headers(topic))
    if topic is DEAD:
        headers = headers_schema(MARK_HEADERS, MARK_HEADERS)
        messages["mark"] = _null(topic, "Marks letters that were sent again.", {"type": "null"}, headers)
    return messages


def _value(topic: Topic) -> Json:
    example = {"$ref": f"./examples/{topic.name}.json"}
    message: Json = {
        "title": " or ".join(_records(topic)) or topic.name,
        "contentType": MEDIA_TYPES.get(topic.value, "application/json"),  # type: ignore[call-overload]
        "headers": _headers(topic),
        "payload": _payload(topic),
        "bindings": _key_binding(_key(topic)),
        "examples": [{"payload": example}],
    }
    if topic.value is bytes:
        message["examples"] = [{"headers": example, "summary": f"Its value is examples/{topic.name}.value."}]
    return message


def _records(topic: Topic) -> list[str]:
    return [] if topic.value in MEDIA_TYPES else [one.__name__ for one in get_args(topic.value) or (topic.value,)]


def _payload(topic: Topic) -> Json:
    """Refer to each record's own definition: tools read draft 7, where what stands beside a ``$ref`` is ignored."""
    if topic.value is bytes:
        type_ = ["string", "null"] if topic is DEAD else "string"
        return {"type": type_, "format": "binary", "description": "Bytes, as they came."}
    file = f"./json/{topic.name}.schema.json"
    records = [{"$ref": f"{file}#/$defs/{name}"} for name in _records(topic)] or [{"$ref": file}]
    return records[0] if len(records) == 1 else {"anyOf": records}


def _null(topic: Topic, summary: str, key: Json, headers: Json) -> Json:
    return {
        "title": f"null on {topic.name}",
        "summary": summary,
        "headers": headers,
        "payload": {"type": "null"},
        "bindings": _key_binding(key),
    }


def _headers(topic: Topic) -> Json:
    if topic in EVENTS:
        return headers_schema(EVENT_HEADERS, ALWAYS_ON_EVENTS)
    if topic is DEAD:
        return headers_schema(DEAD_HEADERS, DEAD_HEADERS)
    return headers_schema(RAW_HEADERS if topic is RAW else {})


def _key(topic: Topic) -> Json:
    type_ = ["string", "null"] if topic in NULL_KEYS else "string"
    binary = {"format": "binary"} if topic.value is bytes else {}
    return {"type": type_} | binary | {"description": topic.key}


def _key_binding(key: Json) -> Json:
    return {"kafka": {"key": key, "bindingVersion": KAFKA_BINDING}}


def _action(topic: Topic) -> str | None:
    """Say what the worker does on a topic together with others: AsyncAPI takes the application's view."""
    return {"input": "receive", "internal": None}.get(topic.access, "send")


def _operation(topic: Topic) -> Json:
    return {"action": _action(topic), "channel": {"$ref": f"#/channels/{topic.name}"}, "summary": topic.purpose}
