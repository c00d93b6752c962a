"""Records to bytes and back: UTF-8 JSON, Arabic unescaped, fields always in the order of the record."""

import re
from typing import TypeVar

import msgspec
import orjson
from msgspec import UNSET, Struct, UnsetType

from schemas.outcomes import Outcome, Recall, StoryState
from schemas.statements import Statement
from schemas.stories import EnrichedStory, RecalledStory, Story

Record = TypeVar("Record", bound=Struct)

# A worker reads the state format that it writes and the one before. 2 added the signal of the version that stands, 3
# what is held; it is written only where something is, so that a worker of the version before reads all the others.
STATE_FORMATS = (2, 3)

_AT = re.compile(r"^(?P<cause>.*) - at `(?P<path>[^`]+)`$", re.DOTALL)


class DecodeError(ValueError):
    """Bytes that are not the record they should be: ``cause``, and ``path`` (``$.sections[0]``) where it is known."""

    def __init__(self, record: str, cause: str, path: str | None = None) -> None:
        """Say which record was being read, why it failed and where."""
        self.record, self.cause, self.path = record, cause, path
        super().__init__(f"could not decode {record}: {cause}" + (f" - at `{path}`" if path else ""))


class _Format(Struct):
    format: int


class _Enriched(Struct):
    text: str | UnsetType = UNSET


def encode(record: Struct) -> bytes:
    """Write a record as JSON.

    Field order is the record's and maps are sorted by key, so equal records give equal bytes.

    >>> from schemas.statements import Mention
    >>> encode(Mention(text="قال", start=0, end=3)).decode()
    '{"text":"قال","start":0,"end":3}'
    """
    return orjson.dumps(msgspec.to_builtins(record, order="deterministic"))


def _decoder(record: type[Record]) -> msgspec.json.Decoder[Record]:
    return msgspec.json.Decoder(record)


_STORY = _decoder(Story)
_ENRICHED = _decoder(EnrichedStory)
_RECALLED = _decoder(RecalledStory)
_STATEMENT = _decoder(Statement)
_STATE = _decoder(StoryState)
_RECALL = _decoder(Recall)
_OUTCOME = _decoder(Outcome)
_PEEK_FORMAT = _decoder(_Format)
_PEEK_ENRICHED = _decoder(_Enriched)


def _decode(decoder: msgspec.json.Decoder[Record], value: bytes, name: str) -> Record:
    try:
        return decoder.decode(value)
    except msgspec.DecodeError as error:
        raise _explained(name, str(error)) from error
    except UnicodeDecodeError as error:
        raise DecodeError(name, "a string is not valid UTF-8") from error
    except RecursionError as error:
        raise DecodeError(name, "nested too deep") from error


def _explained(name: str, message: str) -> DecodeError:
    """Split msgspec's message into the cause and the path.

    >>> _explained("Story", "Expected `str`, got `int` - at `$.id`").path
    '$.id'
    """
    found = _AT.match(message)
    cause, path = (found["cause"], found["path"]) if found else (message, None)
    return DecodeError(name, cause.replace("Expected", "expected", 1), path)


def decode_story(value: bytes) -> Story:
    """Read a value of ``wire.stories.v1``; raises `DecodeError`.

    >>> decode_story(b'{"id": 7}')
    Traceback (most recent call last):
    schemas.codec.DecodeError: could not decode Story: expected `str`, got `int` - at `$.id`
    """
    return _decode(_STORY, value, "Story")


def decode_enriched(value: bytes) -> EnrichedStory | RecalledStory:
    """Read a value of ``wire.enriched.v1``, which has no ``text`` once its story was recalled; raises `DecodeError`."""
    if _decode(_PEEK_ENRICHED, value, "EnrichedStory").text is UNSET:
        return _decode(_RECALLED, value, "RecalledStory")
    return _decode(_ENRICHED, value, "EnrichedStory")


def decode_statement(value: bytes) -> Statement:
    """Read a value of ``wire.statements.v1`` that is not null; raises `DecodeError`."""
    return _decode(_STATEMENT, value, "Statement")


def decode_state(value: bytes) -> StoryState:
    """Read a value of ``wire.state.v1``, in one of `STATE_FORMATS`; raises `DecodeError`.

    >>> decode_state(b'{"format": 9}')
    Traceback (most recent call last):
    schemas.codec.DecodeError: could not decode StoryState: format 9 is not one of (2, 3) - at `$.format`
    """
    check_state_format(value)
    return _decode(_STATE, value, "StoryState")


def check_state_format(value: bytes) -> None:
    """Raise `DecodeError` for a value of ``wire.state.v1`` whose format is not one of `STATE_FORMATS`.

    It looks at nothing else, so that a million states can be looked at in a second or two.
    """
    written = _decode(_PEEK_FORMAT, value, "StoryState").format
    if written not in STATE_FORMATS:
        raise DecodeError("StoryState", f"format {written} is not one of {STATE_FORMATS}", "$.format")


def decode_recall(value: bytes) -> Recall:
    """Read a value of ``wire.recalls.v1``; raises `DecodeError`."""
    return _decode(_RECALL, value, "Recall")


def decode_outcome(value: bytes) -> Outcome:
    """Read a value of ``wire.audit.v1``; raises `DecodeError`."""
    return _decode(_OUTCOME, value, "Outcome")
