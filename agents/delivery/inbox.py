"""What a lane has been given and has not begun: bounded in bytes, taken out in batches."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from agents.messages import Incoming, weight

# A lane holds no more than this and one fetch: with the consumer's own buffer, a few megabytes for each partition.
MAX_BYTES: Final = 2 * 1024 * 1024


class Inbox:
    """Records of one partition, in order of offset."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._records: deque[Incoming] = deque()
        self._max_bytes = max_bytes
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def has_room(self) -> bool:
        """Whether more may be put in; what is put in is not cut, so one batch may go over the bound."""
        return self.bytes < self._max_bytes

    @property
    def oldest(self) -> int | None:
        """Kafka timestamp (milliseconds) of the first record that waits."""
        return self._records[0].timestamp if self._records else None

    def put(self, records: Sequence[Incoming]) -> None:
        """Put records in."""
        self._records.extend(records)
        self.bytes += sum(map(weight, records))
        self._note()

    async def wait_for_room(self) -> None:
        """Wait until there is room."""
        await self._room.wait()

    async def take(self, max_records: int, max_bytes: int, linger_seconds: float) -> tuple[Incoming, ...]:
        """Wait for a record, then, if there are fewer than ``max_records``, a little for more; take them out.

        A batch has at least one record, and as many more as fit in ``max_bytes``.
        """
        await self._wait_for(1)
        if len(self._records) < max_records and self.bytes < max_bytes:
            try:
                async with asyncio.timeout(linger_seconds):
                    await self._wait_for(max_records)
            except TimeoutError:
                pass
        return self._cut(max_records, max_bytes)

    async def _wait_for(self, count: int) -> None:
        while len(self._records) < count:
            self._changed.clear()
            await self._changed.wait()

    def _cut(self, max_records: int, max_bytes: int) -> tuple[Incoming, ...]:
        batch = [self._records.popleft()]
        taken = weight(batch[0])
        while self._records and len(batch) < max_records and taken + weight(self._records[0]) <= max_bytes:
            batch.append(self._records.popleft())
            taken += weight(batch[-1])
        self.bytes -= taken
        self._note()
        return tuple(batch)

    def _note(self) -> None:
        self._changed.set()
        if self.has_room:
            self._room.set()
        else:
            self._room.clear()
