"""Files that only who has the key can read, and that cannot be changed, cut short or swapped without notice.

A sealed file is MARK, a salt of 16 bytes, and the content in pieces of PIECE bytes (the last one is shorter), each
sealed by AES-256-GCM: its nonce counts the pieces and says which is the last. The key of a file is derived (HKDF with
SHA-256) from the common key, its salt and its name; the common key from a passphrase (scrypt).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import struct
from typing import IO, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from testflux.kit import errors

MARK: Final = b"testflux sealed 1\n"
PIECE: Final = 64 * 1024
SALT: Final = 16
_TAG: Final = 16
_HEAD: Final = len(MARK) + SALT
_KEY: Final = 32
_NONCE: Final = struct.Struct(">3xQ?")


def derive(passphrase: str, salt: bytes) -> bytes:
    """Return the common key of a passphrase; takes a tenth of a second and 32 MB on purpose."""
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=_KEY)


def sign(key: bytes, text: bytes) -> str:
    """Return what proves that someone with the key wrote a text."""
    return hmac.new(key, b"signature\0" + text, "sha256").hexdigest()


class Writer:
    """Seals what is written to it. Call `finish` at the end; it does not close the file."""

    def __init__(self, file: IO[bytes], key: bytes, name: str) -> None:
        salt = os.urandom(SALT)
        self._file = file
        self._cipher = _cipher(key, salt, name)
        self._waiting = bytearray()
        self._count = 0
        file.write(MARK + salt)

    def write(self, block: bytes) -> None:
        """Take the next bytes."""
        self._waiting += block
        while len(self._waiting) > PIECE:  # the last piece is kept back: it is sealed as such
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_NONCE.pack(self._count, is_last), piece, None))
        self._count += 1


class Reader(io.RawIOBase):
    """Reads a sealed file from any place. InvalidError: it is not what was sealed under this name with this key."""

    def __init__(self, file: BinaryIO, key: bytes, name: str) -> None:
        super().__init__()
        self._file = file
        self._name = name
        head = file.read(_HEAD)
        packed = file.seek(0, io.SEEK_END) - _HEAD
        self._pieces = -(-packed // (PIECE + _TAG))
        self._size = packed - self._pieces * _TAG
        if not head.startswith(MARK) or self._pieces < 1 or self._size < 0:
            raise self._spoiled()
        self._cipher = _cipher(key, head[len(MARK) :], name)
        self._at = 0
        self._number = -1
        self._piece = b""
        self._open(self._pieces - 1)  # whatever was cut off, the end is missing

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the place in the content."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the content."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill a buffer as far as the present piece goes."""
        if self._at >= self._size:
            return 0
        number, offset = divmod(self._at, PIECE)
        self._open(number)
        part = self._piece[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        """Close the file below too."""
        self._file.close()
        super().close()

    def _open(self, number: int) -> None:
        if number == self._number:
            return
        self._file.seek(_HEAD + number * (PIECE + _TAG))
        nonce = _NONCE.pack(number, number == self._pieces - 1)
        try:
            self._piece = self._cipher.decrypt(nonce, self._file.read(PIECE + _TAG), None)
        except InvalidTag:
            raise self._spoiled() from None
        self._number = number

    def _spoiled(self) -> errors.InvalidError:
        return errors.InvalidError(
            f"The encrypted file {self._name[:40]} is not what it was, or was encrypted with another key.",
            hint="Copy it again from where it was made, or use an older one.",
        )


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), _KEY, salt, name.encode()).derive(key))
