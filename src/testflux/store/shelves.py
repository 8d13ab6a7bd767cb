"""Where blobs lie: a local folder, or an object store by URL. Blocking; call it off the event loop."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class Shelf(Protocol):
    """A place for files under their digests."""

    def keep(self, path: Path, digest: bytes) -> None:
        """Take a finished file over from its temporary path."""
        ...

    def open(self, digest: bytes) -> BinaryIO:
        """Open for reading; FileNotFoundError when it is not there."""
        ...

    def exists(self, digest: bytes) -> bool:
        """Whether it is there."""
        ...

    def drop(self, digest: bytes) -> None:
        """Remove; harmless when it is not there."""
        ...

    def list_older(self, moment: float) -> Iterator[bytes]:
        """Yield what was written before a moment (seconds since 1970)."""
        ...


class FolderShelf:
    """Files in a folder, spread over 256 folders by the first byte of their digests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, path: Path, digest: bytes) -> None:
        """Move the file in; once this returns, not even a power cut takes it away."""
        place = self._path(digest)
        is_new_folder = not place.parent.exists()
        place.parent.mkdir(exist_ok=True)
        path.replace(place)
        _sync_folder(place.parent)
        if is_new_folder:
            _sync_folder(self._folder)

    def open(self, digest: bytes) -> BinaryIO:
        """Open the file."""
        return self._path(digest).open("rb")

    def exists(self, digest: bytes) -> bool:
        """Whether the file is there."""
        return self._path(digest).is_file()

    def drop(self, digest: bytes) -> None:
        """Remove the file."""
        self._path(digest).unlink(missing_ok=True)

    def list_older(self, moment: float) -> Iterator[bytes]:
        """Yield what was written before a moment."""
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if path.stat().st_mtime < moment:
                yield bytes.fromhex(path.name)

    def _path(self, digest: bytes) -> Path:
        name = digest.hex()
        return self._folder / name[:2] / name


class ObjectShelf:
    """Objects in S3, Google Cloud Storage or Azure; credentials come from the environment, as is usual there."""

    def __init__(self, url: str) -> None:
        import obstore.store  # noqa: PLC0415  (20 MB that a local folder does not need)

        self._store: ObjectStore = obstore.store.from_url(url)

    def keep(self, path: Path, digest: bytes) -> None:
        """Send the file."""
        import obstore  # noqa: PLC0415

        with path.open("rb") as file:
            obstore.put(self._store, _key(digest), file)

    def open(self, digest: bytes) -> BinaryIO:
        """Open the object: it is fetched as it is read."""
        import obstore  # noqa: PLC0415

        return cast(
            "BinaryIO", io.BufferedReader(_Fetched(obstore.open_reader(self._store, _key(digest))), 1024 * 1024)
        )

    def exists(self, digest: bytes) -> bool:
        """Whether the object is there."""
        import obstore  # noqa: PLC0415

        try:
            obstore.head(self._store, _key(digest))
        except FileNotFoundError:
            return False
        return True

    def drop(self, digest: bytes) -> None:
        """Remove the object."""
        import obstore  # noqa: PLC0415

        if self.exists(digest):
            obstore.delete(self._store, _key(digest))

    def list_older(self, moment: float) -> Iterator[bytes]:
        """Yield what was written before a moment."""
        import obstore  # noqa: PLC0415

        for page in obstore.list(self._store):  # pyright: ignore[reportUnknownMemberType]
            for entry in page:
                if entry["last_modified"].timestamp() < moment:
                    yield bytes.fromhex(entry["path"].rsplit("/", 1)[-1])


class _Fetched(io.RawIOBase):
    """An object's reader as Python's own kind of file."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: Any, /) -> int:
        data = memoryview(self._reader.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)


def _key(digest: bytes) -> str:
    name = digest.hex()
    return f"{name[:2]}/{name}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
