"""What is written down about who did what: the events of the audit log, and how each is chained to the one before."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

import msgspec

from testflux.kit import keyed, keys

INSTALLATION: Final = 0
"""The organisation of what belongs to none: a sign-in by nobody known."""
FIRST: Final = b""
"""The digest before a chain's first event."""
SEALING: Final = "audit.seal"
REMOVING: Final = "audit.remove"
_PURPOSE: Final = "audit log"

ActorKind = Literal["person", "token", "system", "nobody"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One act. The order of the fields is that of its line, which its digest is made of: it must never change.

    `number` counts the organisation's acts from 1. `before` and `after` are JSON as it was stored, letter by letter.
    """

    org_id: int
    number: int
    happened_at: datetime
    act: str
    actor_kind: ActorKind
    actor_id: int | None
    actor_name: str
    target_kind: str
    target_id: str
    target_name: str
    project_id: int | None
    is_refused: bool
    address: str
    request_id: str
    before: msgspec.Raw | None
    after: msgspec.Raw | None


class Link(msgspec.Struct, frozen=True):
    """A place in a chain: an event's number and digest. Number 0 is the place before the first."""

    number: int
    digest: bytes


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """What the server vouches for in the `after` of an event: that the chain came to this digest at this number.

    `key` names the key of `seal`, which nobody can make who has only the database.
    """

    number: int
    digest: str
    key: str
    seal: str


def digest(before: bytes, event: Event) -> bytes:
    """Return the digest of an event that follows the one with digest `before`: SHA-256 over that and its line."""
    return hashlib.sha256(before + msgspec.json.encode(event)).digest()


def line(event: Event, link: bytes) -> bytes:
    """Write an event as one line of JSON that ends with its digest: without it, it is what the digest was made of."""
    return msgspec.json.encode(event)[:-1] + b',"digest":"' + link.hex().encode() + b'"}'


def seal(secret_key: str, org_id: int, act: str, link: Link) -> Seal:
    """Vouch for a chain up to a place, in an event of this act, with the present one of the secret keys."""
    key = keys.present(secret_key)
    return Seal(
        number=link.number,
        digest=link.digest.hex(),
        key=keyed.name(key, _PURPOSE),
        seal=keyed.digest(key, _PURPOSE, _sealed(org_id, act, link.number, link.digest.hex())),
    )


class Vouched(StrEnum):
    """What a seal is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    OTHER_KEY = "other key"


def check(secret_key: str, org_id: int, act: str, given: Seal) -> Vouched:
    """Judge a seal by the present secret key and those before it that are kept.

    One of another key cannot be judged: that key was forgotten since, or the seal is forged.
    """
    key = next((key for key in keys.split(secret_key) if given.key == keyed.name(key, _PURPOSE)), None)
    if key is None:
        return Vouched.OTHER_KEY
    content = _sealed(org_id, act, given.number, given.digest)
    return Vouched.RIGHT if keyed.is_right(key, _PURPOSE, content, given.seal) else Vouched.WRONG


def _sealed(org_id: int, act: str, number: int, digest_: str) -> bytes:
    return f"{act} {org_id} {number} {digest_}".encode()
