"""What waits in front of a lane: bounded in bytes, cut into batches by number, size and time."""

import asyncio
import time

import pytest

from agents.delivery.inbox import Inbox
from agents.messages import weight
from tests.staged import records


async def test_a_batch_has_at_most_so_many_records_in_order() -> None:
    inbox = Inbox()
    inbox.put(records("a", "b", "c"))
    assert [record.value for record in await inbox.take(2, 10_000, 0)] == [b"a", b"b"]
    assert [record.value for record in await inbox.take(2, 10_000, 0)] == [b"c"]
    assert (len(inbox), inbox.bytes, inbox.oldest) == (0, 0, None)


async def test_a_batch_is_bounded_in_bytes_and_has_one_record_at_least() -> None:
    inbox = Inbox()
    inbox.put(records("x" * 600, "y" * 600, "z" * 5000))
    assert len(await inbox.take(100, 2000, 0)) == 2
    assert len(await inbox.take(100, 2000, 0)) == 1


async def test_a_batch_that_is_not_full_waits_a_little_and_no_longer() -> None:
    inbox = Inbox()
    inbox.put(records("a"))
    taking = asyncio.create_task(inbox.take(2, 10_000, 5))
    await asyncio.sleep(0.01)
    inbox.put(records("b", offset=1))
    assert len(await asyncio.wait_for(taking, 1)) == 2
    inbox.put(records("c", offset=2))
    began = time.monotonic()
    assert len(await inbox.take(2, 10_000, 0.05)) == 1
    assert 0.04 < time.monotonic() - began < 2


async def test_there_is_room_until_the_bytes_are_there_and_again_when_they_are_gone() -> None:
    batch = records("x" * 100, "y" * 100)
    inbox = Inbox(max_bytes=sum(map(weight, batch)))
    assert inbox.has_room
    inbox.put(batch)
    assert not inbox.has_room
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(inbox.wait_for_room(), 0.02)
    await inbox.take(1, 10_000, 0)
    await asyncio.wait_for(inbox.wait_for_room(), 1)
