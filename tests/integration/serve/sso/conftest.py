"""An API whose people sign in through providers: as new for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest
import pytest_asyncio

import oidc_made
from oidc_made import Peer
from serve_house import ServeHouse, open_serve_house
from testflux.model.access import EVERYBODY
from testflux.serve.issuers import Issuers

PRIVATE = ("127.0.0.0/8",)


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with oidc_made.serve_peer() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServeHouse]:
    async with open_serve_house(module_database_url, tmp_path_factory.mktemp("h"), outgoing_private=PRIVATE) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(whole: ServeHouse) -> AsyncIterator[ServeHouse]:
    """The API with its two people; providers, and whoever came through them, are gone after each test."""
    whole.rooms = msgspec.structs.replace(whole.rooms, issuers=Issuers(whole.rooms.settings))
    whole.app.state["house"] = whole.rooms
    yield whole
    own = list(whole.ids.values())[:2]
    async with whole.rooms.database.write(EVERYBODY) as writer:
        await writer.run("update org set required_provider_id = null")
        for statement in (
            "delete from identity_provider",
            "delete from org_domain",
            "update member set disabled_at = null",
            "update sign_in set revoked_at = null",
            "delete from sign_in where not user_id = any(%(own)s)",
            "delete from role_grant where not user_id = any(%(own)s) or org_id > %(org)s",
            "delete from member where not user_id = any(%(own)s) or org_id > %(org)s",
            "delete from app_user where not user_id = any(%(own)s)",
            "delete from org where org_id > %(org)s",
        ):
            await writer.run(statement, own=own, org=whole.org_id)
