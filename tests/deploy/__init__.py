"""Tests of what is in deploy/: the image, the chart, monitoring, and that all of it says what the package says."""
