"""More workers than partitions: those with nothing to read are ready too, or a rollout would wait for them for ever."""

from contextlib import ExitStack
from pathlib import Path

from tests.broker.stream import own_place, running


def test_workers_that_get_no_partition_are_ready_and_live(kafka: str, tmp_path: Path) -> None:
    with own_place(kafka, partitions=1) as place, ExitStack() as stack:
        workers = []
        for _ in range(3):
            workers.append(stack.enter_context(running(place, tmp_path)))
            workers[-1].wait_until_ready()
        for worker in workers:
            worker.wait_until_ready()
        assert [worker.page("/live")[0] for worker in workers] == [200] * 3
        held = [worker.page("/metrics")[1].count("\nwire_lag{") for worker in workers]
        assert sum(held) <= 2
        assert 0 in held
        for worker in workers:
            assert worker.stop()[0] == 0, worker.log.read_text()[-4000:]
