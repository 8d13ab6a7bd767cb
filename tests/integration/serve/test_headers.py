"""What every kind of answer tells the browser: pages, files, the API, errors, and other sites' pages that ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from serve_house import ServeHouse, open_serve_house

ROOT = "http://testserver"
PORTAL = "https://portal.example.org"
EVERY_CLASS = [
    ("GET", f"{ROOT}/", 200),
    ("GET", f"{ROOT}/projects/none", 200),
    ("GET", f"{ROOT}/assets/none.js", 404),
    ("GET", f"{ROOT}/api/docs", 200),
    ("GET", f"{ROOT}/api/docs/docs.js", 200),
    ("GET", f"{ROOT}/api/v1/openapi.json", 200),
    ("GET", f"{ROOT}/api/none", 404),
    ("GET", f"{ROOT}/healthz", 200),
    ("GET", "/projects", 200),
    ("GET", "/projects/none", 404),
    ("GET", "/projects?limit=x", 422),
    ("POST", "/projects", 415),
    ("PUT", "/projects", 405),
    ("POST", "/auth/login", 415),
]


@pytest_asyncio.fixture
async def secure(database_url: str, tmp_path: Path) -> AsyncIterator[ServeHouse]:
    async with open_serve_house(
        database_url, tmp_path, public_url="https://tests.example.org", cors_origins=(PORTAL,)
    ) as opened:
        yield opened


def policy(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


async def test_every_answer_is_closed_up(secure: ServeHouse) -> None:
    client = secure.client()
    for method, path, status in EVERY_CLASS:
        answer = await client.request(method, path)
        assert answer.status_code == status, (method, path, answer.text)
        told = answer.headers
        assert told["x-content-type-options"] == "nosniff", path
        assert told["x-frame-options"] == "DENY", path
        assert told["referrer-policy"] == "same-origin", path
        assert told["cross-origin-opener-policy"] == "same-origin", path
        assert told["cross-origin-resource-policy"] == "same-origin", path
        assert told["strict-transport-security"] == "max-age=31536000", path
        assert "camera=()" in told["permissions-policy"], path
        assert "server" not in told, path
        rules = policy(answer)
        assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'"), path
        assert (rules["frame-ancestors"], rules["base-uri"], rules["form-action"]) == ("'none'", "'none'", "'self'")
        assert "unsafe" not in told["content-security-policy"], path
        if path.startswith(("/projects", "/auth")):
            assert told["cache-control"] == "no-store", path


async def test_without_tls_browsers_are_not_told_to_insist_on_it(database_url: str, tmp_path: Path) -> None:
    async with open_serve_house(database_url, tmp_path) as house:
        assert "strict-transport-security" not in (await house.client().get("/projects")).headers


async def test_by_default_no_other_site_may_ask(database_url: str, tmp_path: Path) -> None:
    async with open_serve_house(database_url, tmp_path) as house:
        answer = await house.client().get("/projects", headers={"Origin": PORTAL})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        asked = {"Origin": PORTAL, "Access-Control-Request-Method": "GET"}
        assert "access-control-allow-origin" not in (await house.client().options("/projects", headers=asked)).headers


async def test_a_site_that_is_named_may_ask_with_a_token_never_with_the_cookie(secure: ServeHouse) -> None:
    answer = await secure.client().get("/projects", headers={"Origin": PORTAL})
    assert answer.headers["access-control-allow-origin"] == PORTAL
    assert "access-control-allow-credentials" not in answer.headers
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    early = await secure.client(None).options("/projects", headers={"Origin": PORTAL, **asked})
    assert (early.status_code, early.headers["access-control-allow-origin"]) == (204, PORTAL)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{PORTAL}.evil.example", "http://portal.example.org", f"{PORTAL}:444"]
)
async def test_other_sites_may_not(secure: ServeHouse, origin: str) -> None:
    answer = await secure.client().get("/projects", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") != origin
    assert answer.headers.get("access-control-allow-origin") != "*"
