"""Addresses without what changes from scan to scan: where a weakness is, not which request showed it."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

_ADDRESS = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#\\]*)([^?#]*)")
_PORT = re.compile(r"(.*?):(\d*)$", re.DOTALL)
_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}
_SESSION = re.compile(r";[^/]*")

_SEGMENT = re.compile(
    r"(?P<n>\d+)"
    r"|(?P<uuid>\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?)"
    r"|(?P<date>\d{4}[-_.]\d{1,2}[-_.]\d{1,2}|\d{1,2}[-_.]\d{1,2}[-_.]\d{4})"
    r"|(?P<hex>(?=.*\d)[0-9a-fA-F]{8,})"
    r"|(?P<tok>(?=.*\d)[A-Za-z0-9_~+=.-]{20,})"
)
_BUILD = re.compile(r"([.-])(?=[0-9a-f]*\d)[0-9a-f]{6,40}(?=\.[a-z0-9]{1,5}(?:\.[a-z]{1,5})?$)", re.IGNORECASE)


_REMEMBERED = 1024
_LONG = 400

Spot = tuple[str, str]
"""Origin and path template."""


def origin(address: str) -> str:
    """Return scheme, host and port of an address, lower case and the port always there; "" when it has none."""
    return origin_and_template(address)[0]


def template(address: str) -> str:
    """Return an address's path with its changing segments named: `/user/17/order/` is `/user/{n}/order`.

    The path is percent-decoded once. Left out: path parameters (`;jsessionid=…`), query, fragment, trailing slashes.
    """
    return origin_and_template(address)[1]


def origin_and_template(address: str) -> Spot:
    """Return both."""
    found = _ADDRESS.match(address)
    if found is None:
        return "", _template(address.partition("?")[0].partition("#")[0])
    scheme, host = found[1], found[2]
    read_origin = _known_origin if len(host) < _LONG else _origin
    return read_origin(scheme, host), _template(found[3])


def _origin(scheme: str, host: str) -> str:
    scheme = scheme.lower()
    host = host.rpartition("@")[2].lower()
    port = _DEFAULT_PORTS.get(scheme, "")
    if parts := _PORT.match(host):
        host, port = parts[1], parts[2] or port
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


_known_origin = lru_cache(_REMEMBERED)(_origin)


def _template(path: str) -> str:
    path = _SESSION.sub("", unquote(path)) if "%" in path or ";" in path else path
    name = _segment if len(path) < _LONG else _name
    return "/".join(map(name, path.rstrip("/").split("/"))) or "/"


def _name(segment: str) -> str:
    found = _SEGMENT.fullmatch(segment)
    if found is None or (found.lastgroup == "tok" and _BUILD.search(segment)):
        return _BUILD.sub(r"\1{h}", segment)
    return f"{{{found.lastgroup}}}"


_segment = lru_cache(_REMEMBERED)(_name)
