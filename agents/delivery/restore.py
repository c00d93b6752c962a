"""Bringing a local copy of the state up to the end of its topic."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents.delivery.state import LocalState, Reflected
from schemas.codec import check_state_format

log = logging.getLogger(__name__)

# Where a partition ends with a transaction marker, a poll brings nothing but the position behind it.
POLL_MS: Final = 20
RECORDS_A_POLL: Final = 5000


async def restore(
    connection: Mapping[str, Any],
    place: TopicPartition,
    state: LocalState,
    committed: int,
    progress: Callable[[], None],
) -> int:
    """Read a partition of the state topic from what the copy reflects to the end, and give the records read.

    Call it once the input partition is fenced: then every transaction that wrote states there has ended, and the end
    stays where it is. ``committed`` is the input's committed offset; a copy that reflects more input than was ever
    committed belongs to another cluster or an older topic, and is read anew, as is one whose offset the topic lacks.
    ``progress`` is called now and then. Raises ``DecodeError`` for a state that this version cannot read.
    """
    began = time.monotonic()
    consumer = AIOKafkaConsumer(
        **connection, enable_auto_commit=False, isolation_level="read_committed", fetch_max_wait_ms=100
    )
    await consumer.start()
    try:
        consumer.assign([place])
        first = (await consumer.beginning_offsets([place]))[place]
        end = (await consumer.end_offsets([place]))[place]
        start = starting_offset(state, first, end, committed)
        consumer.seek(place, start)
        count = 0
        reached = start
        while reached < end:
            records = (await consumer.getmany(place, timeout_ms=POLL_MS, max_records=RECORDS_A_POLL)).get(place, [])
            before, reached = reached, await consumer.position(place)
            count += len(records)
            await asyncio.to_thread(put, state, records, Reflected(reached, committed))
            if reached > before:
                progress()
        await asyncio.to_thread(put, state, [], Reflected(reached, committed))
    finally:
        await consumer.stop()
    spent = round(time.monotonic() - began, 3)
    log.info("state restored", extra={"partition": place.partition, "from": start, "records": count, "seconds": spent})
    return count


def starting_offset(state: LocalState, first: int, end: int, committed: int) -> int:
    """Say from where to read; a copy that cannot be a part of this topic is emptied."""
    reflected = state.reflected()
    if reflected is not None and first <= reflected.changelog <= end and reflected.input <= committed:
        return reflected.changelog
    state.clear()
    return first


def put(state: LocalState, records: Sequence[Any], reflected: Reflected) -> None:
    """Put records of the state topic into the copy, the last of a key winning."""
    for record in records:
        if record.value is not None:
            check_state_format(record.value)
    state.apply({record.key: record.value for record in records}, reflected)
