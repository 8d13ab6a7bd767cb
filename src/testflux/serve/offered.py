"""What a sign-in page offers, to whoever opens it: it says nothing about people."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from testflux.model.access import EVERYBODY
from testflux.serve import declare
from testflux.serve.limiter import Rate
from testflux.serve.shapes.providers import Offered, OfferedList
from testflux.store import database, providers

_Text = Annotated[str | None, Meta(max_length=254)]


@get("/auth/providers", **declare.route("listSignInProviders", None, rate=Rate.PUBLIC))
async def list_sign_in_providers(
    database: NamedDependency[database.Database], email: FromQuery[_Text] = None, organisation: FromQuery[_Text] = None
) -> OfferedList:
    """List the ways to sign in: of an organisation (its slug), or of the one that the mail address's domain belongs to.

    With neither, those of the installation's organisation if there is only one. Of an address the domain alone counts:
    whether there is such a person is not looked at.
    """
    domain = None if organisation or not email else email.lower().rpartition("@")[2]
    async with database.read(EVERYBODY) as reader:
        rows = await providers.list_offered(reader, slug=organisation or None, domain=domain)
    return OfferedList(items=[_offered(row) for row in rows])


def _offered(row: database.Row) -> Offered:
    kind, number = row["kind"], row["provider_id"]
    way = {"saml": "saml", "ldap": None}.get(kind, "oidc")
    return Offered(
        id=str(number),
        kind=kind,
        name=row["name"],
        organisation=row["org_name"],
        url=f"/api/v1/auth/{way}/{number}/start" if way else None,
        is_required=row["is_required"],
    )


ROUTES = [list_sign_in_providers]
