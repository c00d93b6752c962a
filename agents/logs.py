"""Log lines: a fixed message and what belongs to it as ``key=value``, for people or as JSON."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from agents.settings import Settings

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Faust's driver warns of topics that it may not create and of fetches that it thinks late; both are as they should be.
_QUIET = {"faust.transport.drivers.aiokafka": "ERROR", "aiokafka": "WARNING", "faust.livecheck": "WARNING"}


class TextFormatter(logging.Formatter):
    """Time, level, message and ``key=value``, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, and a traceback under it when there is one.

        >>> record = logging.makeLogRecord({"msg": "dead letter", "levelname": "INFO", "code": "W-1", "created": 0})
        >>> TextFormatter().format(record)
        '1970-01-01T00:00:00.000Z INFO dead letter code=W-1'
        """
        pairs = "".join(f" {key}={value}" for key, value in extras(record).items())
        traceback = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{moment(record)} {record.levelname} {record.getMessage()}{pairs}{traceback}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one object: time, level, logger, message, the rest as fields, and a traceback as ``exception``.

        >>> record = logging.makeLogRecord({"msg": "ready", "levelname": "INFO", "name": "agents", "created": 0})
        >>> JsonFormatter().format(record)
        '{"time":"1970-01-01T00:00:00.000Z","level":"info","logger":"agents","message":"ready"}'
        """
        line = {"time": moment(record), "level": record.levelname.lower(), "logger": record.name}
        line |= {"message": record.getMessage(), **extras(record)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def moment(record: logging.LogRecord) -> str:
    """Give the time of a log line in UTC."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def extras(record: logging.LogRecord) -> dict[str, Any]:
    """Give what the caller passed as ``extra``."""
    return {key: value for key, value in vars(record).items() if key not in _PLAIN}


def logging_config(settings: Settings) -> Mapping[str, Any]:
    """Give the configuration for ``logging.config``: one handler on standard error, in the format that is set."""
    formatter = JsonFormatter if settings.log_format == "json" else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": settings.log_level.upper()},
        "loggers": {name: {"level": level} for name, level in _QUIET.items()},
    }
