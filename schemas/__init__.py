"""The records that travel on the topics and all that a consumer may rely on; README.md says how to read them."""
