"""A worker that reads Arabic newswire from Kafka and publishes every attributed statement in it.

Raw items arrive on ``wire.raw.v1`` in whatever form agencies send them. Two Faust agents take them on: the first parses
and normalizes each item to stories, the second compares a story with its earlier versions, extracts its statements (who
said what, to whom, when, through which outlet) and publishes enriched stories, statements, recalls and an outcome for
every item. What cannot be read becomes a dead letter with its own bytes. The stages are pure functions; few files know
Faust or Kafka. Read ``pipeline.py`` first.
"""
