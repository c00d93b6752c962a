"""Faust's Kafka consumer, reading committed records only."""

from typing import Any, Final

from faust.transport.drivers import aiokafka as driver

READ_COMMITTED: Final = "read_committed"


class CommittedThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc] # Faust's types are not read
    """The thread in which Faust runs aiokafka's consumer."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        # Faust reads committed records only under its own exactly_once, which is not used; the next stage would take
        # in what a failed transaction of this one left behind. aiokafka hands this on to its fetcher at start.
        consumer = super()._create_worker_consumer(transport)
        if consumer._isolation_level != "read_uncommitted":
            raise RuntimeError("aiokafka keeps its isolation level elsewhere: this version is not supported")
        consumer._isolation_level = READ_COMMITTED
        return consumer

    async def on_start(self) -> None:
        """Start, and make sure that the fetcher has been told."""
        await super().on_start()
        fetcher = self._consumer._fetcher
        if fetcher is not None and fetcher._isolation_level != 1:
            raise RuntimeError("the consumer would read uncommitted records")


class CommittedConsumer(driver.Consumer):  # type: ignore[misc] # Faust's types are not read
    """Faust's consumer on that thread."""

    def _new_consumer_thread(self) -> CommittedThread:
        return CommittedThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(driver.Transport):  # type: ignore[misc] # Faust's types are not read
    """Faust's transport with that consumer."""

    Consumer = CommittedConsumer
