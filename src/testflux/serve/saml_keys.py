"""What we are to a SAML identity provider: our names there, and our key, made when it is first needed."""

from __future__ import annotations

import asyncio

import msgspec

from testflux.access import saml_metadata
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY
from testflux.serve.house import House
from testflux.store import database, providers, saml


class Names(msgspec.Struct, frozen=True):
    """Our name and the address that takes answers; each provider has its own, so that none can answer for another."""

    entity_id: str
    acs_url: str


class _Kept(msgspec.Struct, frozen=True):
    private_key: str
    certificate: str


def names(public_url: str, provider_id: int) -> Names:
    """Return who we are to a provider."""
    base = f"{public_url}/api/v1/auth/saml/{provider_id}"
    return Names(f"{base}/metadata", f"{base}/acs")


async def own_key(house: House, provider: database.Row) -> saml_metadata.OwnKey:
    """Return our key for a provider (a row of `providers.get_enabled`); it is made once, and kept sealed."""
    secret = providers.secret_of(house.settings.secret_key, provider)
    if not secret:
        own = names(house.settings.public_url, provider["provider_id"])
        made = await asyncio.to_thread(saml_metadata.make_key, own.entity_id, clock.now())
        kept = msgspec.json.encode(_Kept(made.private_key.decode(), made.certificate)).decode()
        async with house.database.write(EVERYBODY) as writer:
            sealed = providers.sealed(house.settings.secret_key, kept)
            row = await saml.save_first_secret(writer, provider["provider_id"], sealed)
        secret = providers.secret_of(house.settings.secret_key, row)
    try:
        found = msgspec.json.decode(secret, type=_Kept)
    except msgspec.MsgspecError as error:
        message, hint = "The secret of this SAML provider is not our key.", "Set it up anew, without a secret."
        raise errors.UnavailableError(message, hint=hint) from error
    return saml_metadata.OwnKey(found.private_key.encode(), found.certificate)
