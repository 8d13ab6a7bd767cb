"""One way to log: structlog, on standard error, as text for people or JSON for machines; secrets never."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO, cast

import structlog

_SECRETS: Final = re.compile(
    r"(?P<url>(?<=://)[^/@\s:]*:[^/\s]+(?=@))"  # user:password@ of any URL
    r"|(?P<token>tfx_[0-9A-Za-z]+|whsec_[0-9A-Za-z+/=]+)"
    r"|(?P<jwt>eyJ[\w-]+\.[\w-]+\.[\w-]+)"
)
_HIDDEN: Final = "…"
_SECRET_KEYS: Final = frozenset({"password", "token", "secret", "authorization", "cookie", "secret_key"})


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Set logging up for the process. `form` is text, json, or auto: text on a terminal, JSON elsewhere."""
    out = stream or sys.stderr
    as_json = form == "json" or (form == "auto" and not out.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
        _hide_named,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer() if as_json else _plain(out),
                _hide_anywhere,
            ],
        )
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("httpx", "httpcore", "alembic", "procrastinate", "uvicorn.access"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _hide_named(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put … in the place of what its key calls a secret, however deep."""
    for key, value in event.items():
        if key.lower() in _SECRET_KEYS:
            event[key] = _HIDDEN
        elif isinstance(value, dict):
            inside = cast("dict[Any, Any]", value)
            event[key] = _hide_named(_logger, _method, {str(name): item for name, item in inside.items()})
    return event


def _hide_anywhere(_logger: object, _method: str, line: Any) -> str:
    """Put … in the place of passwords and tokens wherever they are in the finished line, tracebacks included."""
    return _SECRETS.sub(_HIDDEN, line)


def _plain(out: TextIO) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
