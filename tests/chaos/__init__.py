"""The proof that nothing is lost and nothing doubled: workers on a real Kafka, killed and frozen while they work.

``uv run python -m tests.chaos`` runs it, ``--quick`` a short version. ``load.py`` sends stories whose fate is known
beforehand, ``fleet.py`` runs the workers and does them harm, ``worker.py`` is a worker that can also harm itself at
named points or lack a guard, ``judge.py`` reads every topic and says what is missing, doubled or out of order. A
scenario without a guard has to be caught by the same judge, or the proof proves nothing.
"""
