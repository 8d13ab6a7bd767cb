"""Secrets at rest: what must be read again later is kept encrypted with a key made from the server's secret key."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from testflux.kit import errors, keys

_FORM = b"\x02"
_NAME_BYTES = 4
_NONCE_BYTES = 12


def seal(secret_key: str, purpose: str, plain: bytes) -> bytes:
    """Encrypt `plain` (AES-256-GCM). The same `secret_key` and `purpose` open it again; nothing else does.

    The result is one byte of form, 4 that name the key, 12 of nonce, then the ciphertext with its tag. Sealing twice
    gives different bytes.
    """
    key, nonce = keys.present(secret_key), secrets.token_bytes(_NONCE_BYTES)
    head = _FORM + keys.identifier(key)
    return head + nonce + _cipher(key, purpose).encrypt(nonce, plain, head)


def unseal(secret_key: str, purpose: str, sealed: bytes) -> bytes:
    """Decrypt what `seal` made with one of these keys; SetupError when it was another, or the bytes were changed."""
    start = len(_FORM) + _NAME_BYTES
    head, nonce, rest = sealed[:start], sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    try:
        key = next(key for key in keys.split(secret_key) if _FORM + keys.identifier(key) == head)
        return _cipher(key, purpose).decrypt(nonce, rest, head)
    except (InvalidTag, ValueError, StopIteration) as error:
        raise errors.SetupError(
            f"The stored {purpose} cannot be opened with this server's secret key.",
            hint="Give it the key it had before, as TESTFLUX_PREVIOUS_SECRET_KEYS, or make the secret anew.",
        ) from error


def is_current(secret_key: str, sealed: bytes) -> bool:
    """Whether something was sealed with the present key."""
    return sealed.startswith(_FORM + keys.identifier(keys.present(secret_key)))


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"testflux:" + purpose.encode())
    return AESGCM(derivation.derive(secret_key.encode()))
