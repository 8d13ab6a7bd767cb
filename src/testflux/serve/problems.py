"""The one place where errors become HTTP: RFC 9457 problem documents."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec

from testflux.kit import errors
from testflux.serve import request_id

PROBLEM: Final = "application/problem+json"
RETRY_S: Final = 5
log = structlog.get_logger("testflux.serve")


class FieldError(msgspec.Struct, frozen=True):
    """One wrong value; `field` is its path, e.g. `scopes[0]`."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request failed. `type` is a page that explains `code`; `hint` says what to do.

    `line` and `column` (from 1) and `byte` (from 0) appear when a report is at fault.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    code: str
    hint: str = ""
    errors: list[FieldError] = []
    line: int | msgspec.UnsetType | None = msgspec.UNSET
    column: int | msgspec.UnsetType | None = msgspec.UNSET
    byte: int | msgspec.UnsetType | None = msgspec.UNSET


_STATUS: Final[tuple[tuple[type[errors.TestFluxError], int], ...]] = (
    (errors.ReportError, 422),
    (errors.NotFoundError, 404),
    (errors.ConflictError, 409),
    (errors.InvalidError, 422),
    (errors.TooLargeError, 413),
    (errors.QuotaError, 507),
    (errors.UnauthenticatedError, 401),
    (errors.ForbiddenError, 403),
    (errors.UnavailableError, 503),
    (errors.RateLimitedError, 429),
    (errors.UnsupportedError, 415),
)
_MISSING: Final = re.compile(r"missing required field `(\w+)`")
_SAID: Final = {
    400: ("malformed", "The request cannot be read.", "Check that the body is valid JSON in UTF-8."),
    404: ("not-found", "There is nothing at this address.", "The addresses are listed at /api/docs."),
    405: ("method-not-allowed", "This address does not take that method.", "The methods are listed at /api/docs."),
    413: ("too-large", "The request is too large.", "Send less at once."),
}


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """Describe the problems a route may answer, for the OpenAPI document."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            description=HTTPStatus(status).phrase,
            media_type=PROBLEM,  # pyright: ignore[reportArgumentType]  (any media type is a text to Litestar)
            generate_examples=False,
        )
        for status in statuses
    }


def answer_known(request: Request[Any, Any, Any], error: errors.TestFluxError) -> Response[Problem]:
    """Answer an error that TestFlux can explain."""
    status = next((status for family, status in _STATUS if isinstance(error, family)), 500)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("unavailable", path=request.url.path, reason=error.message)
    elif status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", path=request.url.path, reason=error.message)
    fields = [FieldError(error.field, error.message)] if isinstance(error, errors.InvalidError) and error.field else []
    places: dict[str, Any] = {}
    if isinstance(error, errors.ReportError):
        places = {"line": error.line, "column": error.column, "byte": error.byte}
    problem = _problem(request, status, error.code, error.message, error.hint, fields, **places)
    return _respond(problem, _headers(status, error))


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer what the framework refuses: wrong values, unreadable bodies, unknown addresses and methods."""
    if isinstance(error, ValidationException):
        fields = _field_errors(error)
        detail = "; ".join(f"{item.field}: {item.message}" if item.field else item.message for item in fields)
        problem = _problem(request, 422, "invalid", detail or error.detail, "Correct the named values.", fields)
        return _respond(problem)
    code, detail, hint = _SAID.get(error.status_code, ("refused", error.detail, ""))
    return _respond(_problem(request, error.status_code, code, detail, hint), dict(error.headers or {}))


def answer_unknown(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer our own mistakes: the log holds the cause, the caller gets the number to quote."""
    log.error("request failed", method=request.method, path=request.url.path, exc_info=error)
    hint = "Give your administrator the request id; the server's log says more."
    return _respond(_problem(request, 500, "internal", "TestFlux failed to answer this request.", hint))


def _problem(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    detail: str,
    hint: str = "",
    fields: list[FieldError] | None = None,
    **places: int | None,
) -> Problem:
    return Problem(
        type=f"/docs/errors/{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        request_id=request_id.current(),
        code=code,
        hint=hint,
        errors=fields or [],
        **places,
    )


def _respond(problem: Problem, headers: dict[str, str] | None = None) -> Response[Problem]:
    return Response(problem, status_code=problem.status, media_type=PROBLEM, headers=headers)


def _headers(status: int, error: errors.TestFluxError) -> dict[str, str]:
    if isinstance(error, errors.RateLimitedError):
        return {
            "Retry-After": str(error.retry_after_s),
            "RateLimit-Limit": str(error.limit),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(error.retry_after_s),
        }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_S)}
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    return {}


def _field_errors(error: ValidationException) -> list[FieldError]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [_field_error(str(item.get("key", "")), str(item.get("message", ""))) for item in extra]


def _field_error(key: str, message: str) -> FieldError:
    """Name the field as the caller does: `data` is only our word for the body, `type_` and `from_` are Python's."""
    path = "" if key == "data" else key.removesuffix("_")
    missing = _MISSING.search(message)
    return FieldError(f"{path}.{missing[1]}".lstrip(".") if missing else path, message)


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    errors.TestFluxError: answer_known,
    HTTPException: answer_http,
    Exception: answer_unknown,
}
