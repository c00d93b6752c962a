"""The listed rights on a real broker with TLS and SCRAM: enough for everybody's work, and not a topic more."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from agents.settings import MASK
from deploy.access import USERS
from schemas.topics import AUDIT, DEAD, ENRICHED, RAW, RECALLS, STATEMENTS, TOPICS, Topic
from tests.broker.stream import running
from tests.deploy.secured import ADMIN, Secured, secured_kafka

TEXT = "قالت رئيسة البلدية سلمى الناصر إن الجسر يفتح يوم الجمعة."
OUTCOME_SECONDS = 40


@pytest.fixture(scope="module")
def secured(kafka_can_run: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured_kafka(tmp_path_factory.mktemp("secured")) as secured:
        yield secured


def read(secured: Secured, user: str, topic: Topic, count: int, seconds: float = OUTCOME_SECONDS) -> list[Any]:
    """Read the first records of a topic as a user; a right that lacks raises ``PermissionError``."""
    group = f"{user}.reader" if user != ADMIN else "admin"
    level = {"isolation.level": "read_committed", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer(secured.options(user) | level | {"group.id": f"{group}-{time.monotonic_ns()}"})
    consumer.subscribe([secured.place.prefix + topic.name])
    records: list[Any] = []
    deadline = time.monotonic() + seconds
    try:
        while len(records) < count:
            assert time.monotonic() < deadline, f"{len(records)} records of {topic.name} in {seconds} s"
            record = consumer.poll(0.2)
            if record is None:
                continue
            if record.error() is None:
                records.append(record)
            elif record.error().code() in (
                KafkaError.TOPIC_AUTHORIZATION_FAILED,
                KafkaError.GROUP_AUTHORIZATION_FAILED,
            ):
                raise PermissionError(record.error().str())
        return records
    finally:
        consumer.close()


def until(condition: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.1)


def send(secured: Secured, tmp_path: Path, text: str) -> None:
    story = tmp_path / "story.txt"
    story.write_text(text, encoding="utf-8")
    sent = secured.place.tasrih("send", "--provider", "wakala", str(story), **secured.login("feed"))
    assert sent.returncode == 0, sent.stdout + sent.stderr


def test_everybody_can_do_their_work_and_a_consumer_reads_nothing_internal(secured: Secured, tmp_path: Path) -> None:
    login = secured.login("worker")
    with running(secured.place, tmp_path, **login) as worker:
        worker.wait_until_ready()
        send(secured, tmp_path, TEXT)
        send(secured, tmp_path, "")
        (record,) = read(secured, "consumer", STATEMENTS, 1)
        assert json.loads(record.value())["source"]["name"] == "سلمى الناصر"
        assert len(read(secured, "consumer", ENRICHED, 1)) == 1
        read(secured, ADMIN, DEAD, 1)
        listed = secured.place.tasrih("dead", "list", **secured.login("operator"))
        assert listed.returncode == 0, listed.stderr
        assert "WIRE-102" in listed.stdout
        redriven = secured.place.tasrih("dead", "redrive", "--code", "WIRE-102", "--force", **secured.login("operator"))
        assert redriven.returncode == 0, redriven.stdout + redriven.stderr
        read(secured, ADMIN, AUDIT, 3)
        story = json.loads(record.value())["story_id"]
        unknown = secured.place.tasrih("release", "wakala:nothing", **secured.login("editor"))
        assert "no usable version" in unknown.stderr
        erased = secured.place.tasrih("erase", "--yes", story, **secured.login("editor"))
        assert erased.returncode == 0, erased.stderr
        (recall,) = read(secured, "consumer", RECALLS, 1)
        assert json.loads(recall.value())["recall"] == "erased"
        assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
        assert secured.passwords["worker"] not in worker.log.read_text()
    for topic in TOPICS:
        if topic.access != "consumers":
            with pytest.raises(PermissionError):
                read(secured, "consumer", topic, 1, 10)
    with pytest.raises(PermissionError):
        read(secured, "feed", RAW, 1, 10)


def test_without_one_right_to_write_nothing_is_committed_and_the_worker_is_not_ready(
    secured: Secured, tmp_path: Path
) -> None:
    (lost,) = [one for one in USERS["worker"] if one.name.endswith(STATEMENTS.name)]
    left = replace(lost, operations=("Describe", "DescribeConfigs"))
    before = len(read_all(secured, AUDIT))
    seen: set[str] = set()

    def ended_or_seen() -> bool:
        seen.add(worker.page("/ready")[1])
        return worker.process.poll() is not None

    with running(secured.place, tmp_path, **secured.login("worker")) as worker:
        worker.wait_until_ready()
        secured.grant("worker", [left])
        secured.take("worker", replace(lost, operations=("Write",)))
        send(secured, tmp_path, TEXT.replace("الجمعة", "السبت"))
        until(ended_or_seen, 60, worker.log.read_text)
        assert any("not committing" in page for page in seen), seen
        assert worker.process.returncode != 0
        assert "TopicAuthorizationFailed" in worker.log.read_text()
    assert len(read_all(secured, AUDIT)) == before
    secured.grant("worker", [lost])
    with running(secured.place, tmp_path, **secured.login("worker")) as worker:
        until(lambda: len(read_all(secured, AUDIT)) == before + 1, OUTCOME_SECONDS, worker.log.read_text)
        assert worker.stop()[0] == 0


def read_all(secured: Secured, topic: Topic) -> list[Any]:
    """Read what is committed on a topic now."""
    options = secured.options(ADMIN) | {"group.id": "admin", "isolation.level": "read_committed"}
    consumer = Consumer(options | {"enable.partition.eof": True, "enable.auto.commit": False})
    name = secured.place.prefix + topic.name
    partitions = consumer.list_topics(name, timeout=10).topics[name].partitions
    consumer.assign([TopicPartition(name, one, OFFSET_BEGINNING) for one in partitions])
    records: list[Any] = []
    ended: set[int] = set()
    deadline = time.monotonic() + 30
    while len(ended) < len(partitions):
        assert time.monotonic() < deadline
        if (record := consumer.poll(0.2)) is None:
            continue
        if record.error() is None:
            records.append(record)
        elif record.error().code() == KafkaError._PARTITION_EOF:
            ended.add(record.partition())
    consumer.close()
    return records


def test_a_broker_that_no_known_authority_signed_is_not_talked_to(secured: Secured, tmp_path: Path) -> None:
    login = secured.login("worker")
    del login["tls_ca_file"]
    with running(secured.place, tmp_path, **login) as worker:
        assert worker.process.wait(40) != 0
        assert "CERTIFICATE_VERIFY_FAILED" in worker.log.read_text()
    stranger = {name: value for name, value in secured.options("worker").items() if name != "ssl.ca.location"}
    with pytest.raises(KafkaException):
        AdminClient(stranger).list_topics(timeout=3)
    assert AdminClient(secured.options("worker")).list_topics(timeout=10).topics


def test_settings_show_no_password(secured: Secured) -> None:
    shown = secured.place.tasrih("settings", **secured.login("worker"))
    assert shown.returncode == 0
    assert f"TASRIH_SASL_PASSWORD={MASK}" in shown.stdout
    assert secured.passwords["worker"] not in shown.stdout + shown.stderr
