"""The way to a server: requests that are repeated when the line is bad, answers that are understood or explained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from testflux import __version__
from testflux.cli import answers
from testflux.kit import errors

DEFAULT_URL: Final = "http://127.0.0.1:8080"
_API: Final = "/api/v1"
_TRIES: Final = 6
_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 20.0
_AGAIN: Final = {429, 502, 503, 504}
_ABOUT_THE_REPORT: Final = {413, 415, 422}
_CHUNK: Final = 256 * 1024
_Answer = TypeVar("_Answer")


class RefusedError(errors.TestFluxError):
    """The server answered, and not with what was asked for. `status` is HTTP's."""

    def __init__(self, message: str, *, status: int, hint: str = "", code: str = "refused") -> None:
        super().__init__(message, hint=hint, code=code)
        self.status = status


class _Request(msgspec.Struct, frozen=True):
    """What is asked; `body` begins anew with each try."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = {}
    body: Callable[[], Iterator[bytes]] | None = None


class Client:
    """A server's API. `pause` waits some seconds, between tries and between looks."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        pause: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = _checked(url)
        self.pause = pause
        headers = {"User-Agent": f"testflux/{__version__}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(headers=headers, timeout=httpx.Timeout(60, connect=10), transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, shape: type[_Answer]) -> _Answer:
        """Ask for something."""
        return self._read(self._ask(_Request("GET", path)), shape)

    def post(self, path: str, shape: type[_Answer]) -> _Answer:
        """Ask for something to be done, with nothing more to say."""
        return self._read(self._ask(_Request("POST", path)), shape)

    def ask(self, path: str, question: object, shape: type[_Answer]) -> _Answer:
        """Ask for something that takes more than an address to say."""
        body = msgspec.json.encode(question)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return self._read(self._ask(_Request("POST", path, (), headers, lambda: iter([body]))), shape)

    def delete(self, path: str) -> None:
        """Remove something."""
        self._ask(_Request("DELETE", path))

    def send(
        self, path: str, file: Path, query: tuple[tuple[str, str], ...], key: str, moved: Callable[[int], None]
    ) -> tuple[answers.Upload, ...]:
        """Send a file as it is; an archive of several reports becomes several uploads.

        `moved` is told how many bytes have gone out, 0 when a try begins anew.
        """
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size)}
        if key:
            headers["Idempotency-Key"] = key
        response = self._ask(_Request("POST", path, query, headers, lambda: _read_out(file, moved)))
        several = self._read(response, answers.Uploads).uploads
        return several or (self._read(response, answers.Upload),)

    def _read(self, response: httpx.Response, shape: type[_Answer]) -> _Answer:
        try:
            return msgspec.json.decode(response.content, type=shape)
        except msgspec.MsgspecError as error:
            raise self._stranger(response) from error

    def _ask(self, request: _Request) -> httpx.Response:
        reason = ""
        for attempt in range(_TRIES):
            wait = _PAUSE_S * 2**attempt
            try:
                response = self._once(request)
            except httpx.TransportError as error:
                reason = str(error) or type(error).__name__
            else:
                if response.is_success:
                    return response
                if response.status_code not in _AGAIN:
                    raise self._refusal(response)
                reason = f"it answers {response.status_code} {response.reason_phrase}"
                wait = _retry_after(response, wait)
            if attempt < _TRIES - 1:
                self.pause(min(wait, _LONGEST_PAUSE_S))
        message = f"No answer from {self.url} after {_TRIES} tries: {reason}."
        hint = "Is it running, and is the address right? (--url or TESTFLUX_URL)"
        raise errors.UnavailableError(message, hint=hint, code="unreachable")

    def _once(self, request: _Request) -> httpx.Response:
        return self._http.request(
            request.method,
            f"{self.url}{_API}{request.path}",
            params=request.query or None,
            headers=request.headers,
            content=request.body() if request.body is not None else None,
        )

    def _refusal(self, response: httpx.Response) -> errors.TestFluxError:
        try:
            problem = msgspec.json.decode(response.content, type=answers.Problem)
        except msgspec.MsgspecError:
            return self._stranger(response)
        if response.status_code in _ABOUT_THE_REPORT and not problem.errors and problem.code != "invalid":
            return errors.ReportError(
                problem.detail,
                code=problem.code,
                hint=problem.hint,
                line=problem.line,
                column=problem.column,
                byte=problem.byte,
            )
        detail = " ".join([problem.detail, *(f"{item.field}: {item.message}" for item in problem.errors)])
        return RefusedError(detail, status=response.status_code, hint=problem.hint, code=problem.code)

    def _stranger(self, response: httpx.Response) -> RefusedError:
        return RefusedError(
            f"What answers at {self.url} does not look like TestFlux (HTTP {response.status_code}).",
            status=response.status_code,
            hint="Check the address (--url or TESTFLUX_URL): is something else there, or a proxy in between?",
            code="not-testflux",
        )


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise errors.InvalidError(
            f"{url!r} is no address of a server.", field="url", hint=f"It looks like {DEFAULT_URL}."
        )
    return url.rstrip("/")


def _read_out(file: Path, moved: Callable[[int], None]) -> Iterator[bytes]:
    moved(0)
    sent = 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
            sent += len(chunk)
            moved(sent)


def _retry_after(response: httpx.Response, otherwise: float) -> float:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else otherwise
