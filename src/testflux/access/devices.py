"""What somebody signed in with, in words, from what browsers say about themselves."""

from __future__ import annotations

import re
from typing import Final

# In this order: many browsers also name the ones that they descend from.
_BROWSERS: Final = (
    (r"\bEdgA?/|\bEdgiOS/", "Edge"),
    (r"\bOPR/|\bOpera\b", "Opera"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\bHeadlessChrome/|\bChrome/|\bCriOS/|\bChromium/", "Chrome"),
    (r"\bVersion/[\d.]+ .*\bSafari/", "Safari"),
    (r"^curl/", "curl"),
    (r"^python-(?:httpx|requests)/", "a Python script"),
)
_SYSTEMS: Final = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b|\bMacintosh\b", "macOS"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bLinux\b|\bX11\b", "Linux"),
)


def describe(user_agent: str) -> str:
    """Return `Firefox on Linux`, with as much of it as can be told."""
    browser, system = _find(_BROWSERS, user_agent), _find(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return (browser[:1].upper() + browser[1:]) or system or "Unknown device"


def _find(kinds: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in kinds if re.search(pattern, user_agent)), "")
