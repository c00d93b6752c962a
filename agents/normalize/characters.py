"""Characters: the matching key."""

KEY_VERSION = "1"
