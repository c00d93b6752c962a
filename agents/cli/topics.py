"""``tasrih topics``: list, create and check the topics, from their one definition in ``schemas/topics.py``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from agents.cli.environment import client_options, environment
from agents.settings import Settings

ADMIN_TIMEOUT_SECONDS = 20

topics = typer.Typer(name="topics", help="List, create and check the topics of the worker.", no_args_is_help=True)

Partitions = Annotated[
    int | None,
    typer.Option(min=1, help="Partitions of every topic, in place of the defined number. It can't be changed later."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A topic as the cluster has it: number of partitions, and its configuration."""

    partitions: int
    config: Mapping[str, str]


@topics.command("list")
def list_topics() -> None:
    """List the topics as they are defined, with the configured prefix; no broker is asked."""
    from schemas.topics import TOPICS, prefixed  # noqa: PLC0415

    settings = environment()
    names = [prefixed(topic, settings.topic_prefix) for topic in TOPICS]
    width = max(map(len, names))
    for name, topic in zip(names, TOPICS, strict=True):
        typer.echo(f"{name:{width}}  {topic.access:9}  {topic.cleanup:14}  {topic.partitions:2}  {topic.purpose}")


@topics.command()
def create(
    partitions: Partitions = None,
    replication: Annotated[
        int, typer.Option(help="Copies of every partition; -1 for the cluster's default.", min=-1)
    ] = -1,
) -> None:
    """Create the topics that are missing; those that are there stay as they are, see `tasrih topics check`."""
    from schemas.topics import TOPICS, prefixed  # noqa: PLC0415

    settings = environment()
    admin = connect(settings)
    there = describe(admin, settings)
    wanted = [topic for topic in TOPICS if topic.name not in there]
    failed = create_missing(admin, settings, wanted, partitions, replication)
    for topic in TOPICS:
        state = failed.get(topic.name) or ("exists" if topic.name in there else "created")
        typer.echo(f"{prefixed(topic, settings.topic_prefix)}: {state}")
    raise typer.Exit(1 if failed else 0)


@topics.command()
def check(partitions: Partitions = None) -> None:
    """Compare the cluster's topics with their definition; print each difference, and exit with 1 if there is one."""
    settings = environment()
    found = list(differences(describe(connect(settings), settings), partitions))
    for line in found:
        typer.echo(settings.topic_prefix + line)
    if not found:
        typer.echo("all topics are as defined")
    raise typer.Exit(1 if found else 0)


def connect(settings: Settings) -> Any:
    """Make an admin client, or exit with 1 when no broker answers."""
    from confluent_kafka import KafkaException  # noqa: PLC0415
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415

    admin = AdminClient(client_options(settings) | {"log_level": 0})
    try:
        admin.list_topics(timeout=ADMIN_TIMEOUT_SECONDS)
    except KafkaException as error:
        typer.echo(f"no broker answers at {settings.bootstrap_servers}: {error.args[0].str()}", err=True)
        raise typer.Exit(1) from error
    return admin


def describe(admin: Any, settings: Settings) -> dict[str, Found]:
    """Look up the defined topics that the cluster has, by name without prefix."""
    from confluent_kafka.admin import ConfigResource  # noqa: PLC0415

    from schemas.topics import TOPICS, prefixed  # noqa: PLC0415

    there = admin.list_topics(timeout=ADMIN_TIMEOUT_SECONDS).topics
    full = {prefixed(topic, settings.topic_prefix): topic.name for topic in TOPICS}
    resources = [ConfigResource("TOPIC", name) for name in full if name in there]
    answers = admin.describe_configs(resources, request_timeout=ADMIN_TIMEOUT_SECONDS) if resources else {}
    found = {}
    for resource, answer in answers.items():
        config = {name: entry.value for name, entry in answer.result().items()}
        found[full[resource.name]] = Found(partitions=len(there[resource.name].partitions), config=config)
    return found


def create_missing(
    admin: Any, settings: Settings, wanted: list[Any], partitions: int | None, replication: int
) -> dict[str, str]:
    """Create topics, wait for each, and give the failures by name without prefix."""
    from confluent_kafka import KafkaException  # noqa: PLC0415
    from confluent_kafka.admin import NewTopic  # noqa: PLC0415

    from schemas.topics import prefixed, topic_config  # noqa: PLC0415

    new = {
        topic.name: NewTopic(
            prefixed(topic, settings.topic_prefix),
            num_partitions=partitions or topic.partitions,
            replication_factor=replication,
            config=topic_config(topic),
        )
        for topic in wanted
    }
    answers = admin.create_topics(list(new.values()), operation_timeout=ADMIN_TIMEOUT_SECONDS) if new else {}
    failed = {}
    for name, topic in new.items():
        try:
            answers[topic.topic].result()
        except KafkaException as error:
            failed[name] = f"failed: {error.args[0].str()}"
    return failed


def differences(found: Mapping[str, Found], partitions: int | None = None) -> Iterator[str]:
    """Name every way in which the cluster's topics differ from their definition.

    >>> list(differences({}))[0]
    'wire.raw.v1: missing'
    """
    from schemas.topics import STATE, TOPICS, partition_problems, retention_problems, topic_config  # noqa: PLC0415

    for topic in TOPICS:
        if (actual := found.get(topic.name)) is None:
            yield f"{topic.name}: missing"
            continue
        wanted = partitions or topic.partitions
        if actual.partitions != wanted:
            yield f"{topic.name}: has {actual.partitions} partitions, defined are {wanted}"
        for name, value in topic_config(topic).items():
            if not equal(actual.config.get(name), value):
                yield f"{topic.name}: {name} is {actual.config.get(name)}, defined is {value}"
    yield from partition_problems({name: topic.partitions for name, topic in found.items()})
    kept = {name: int(topic.config.get("retention.ms", -1)) for name, topic in found.items()}
    if STATE.name in found and "delete" not in found[STATE.name].config.get("cleanup.policy", ""):
        kept[STATE.name] = -1
    yield from retention_problems(kept)


def equal(actual: str | None, defined: str) -> bool:
    """Compare two configuration values, lists without regard to order.

    >>> equal("delete,compact", "compact,delete"), equal("1", "2"), equal(None, "2")
    (True, False, False)
    """
    return actual is not None and sorted(actual.split(",")) == sorted(defined.split(","))
