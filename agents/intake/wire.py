"""One raw record on its way through the readers: its bytes, its characters, its headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from agents.errors import WireError
from schemas.stories import Charset


@dataclass(frozen=True, kw_only=True)
class Wire:
    """What a reader sees. ``headers`` are the Kafka headers by name; ``text`` is decoded, with its byte order mark."""

    value: bytes
    text: str
    charset: Charset
    headers: Mapping[str, str]

    @cached_property
    def opening(self) -> str:
        """The first characters after blanks, by which recognizers decide."""
        return self.text[:1000].lstrip("\ufeff \t\r\n")

    @cached_property
    def document(self) -> Any:
        """The record parsed as JSON; WIRE-201 where it does not parse or is nested more than 1,000 deep."""
        try:
            return orjson.loads(self.text.removeprefix("\ufeff"))
        except orjson.JSONDecodeError as error:
            raise WireError("WIRE-201", error.msg.partition(":")[0], path=f"character {error.pos}") from error
