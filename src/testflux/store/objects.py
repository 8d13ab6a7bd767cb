"""Blobs in S3, Google Cloud Storage or Azure. Blocking; call it off the event loop.

A module of its own because the library takes 20 MB, which a local folder does not need.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import obstore
import obstore.store
from obstore import exceptions

from testflux.kit import errors
from testflux.store import shelves

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_PART: Final = 8 * 1024 * 1024
_PARTS_AT_ONCE: Final = 3  # a file of any size takes 24 MB of memory on its way
_LEAST: Final = 64 * 1024
_MOST: Final = 4 * 1024 * 1024
_PAGE: Final = 1000
_WORD: Final = re.compile(r"<Code>([^<]{1,60})</Code>(?:<Message>([^<]{1,200})</Message>)?")
_STATUS: Final = re.compile(r"non-2xx status code: (\d{3}[\w ]{0,40})")
_REFUSED: Final = ("401", "403", "NoSuchBucket", "AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId")
_HINT: Final = "docs/howto/object-storage.md says what TESTFLUX_BLOB_URL and the credentials in the environment take."
# Whoever uploads must hear within seconds that the store is away; he sends again.
_CLIENT: Final[ClientConfig] = {
    "allow_http": True,  # the operator's own word: only an endpoint that begins with http:// is spoken to so
    "connect_timeout": timedelta(seconds=5),
    "timeout": timedelta(seconds=120),
}
_RETRIES: Final[RetryConfig] = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}


class ObjectShelf:
    """Objects under their digests; credentials come from the environment, as is usual there."""

    def __init__(self, url: str) -> None:
        try:
            self._store: ObjectStore = obstore.store.from_url(url, client_options=_CLIENT, retry_config=_RETRIES)
        except (exceptions.BaseError, ValueError) as error:
            raise _wrong(error) from error

    def adopt(self) -> None:
        """Do nothing: a bucket that is away never looks like an empty one."""

    def check(self) -> None:
        """Ask for the first object. SetupError: the store is there and refuses us; UnavailableError: it is away."""
        try:
            for _ in obstore.list(self._store, chunk_size=1):  # pyright: ignore[reportUnknownMemberType]
                return
        except (exceptions.BaseError, FileNotFoundError) as error:
            is_refusal = any(word.startswith(_REFUSED) for word in _hear(error))
            raise (_wrong(error) if is_refusal else _away(error)) from error

    def keep(self, path: Path, digest: bytes) -> None:
        """Send the file unless it is there; the store's answer says that it keeps it."""
        with _explained(), path.open("rb") as file:
            if not self.exists(digest):
                obstore.put(self._store, _key(digest), file, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE)

    def open(self, digest: bytes) -> BinaryIO:
        """Open the object: it is fetched as it is read."""
        with _explained():
            return cast("BinaryIO", _Object(self._store, _key(digest)))

    def exists(self, digest: bytes) -> bool:
        """Whether the object is there."""
        try:
            with _explained():
                obstore.head(self._store, _key(digest))
        except FileNotFoundError:
            return False
        return True

    def drop(self, *digests: bytes, until: float) -> None:
        """Remove the objects, a thousand with one request where the store can."""
        shelves.in_time(until)
        with _explained(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, [_key(digest) for digest in digests])

    def list_older(self, moment: float) -> Iterator[list[bytes]]:
        """Yield what was written before a moment, page by page."""
        with _explained():
            for page in obstore.list(self._store, chunk_size=_PAGE):  # pyright: ignore[reportUnknownMemberType]
                yield [
                    bytes.fromhex(entry["path"].rsplit("/", 1)[-1])
                    for entry in page
                    if entry["last_modified"].timestamp() < moment
                ]


class _Object(io.BufferedIOBase):
    """An object as Python's own kind of file: what is not asked for is not fetched.

    Who reads on and on gets more with each request, who jumps about gets little.
    """

    def __init__(self, store: ObjectStore, key: str) -> None:
        super().__init__()
        self._store, self._key = store, key
        self._at = self._start = 0
        self._ahead = _LEAST
        try:
            first = obstore.get(store, key, options={"range": (0, _LEAST)})
            self._size, self._window = first.meta["size"], bytes(first.bytes())
        except exceptions.BaseError:
            if obstore.head(store, key)["size"]:
                raise
            self._size, self._window = 0, b""  # nothing has no first byte

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        end = self._size if size is None or size < 0 else min(self._at + size, self._size)
        if end <= self._at:
            return b""
        if self._at < self._start or end > self._start + len(self._window):
            with _explained():
                self._fetch(end)
        piece = self._window[self._at - self._start : end - self._start]
        self._at = end
        return piece

    def read1(self, size: int = -1, /) -> bytes:
        left = self._start + len(self._window) - self._at
        return self.read(size if size >= 0 else max(left, _LEAST))

    def _fetch(self, end: int) -> None:
        behind = self._start + len(self._window)
        if self._start <= self._at <= behind:
            self._ahead = min(self._ahead * 2, _MOST)
            kept, start = self._window[self._at - self._start :], behind
            self._start = self._at
        else:
            self._ahead = _LEAST
            kept, start = b"", min(self._at, max(self._size - _LEAST, 0))
            self._start = start
        stop = min(max(end, self._at + self._ahead), self._size)
        self._window = kept + bytes(obstore.get_range(self._store, self._key, start=start, end=stop))


@contextmanager
def _explained() -> Generator[None]:
    """Say what a store that does not answer, or refuses, means; one object that is not there passes unchanged."""
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" not in str(error):
            raise
        raise _away(error) from error
    except exceptions.BaseError as error:
        raise _away(error) from error


def _hear(error: Exception) -> list[str]:
    """Return what the store itself said, out of the library's long way of telling it: nothing when it is away."""
    return [match[1] for match in (_STATUS.search(str(error)), _WORD.search(str(error))) if match]


def _say(error: Exception) -> str:
    return ", ".join(_hear(error)) or str(error).partition("\n")[0][:200]


def _wrong(error: Exception) -> errors.SetupError:
    return errors.SetupError(f"The blob store cannot be used: {_say(error)}.", hint=_HINT, code="blob-store")


def _away(error: Exception) -> errors.UnavailableError:
    hint = "Nothing was taken in: send it again later. " + _HINT
    return errors.UnavailableError(f"The blob store does not answer as it should: {_say(error)}.", hint=hint)


def _key(digest: bytes) -> str:
    name = digest.hex()
    return f"{name[:2]}/{name}"
