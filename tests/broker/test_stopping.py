"""Workers that are stopped, that cannot publish, or that should not start."""

import json
import time
from collections import Counter
from pathlib import Path

from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from schemas.topics import ENRICHED, topic_config
from tests.broker.stream import Place, running

TEXT = "العاصمة - وكالة المنارة: قال وزير المياه سالم الخطيب إن السد امتلأ للمرة {}."
LOAD = 1500
FAUST = ("-m", "faust", "-A", "agents.app", "worker", "-l", "info")


def story(number: int) -> bytes:
    return json.dumps({"id": f"load-{number}", "text": TEXT.format(number)}, ensure_ascii=False).encode()


def test_sigterm_under_load_ends_in_order_and_the_next_worker_goes_on(place: Place, tmp_path: Path) -> None:
    place.send([(story(number), ()) for number in range(LOAD)])
    with running(place, tmp_path) as first:
        begun = place.read([ENRICHED.name], lambda found: len(found) >= 50, 60)
        code, seconds = first.stop()
        assert code == 0, first.log.read_text()[-4000:]
        assert seconds < 10
    assert len(begun) < LOAD, "the worker was not under load when it was stopped"
    half = place.read([ENRICHED.name], lambda found: len(found) >= len(begun))
    with running(place, tmp_path) as second:
        ids = {f"unknown:load-{number}" for number in range(LOAD)}
        records = place.read([ENRICHED.name], lambda found: {one.key().decode() for one in found} >= ids, 60)
        assert second.stop()[0] == 0, second.log.read_text()[-4000:]
    assert {one.key().decode() for one in records} == ids
    assert len(half) < LOAD
    assert Counter(one.key() for one in records) == Counter({id_.encode(): 1 for id_ in ids})


def test_a_record_that_cannot_be_published_is_not_passed_over(place: Place, tmp_path: Path) -> None:
    set_limit(place, "1000")
    place.send([(story(number), ()) for number in range(3)])
    with running(place, tmp_path) as worker:
        code = worker.process.wait(40)
        log = worker.log.read_text()
    assert code != 0
    assert "MessageSizeTooLarge" in log
    set_limit(place, topic_config(ENRICHED)["max.message.bytes"])
    with running(place, tmp_path) as second:
        ids = {f"unknown:load-{number}" for number in range(3)}
        place.read([ENRICHED.name], lambda found: {one.key().decode() for one in found} >= ids, 40)
        assert second.stop()[0] == 0


def set_limit(place: Place, limit: str) -> None:
    entry = ConfigEntry("max.message.bytes", limit, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource("TOPIC", place.prefix + ENRICHED.name, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": place.address})
    admin.incremental_alter_configs([resource])[resource].result(20)


def test_faust_runs_the_same_worker(place: Place, tmp_path: Path) -> None:
    with running(place, tmp_path, FAUST) as worker:
        worker.wait_until_ready()
        place.send([(story(1), ())])
        place.read([ENRICHED.name], lambda found: len(found) >= 1)
        code, seconds = worker.stop()
        assert (code, seconds < 10) == (0, True), worker.log.read_text()[-4000:]


def test_a_worker_without_its_topics_says_so_and_ends(kafka: str, tmp_path: Path) -> None:
    bare = Place(address=kafka, prefix=f"bare{time.time_ns()}.")
    with running(bare, tmp_path) as worker:
        assert worker.process.wait(40) != 0
        assert "wire.raw.v1 is missing" in worker.log.read_text()
