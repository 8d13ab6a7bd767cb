"""Every route, asked by everybody: taken from the application itself, compared with the table of permissions.

The first half lets no request past the guard: whoever is let in is told so, and nothing happens. So every route can be
asked, whatever it would do. The second half asks for what belongs to somebody else, for real.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio
from litestar.exceptions import HTTPException

import tiny_reports
from serve_house import ADMIN, PUBLIC, ServeHouse, list_routes, open_serve_house, send
from testflux.access import permissions, tokens
from testflux.kit import clock
from testflux.model.access import EVERYBODY, Permission, Role, Tenant
from testflux.serve import declare, guards
from testflux.store import projects, sessions, users
from testflux.store import tokens as token_rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

LET_IN = 418
NOTHING = frozenset[Permission]()
READ = Permission.PROJECT_READ
# Parts of addresses whose values carry a project's number.
OF_PROJECTS = {"run_id", "test_id", "upload_id", "channel_id", "delivery_id", "finding_id"}
OWN_ROLE = frozenset({Permission.CHANNEL_MANAGE, Permission.AUDIT_READ, Permission.MEMBER_READ})
SENDER = frozenset({Permission.UPLOAD_CREATE})


class Who(msgspec.Struct, frozen=True):
    """Somebody who asks, and what the table says they may do: everywhere, and besides in the project `shop`."""

    name: str
    everywhere: frozenset[Permission]
    in_shop: frozenset[Permission] = NOTHING

    def expect(self, permission: Permission, where: str | None) -> int:
        """Return how the guard answers a route about a project, or (None) about the organisation."""
        here = self.everywhere | (self.in_shop if where == "shop" else NOTHING)
        is_list = where is None and permission is READ and READ in self.in_shop
        if permission in here or is_list:
            return LET_IN
        return 403 if where is None or READ in here else 404


def alone(*roles: Role) -> frozenset[Permission]:
    return frozenset({Permission.SELF}).union(*(permissions.of_role(role) for role in roles))


IN_SHOP = permissions.of_role(Role.MAINTAINER) & permissions.IN_PROJECTS
READS = frozenset({Permission.SELF, READ})
PEOPLE = [
    *(Who(role.value, alone(role)) for role in Role),
    Who("own", OWN_ROLE | {Permission.SELF}),
    Who("in_shop", alone(), IN_SHOP),
    Who("sender_in_shop", alone(), SENDER),
    Who("viewer_and_in_shop", alone(Role.VIEWER), IN_SHOP),
    Who("bare", alone()),
    Who("operator", alone(Role.VIEWER) | permissions.OPERATORS),
]
OWNERS_IN_PROJECTS = permissions.of_role(Role.OWNER) & permissions.IN_PROJECTS
TOKENS = [
    Who("token_read", READS),
    Who("token_upload", READS | {Permission.UPLOAD_CREATE}),
    Who("token_admin", permissions.of_role(Role.OWNER)),
    Who("token_star", frozenset({Permission.SELF, Permission.RUN_STAR})),
    Who("token_in_shop", frozenset({Permission.SELF}), OWNERS_IN_PROJECTS),
    Who("token_reads_shop", frozenset({Permission.SELF}), frozenset({READ})),
    Who("service_maintainer", alone(Role.MAINTAINER)),
]
MADE_FOR = {
    "token_read": "read",
    "token_upload": "upload",
    "token_admin": "admin",
    "token_star": "run.star",
    "token_in_shop": "admin",
    "token_reads_shop": "read",
    "service_maintainer": "admin",
}


class World(msgspec.Struct):
    """A house with two organisations; `ids`: the numbers of the projects `shop`, `till` (ours) and `far` (theirs)."""

    house: ServeHouse
    ids: dict[str, int]
    theirs: int
    clients: dict[str, httpx.AsyncClient]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The house whose guard is asked and goes no further."""
    real = guards.authorise

    async def ask_only(connection: Any, handler: Any) -> None:
        await real(connection, handler)
        raise HTTPException(status_code=LET_IN, detail="let in")

    async with contextlib.AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(guards, "authorise", ask_only)
            opening = open_serve_house(module_database_url, tmp_path_factory.mktemp("house"), **ANY_RATE)
            house = await stack.enter_async_context(opening)
        yield await settle(house)


ANY_RATE = dict.fromkeys(("rate_read", "rate_write", "rate_upload", "rate_public", "rate_sign_in", "rate_export"), 0)


GRANT = "insert into role_grant (org_id, user_id, role, project_id) values (%(o)s, %(u)s, %(r)s, %(p)s)"


async def settle(house: ServeHouse) -> World:
    async with house.rooms.database.write(EVERYBODY) as writer:
        theirs = (await writer.one("insert into org (slug, name) values ('theirs', 'T') returning org_id"))["org_id"]
        ids = {
            slug: (await projects.add_project(writer, org_id, slug, slug, "", "main"))["project_id"]
            for slug, org_id in (("shop", house.org_id), ("till", house.org_id), ("far", theirs))
        }
        for key, held in (("own", OWN_ROLE), ("sender", SENDER)):
            statement = "insert into role (org_id, key, name, permissions) values (%(org)s, %(key)s, %(key)s, %(held)s)"
            await writer.run(statement, org=house.org_id, key=key, held=sorted(held))
        grants: dict[str, tuple[tuple[str, int | None], ...]] = {
            "own": (("own", None),),
            "in_shop": (("maintainer", ids["shop"]),),
            "sender_in_shop": (("sender", ids["shop"]),),
            "viewer_and_in_shop": (("viewer", None), ("maintainer", ids["shop"])),
            "bare": (),
            "operator": (("viewer", None),),
        }
        for who in PEOPLE:
            email = f"{who.name}@route.example"
            await house.add(writer, email, Role.VIEWER)
            await writer.run("delete from role_grant where user_id = %(id)s", id=house.ids[email])
            for role, project_id in grants.get(who.name, ((who.name, None),)):
                await writer.run(GRANT, o=house.org_id, u=house.ids[email], r=role, p=project_id)
        await writer.run(
            "update app_user set is_operator = email = 'operator@route.example' where email <> %(admin)s", admin=ADMIN
        )
    clients = {who.name: house.client(f"{who.name}@route.example") for who in PEOPLE}
    for who in TOKENS:
        limits = [ids["shop"]] if who.name.endswith("shop") else None
        role = "maintainer" if who.name.startswith("service") else None
        token = await add_token(house, MADE_FOR[who.name], role=role, project_ids=limits)
        clients[who.name] = house.client(token=token)
    return World(house, ids, theirs, clients)


async def add_token(
    house: ServeHouse, scope: str, *, role: str | None = None, project_ids: list[int] | None = None, days: int = 1
) -> str:
    token = tokens.make_api_token()
    kept = token_rows.Kept(
        name="ci",
        token_digest=tokens.digest(token),
        hint=token[-4:],
        scopes=[scope],
        expires_at=clock.now() + timedelta(days=days),
        role=role,
        project_ids=project_ids,
    )
    async with house.rooms.database.write(EVERYBODY) as writer:
        await token_rows.add_token(writer, house.org_id, house.ids["owner@route.example"], kept)
    return token


def guarded() -> list[tuple[str, str, Permission]]:
    found = [(method, path, handler.opt[declare.PERMISSION]) for method, path, handler in list_routes()]
    assert len([path for _, path, permission in found if permission is not None]) > 100
    return [(method, path, permission) for method, path, permission in found if permission is not None]


def names_project(path: str) -> bool:
    return any(name == "slug" or name in OF_PROJECTS for name in re.findall(r"\{(\w+):", path))


def fill(path: str, world: World, where: str | None) -> str:
    """Fill in an address: with things of that project, and with numbers where no project is named."""

    def value(match: re.Match[str]) -> str:
        name, kind = match[1], match[2]
        if name == "slug":
            return where or "shop"
        if name in OF_PROJECTS:
            return f"{world.ids[where or 'shop']}-1"
        return str(uuid4()) if kind == "uuid" else "1"

    return re.sub(r"\{(\w+):(\w+)\}", value, path)


async def ask(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    body: dict[str, Any] = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
    return await client.request(method, f"http://testserver{path}", **body)


async def test_every_route_names_a_permission_or_is_public_by_decision() -> None:
    """A route that is forgotten here fails the build: public ones are listed in serve_house.PUBLIC."""
    named = {path: handler.opt.get(declare.PERMISSION, "forgotten") for _, path, handler in list_routes()}
    assert [path for path, permission in named.items() if permission == "forgotten"] == []
    assert {path for path, permission in named.items() if permission is None} == PUBLIC


@pytest.mark.parametrize("who", [*PEOPLE, *TOKENS], ids=lambda who: who.name)
async def test_everybody_is_let_in_where_the_table_says(world: World, who: Who) -> None:
    surprises: list[str] = []
    for method, path, permission in guarded():
        for where in ("shop", "till", "far") if names_project(path) else (None,):
            answer = await ask(world.clients[who.name], method, fill(path, world, where))
            expected = who.expect(permission, where)
            if who in TOKENS and permission is Permission.SELF and method != "GET":
                expected = 403  # a token changes nobody's account
            if answer.status_code != expected:
                surprises.append(f"{method} {path} in {where}: {answer.status_code}, not {expected}")
    assert surprises == []


async def test_nobody_else_is_let_in(world: World) -> None:
    house, now = world.house, clock.now()
    expired = await add_token(house, "admin", days=-1)
    revoked = await add_token(house, "admin")
    email = "leaver@example.org"
    async with house.rooms.database.write(EVERYBODY) as writer:
        digest = tokens.digest(revoked)
        await writer.run("update api_token set revoked_at = now() where token_digest = %(digest)s", digest=digest)
        await house.add(writer, email, Role.OWNER)
        await house.add(writer, "signed-out@example.org", Role.OWNER)
        await sessions.drop_sign_in(writer, house.sign_ins["signed-out@example.org"], now)
        await writer.run("update member set disabled_at = now() where user_id = %(id)s", id=house.ids[email])
    strangers = {
        "anonymous": house.client(None),
        "expired sign-in": house.client(now=now - timedelta(days=1)),
        "ended sign-in": house.client("signed-out@example.org"),
        "ended membership": house.client(email),
        "expired token": house.client(token=expired),
        "revoked token": house.client(token=revoked),
        "made-up token": house.client(token=tokens.make_api_token()),
        "nonsense": house.client(token="nonsense"),
    }
    surprises = [
        f"{name}: {method} {path} {answer.status_code}"
        for name, client in strangers.items()
        for method, path, _ in guarded()
        if (answer := await ask(client, method, fill(path, world, None))).status_code != 401
    ]
    assert surprises == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[ServeHouse, dict[str, str]]]:
    """A house whose guard goes on, and by the name of an address's part something that belongs to others."""
    folder = tmp_path_factory.mktemp("real")
    async with open_serve_house(module_database_url, folder, is_working=True, is_new=False, **ANY_RATE) as house:
        yield house, await fill_far(house)


async def fill_far(house: ServeHouse) -> dict[str, str]:
    """Let an owner of another organisation have one of everything; return their ids."""
    async with house.rooms.database.write(EVERYBODY) as writer:
        ours = await users.get_org(writer)
        house.org_id = (await writer.one("insert into org (slug, name) values ('b', 'B') returning org_id"))["org_id"]
        await house.add(writer, "far@example.org", Role.OWNER)
        house.org_id = ours
        await house.add(writer, "near@example.org", Role.OWNER)
    client = house.client("far@example.org")
    assert (await client.post("/projects", json={"slug": "faraway", "name": "Away"})).status_code == 201
    upload = await send(client, "faraway", "output.xml", tiny_reports.robot({"Pays": "PASS"}, clock.now()))
    run = upload["runs"][0]["id"]
    results = (await client.get(f"/runs/{run}/results")).json()["items"]
    channel = await client.post(
        "/projects/faraway/channels",
        json={"kind": "webhook", "name": "w", "rule": "every_run", "config": {"url": "https://example.org/hook"}},
    )
    assert channel.status_code == 201, channel.text
    token = (await client.post("/tokens", json={"name": "t", "scopes": ["read"]})).json()
    member = (await client.get("/members")).json()["items"][0]
    return {
        "slug": "faraway",
        "run_id": run,
        "upload_id": upload["id"],
        "test_id": results[0]["test_id"],
        "finding_id": f"{run.partition('-')[0]}-1",
        "channel_id": channel.json()["id"],
        "delivery_id": f"{run.partition('-')[0]}-1720779",
        "token_id": token["id"],
        "member_id": member["id"],
        "user_id": member["id"],
    }


# Of the same shape, and nobody's.
NOBODYS = {"slug": "nowhere", "token_id": "987654", "member_id": "987654", "user_id": "987654"}


async def test_what_belongs_to_others_is_as_if_it_did_not_exist(real: tuple[ServeHouse, dict[str, str]]) -> None:
    house, theirs = real
    client = house.client("near@example.org")
    tried = 0
    surprises: list[str] = []
    for method, path, _ in guarded():
        parts = re.findall(r"\{(\w+):", path)
        if not parts or not set(parts) & set(theirs):
            continue
        answers = [
            await ask(client, method, f"{name_in(path, found)}?permission=project.read&with={found['run_id']}")
            for found in (theirs, {name: NOBODYS.get(name, "987654-1") for name in theirs})
        ]
        bodies = [told(answer, theirs) for answer in answers]
        has_read = answers[0].status_code in (400, 415, 422)  # what was sent is judged before what it is about
        if bodies[0] != bodies[1] or not (has_read or answers[0].status_code == 404):
            surprises.append(f"{method} {path}: {bodies}")
        tried += not has_read
    assert surprises == []
    assert tried > 50


def name_in(path: str, found: dict[str, str]) -> str:
    return re.sub(r"\{(\w+):\w+\}", lambda part: found.get(part[1], "1"), path)


def told(answer: httpx.Response, theirs: dict[str, str]) -> tuple[int, str]:
    """Return what an answer says, without the names that were asked for."""
    text = answer.json().get("detail", "") if answer.content else ""
    for name in sorted({*theirs.values(), *NOBODYS.values(), "987654-1"}, key=len, reverse=True):
        text = re.sub(rf"(?<=['/]){re.escape(name)}(?=['/])", "X", text)
    return answer.status_code, text


async def test_lists_hold_nothing_of_others(real: tuple[ServeHouse, dict[str, str]]) -> None:
    house, theirs = real
    client = house.client("near@example.org")
    lists = [path for method, path, _ in guarded() if method == "GET" and "{" not in path and path.startswith("/api")]
    for path in lists:
        answer = await client.get(f"http://testserver{path}?topics=projects,project:faraway&after=0")
        assert answer.status_code < 500, path
        assert "faraway" not in answer.text.replace("project:faraway", ""), path
        assert f'"{theirs["run_id"]}"' not in answer.text, path
    assert len(lists) > 15


async def test_who_has_one_project_sees_that_one_alone(world: World, real: tuple[ServeHouse, dict[str, str]]) -> None:
    house, _ = real
    for name in ("in_shop@route.example",):
        house.ids[name], house.sign_ins[name] = world.house.ids[name], world.house.sign_ins[name]
        client = house.client(name)
        assert [item["slug"] for item in (await client.get("/projects")).json()["items"]] == ["shop"]
        assert [item["project"]["slug"] for item in (await client.get("/overview")).json()["items"]] == ["shop"]
        assert (await client.get("/runs")).json()["items"] == []
        assert (await client.get("/trends?project=till")).status_code == 404
        me = (await client.get("/me")).json()
        assert me["permissions"] == ["self"]
        assert me["projects"] == {"shop": sorted(IN_SHOP)}
    async with house.rooms.database.read(Tenant(house.org_id, ())) as reader:
        assert await projects.list_projects(reader, Tenant(house.org_id, ()), None, 10) == []
