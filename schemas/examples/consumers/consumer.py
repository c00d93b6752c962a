"""Read tasrih's topics: python consumer.py BOOTSTRAP SCHEMAS [PREFIX]; needs aiokafka and jsonschema."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer
from jsonschema import Draft202012Validator

TOPICS = ("wire.enriched.v1", "wire.statements.v1", "wire.recalls.v1")


def validator(file: Path) -> Draft202012Validator:
    """Read the schema of a topic."""
    return Draft202012Validator(json.loads(file.read_text(encoding="utf-8")))


async def main(bootstrap: str, validators: dict[str, Draft202012Validator], prefix: str) -> None:
    """Follow the three topics for good."""
    consumer = AIOKafkaConsumer(
        *validators, bootstrap_servers=bootstrap, group_id=f"{prefix}example-python",
        isolation_level="read_committed", auto_offset_reset="earliest",
    )  # fmt: skip
    async with consumer:
        async for record in consumer:
            handle(record, validators[record.topic])


def handle(record: Any, schema: Draft202012Validator) -> None:
    """Print what one record says."""
    if record.value is None:  # the statement of this key, or the story, is deleted
        print("retracted", record.key.decode(), flush=True)
        return
    value = json.loads(record.value)
    if not schema.is_valid(value):
        print("refused", record.key.decode(), flush=True)
    elif "recall" in value:
        print("recall", value["recall"], value["story_id"], ",".join(value["retracted"]), flush=True)
    elif "status" in value:
        print("story", value["id"], value["version"], value["status"], flush=True)
        for one in value.get("statements", []):  # none in a story that was killed or withheld
            content = value["text"][one["content"]["start"] : one["content"]["end"]]  # Python counts code points
            print("said", one["source"]["name"], "|", content, flush=True)


if __name__ == "__main__":
    bootstrap, schemas, prefix = [*sys.argv[1:], ""][:3]
    found = {prefix + topic: validator(Path(schemas, f"{topic}.schema.json")) for topic in TOPICS}
    asyncio.run(main(bootstrap, found, prefix))
