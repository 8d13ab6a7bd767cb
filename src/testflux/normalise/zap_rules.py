"""What is known about ZAP's rules beyond what its reports say. An entry changes identities: raise VERSION with it."""

from __future__ import annotations

VERSION = "zap/1"

SYSTEMIC = frozenset(
    {
        "10010",  # cookie without HttpOnly
        "10011",  # cookie without Secure
        "10015",  # cache control
        "10017",  # script from another domain
        "10020",  # clickjacking header
        "10021",  # X-Content-Type-Options
        "10035",  # strict transport security
        "10036",  # server header
        "10037",  # X-Powered-By
        "10038",  # content security policy missing
        "10039",  # X-Backend-Server
        "10049",  # cacheable content
        "10050",  # retrieved from cache
        "10052",  # X-ChromeLogger-Data
        "10054",  # cookie without SameSite
        "10055",  # content security policy weak
        "10056",  # X-Debug-Token
        "10061",  # X-AspNet-Version
        "10063",  # permissions policy
        "10098",  # cross-domain misconfiguration
        "10104",  # user agent fuzzer
        "10109",  # modern web application
        "10205",  # HTTPS configuration
        "40040",  # cross-origin resource sharing
        "90003",  # subresource integrity
        "90004",  # Spectre isolation headers
        "90011",  # charset mismatch
        "90033",  # loosely scoped cookie
    }
)
"""Rules (with all their variants) whose alert speaks of the whole origin: one finding an origin, not one a page."""

COOKIE = frozenset({"10010", "10011", "10054"})
"""Systemic rules whose parameter, a cookie's name, still tells findings apart."""

INVENTED_LAST_SEGMENT = frozenset({"90028"})
"""Rules whose attack makes up a path: its last segment is the scanner's."""

ALIASES = {"10038": "10038-1"}
"""Rules that had one variant before that got a number of its own."""
