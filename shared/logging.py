"""Logs: one event name plus fields a line; JSON in production, readable in development; secrets never."""

from __future__ import annotations

import functools
import logging
import re
import sys
from typing import Any

import structlog

from shared.settings import Settings

_SECRET = re.compile(r"(^|_)(secret|token|password|authorization|mongodb_uri|(api|access|admin)_key)", re.IGNORECASE)


def configure_logging(settings: Settings, *, service: str) -> None:
    """Send every log of this process, the libraries' too, to stderr in one shape, with `service` on each line."""
    as_json = settings.process.log_format == "json" or (settings.process.log_format == "auto" and settings.process.env == "production")
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
        _printable,
    ]
    renderer: structlog.types.Processor = (
        # plain tracebacks: the richer ones show local variables, and with them the headers of a request
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    last: list[structlog.types.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    if as_json:
        last.insert(1, structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.process.log_level)
    for noisy in ("uvicorn.access", "httpx2", "botocore", "boto3", "urllib3", "s3transfer", "pymongo"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for `log.info("event_name", field=value)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def _printable(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """What clients send must not steer the operator's terminal."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = value.translate(_CONTROL)
    return event


def _redact(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    for name in event:
        if _is_secret(name):
            event[name] = "***"
    return event


@functools.lru_cache(maxsize=1000)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None
