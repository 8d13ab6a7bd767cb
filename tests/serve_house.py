"""The API in this process, over a real database, with a worker beside it: what integration tests of `serve` talk to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
from litestar.handlers import HTTPRouteHandler

from testflux.access import passwords, tokens
from testflux.kit import clock, settings
from testflux.model.access import EVERYBODY, Role
from testflux.serve import app, house, server
from testflux.store import database, sessions, users
from testflux.store import tokens as token_rows
from testflux.work import worker

SECRET = "a secret key of thirty-two or more characters"
PASSWORD = "correct horse battery"
PASSWORD_HASH = passwords.make_hash(PASSWORD, cost=4)
_FAR = datetime(2100, 1, 1, tzinfo=UTC)
ADMIN, READER = "admin@example.org", "reader@example.org"


class ServeHouse:
    """A house with an administrator and a reader. `client()` speaks as one of them, or as a token, or as nobody."""

    def __init__(self, rooms: house.House) -> None:
        self.rooms = rooms
        self.app = app.create_app(rooms)
        self.ids: dict[str, int] = {}
        self.sign_ins: dict[str, UUID] = {}
        self.org_id = 0
        self._clients: list[httpx.AsyncClient] = []

    async def settle(self) -> None:
        async with self.rooms.database.write(EVERYBODY) as writer:
            self.org_id = await users.get_org(writer)
            for email, role in ((ADMIN, Role.OWNER), (READER, Role.VIEWER)):
                await self.add(writer, email, role)

    async def add(self, writer: database.Writer, email: str, role: str) -> None:
        """Add a person who is signed in already; `client()` speaks as them."""
        row = await users.add_user(
            writer, self.org_id, email, role, role, PASSWORD_HASH, is_operator=role == Role.OWNER
        )
        self.ids[email] = row["user_id"]
        self.sign_ins[email] = await sessions.add_sign_in(
            writer, row["user_id"], self.org_id, address="127.0.0.1", user_agent="", expires_at=_FAR
        )

    def client(
        self, email: str | None = ADMIN, *, token: str | None = None, now: datetime | None = None
    ) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(cast("Any", self.app), raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1", timeout=30)
        if token is None and email is not None:
            token = tokens.sign_access(SECRET, self.ids[email], self.sign_ins[email], now or clock.now())
        if token is not None:
            client.headers["Authorization"] = f"Bearer {token}"
        self._clients.append(client)
        return client

    async def api_token(self, *scopes: str, email: str = ADMIN, expires_at: datetime | None = None) -> str:
        token = tokens.make_api_token()
        async with self.rooms.database.write(EVERYBODY) as writer:
            kept = token_rows.Kept(
                name="ci", token_digest=tokens.digest(token), hint=token[-4:], scopes=scopes, expires_at=expires_at
            )
            await token_rows.add_token(writer, self.org_id, self.ids[email], kept)
        return token

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@contextlib.asynccontextmanager
async def open_serve_house(
    database_url: str, folder: Path, *, is_working: bool = False, is_new: bool = True, **changes: Any
) -> AsyncGenerator[ServeHouse]:
    """Open the API on a database; with `is_working`, uploads are processed and live events are passed on.

    Without `is_new`, nobody is added: another server of the same database did that.
    """
    own = msgspec.structs.replace(
        settings.load({}), data_dir=folder, database_url=database_url, secret_key=SECRET, **changes
    )
    async with server.open_house(own, database_url) as rooms:
        serving = ServeHouse(rooms)
        if is_new:
            await serving.settle()
        beside: list[asyncio.Task[None]] = []
        if is_working:
            beside.append(asyncio.create_task(rooms.hub.run()))
            beside.append(asyncio.create_task(worker.run(rooms.database, rooms.blobs, own)))
        try:
            yield serving
        finally:
            await serving.close()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def send(
    client: httpx.AsyncClient, slug: str, name: str, content: bytes, fields: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Upload one file, wait until it is finished, and return the upload."""
    response = await client.post(
        f"/projects/{slug}/uploads",
        files={"files": (name, content)},
        data=dict(fields or {}),
        headers={"Prefer": "wait=30"},
    )
    assert response.status_code == 200, response.text
    return response.json()


PUBLIC = {
    "/api/docs",
    "/api/docs/{name:str}",
    "/api/v1/auth/forgotten",
    "/api/v1/auth/invitation",
    "/api/v1/auth/join",
    "/api/v1/auth/login",
    "/api/v1/auth/password-strength",
    "/api/v1/auth/refresh",
    "/api/v1/auth/oidc/{provider_id:str}/callback",
    "/api/v1/auth/oidc/{provider_id:str}/start",
    "/api/v1/auth/ldap/{provider_id:str}",
    "/api/v1/auth/providers",
    "/api/v1/auth/reset",
    "/api/v1/auth/saml/{provider_id:str}/acs",
    "/api/v1/auth/saml/{provider_id:str}/finish",
    "/api/v1/auth/saml/{provider_id:str}/metadata",
    "/api/v1/auth/saml/{provider_id:str}/start",
    "/api/v1/auth/second-factor",
    "/api/v1/openapi.json",
    "/docs/errors/{code:str}",
    "/healthz",
    "/metrics",
    "/readyz",
    "/",
    "/{path:path}",
}


def list_routes() -> list[tuple[str, str, HTTPRouteHandler]]:
    """Return method, path and handler of every route, taken from the application itself, so that none is forgotten."""
    return [
        (method, route.path, handler)
        for route in app.declare_app().routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and not route.path.startswith("/described")
        for method in handler.http_methods
        if method != "OPTIONS"
    ]
