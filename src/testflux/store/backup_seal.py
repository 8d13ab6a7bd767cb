"""The files of a backup, written and read sealed or as they are."""

from __future__ import annotations

import hmac
import io
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from testflux.kit import sealed
from testflux.store.blobs import Writable

SALT = sealed.SALT
_BUFFER = 256 * 1024


class Seal(msgspec.Struct, frozen=True):
    """The common key of a backup, and the salt that it was made of beside the passphrase."""

    key: bytes
    salt: bytes

    def sign(self, text: bytes) -> str:
        """Return what proves that the key was there."""
        return sealed.sign(self.key, text)

    def has_signed(self, text: bytes, signature: str) -> bool:
        """Whether a signature is of this key and text."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())


def make(passphrase: str, salt: bytes) -> Seal:
    """Return the seal of a passphrase; takes a tenth of a second on purpose."""
    return Seal(sealed.derive(passphrase, salt), salt)


@contextmanager
def create(path: Path, seal: Seal | None, name: str) -> Generator[Writable]:
    """Write a new file that only its owner may read. `name` is what it will have to be opened as."""
    path.touch(mode=0o600)
    with path.open("wb", buffering=_BUFFER) as file:
        if seal is None:
            yield file
            return
        writer = sealed.Writer(file, seal.key, name)
        yield writer
        writer.finish()


def open_file(path: Path, seal: Seal | None, name: str) -> BinaryIO:
    """Open a file for reading; InvalidError when it was not sealed with this key under this name."""
    with ExitStack() as undo:
        file = undo.enter_context(path.open("rb"))
        content = (
            file if seal is None else cast("BinaryIO", io.BufferedReader(sealed.Reader(file, seal.key, name), _BUFFER))
        )
        undo.pop_all()
    return content
