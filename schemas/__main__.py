"""Write the JSON Schema of every topic to ``schemas/json/``: ``python -m schemas``."""

import ast
import functools
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_args

import msgspec
import orjson
from msgspec import Struct

from schemas import outcomes, statements, stories
from schemas.events import schema_uri
from schemas.headers import DEAD_HEADERS, MARK_HEADERS, RAW_HEADERS
from schemas.topics import DEAD, TOPICS, Topic

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parent / "json"
RECORDS: tuple[ModuleType, ...] = (statements, stories, outcomes)


def schema_file(topic: Topic) -> Path:
    """Give the file that holds the schema of a topic.

    >>> schema_file(DEAD).name
    'wire.dead.v1.schema.json'
    """
    return FOLDER / f"{topic.name}.schema.json"


def topic_schema(topic: Topic) -> dict[str, Any]:
    """Make the JSON Schema of a topic's values; of its headers where the values are bytes of any kind."""
    head = {"$schema": DRAFT, "$id": schema_uri(topic), "title": topic.name, "description": topic.purpose}
    if topic.value is bytes:
        return head | (_dead_schema() if topic is DEAD else _headers_schema(RAW_HEADERS))
    if topic.value is str:
        return head | {"type": "string"}
    return head | _records_schema(get_args(topic.value) or (topic.value,))


def _dead_schema() -> dict[str, Any]:
    """Describe the headers of a dead letter, or of the mark that letters were redriven."""
    either = [{"required": list(DEAD_HEADERS)}, _headers_schema(MARK_HEADERS) | {"required": list(MARK_HEADERS)}]
    return _headers_schema(DEAD_HEADERS) | {"anyOf": either}


def _headers_schema(headers: dict[str, str]) -> dict[str, Any]:
    """Describe Kafka headers as one object; other headers may stand beside them, so it is not closed."""
    properties = {name: {"type": "string", "description": text} for name, text in headers.items()}
    return {"type": "object", "properties": properties, "additionalProperties": {"type": "string"}}


def _records_schema(records: tuple[Any, ...]) -> dict[str, Any]:
    references, components = msgspec.json.schema_components(records, ref_template="#/$defs/{name}")
    for name, schema in components.items():
        _describe(schema, _descriptions()[name])
    reference = references[0] if len(references) == 1 else {"anyOf": list(references)}
    return reference | {"$defs": dict(sorted(components.items()))}


def _describe(schema: dict[str, Any], descriptions: dict[str, str]) -> None:
    for name, field in schema["properties"].items():
        field["description"] = descriptions[name]
    schema["description"] = " ".join(schema["description"].split())


@functools.cache
def _descriptions() -> dict[str, dict[str, str]]:
    """Map record to field (as JSON spells it) to the string that stands under the field in the source."""
    own = {record.__name__: dict(_own_descriptions(record)) for record in _records()}
    return {
        record.__name__: {
            name: text for base in reversed(record.__mro__) for name, text in own.get(base.__name__, {}).items()
        }
        for record in _records()
    }


def _records() -> Iterator[type[Struct]]:
    for module in RECORDS:
        for _, record in inspect.getmembers(module, inspect.isclass):
            if record.__module__ == module.__name__ and issubclass(record, Struct):
                yield record


def _own_descriptions(record: type[Struct]) -> Iterator[tuple[str, str]]:
    encoded = {field.name: field.encode_name for field in msgspec.structs.fields(record)}
    definition = cast(ast.ClassDef, ast.parse(inspect.getsource(record)).body[0])
    for field, under in itertools.pairwise(definition.body):
        match field, under:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield encoded[name], text


def rendered(topic: Topic) -> bytes:
    """Write the schema of a topic as the bytes of its file."""
    return orjson.dumps(topic_schema(topic), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def main() -> None:
    """Write every schema."""
    FOLDER.mkdir(exist_ok=True)
    for topic in TOPICS:
        schema_file(topic).write_bytes(rendered(topic))


if __name__ == "__main__":
    main()
