"""What is asked and answered about SAML and LDAP alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta


class SamlMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider's metadata: the XML itself, or where to read it."""

    xml: Annotated[str, Meta(max_length=800_000)] = ""
    url: Annotated[str, Meta(max_length=500)] = ""


class SamlCertificate(msgspec.Struct, frozen=True):
    """A certificate (DER in base64) that an identity provider signs with, and until when it runs."""

    certificate: str
    expires_at: datetime


class SamlProvider(msgspec.Struct, frozen=True, kw_only=True):
    """What metadata say: the parts of a SAML provider's configuration."""

    entity_id: str
    sso_url: str
    certificates: list[SamlCertificate]


class DirectorySignIn(msgspec.Struct, frozen=True):
    """Name and password in a directory."""

    username: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Annotated[str, Meta(min_length=1, max_length=1000)]


class DirectoryQuestion(msgspec.Struct, frozen=True):
    """Whom to look up; with a password they are signed in as well, as far as the door."""

    username: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Annotated[str, Meta(max_length=1000)] = ""
