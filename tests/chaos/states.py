"""Many states: how long a worker needs to restore them all, how long with its local copy, and how much memory."""

import hashlib
import tempfile
import time
from typing import Any

from confluent_kafka import Producer

from schemas.codec import encode
from schemas.topics import STATE
from tests.broker.stream import Place, own_place
from tests.chaos.fleet import fleet
from tests.chaos.judge import judge
from tests.chaos.load import Load, send
from tests.chaos.measure import all_ready, finish
from tests.chaos.soak import megabytes
from tests.chaos.storm import PARTITIONS, watching
from tests.records import make_state

STATES = 300_000
STATEMENTS = 13


def fill(place: Place, count: int) -> int:
    """Put states of stories with as many statements as a usual one on the topic; give their bytes."""
    options = {"bootstrap.servers": place.address, "enable.idempotence": True, "linger.ms": 20}
    # Keys go where aiokafka and Java would put them.
    producer = Producer({**options, "partitioner": "murmur2_random", "queue.buffering.max.messages": 200_000})
    total = 0
    for number in range(count):
        digests = [hashlib.sha256(f"{number} {n}".encode()).hexdigest() for n in range(STATEMENTS)]
        state = make_state(story_id=f"wakala:{number}", statements={one[:32]: one for one in digests})
        value = encode(state)
        total += len(value)
        while True:
            try:
                producer.produce(place.prefix + STATE.name, key=state.story_id.encode(), value=value)
                break
            except BufferError:
                producer.poll(0.2)
        producer.poll(0)
    assert producer.flush(120) == 0
    return total


def states(address: str, times: int) -> dict[str, Any]:
    """Start a worker on an empty folder and on a kept one, ``times`` each, and give it stories to read."""
    cold, warm, memory = list[float](), list[float](), list[float]()
    with own_place(address, PARTITIONS) as place, watching(place) as watch:
        size = fill(place, STATES)
        load = Load()
        for number in range(times):
            with tempfile.TemporaryDirectory(prefix="tasrih-states-") as folder:
                for spent in (cold, warm):
                    began = time.monotonic()
                    with fleet(place, 1, TASRIH_STATE_FOLDER=folder) as workers:
                        all_ready(workers, 300)
                        spent.append(time.monotonic() - began)
                        send(place, load, 500, seed=2 * number + len(warm))
                        finish(watch, load, 60)
                        memory.append(megabytes(workers.workers[0].process.pid))
                        workers.stop()
        kept = ("lost", "doubled", "ghosts", "disordered")
        figures = judge(place, load).as_dict()
    return {
        "states": STATES,
        "state MB": round(size / 1e6),
        "ready after, empty folder": [round(one, 1) for one in cold],
        "ready after, kept folder": [round(one, 1) for one in warm],
        "memory MB": round(max(memory)),
        **{name: figures[name] for name in kept},
    }
