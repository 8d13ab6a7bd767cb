"""What every answer tells the browser not to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from litestar.config.cors import CORSConfig

from testflux.kit.settings import Settings

API: Final = "/api/"
_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_FEATURES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
_ALWAYS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Content-Security-Policy": "; ".join(_POLICY),
}
_OVER_TLS: Final[Mapping[str, str]] = {"Strict-Transport-Security": "max-age=31536000"}
_UNKEPT: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
"""Answers of the API are somebody's: what is to be kept says so itself."""


def of(settings: Settings, path: str) -> dict[str, str]:
    """Return the headers for an answer at `path` that has not set them itself."""
    over_tls = _OVER_TLS if settings.public_url.startswith("https://") else {}
    return {**_ALWAYS, **over_tls, **(_UNKEPT if path.startswith(API) else {})}


def encode(texts: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as they are sent."""
    return [(name.lower().encode(), text.encode()) for name, text in texts.items()]


def cors(settings: Settings) -> CORSConfig | None:
    """Return who else's pages may call the API, with a token of their own: never with the cookie."""
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Prefer"],
        expose_headers=["ETag", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"],
        allow_credentials=False,
        max_age=600,
    )
