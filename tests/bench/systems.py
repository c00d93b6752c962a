"""What is measured: the worker, and the same two stages in other hands."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class System:
    """One way of doing the work: how its process is started, and what kind of promise it makes.

    ``key`` is its name in the JSON. ``needs`` is a package without which it is left out, and the report says so.
    """

    key: str
    name: str
    promise: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    needs: str | None = None

    @property
    def there(self) -> bool:
        """Whether it can run here."""
        return self.needs is None or importlib.util.find_spec(self.needs) is not None


EXACTLY, AT_LEAST = "exactly once", "at least once"
BATCHES = (64, 256, 512)

TASRIH = System(key="tasrih", name="tasrih", promise=EXACTLY, command=("-m", "agents.cli", "worker"))
BARE = tuple(
    System(
        key=f"bare_{batch}",
        name=f"bare aiokafka loop, batches of {batch}",
        promise=EXACTLY,
        command=("-m", "tests.rivals.transactional"),
        environ={"RIVAL_BATCH": str(batch)},
    )
    for batch in BATCHES
)
OTHERS = (
    System(
        key="quix_eos",
        name="Quix Streams",
        promise=EXACTLY,
        command=("-m", "tests.rivals.quix"),
        needs="quixstreams",
    ),
    System(
        key="bytewax",
        name="Bytewax",
        promise=AT_LEAST,
        command=("-m", "bytewax.run", "tests.rivals.flow:flow"),
        needs="bytewax",
    ),
    System(
        key="confluent",
        name="plain confluent-kafka loop",
        promise=EXACTLY,
        command=("-m", "tests.rivals.confluent"),
    ),
    System(
        key="stock_faust",
        name="stock Faust",
        promise=AT_LEAST,
        command=("-m", "tests.rivals.stock", "worker", "-l", "warn"),
        environ={"STOCK_WAITS": ""},
    ),
)
SYSTEMS = (TASRIH, *BARE, *OTHERS)
