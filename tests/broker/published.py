"""What the worker would publish, put on topics in transactions: three versions of one story, the last a kill."""

from collections.abc import Iterable
from datetime import UTC, datetime

from confluent_kafka import Producer

from agents.holding import receive
from agents.messages import Output
from agents.reading import read_stories
from schemas.topics import STATEMENTS, TOPICS
from tests.broker.stream import Place
from tests.examples import FIRST, PARAGRAPHS, SECOND, raw_value, record

READ = {topic.name for topic in TOPICS if topic.access != "internal"}
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KILL = record(raw_value("3", PARAGRAPHS, "2026-03-02T11:00:00Z", signal="kill", status="canceled"), 3)
# An object outside the BMP before every span shows whether a reader counts code points.
WIDE = record(raw_value("1", tuple(f"𐤀𐤁 {line}" for line in PARAGRAPHS), "2026-03-02T09:00:00Z"), 0)


def versions(*raws: object) -> list[Output]:
    """Give the outputs of some versions of the story that consumers and operators read, in order."""
    state, outputs = None, list[Output]()
    for raw in raws:
        (story,) = read_stories(raw)  # type: ignore[arg-type]
        made, state = receive(story, state, NOW, hold=True)
        outputs += [output for output in made if output.topic in READ]
    return outputs


def publish(place: Place, outputs: Iterable[Output], *, aborted: bool = False) -> None:
    """Write outputs to partition 0 in one transaction, and commit or abort it."""
    producer = Producer({"bootstrap.servers": place.address, "transactional.id": f"{place.prefix}published"})
    producer.init_transactions(20)
    producer.begin_transaction()
    for output in outputs:
        name = place.prefix + output.topic
        producer.produce(name, output.value, output.key, 0, headers=list(output.headers))
    producer.flush(20)
    if aborted:
        producer.abort_transaction(20)
    else:
        producer.commit_transaction(20)


def publish_story(place: Place) -> None:
    """Publish a story, its correction and its kill, and one more that is never committed."""
    publish(place, versions(FIRST, SECOND, KILL))
    ghosts = [output for output in versions(WIDE) if output.topic == STATEMENTS.name]
    publish(place, ghosts, aborted=True)
