from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import addresses, errors

ALLOWED = ["127.0.0.1", "::1", "10.0.0.7", "192.168.1.9", "172.16.0.1", "fd12:3456::1", "93.184.216.34", "2606:4700::1"]
REFUSED = [
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "::ffff:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "64:ff9b::a9fe:a9fe",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "0.0.0.0",  # noqa: S104
    "::",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("text", ALLOWED)
def test_machines_may_be_reached_private_ones_too(text: str) -> None:
    assert addresses.refusal(ipaddress.ip_address(text), addresses.EVERY_NETWORK) == ""


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("private", [(), addresses.EVERY_NETWORK])
def test_the_clouds_own_addresses_are_refused_in_every_disguise(text: str, private: tuple[str, ...]) -> None:
    assert addresses.refusal(ipaddress.ip_address(text), private)


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1", "127.8.9.1", "::1", "10.0.0.7", "192.168.1.9", "fd12:3456::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
     "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "100.64.0.1"],
)  # fmt: skip
def test_private_addresses_are_refused_unless_the_operator_allows_them(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert "TESTFLUX_OUTGOING_PRIVATE" in addresses.refusal(address, ())
    assert addresses.refusal(address, addresses.EVERY_NETWORK) == ""


def test_one_network_can_be_allowed_and_no_other() -> None:
    allowed = ("10.1.0.0/16", "fd12::/32")
    assert addresses.refusal(ipaddress.ip_address("10.1.2.3"), allowed) == ""
    assert addresses.refusal(ipaddress.ip_address("::ffff:10.1.2.3"), allowed) == ""
    assert addresses.refusal(ipaddress.ip_address("fd12::9"), allowed) == ""
    assert addresses.refusal(ipaddress.ip_address("10.2.0.1"), allowed)
    assert addresses.refusal(ipaddress.ip_address("127.0.0.1"), allowed)


@given(st.ip_addresses(v=4, network="169.254.0.0/16"))
def test_nothing_link_local_is_let_through(found: ipaddress.IPv4Address) -> None:
    assert addresses.refusal(found, addresses.EVERY_NETWORK)
    assert addresses.refusal(ipaddress.IPv6Address(f"::ffff:{found}"), addresses.EVERY_NETWORK)


def _answer(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def look_up(_loop: object, _host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in addresses]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", look_up)


async def test_a_name_is_looked_up_once_and_every_answer_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, "10.0.0.1", "10.0.0.2", "10.0.0.1")
    assert await addresses.resolve("hooks.example", 443, addresses.EVERY_NETWORK) == ["10.0.0.1", "10.0.0.2"]


async def test_one_refused_answer_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, "93.184.216.34", "169.254.169.254")
    with pytest.raises(errors.ForbiddenError, match=r"leads to 169\.254\.169\.254"):
        await addresses.resolve("hooks.example", 80, addresses.EVERY_NETWORK)


async def test_a_scoped_link_local_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, "fe80::1%eth0")
    with pytest.raises(errors.ForbiddenError):
        await addresses.resolve("hooks.example", 80, addresses.EVERY_NETWORK)


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
async def test_an_unknown_name_is_explained(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    async def look_up(*_: Any, **__: Any) -> list[Any]:
        raise failure

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", look_up)
    with pytest.raises(errors.UnavailableError, match=r"hooks\.example is not known"):
        await addresses.resolve("hooks.example", 80, addresses.EVERY_NETWORK)
