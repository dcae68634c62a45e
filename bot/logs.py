"""Logs are events with fields: lines to read at a terminal, JSON everywhere else."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

from bot.secrecy import without_passwords

Format = Literal["auto", "json", "text"]


def log_events(format: Format = "auto") -> None:
    """Write to standard error; tracebacks without variables: they may be personal."""
    as_json = format == "json" or (format == "auto" and not sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.ExceptionRenderer(),
            _discreet,
            _renderer(as_json=as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Unfailing(sys.stderr))),
    )


class _Unfailing:
    """A stream to which lines are written, whatever becomes of them.

    No deed may fail for want of a line about it; where the disk of the logs is full, there is
    nowhere left to say so.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write it if there is room."""
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Let it out if there is room."""
        with suppress(OSError):
            self._stream.flush()


def _discreet(_logger: object, _name: str, event: EventDict) -> EventDict:
    """A library's error may repeat an address together with its password."""
    return {
        key: without_passwords(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def _renderer(*, as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.processors.LogfmtRenderer()
