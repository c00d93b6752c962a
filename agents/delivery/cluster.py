"""What a worker asks the cluster apart from reading and writing: committed offsets, and how the topics are kept."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import IncompatibleBrokerVersion

from schemas.topics import TOPICS, partition_problems, prefixed, retention_problems

Place = tuple[str, int]


class Cluster:
    """An admin client that connects when it is first needed. ``connection`` is in aiokafka's words."""

    def __init__(self, connection: Mapping[str, Any], group: str, prefix: str) -> None:
        self._connection = connection
        self._group = group
        self._prefix = prefix
        self._client: AIOKafkaAdminClient | None = None

    async def _admin(self) -> AIOKafkaAdminClient:
        if self._client is None:
            client = AIOKafkaAdminClient(**self._connection)
            await client.start()
            self._client = client
        return self._client

    async def committed(self, places: Iterable[Place]) -> dict[Place, int]:
        """Give the group's committed offset of each partition that has one.

        After the partition's transactional id was fenced, nobody can move it any more but who fenced it.
        """
        wanted = [TopicPartition(*place) for place in places]
        if not wanted:
            return {}
        try:
            found = await (await self._admin()).list_consumer_group_offsets(self._group, partitions=wanted)
        except Exception:
            # A client whose broker went away may not find another; the next call makes a new one.
            await self.close()
            raise
        return {(at.topic, at.partition): one.offset for at, one in found.items() if one.offset >= 0}

    async def problems(self) -> list[str]:
        """Name what is wrong with the topics: missing ones, counts that differ, state that is kept too short."""
        counts = await self._partition_counts()
        missing = [f"{topic.name} is missing" for topic in TOPICS if topic.name not in counts]
        return missing or partition_problems(counts) + retention_problems(await self._retentions())

    async def _partition_counts(self) -> dict[str, int]:
        admin = await self._admin()
        known = await admin.describe_topics([prefixed(topic, self._prefix) for topic in TOPICS])
        return {
            one["topic"].removeprefix(self._prefix): len(one["partitions"]) for one in known if not one["error_code"]
        }

    async def _retentions(self) -> dict[str, int]:
        """Give the retention of each topic that the cluster lets this worker look at, in milliseconds."""
        admin = await self._admin()
        wanted = [ConfigResource(ConfigResourceType.TOPIC, prefixed(topic, self._prefix)) for topic in TOPICS]
        try:
            answers = await admin.describe_configs(wanted)
        except IncompatibleBrokerVersion:
            return {}  # the demo's broker
        kept: dict[str, int] = {}
        for error, _, _, name, entries in (resource for answer in answers for resource in answer.resources):
            if not error:
                config = {entry[0]: entry[1] for entry in entries}
                deletes = "delete" in str(config["cleanup.policy"])
                kept[name.removeprefix(self._prefix)] = int(config["retention.ms"]) if deletes else -1
        return kept

    async def close(self) -> None:
        """Disconnect."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
