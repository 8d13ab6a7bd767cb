"""Attacks over HTTP that are not about signing in: forged tokens, a cookie used elsewhere, redirects, hostile files."""

from __future__ import annotations

import base64
import hmac
import io
import json
import tarfile
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from litestar.handlers import HTTPRouteHandler

from serve_house import ADMIN, SECRET, ServeHouse
from testflux.access import tokens
from testflux.kit import clock
from testflux.serve import declare, entrance

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = "http://testserver"
LIMIT_S = 60


def claims(house: ServeHouse, **changes: Any) -> dict[str, Any]:
    now = clock.now()
    said = {"sub": str(house.ids[ADMIN]), "sid": str(house.sign_ins[ADMIN]), "aud": "testflux", "iat": now}
    return {**said, "exp": now + timedelta(minutes=15), **changes}


def unsigned(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    plain = {name: value if isinstance(value, str) else int(value.timestamp()) for name, value in body.items()}
    return ".".join((part(json.dumps(header).encode()), part(json.dumps(plain).encode()), part(signature)))


def signed(header: dict[str, Any], body: dict[str, Any], key: bytes) -> str:
    """Sign with a key that no library would take."""
    content = unsigned(header, body).rpartition(".")[0]
    signature = hmac.digest(key, content.encode(), "sha256")
    return f"{content}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def forgeries(house: ServeHouse) -> dict[str, str]:
    """Tokens that nobody who has not the key should get in with."""
    right = jwt.encode(claims(house), SECRET, algorithm="HS256")
    head, body, signature = right.split(".")
    other = unsigned({"alg": "HS256", "typ": "JWT"}, claims(house, sub="999")).split(".")[1]
    return {
        "no algorithm": unsigned({"alg": "none", "typ": "JWT"}, claims(house)),
        "no algorithm, in capitals": unsigned({"alg": "NoNe"}, claims(house)),
        "no algorithm, with a signature": unsigned({"alg": "none"}, claims(house), b"x" * 32),
        "another key": jwt.encode(claims(house), "k" * 48, algorithm="HS256"),
        "an empty key": signed({"alg": "HS256"}, claims(house), b""),
        "another algorithm": jwt.encode(claims(house), SECRET * 2, algorithm="HS512"),
        "the right key, another algorithm": signed({"alg": "HS384"}, claims(house), SECRET.encode()),
        "a key id that is a path": signed({"alg": "HS256", "kid": "/dev/null"}, claims(house), b""),
        "a key id that is SQL": jwt.encode(claims(house), "x" * 32, "HS256", headers={"kid": "' or 1=1 --"}),
        "a key it brings along": jwt.encode(
            claims(house), "x" * 32, "HS256", headers={"jwk": {"kty": "oct", "k": "eHh4eHh4eHh4eHh4"}}
        ),
        "an address of keys": jwt.encode(claims(house), "x" * 32, "HS256", headers={"jku": "https://evil.example/k"}),
        "other claims under the signature": f"{head}.{other}.{signature}",
        "no signature": f"{head}.{body}.",
        "past its time": jwt.encode(claims(house, exp=clock.now() - timedelta(seconds=1)), SECRET, "HS256"),
        "for somebody else": jwt.encode(claims(house, aud="other"), SECRET, algorithm="HS256"),
        "of no sign-in": jwt.encode(claims(house, sid="5a1f2c3e-0000-4000-8000-00000000000a"), SECRET, "HS256"),
        "another person's sign-in": jwt.encode(claims(house, sub="999"), SECRET, algorithm="HS256"),
        "an API token made up": tokens.make_api_token(),
        "nothing": "",
        "control characters": "\x01",
    }


async def test_no_forged_token_opens_anything(house: ServeHouse) -> None:
    right = jwt.encode(claims(house), SECRET, algorithm="HS256")
    assert (await house.client(token=right).get("/projects")).status_code == 200
    for name, token in forgeries(house).items():
        answer = await house.client(token=token).get("/projects")
        assert answer.status_code == 401, name
        assert "set-cookie" not in answer.headers, name


async def test_tokens_are_not_taken_from_addresses_bodies_or_cookies(house: ServeHouse) -> None:
    token = jwt.encode(claims(house), SECRET, algorithm="HS256")
    nobody = house.client(None)
    for answer in (
        await nobody.get(f"/projects?access_token={token}&token={token}"),
        await nobody.get("/projects", headers={"Cookie": f"access_token={token}; Authorization=Bearer {token}"}),
        await nobody.post("/projects", json={"slug": "x", "name": "x", "access_token": token}),
        await nobody.get("/projects", headers={"Authorization": f"Basic {token}"}),
        await nobody.get("/projects", headers={"X-Authorization": f"Bearer {token}"}),
    ):
        assert answer.status_code == 401


async def test_the_cookie_alone_opens_no_route(house: ServeHouse) -> None:
    """So no other site's page can act for a visitor: what acts asks for a header that such a page cannot set."""
    async with house.client(None) as client:
        login = {"email": ADMIN, "password": "correct horse battery"}
        answer = await client.post("/auth/login", json=login)
        cookie = f"{entrance.COOKIE}={answer.cookies[entrance.COOKIE]}"
    tried = 0
    for route in house.app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or handler.opt.get(declare.PERMISSION) is None:
                continue
            for method in handler.http_methods - {"HEAD", "OPTIONS"}:
                path = route.path_format
                for part in getattr(route, "path_parameters", {}):
                    path = path.replace(f"{{{part}}}", "1")
                answer = await house.client(None).request(method, ROOT + path, headers={"Cookie": cookie})
                assert answer.status_code in (401, 404), f"{method} {path}: {answer.status_code}"
                assert answer.status_code == 401 or "{" in route.path_format, f"{method} {path}"
                tried += 1
    assert tried > 60


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "///evil.example/%2f..",
        "/\\evil.example",
        "/%5cevil.example",
        "/%2f%2fevil.example",
        "/https:evil.example",
        "/?next=//evil.example",
        "/sign-in?next=https://evil.example",
        "/sign-in?return_to=javascript:alert(1)",
        "/api/docs/",
        "/assets/..%2f..%2fetc/passwd",
        "/api/v1/projects/",
        "/.%0d%0aLocation:%20https://evil.example",
    ],
)
async def test_no_address_leads_elsewhere(house: ServeHouse, path: str) -> None:
    answer = await house.client(None).get(
        ROOT + path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )
    assert "evil.example" not in answer.headers.get("location", "")
    assert not answer.is_redirect
    assert b"root:" not in answer.content


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def project(house: ServeHouse) -> AsyncIterator[None]:
    (await house.client().post("/projects", json={"slug": "attacks", "name": "Attacks"})).raise_for_status()
    yield


async def send(house: ServeHouse, name: str, content: bytes) -> dict[str, Any]:
    answer: httpx.Response = await house.client().post(
        "/projects/attacks/uploads",
        params={"filename": name, "name": name},
        content=content,
        headers={"Prefer": f"wait={LIMIT_S}"},
        timeout=LIMIT_S + 10,
    )
    return answer.json()


BODIES = {
    "junit.xml": '<testsuite name="s"><testcase name="t"><failure message="&x;">&x;</failure></testcase></testsuite>',
    "output.xml": (
        '<robot generator="Robot 7.0"><suite id="s1" name="&x;"><test id="s1-t1" name="&x;"><status status="PASS"/>'
        "</test></suite></robot>"
    ),
    "results.trx": (
        '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010" name="&x;"><Results/></TestRun>'
    ),
    "nunit.xml": '<test-run id="0" name="&x;" testcasecount="1"><test-suite type="Assembly" name="&x;"/></test-run>',
    "xunit.xml": '<assemblies><assembly name="&x;" total="1"><collection name="&x;"/></assembly></assemblies>',
    "zap.xml": (
        '<OWASPZAPReport version="2.16"><site name="&x;" host="h" port="80" ssl="false"><alerts/></site>'
        "</OWASPZAPReport>"
    ),
}
LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
DOORS = {
    "a file": '<!DOCTYPE r [<!ENTITY x SYSTEM "file://{path}">]>',
    "an address": '<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>',
    "a parameter entity": '<!DOCTYPE r [<!ENTITY % p SYSTEM "file://{path}"> %p; <!ENTITY x "y">]>',
    "an outer definition": '<!DOCTYPE r SYSTEM "file://{path}">',
    "a billion laughs": f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY x "&l9;">]>',
}


@pytest.mark.parametrize("name", BODIES)
async def test_no_reader_of_xml_opens_anything_or_unfolds(house: ServeHouse, name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret of the machine")
    for what, door in DOORS.items():
        report = '<?xml version="1.0"?>' + door.replace("{path}", str(secret)) + BODIES[name]
        answer = await send(house, name, report.encode())
        told = json.dumps(answer)
        assert "the secret of the machine" not in told, what
        uploads = answer.get("uploads", [answer])
        assert [upload.get("status", "refused") for upload in uploads] in (["rejected"], ["refused"]), (what, told)


def zipped(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("output.xml", BODIES["junit.xml"].replace("&x;", "x"))
        for name in names:
            archive.writestr(name, b"climbed out")
    return data.getvalue()


def tarred(target: Path) -> bytes:
    """A report, a link to a file of the machine, and a file that would be written through a link to a folder."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, link in (("shot.png", str(target)), ("out", "/tmp")):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            archive.addfile(entry)
        for name in ("junit.xml", "out/climbed.txt", "../climbed.txt"):
            content = BODIES["junit.xml"].replace("&x;", "x").encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


async def test_nothing_in_an_archive_is_written_or_read_outside_of_it(house: ServeHouse, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret of the machine")
    climbing = (
        "../../climbed.txt",
        "/tmp/climbed.txt",
        "..\\..\\climbed.txt",
        "C:\\climbed.txt",
        "a/../../climbed.txt",
    )
    for content in (zipped(*climbing), tarred(secret)):
        answer = await send(house, "reports.zip", content)
        assert "the secret of the machine" not in json.dumps(answer)
        for upload in answer.get("uploads", [answer]):
            for run in upload.get("runs", []):
                files = (await house.client().get(f"/runs/{run['id']}/attachments")).json()["items"]
                for file in files:
                    assert ".." not in file["path"].split("/"), file
                    assert not file["path"].startswith("/"), file
                    body = await house.client().get(file["url"].removeprefix("/api/v1"))
                    assert b"the secret of the machine" not in body.content
    places = (Path("/tmp/climbed.txt"), tmp_path / "climbed.txt", Path.cwd() / "climbed.txt")
    assert [place for place in places if place.exists()] == []
