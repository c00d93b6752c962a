"""Tests: text and expectation in corpus/ and stories/, a real broker in broker/, and the loops over them."""
