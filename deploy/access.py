"""Who may do what on the cluster: Kafka's access control lists, with the least that works.

Names hold ``{prefix}`` for the topic prefix, ``{group}`` for the worker's consumer group and ``{own}`` for a consumer's
own prefix of groups; whoever applies the lists fills them in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from schemas.topics import AUDIT, DEAD, INDEX, RAW, STATE, STATEMENTS, STORIES, TOPICS, Access

Resource = Literal["topic", "group", "transactionalId"]
Operation = Literal["Read", "Write", "Describe", "DescribeConfigs"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What one user may do with one resource; ``prefix`` when the name is the beginning of many."""

    resource: Resource
    name: str
    operations: tuple[Operation, ...]
    prefix: bool = False


# Read and Write bring Describe with them. The worker looks at how long each topic is kept: state has to outlive all.
WORKER_ON: Final[dict[Access, tuple[Operation, ...]]] = {
    "input": ("Read", "DescribeConfigs"),
    "internal": ("Read", "Write", "DescribeConfigs"),
    "consumers": ("Write", "DescribeConfigs"),
    "operators": ("Write", "DescribeConfigs"),
}


def topic(name: str, *operations: Operation) -> Grant:
    """Grant operations on one topic.

    >>> topic("wire.raw.v1", "Read").name
    '{prefix}wire.raw.v1'
    """
    return Grant("topic", "{prefix}" + name, operations)


def on_topics(access: Iterable[Access], *operations: Operation) -> tuple[Grant, ...]:
    """Grant operations on every topic of these kinds."""
    kinds = set(access)
    return tuple(topic(one.name, *operations) for one in TOPICS if one.access in kinds)


USERS: Final[dict[str, tuple[Grant, ...]]] = {
    # Each input partition's transactional id begins with its topic: no other id of the cluster can be fenced.
    "worker": (
        *(topic(one.name, *WORKER_ON[one.access]) for one in TOPICS),
        Grant("group", "{group}", ("Read",)),
        *(
            Grant("transactionalId", "{group}.{prefix}" + one.name + ".", ("Write",), prefix=True)
            for one in (RAW, STORIES)
        ),
    ),
    "feed": on_topics(["input"], "Write"),
    "consumer": (*on_topics(["consumers"], "Read"), Grant("group", "{own}", ("Read",), prefix=True)),
    # `tasrih dead` reads letters and sends them back to their stage.
    "operator": (
        topic(DEAD.name, "Read", "Write"),
        topic(AUDIT.name, "Read"),
        topic(RAW.name, "Write"),
        topic(STORIES.name, "Write"),
        Grant("group", "{group}.redrive", ("Read",), prefix=True),
        Grant("transactionalId", "{group}.redrive.", ("Write",), prefix=True),
    ),
    # `tasrih release`, `erase` and `replay` read what is killed or under an embargo; a shadow's topics are on top.
    "editor": (
        *(topic(one.name, "Read") for one in (RAW, STATE, STATEMENTS)),
        *(topic(one.name, "Read", "Write") for one in (STORIES, INDEX)),
        Grant("group", "{group}.orders", ("Read",)),
        Grant("transactionalId", "{group}.replay.", ("Write",), prefix=True),
    ),
}


def filled(grants: Iterable[Grant], *, prefix: str, group: str, own: str = "") -> list[Grant]:
    """Fill in the names.

    >>> filled(USERS["feed"], prefix="test.", group="tasrih")[0].name
    'test.wire.raw.v1'
    """
    words = {"prefix": prefix, "group": group, "own": own}
    return [Grant(one.resource, one.name.format(**words), one.operations, one.prefix) for one in grants]


def access_lists() -> dict[str, list[dict[str, object]]]:
    """Give the lists of all users as the chart's template reads them."""
    return {user: [_as_listed(grant) for grant in grants] for user, grants in USERS.items()}


def _as_listed(grant: Grant) -> dict[str, object]:
    pattern = {"patternType": "prefix" if grant.prefix else "literal"}
    return {"type": grant.resource, "name": grant.name, **pattern, "operations": list(grant.operations)}
