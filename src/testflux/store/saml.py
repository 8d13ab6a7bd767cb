"""What SAML leaves behind: assertions that were taken, so that each signs in once, and our key for a provider."""

from __future__ import annotations

import hashlib
from datetime import datetime

from testflux.store import queries
from testflux.store.database import Row, Writer

_SQL = queries.load("saml")


async def add_assertion(writer: Writer, provider_id: int, assertion_id: str, expires_at: datetime) -> bool:
    """Note that a provider's assertion was taken; False when it was already, and has not expired since."""
    name = f"saml-assertion\n{provider_id}\n{assertion_id}".encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(name).digest()
    row = await writer.find(_SQL["add_assertion"], digest=digest, provider_id=provider_id, expires_at=expires_at)
    return row is not None


async def save_first_secret(writer: Writer, provider_id: int, secret: bytes) -> Row:
    """Keep our key (sealed) for a provider that has none yet; return the `secret` that it has now."""
    return await writer.one(_SQL["save_first_secret"], provider_id=provider_id, secret=secret)
