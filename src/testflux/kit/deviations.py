"""Where the settings are less safe than the defaults: said at each start and by `admin doctor`, never passed over."""

from __future__ import annotations

import ipaddress
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from testflux.kit import addresses
from testflux.kit.settings import Settings

_SHORTEST_PASSWORD: Final = 12
_ENCRYPTED: Final = ("require", "verify-ca", "verify-full")


class Deviation(msgspec.Struct, frozen=True):
    """One setting that is less safe than it could be, and what to do about it."""

    name: str
    detail: str
    advice: str


def find(settings: Settings) -> Iterator[Deviation]:
    """Yield every deviation; passwords and keys are never repeated."""
    yield from _find_open_ways(settings)
    yield from _find_weak_limits(settings)
    yield from _find_secrets(settings)


def _find_open_ways(settings: Settings) -> Iterator[Deviation]:
    if settings.public_url.startswith("http://") and not _is_here(settings.public_url):
        advice = "Put TLS before it, and set TESTFLUX_PUBLIC_URL to the https:// address."
        yield Deviation("Public URL", f"{settings.public_url} sends passwords and tokens in the clear", advice)
    plain = [each for each in settings.cors_origins if each.startswith("http://") and not _is_here(each)]
    if plain:
        yield Deviation(
            "Other sites", f"{', '.join(plain)} may call the API without TLS", "Name https:// origins only."
        )
    if settings.database_url is not None and not _is_encrypted(settings.database_url):
        advice = "Add ?sslmode=verify-full to TESTFLUX_DATABASE_URL, or at least sslmode=require."
        yield Deviation("Way to the database", "leaves the machine, and may be unencrypted", advice)
    if (
        settings.redis_url is not None
        and not settings.redis_url.startswith("rediss:")
        and not _is_here(settings.redis_url)
    ):
        yield Deviation("Way to Redis", "leaves the machine unencrypted", "Use rediss:// in TESTFLUX_REDIS_URL.")


def _find_weak_limits(settings: Settings) -> Iterator[Deviation]:
    rates = ("read", "write", "upload", "public", "sign_in", "export")
    if off := [name for name in rates if getattr(settings, f"rate_{name}") == 0]:
        advice = "Set TESTFLUX_RATE_… to a number again: without, one caller can keep everybody else waiting."
        yield Deviation("Rate limits", f"off for {', '.join(off)}", advice)
    if any(network in addresses.EVERY_NETWORK for network in settings.outgoing_private):
        advice = "List the networks that are needed in TESTFLUX_OUTGOING_PRIVATE instead of allow."
        yield Deviation("Outgoing addresses", "people may have the server ask any private address", advice)


def _find_secrets(settings: Settings) -> Iterator[Deviation]:
    if settings.admin_password is not None and len(settings.admin_password) < _SHORTEST_PASSWORD:
        advice = "Change it under Account, and take TESTFLUX_ADMIN_PASSWORD out of the environment."
        yield Deviation("First password", f"has fewer than {_SHORTEST_PASSWORD} characters", advice)
    for name, path in (("SECRET_KEY_FILE", settings.secret_key_file), ("BACKUP_KEY_FILE", settings.backup_key_file)):
        if path is not None and _is_open(path):
            yield Deviation(f"TESTFLUX_{name}", f"{path} can be read by everybody", f"Run: chmod 600 {path}")
    if settings.previous_secret_keys:
        advice = "Run `testflux admin rotate-key`, then take TESTFLUX_PREVIOUS_SECRET_KEYS away."
        yield Deviation("Previous secret keys", "still open what they sealed", advice)
    if settings.backup_dir is not None and settings.backup_key is None and settings.backup_key_file is None:
        advice = "Set TESTFLUX_BACKUP_KEY_FILE: backups hold the secret key and everybody's reports."
        yield Deviation("Backups", "are not encrypted", advice)


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or "localhost"
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_encrypted(url: str) -> bool:
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    host = (asked.get("host") or [parts.hostname or ""])[0]
    is_socket = not host or host.startswith("/")
    return is_socket or _is_here(url) or (asked.get("sslmode") or [""])[0] in _ENCRYPTED


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except OSError:
        return False
