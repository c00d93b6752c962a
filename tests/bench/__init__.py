"""How fast and how late, beside the same work in other hands: ``uv run --group compare python -m tests.bench``."""
