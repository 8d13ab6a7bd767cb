"""`testflux admin rotate-key`: a new secret key, and everything that was sealed with the old one sealed anew."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from typing import Final

import msgspec

from testflux.cli import exits, options, reach
from testflux.kit import errors, keys, seal
from testflux.kit import settings as kit_settings
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.notify import audit_stream, signature
from testflux.serve import codes
from testflux.store import audit, providers, resealing
from testflux.store.resealing import Sealed

_PURPOSES: Final = {
    Sealed.CHANNEL: signature.PURPOSE,
    Sealed.PROVIDER: providers.PURPOSE,
    Sealed.SECOND_FACTOR: codes.PURPOSE,
    Sealed.STREAM: audit_stream.PURPOSE,
}
_WORDS: Final = {
    Sealed.CHANNEL: "signing keys of webhooks",
    Sealed.PROVIDER: "secrets of identity providers",
    Sealed.SECOND_FACTOR: "second factors",
    Sealed.STREAM: "signing keys of audit streams",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--forget", action="store_true", help="do not keep the old key: everybody's page asks anew")
    parser.set_defaults(act=run)


def run(given: argparse.Namespace) -> int:
    """Change the key, or (where the environment sets it) seal everything with the one it is now."""
    settings = options.load_settings(given)
    is_ours = not settings.secret_key and settings.secret_key_file is None
    found = kit_settings.with_secret_key(settings)
    if is_ours:
        found = _with_new_key(found)
    elif len(keys.split(found.secret_key)) == 1:
        hint = "Set the new key, and the one before as TESTFLUX_PREVIOUS_SECRET_KEYS; then run this again."
        raise errors.SetupError("There is no key but the present one.", hint=hint, code="setting-invalid")
    counts = asyncio.run(_reseal(found))
    if is_ours and given.forget:
        kit_settings.save_secret_key(found, keys.present(found.secret_key))
    sys.stdout.write(_report(counts, is_ours=is_ours, is_forgotten=given.forget))
    return exits.FINE


def _with_new_key(settings: Settings) -> Settings:
    """Put a new key before the old ones, in the file first: what is sealed can then be opened whatever happens next."""
    every = keys.join([secrets.token_urlsafe(48), *keys.split(settings.secret_key)])
    kit_settings.save_secret_key(settings, every)
    return msgspec.structs.replace(settings, secret_key=every)


async def _reseal(settings: Settings) -> dict[Sealed, int]:
    def renew(kind: Sealed, sealed: bytes) -> bytes | None:
        if seal.is_current(settings.secret_key, sealed):
            return None
        plain = seal.unseal(settings.secret_key, _PURPOSES[kind], sealed)
        return seal.seal(settings.secret_key, _PURPOSES[kind], plain)

    async with reach.database(settings) as database, database.write(EVERYBODY) as writer:
        counts = await resealing.reseal(writer, renew)
        target = audit.Target("secret_key", keys.identifier(keys.present(settings.secret_key)).hex())
        audit.note(
            writer,
            audit.INSTALLATION,
            "secret_key.change",
            target,
            after={kind.value: count for kind, count in counts.items()},
        )
        return counts


def _report(counts: dict[Sealed, int], *, is_ours: bool, is_forgotten: bool) -> str:
    lines = [f"Sealed anew: {count} {_WORDS[kind]}." for kind, count in counts.items()]
    lines.append("Restart every server and worker now: those that run still have the old key.")
    if not is_ours:
        lines.append("Then take the old key out of TESTFLUX_PREVIOUS_SECRET_KEYS.")
    elif is_forgotten:
        lines.append("The old key is forgotten.")
    else:
        lines.append("The old key stays in secret.key, to read what it signed; `--forget` leaves it out.")
    return "\n".join(lines) + "\n"
