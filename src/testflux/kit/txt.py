"""What the DNS says about a name in its TXT records: how somebody proves that a domain is theirs."""

from __future__ import annotations

from typing import Final

import dns.asyncresolver
import dns.exception
import dns.resolver
from dns.rdtypes.txtbase import TXTBase

from testflux.kit import errors

_LIMIT_S: Final = 8.0


async def look_up(name: str) -> list[str]:
    """Return the texts of a name, none when it has none; UnavailableError when no name server answers."""
    try:
        answer = await dns.asyncresolver.resolve(name, "TXT", lifetime=_LIMIT_S, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return []
    except (dns.exception.DNSException, OSError) as error:
        hint = "Try again in a few minutes; the server needs name servers that answer."
        raise errors.UnavailableError(f"The DNS does not answer for {name}.", hint=hint) from error
    records = [record for record in answer if isinstance(record, TXTBase)]
    return [b"".join(record.strings).decode("utf-8", "replace") for record in records]
