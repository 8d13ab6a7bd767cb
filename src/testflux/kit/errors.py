"""One error family per question; none of them knows HTTP."""

from __future__ import annotations


class TestFluxError(Exception):
    """Something TestFlux can explain: what happened, and what to do about it.

    `code` is stable and documented in docs/reference/errors; `message` says what and where; `hint` says what to do.
    """

    __test__ = False
    code = "error"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class ReportError(TestFluxError):
    """A report cannot be read: the report's fault, never ours; retrying the same bytes cannot help.

    `line` and `column` count from 1, `byte` is an offset from 0; each is None when the format has no such notion.
    """

    code = "report-unreadable"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        line: int | None = None,
        column: int | None = None,
        byte: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.line = line
        self.column = column
        self.byte = byte


class NotFoundError(TestFluxError):
    """The thing does not exist, or not for this caller."""

    code = "not-found"


class ConflictError(TestFluxError):
    """The change collides with what is there."""

    code = "conflict"


class InvalidError(TestFluxError):
    """The caller's values are wrong; `field` names the one at fault."""

    code = "invalid"

    def __init__(self, message: str, *, field: str = "", hint: str = "", code: str | None = None) -> None:
        super().__init__(message, hint=hint, code=code)
        self.field = field


class TooLargeError(TestFluxError):
    """The upload is over a size, ratio or count limit."""

    code = "too-large"


class QuotaError(TestFluxError):
    """The file does not fit into the quota of its project or organisation."""

    code = "quota-exceeded"


class UnauthenticatedError(TestFluxError):
    """Nobody is signed in, or the credential is wrong, spent or expired."""

    code = "unauthenticated"


class ForbiddenError(TestFluxError):
    """Signed in, but not allowed to do this."""

    code = "forbidden"


class UnavailableError(TestFluxError):
    """Something we stand on (database, blob store) is away; trying again later can help."""

    code = "unavailable"


class SetupError(TestFluxError):
    """TestFlux cannot start here; the hint says what to change on the machine."""

    code = "setup"


class RateLimitedError(TestFluxError):
    """The caller asks too often; try again after `retry_after_s`. `limit` is how often a window allows."""

    code = "rate-limited"

    def __init__(self, message: str, *, retry_after_s: int, limit: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
        self.limit = limit


class UnsupportedError(TestFluxError):
    """The request's body is of a type this place does not take."""

    code = "unsupported-media-type"
