"""One raw record on its way through the readers: its bytes, its characters, its headers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from lxml.etree import _Element

from agents.errors import WireError
from agents.intake.xml import parse_xml
from schemas.stories import Charset

# What may stand before the root of a document, and the root.
PROLOG = re.compile(r"\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\]\s*)?>", re.DOTALL | re.IGNORECASE)
ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")


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
        return self.text.lstrip("\ufeff \t\r\n")[:1000]

    @cached_property
    def root_name(self) -> str:
        """The name of the first element, without its namespace; empty where the record does not begin like markup."""
        at = len(self.text) - len(self.text.lstrip("\ufeff \t\r\n"))
        while match := PROLOG.match(self.text, at):
            at = match.end()
        root = ROOT.match(self.text, at)
        return root.group(1) if root else ""

    @cached_property
    def xml(self) -> _Element:
        """The record parsed as XML, names without namespaces; WIRE-206 or 207 where it cannot be."""
        return parse_xml(self.text)

    @cached_property
    def document(self) -> Any:
        """The record parsed as JSON; WIRE-201 where it does not parse or is nested more than 1,000 deep."""
        try:
            return orjson.loads(self.text.removeprefix("\ufeff"))
        except orjson.JSONDecodeError as error:
            raise WireError("WIRE-201", error.msg.partition(":")[0], path=f"character {error.pos}") from error
