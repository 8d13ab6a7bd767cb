"""Secrets at rest: what must be read again later is kept encrypted with a key made from the server's secret key."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from testflux.kit import errors

_FORM = b"\x01"
_NONCE_BYTES = 12


def seal(secret_key: str, purpose: str, plain: bytes) -> bytes:
    """Encrypt `plain` (AES-256-GCM). The same `secret_key` and `purpose` open it again; nothing else does.

    The result is one byte of form, 12 of nonce, then the ciphertext with its tag. Sealing twice gives different bytes.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORM + nonce + _cipher(secret_key, purpose).encrypt(nonce, plain, _FORM)


def unseal(secret_key: str, purpose: str, sealed: bytes) -> bytes:
    """Decrypt what `seal` made; SetupError when the key or purpose is another, or the bytes were changed."""
    form, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return _cipher(secret_key, purpose).decrypt(nonce, rest, form)
    except (InvalidTag, ValueError) as error:
        raise errors.SetupError(
            f"The stored {purpose} cannot be opened with this server's secret key.",
            hint="Start the server with the TESTFLUX_SECRET_KEY it had before, or make the secret anew.",
        ) from error


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"testflux:" + purpose.encode())
    return AESGCM(derivation.derive(secret_key.encode()))
