"""The image at work on a real Kafka: started before its broker, stopped and killed in the middle of its batches."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.alerts import ALERTS
from deploy.dashboard import expressions
from schemas.topics import AUDIT, STATEMENTS
from tests.broker.kafka import kafka_cluster
from tests.broker.stream import Place, own_place
from tests.deploy.containers import HARDENED, container, docker
from tests.deploy.test_monitoring import METRIC

TEXT = "العاصمة - وكالة المنارة: قال مدير الأرصاد نزار البكري إن المطر يهطل في اليوم {}."
LOAD = 1200
ENOUGH = 40


@pytest.fixture
def place(kafka: str) -> Iterator[Place]:
    with own_place(kafka) as place:
        yield place


def story(number: int) -> bytes:
    return json.dumps({"id": f"load-{number}", "text": TEXT.format(number)}, ensure_ascii=False).encode()


def asked_metrics() -> set[str]:
    """Every metric that an alert or a graph asks for, by its family's name."""
    names = METRIC.findall(" ".join([*(alert.expr for alert in ALERTS), *expressions()]))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


def ids_of(place: Place, topic: str, count: int) -> Counter[str]:
    records = place.read([topic], lambda found: len(found) >= count, 60)
    return Counter(str(json.loads(one.value())["story_id"]) for one in records)


def test_a_story_sent_from_the_image_comes_out_as_a_statement(image: str, place: Place, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(TEXT.format(1), encoding="utf-8")
    (tmp_path / "story.txt").chmod(0o644)
    tmp_path.chmod(0o755)
    sent_from = ("--volume", f"{tmp_path / 'story.txt'}:/tmp/story.txt:ro")
    settings = [f"TASRIH_{name}={place.environ()[f'TASRIH_{name}']}" for name in ("BOOTSTRAP_SERVERS", "TOPIC_PREFIX")]
    variables = [word for one in settings for word in ("--env", one)]
    with container(image, place) as worker:
        worker.wait_until_healthy()
        hardened = [*HARDENED[:1], *HARDENED[3:]]
        command = ["run", "--rm", "--network", "host", *hardened, *sent_from, *variables, image]
        sent = docker(*command, "send", "--provider", "manara", "/tmp/story.txt").stdout.decode()
        assert sent.startswith("sent 1 of 1 records")
        (record,) = place.read([STATEMENTS.name], lambda found: len(found) >= 1)
        assert json.loads(record.value())["source"]["name"] == "نزار البكري"
        shown = worker.page("/metrics")
        assert [name for name in asked_metrics() if f"# TYPE {name} " not in shown] == []
        assert worker.stop() == 0, worker.logs()[-4000:]


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGKILL"])
def test_ended_in_the_middle_of_its_batches_it_loses_and_doubles_nothing(image: str, place: Place, signal: str) -> None:
    place.send([(story(number), ()) for number in range(LOAD)])
    with container(image, place) as first:
        place.read([AUDIT.name], lambda found: len(found) >= ENOUGH, 60)
        if signal == "SIGTERM":
            assert first.stop() == 0, first.logs()[-4000:]
        else:
            first.kill()
    begun = ids_of(place, AUDIT.name, ENOUGH).total()
    assert begun < LOAD, "the worker had done everything before it was ended"
    once = Counter(f"unknown:load-{number}" for number in range(LOAD))
    with container(image, place) as second:
        assert ids_of(place, AUDIT.name, LOAD) == once
        assert second.stop() == 0, second.logs()[-4000:]
    assert ids_of(place, STATEMENTS.name, LOAD) == once
    assert ids_of(place, AUDIT.name, LOAD) == once


def test_started_before_its_broker_it_is_ready_once_there_is_one(image: str) -> None:
    """The worker ends where no broker answers; whoever runs it starts it again."""
    with kafka_cluster(1) as brokers, own_place(brokers[0].address) as place:
        brokers[0].stop()
        with container(image, place, "--restart", "on-failure") as worker:
            worker.wait_until_started_again()
            assert worker.health() != "healthy"
            brokers[0].start()
            assert brokers[0].answers()
            worker.wait_until_healthy()
            assert worker.stop() == 0, worker.logs()[-4000:]
