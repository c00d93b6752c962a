"""Exactly once: how a batch goes through a stage, and all that comes of it into one transaction.

Read ``lane.py`` first: one lane for each input partition. ``lanes.py`` makes and ends them as the group gives and takes
partitions; ``consumer.py`` feeds them; ``inbox.py`` is what waits in front of one. The stage runs in ``children.py``,
whose processes are ``forkserver.py``, inside ``guard.py``, which makes ``dead_letters.py`` of failures. ``writer.py``
is the transaction. ``state.py`` is the local copy of the state topic and ``restore.py`` brings it up to date;
``timer.py`` comes back to what is held in it, and ``index.py`` knows all stories by name.
"""
