"""What takes the worker to production. ``python -m deploy`` writes those files that follow from the package."""
