"""``tasrih release`` and ``tasrih erase``: an operator's orders, carried out by the worker that owns the story.

The command reads what it needs from the topics and writes one record to the stories topic, under the story's id. What
comes of it is an outcome of the story on the audit topic.
"""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from agents.cli.environment import client_options, environment
from agents.settings import Settings

ASK_SECONDS = 20
STALL_SECONDS = 90
SEND_SECONDS = 30

StoryId = Annotated[str, typer.Argument(metavar="STORY", help="Id of the story: provider, colon, the provider's id.")]


def release(story: StoryId) -> None:
    """Publish the last usable version of a story that was killed or held, and lift the kill or hold.

    The version is taken from the stories topic. Exits with 1 when it is not there any more.
    """
    settings = environment()
    from agents.orders import RELEASE  # noqa: PLC0415
    from schemas.codec import DecodeError, decode_story  # noqa: PLC0415
    from schemas.topics import STORIES  # noqa: PLC0415

    last = None
    for record in records_of(settings, STORIES.name):
        if record.key() == story.encode() and is_story(record):
            try:
                version = decode_story(record.value() or b"")
            except DecodeError:
                continue  # it became a dead letter
            last = version if version.status == "usable" and version.signal not in ("kill", "hold") else last
    if last is None:
        typer.echo(f"{story}: no usable version on {STORIES.name}; let the feed send it again as a release", err=True)
        raise typer.Exit(1)
    give(settings, RELEASE, last)
    typer.echo(f"{story}: release of version {last.version} ordered")


def erase(
    story: StoryId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; there is no way back.")] = False,
) -> None:
    """Delete a story and its statements from the consumers' topics and from the state, for legal reasons.

    It says what it does not reach. Exits with 1 when no worker knows the story.
    """
    settings = environment()
    from agents.orders import ERASE  # noqa: PLC0415
    from schemas.topics import INDEX, STATE  # noqa: PLC0415

    last = None
    for record in records_of(settings, STATE.name):
        last = record.value() if record.key() == story.encode() else last
    if last is None:
        typer.echo(f"{story}: no such story on {STATE.name}", err=True)
        raise typer.Exit(1)
    if not yes:
        typer.confirm(f"Erase {story} for good?", abort=True)
    give(settings, ERASE, textless(story, last))
    names = dict.fromkeys(record.key() for record in records_of(settings, INDEX.name) if is_name(record, story))
    send(settings, INDEX.name, [(name, None, []) for name in names])
    typer.echo(f"{story}: erasure ordered; {len(names)} names deleted")
    typer.echo(unreached())


def unreached() -> str:
    """Say what an erasure does not reach, and for how long it stays there.

    >>> print(unreached().splitlines()[1])
      wire.raw.v1: the bytes as they came, for 30 days
    """
    from schemas.topics import AUDIT, DAY_MS, DEAD, ENRICHED, RAW, RECALLS, STORIES  # noqa: PLC0415

    kept = {
        RAW: "the bytes as they came",
        STORIES: "every version that was read",
        DEAD: "versions that could not be handled",
        RECALLS: "the reasons that the provider gave",
        AUDIT: "that there was such a story, and its outcomes",
    }
    lines = [f"  {topic.name}: {what}, for {(topic.retention_ms or 0) // DAY_MS} days" for topic, what in kept.items()]
    hours = ENRICHED.min_compaction_lag_ms // 3_600_000
    lines.append(
        f"  {ENRICHED.name} and the statements: the old records, until the broker compacts ({hours} hour or more)"
    )
    lines.append("  what consumers, mirrors and backups have taken in: tell them by the recall `erased`")
    return "\n".join(["Not reached:", *lines])


def textless(story: str, state: bytes) -> Any:
    """Give a version of a story that says no more than which it is, from its state."""
    from schemas.codec import decode_state  # noqa: PLC0415
    from schemas.stories import Provenance, Story  # noqa: PLC0415

    known = decode_state(state)
    return Story(
        id=story,
        version=known.version,
        provider=story.partition(":")[0],
        language="und",
        published_at=known.version_created,
        received_at=known.received_at,
        text="",
        sections=(),
        offsets=(),
        provenance=Provenance(raw=known.origin, normalizer="", changes={}),
    )


def is_story(record: Any) -> bool:
    """Say whether a record of the stories topic is a version of a story, and no order."""
    from schemas.headers import ORDER  # noqa: PLC0415

    return all(name != ORDER for name, _ in record.headers() or ())


def is_name(record: Any, story: str) -> bool:
    """Say whether a record of the index is a name of a story."""
    import orjson  # noqa: PLC0415

    try:
        return bool(record.value()) and orjson.loads(record.value()) == story
    except orjson.JSONDecodeError:
        return False


def records_of(settings: Settings, topic: str, span: tuple[int, int] | None = None) -> Iterator[Any]:
    """Give the committed records of a topic up to its end, each partition in order; exits with 1 where it cannot.

    ``span`` gives those with Kafka timestamps from its first millisecond until before its last.
    """
    from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition  # noqa: PLC0415

    from schemas.topics import prefixed  # noqa: PLC0415

    options = client_options(settings) | {"group.id": f"{settings.group_id}.orders", "log_level": 0}
    options |= {"isolation.level": "read_committed", "enable.auto.commit": False, "enable.partition.eof": True}
    consumer = Consumer(options)
    try:
        name = prefixed(topic, settings.topic_prefix)
        left = set(consumer.list_topics(name, timeout=ASK_SECONDS).topics[name].partitions)
        places = [TopicPartition(name, number, span[0] if span else OFFSET_BEGINNING) for number in left]
        consumer.assign(consumer.offsets_for_times(places, ASK_SECONDS) if span else places)
        heard = time.monotonic()
        while left:
            for record in consumer.consume(1000, timeout=0.5):
                heard = time.monotonic()
                if record.error() is None:
                    if span is None or span[0] <= record.timestamp()[1] < span[1]:
                        yield record
                elif record.error().code() == KafkaError._PARTITION_EOF:
                    left.discard(record.partition())
            if time.monotonic() - heard > STALL_SECONDS:
                typer.echo(f"{name}: not read to its end", err=True)
                raise typer.Exit(1)
    except KafkaException as error:
        failed(settings, error.args[0].str())
    finally:
        consumer.close()


def give(settings: Settings, order: str, story: Any) -> None:
    """Write an order to the stories topic."""
    from agents.orders import ordered  # noqa: PLC0415

    made = ordered(order, story)
    send(settings, made.topic, [(made.key or b"", made.value, list(made.headers))])


def send(settings: Settings, topic: str, records: list[tuple[bytes, bytes | None, list[tuple[str, bytes]]]]) -> None:
    """Write records, and exit with 1 when the broker does not take them all."""
    from confluent_kafka import Producer  # noqa: PLC0415

    from schemas.topics import PRODUCER_MAX_BYTES, prefixed  # noqa: PLC0415

    options = client_options(settings) | {"message.max.bytes": PRODUCER_MAX_BYTES, "enable.idempotence": True}
    options |= {"message.timeout.ms": SEND_SECONDS * 1000, "log_level": 0}
    # As the worker and Kafka's own clients place a key; librdkafka's default is another.
    producer = Producer(options | {"partitioner": "murmur2_random"})
    refused: list[str] = []
    for key, value, headers in records:
        note = lambda error, _: refused.append(error.str()) if error else None  # noqa: E731
        producer.produce(prefixed(topic, settings.topic_prefix), value, key, headers=headers, on_delivery=note)
        producer.poll(0)
    if producer.flush(SEND_SECONDS + 5) or refused:
        failed(settings, refused[0] if refused else "no answer")


def failed(settings: Settings, reason: str) -> None:
    """Say what went wrong, and exit with 1."""
    typer.echo(f"Kafka at {settings.bootstrap_servers}: {reason}", err=True)
    raise typer.Exit(1)
