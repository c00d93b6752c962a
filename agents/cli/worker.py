"""``tasrih worker``: run the stream."""

import sys

from agents.cli.environment import environment


def worker() -> None:
    """Run a worker: read the raw topic, extract, publish; stop on SIGTERM or Ctrl-C after finishing what was begun.

    It is set up by TASRIH_* variables; `tasrih settings` lists them. `faust -A agents.app worker` runs the same worker
    with Faust's own options. It exits with 0 after a stop, 1 when it cannot go on (a restart loses and doubles
    nothing), 2 when a setting is wrong, 70 when it could not finish in time.
    """
    settings = environment()
    from faust.cli.faust import cli  # noqa: PLC0415

    loop = [] if sys.platform == "win32" else ["--loop", "uvloop"]
    level = {"warning": "warn"}.get(settings.log_level, settings.log_level)
    cli([*loop, "-A", "agents.app", "worker", "-l", level])
