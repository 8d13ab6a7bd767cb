"""Which addresses the server may reach for somebody: it must not be talked into asking its own cloud or network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection
from typing import Final

from testflux.kit import errors

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

EVERY_NETWORK: Final = ("0.0.0.0/0", "::/0")
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)
"""Where clouds answer instances about themselves, besides the link-local 169.254.0.0/16."""
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


async def resolve(host: str, port: int, private: Collection[str]) -> list[str]:
    """Look `host` up once and return the addresses to connect to, best first.

    `private` are the networks that may be reached although they are private. ForbiddenError when any of its addresses
    is refused, so that a name cannot hide one behind another; UnavailableError when the name is not known. Connect to
    these, never to the name: its next look-up may say something else.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise errors.UnavailableError(
            f"The name {host} is not known.", hint="Check the host in the address."
        ) from error
    texts = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    for text in texts:
        if why := refusal(ipaddress.ip_address(text), private):
            hint = "Requests do not go there: docs/reference/settings.md, TESTFLUX_OUTGOING_PRIVATE."
            raise errors.ForbiddenError(f"{host} leads to {text}, {why}.", hint=hint)
    return texts


def refusal(address: Address, private: Collection[str]) -> str:
    """Say why a request must not go to `address`, or nothing when it may."""
    address = _embedded(address)
    if address.is_link_local or address in _METADATA:
        return "which is reserved for the machine and its cloud"
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return "which is no single machine"
    if not address.is_global and not any(address in ipaddress.ip_network(network) for network in private):
        return "a private address that TESTFLUX_OUTGOING_PRIVATE does not allow"
    return ""


def _embedded(address: Address) -> Address:
    """Unwrap the IPv4 address that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1]) or address
