"""Exit codes, and errors in words on standard error."""

from __future__ import annotations

import sys
from typing import Final

from testflux.kit import errors

FINE: Final = 0
GATE: Final = 1
USAGE: Final = 2
REJECTED: Final = 3
REFUSED: Final = 4
DEFECT: Final = 70
INTERRUPTED: Final = 130

_CODES: Final[tuple[tuple[type[errors.TestFluxError], int], ...]] = (
    (errors.ReportError, REJECTED),
    (errors.TooLargeError, REJECTED),
    (errors.InvalidError, USAGE),
    (errors.SetupError, USAGE),
)


def code_of(error: errors.TestFluxError) -> int:
    """Return the exit code that an error stands for; what is not the report's or the caller's fault is a refusal."""
    return next((code for family, code in _CODES if isinstance(error, family)), REFUSED)


def explain(error: errors.TestFluxError) -> None:
    """Say on standard error what happened and what to do about it."""
    sys.stderr.write(f"testflux: {error.message}{where(error)}\n")
    if error.hint:
        sys.stderr.write(f"  {error.hint}\n")


def where(error: errors.TestFluxError) -> str:
    """Return the place in the report as words, e.g. ` (line 3, column 17)`; empty when it has none."""
    place = [f"{name} {value}" for name, value in _place(error).items() if value is not None]
    return f" ({', '.join(place)})" if place else ""


def describe(error: errors.TestFluxError) -> dict[str, object]:
    """Return an error as `--json` prints it."""
    return {"code": error.code, "message": error.message, "hint": error.hint, **_place(error)}


def _place(error: errors.TestFluxError) -> dict[str, int | None]:
    if isinstance(error, errors.ReportError):
        return {"line": error.line, "column": error.column, "byte": error.byte}
    return {}
