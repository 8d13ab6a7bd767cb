"""How long to wait after passwords tried in vain, and who is taken for one source of them.

Each source waits for itself, so that a stranger's guesses keep nobody else out. Guesses from many places at once are
counted together as well; from where a person signed in before, that count is not asked.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Final

FREE: Final = 5
"""Tries in a row from one source before the waits begin."""
FREE_TOGETHER: Final = 50
"""The same from all strange sources together."""
LONGEST: Final = timedelta(minutes=15)
FORGOTTEN: Final = timedelta(hours=24)
"""Tries longer ago than this, with none since, are not held against anybody."""
_FIRST: Final = timedelta(seconds=5)
_PREFIX_V6: Final = 64


def waits_after(free: int) -> tuple[timedelta, ...]:
    """List how long to wait after the first failure in a row, the second, …; the last holds for all that follow."""
    waits = [timedelta(0)] * (free - 1)
    wait = _FIRST
    while wait < LONGEST:
        waits.append(wait)
        wait *= 2
    return (*waits, LONGEST)


def source_of(address: str) -> str:
    """Return the network that one household has: an IPv4 address itself, the first half of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _PREFIX_V6), strict=False))
