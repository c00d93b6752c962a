"""The one definition of the topics is consistent with itself and with what the contract promises."""

import pytest

from schemas import topics
from schemas.topics import COPARTITIONED, STATE, TOPICS, Topic, partition_problems, prefixed, retention_problems

NAMES = [topic.name for topic in TOPICS]


def retentions() -> dict[str, int]:
    """What a cluster made from the definition keeps: a topic that is only compacted keeps values for good."""
    return {
        topic.name: -1 if topic.cleanup == "compact" or topic.retention_ms is None else topic.retention_ms
        for topic in TOPICS
    }


def test_there_are_nine_topics_and_all_are_listed() -> None:
    defined = [value for value in vars(topics).values() if isinstance(value, Topic)]
    assert [topic.name for topic in defined] == NAMES
    assert len(set(NAMES)) == 9


def test_names_are_of_one_kind() -> None:
    assert all(name.startswith("wire.") and name.endswith(".v1") and name.count(".") == 2 for name in NAMES)


def test_state_outlives_the_others() -> None:
    assert retention_problems(retentions()) == []
    assert "delete" not in STATE.cleanup


@pytest.mark.parametrize("other", [1000, 1001, -1])
def test_a_state_that_would_not_outlive_a_topic_is_named(other: int) -> None:
    assert len(retention_problems({STATE.name: 1000, "wire.dead.v1": other})) == 1


def test_partitions_of_what_must_meet_are_equal() -> None:
    assert len({topic.partitions for topic in COPARTITIONED}) == 1
    assert partition_problems({topic.name: topic.partitions for topic in TOPICS}) == []


@pytest.mark.parametrize("odd", [topic.name for topic in COPARTITIONED[1:]])
def test_a_partition_count_that_differs_is_named(odd: str) -> None:
    counts = dict.fromkeys(NAMES, 6) | {odd: 12}
    assert [problem.split()[0] for problem in partition_problems(counts)] == [odd]


def test_a_dead_letter_holds_any_raw_record_and_a_request_any_dead_letter() -> None:
    assert topics.RAW.max_message_bytes >= 8_000_000
    assert topics.RAW.max_message_bytes < topics.DEAD.max_message_bytes < topics.PRODUCER_MAX_BYTES
    assert max(topic.max_message_bytes for topic in TOPICS) == topics.DEAD.max_message_bytes


def test_consumers_get_no_text_that_is_under_embargo_or_killed() -> None:
    assert [topic.name for topic in TOPICS if topic.access == "consumers"] == [
        "wire.enriched.v1",
        "wire.statements.v1",
        "wire.recalls.v1",
    ]


@pytest.mark.parametrize("topic", TOPICS, ids=NAMES)
def test_kafka_takes_the_configuration(topic: Topic) -> None:
    config = topics.topic_config(topic)
    assert config["cleanup.policy"] in ("delete", "compact", "compact,delete")
    assert ("min.compaction.lag.ms" in config) == topic.compacted
    assert all(isinstance(value, str) for value in config.values())
    assert all(int(value) >= -1 for name, value in config.items() if name != "cleanup.policy")


def test_a_prefix_goes_before_every_name() -> None:
    assert [prefixed(topic, "staging.") for topic in TOPICS] == ["staging." + name for name in NAMES]
