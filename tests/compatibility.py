"""What of a topic's schema may break whoever reads it by the schema of the last release.

A reader may ignore fields that it does not know; all else that is written has to fit what it was promised. Before a
release, keep its schemas: ``uv run python -m tests.compatibility --release`` writes ``schemas/released/VERSION/``.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from schemas.__main__ import rendered, topic_schema
from schemas.topics import TOPICS, Topic

ROOT = Path(__file__).parents[1]
RELEASED = ROOT / "schemas" / "released"
KEPT = tuple(topic for topic in TOPICS if topic.access in ("consumers", "operators"))
ALL_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
LEAST, MOST = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")
SAME = ("pattern", "format", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


def releases() -> list[Path]:
    """Give the folders of the released versions, the last one last."""
    return sorted(RELEASED.iterdir(), key=lambda folder: tuple(map(int, folder.name.split("."))))


def released(topic: Topic, folder: Path) -> Any:
    """Read the schema that a release promised."""
    return orjson.loads((folder / f"{topic.name}.schema.json").read_bytes())


def breaks(old: Any, new: Any) -> list[str]:
    """Name what a reader of ``old`` may stumble over in records of ``new``; nothing where it reads on."""
    return list(_breaks(old, new, (old, new), "$"))


def _breaks(old: Any, new: Any, roots: tuple[Any, Any], path: str) -> Iterator[str]:
    old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    if "anyOf" in old:
        for one in new.get("anyOf", [new]):
            found = [list(_breaks(alternative, one, roots, path)) for alternative in old["anyOf"]]
            yield from min(found, key=len)
        if "type" not in old:
            return
    elif "anyOf" in new:
        for one in new["anyOf"]:
            yield from _breaks(old, one, roots, path)
        return
    if wider := _types(new) - _types(old):
        yield f"{path}: may now be {' or '.join(sorted(wider))}"
        return
    yield from _loosened(old, new, path)
    yield from _objects(old, new, roots, path)
    if "items" in old:
        yield from _breaks(old["items"], new.get("items", {}), roots, f"{path}[]")


def _objects(old: Any, new: Any, roots: tuple[Any, Any], path: str) -> Iterator[str]:
    properties = new.get("properties", {})
    for name, field in old.get("properties", {}).items():
        if name in properties:
            yield from _breaks(field, properties[name], roots, f"{path}.{name}")
        else:
            yield f"{path}.{name}: is gone"
    for name in set(old.get("required", ())) - set(new.get("required", ())):
        yield f"{path}.{name}: need not be there any more"
    before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
    if before is False and after is not False:
        yield f"{path}: is no longer closed"
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _breaks(before, after, roots, f"{path}.*")


def _loosened(old: Any, new: Any, path: str) -> Iterator[str]:
    allowed = old.get("enum", [old["const"]] if "const" in old else None)
    given = new.get("enum", [new["const"]] if "const" in new else None)
    if allowed is not None:
        for value in ["any value"] if given is None else [one for one in given if one not in allowed]:
            yield f"{path}: may now be {value}"
    for bound, worse in [(name, -1) for name in LEAST] + [(name, 1) for name in MOST]:
        if bound in old and (bound not in new or (new[bound] - old[bound]) * worse > 0):
            yield f"{path}: {bound} is {new.get(bound, 'gone')}, was {old[bound]}"
    for name in SAME:
        if name in old and new.get(name) != old[name]:
            yield f"{path}: {name} is {new.get(name, 'gone')}, was {old[name]}"


def _resolved(schema: Any, root: Any) -> Any:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _types(schema: Any) -> frozenset[str]:
    if "enum" in schema or "const" in schema:
        names = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string"}
        return frozenset(names[type(value)] for value in schema.get("enum", [schema.get("const")]))
    told = schema.get("type", ALL_TYPES)
    types = frozenset([told] if isinstance(told, str) else told)
    return types | {"integer"} if "number" in types else types


def release() -> Path:
    """Keep the schemas of this version."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    folder: Path = RELEASED / version
    folder.mkdir(parents=True, exist_ok=True)
    for topic in KEPT:
        (folder / f"{topic.name}.schema.json").write_bytes(rendered(topic))
    return folder


def main(arguments: list[str]) -> int:
    if "--release" in arguments:
        print(release())
    last = releases()[-1]
    found = [f"{topic.name} {line}" for topic in KEPT for line in breaks(released(topic, last), topic_schema(topic))]
    print("\n".join(found) or f"a reader of {last.name} reads on")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
