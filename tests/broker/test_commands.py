"""The commands that talk to a broker."""

from pathlib import Path

from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from schemas.topics import DEAD, RAW, TOPICS
from tests.broker.stream import Place


def test_topics_as_created_pass_the_check(place: Place) -> None:
    again = place.tasrih("topics", "create", "--partitions", "2")
    assert again.returncode == 0
    assert again.stdout.splitlines() == [f"{place.prefix}{topic.name}: exists" for topic in TOPICS]
    checked = place.tasrih("topics", "check", "--partitions", "2")
    assert (checked.returncode, checked.stdout) == (0, "all topics are as defined\n")


def test_the_check_names_each_difference(place: Place) -> None:
    admin = AdminClient({"bootstrap.servers": place.address})
    entry = ConfigEntry("retention.ms", "5", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource("TOPIC", place.prefix + RAW.name, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result(20)
    admin.delete_topics([place.prefix + DEAD.name])[place.prefix + DEAD.name].result(20)
    checked = place.tasrih("topics", "check", "--partitions", "2")
    assert checked.returncode == 1
    defined = RAW.retention_ms
    assert checked.stdout.splitlines() == [
        f"{place.prefix}wire.raw.v1: retention.ms is 5, defined is {defined}",
        f"{place.prefix}wire.dead.v1: missing",
    ]


def test_send_counts_what_the_broker_took(place: Place, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("قال الوزير إن الماء وفير.", encoding="utf-8")
    (tmp_path / "b.jsonl").write_bytes(b'{"text": "1"}\n\n{"text": "2"}\n')
    sent = place.tasrih("send", str(tmp_path / "a.txt"), str(tmp_path / "b.jsonl"), "--provider", "manara")
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.startswith("sent 3 of 3 records")
    records = place.read([RAW.name], lambda found: len(found) >= 3)
    assert {record.value() for record in records} >= {b'{"text": "1"}', b'{"text": "2"}'}
    assert all(record.headers() == [("wire-provider", b"manara")] for record in records)


def test_send_says_which_record_was_refused(place: Place, tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(b"a" * 9_000_000)
    sent = place.tasrih("send", str(tmp_path / "big.txt"))
    assert sent.returncode == 1
    assert "big.txt: " in sent.stderr
    assert sent.stdout.startswith("sent 0 of 1 records")
