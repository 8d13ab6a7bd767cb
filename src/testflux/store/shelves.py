"""Where blobs lie: what every such place can do, and a local folder. Blocking; call it off the event loop."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from testflux.kit import errors

MARK: Final = "testflux-blobs"
"""An empty file in every folder of blobs: where it is missing, the disk behind the folder is."""

_PAGE: Final = 1000


class Shelf(Protocol):
    """A place for files under their digests. UnavailableError: the whole place is away."""

    def adopt(self) -> None:
        """Take an empty place that somebody made for a new store."""
        ...

    def check(self) -> None:
        """Return when the place can be used; SetupError when it never will be as it is set up."""
        ...

    def keep(self, path: Path, digest: bytes) -> None:
        """Take a finished file over from its temporary path."""
        ...

    def open(self, digest: bytes) -> BinaryIO:
        """Open for reading; FileNotFoundError when it is not there."""
        ...

    def exists(self, digest: bytes) -> bool:
        """Whether it is there."""
        ...

    def drop(self, *digests: bytes, until: float) -> None:
        """Remove; harmless for what is not there. UnavailableError: past `until` (time.monotonic) nothing more goes."""
        ...

    def list_older(self, moment: float) -> Iterator[list[bytes]]:
        """Yield what was written before a moment (seconds since 1970), page by page."""
        ...


def in_time(until: float) -> None:
    """Return before a moment (time.monotonic), else raise UnavailableError: somebody may need the file again by now."""
    if time.monotonic() > until:
        raise errors.UnavailableError(
            "Removing files took too long; the rest of them is left to the night.",
            hint="Is the disk of the blob store, or the machine, overloaded?",
        )


class FolderShelf:
    """Files in a folder, spread over 256 folders by the first byte of their digests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not folder.exists():
            folder.mkdir(parents=True)
            self.adopt()

    def adopt(self) -> None:
        """Mark the folder as one of ours."""
        (self._folder / MARK).touch()

    def check(self) -> None:
        """Look for the mark: a mount point whose disk is away is an empty folder, and must not be written to."""
        if not (self._folder / MARK).exists():
            raise errors.UnavailableError(
                f"The folder of the blob store is not there: {self._folder} has no file {MARK}.",
                hint="Bring the disk back that holds it; no restart is needed.",
            )

    def keep(self, path: Path, digest: bytes) -> None:
        """Move the file in; once this returns, not even a power cut takes it away."""
        self.check()
        place = self._path(digest)
        is_new_folder = not place.parent.exists()
        place.parent.mkdir(exist_ok=True)
        path.replace(place)
        _sync_folder(place.parent)
        if is_new_folder:
            _sync_folder(self._folder)

    def open(self, digest: bytes) -> BinaryIO:
        """Open the file."""
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            self.check()
            raise

    def exists(self, digest: bytes) -> bool:
        """Whether the file is there."""
        if self._path(digest).is_file():
            return True
        self.check()
        return False

    def drop(self, *digests: bytes, until: float) -> None:
        """Remove the files."""
        for digest in digests:
            in_time(until)
            self._path(digest).unlink(missing_ok=True)

    def list_older(self, moment: float) -> Iterator[list[bytes]]:
        """Yield what was written before a moment."""
        page: list[bytes] = []
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):  # somebody dropped it meanwhile
                if path.stat().st_mtime < moment:
                    page.append(bytes.fromhex(path.name))
            if len(page) == _PAGE:
                yield page
                page = []
        yield page

    def _path(self, digest: bytes) -> Path:
        name = digest.hex()
        return self._folder / name[:2] / name


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
