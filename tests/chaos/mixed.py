"""A worker of this version or of another, by the toss of a coin: an upgrade or a rollback at every start.

``CHAOS_OTHER`` is a checkout of the other version with its environment made (``uv sync``). Both stand side by side.
"""

import os
import random
import sys
from pathlib import Path

WORKER = ("-m", "tests.chaos.worker")


def main() -> None:
    """Become the worker."""
    other = Path(os.environ["CHAOS_OTHER"])
    if random.random() < 0.5:
        os.chdir(other)
        python = str(other / ".venv" / "bin" / "python")
    else:
        python = sys.executable
    print(f"a worker of {Path.cwd()}", flush=True)
    os.execv(python, [python, *WORKER])


if __name__ == "__main__":
    main()
