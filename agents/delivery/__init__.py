"""How a record goes through a stage and its outputs reach the broker before the record counts as done.

``stages.py`` runs the pure stage inside a guard, ``dead_letters.py`` makes what a failure leaves behind, ``sender.py``
publishes and waits for the broker, ``deliver.py`` puts the three in order.
"""
