from __future__ import annotations

import httpx
import pytest

from serve_house import ServeHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEYS = {"type", "title", "status", "detail", "instance", "request_id", "code", "hint", "errors"}


async def test_a_problem_has_every_part(admin: httpx.AsyncClient) -> None:
    response = await admin.get("/projects/none")
    problem = response.json()
    assert set(problem) == KEYS
    assert problem["type"] == "/docs/errors/project-not-found"
    assert problem["title"] == "Not Found"
    assert problem["status"] == response.status_code == 404
    assert problem["instance"] == "/api/v1/projects/none"
    assert problem["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("sent", "is_taken"), [("ci-17.4", True), ("a" * 64, True), ("a" * 65, False), ("a b", False), ("<x>", False)]
)
async def test_a_request_id_is_taken_when_it_is_sane(admin: httpx.AsyncClient, sent: str, *, is_taken: bool) -> None:
    returned = (await admin.get("/me", headers={"X-Request-ID": sent})).headers["x-request-id"]
    assert (returned == sent) is is_taken
    assert 1 <= len(returned) <= 64


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("GET", "/api/other", 404, "not-found"),
        ("PUT", "/api/v1/projects", 405, "method-not-allowed"),
        ("GET", "/api/v1/auth/login", 405, "method-not-allowed"),
    ],
)
async def test_addresses_and_methods_that_do_not_exist(
    admin: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await admin.request(method, f"http://testserver{path}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100, b""])
async def test_a_body_that_is_not_json(admin: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await admin.post("/projects", content=body, headers=headers)
    assert response.status_code in (400, 422)
    assert response.json()["code"] in ("malformed", "invalid")


async def test_a_body_of_another_type(admin: httpx.AsyncClient) -> None:
    response = await admin.post("/projects", content=b"slug=x", headers={"Content-Type": "text/plain"})
    assert response.status_code == 415
    assert response.json()["code"] == "unsupported-media-type"


async def test_a_body_that_is_too_long(admin: httpx.AsyncClient) -> None:
    response = await admin.post("/projects", json={"slug": "x", "name": "x" * 2_000_000})
    assert response.status_code == 413
    assert response.json()["code"] == "too-large"


async def test_wrong_values_are_named_one_by_one(admin: httpx.AsyncClient) -> None:
    response = await admin.post("/tokens", json={"name": "ci", "scopes": ["read", "fly"]})
    problem = response.json()
    assert response.status_code == 422
    assert [item["field"] for item in problem["errors"]] == ["scopes[1]"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/runs?limit=501", "limit"),
        ("/runs?limit=x", "limit"),
        ("/runs?cursor=%F0", "cursor"),
        ("/runs?cursor=e30", "cursor"),
        ("/runs?q=colour:red", "q"),
        ("/runs?q=%22open", "q"),
        ("/runs?q=status:failed&verdict=passed", "verdict"),
        ("/runs?verdict=green", "verdict"),
        ("/runs?label=novalue", "label"),
        ("/runs?from=yesterday", "from"),
        ("/trends?metric=weather", "metric"),
        ("/trends?from=2026-02-01&to=2026-01-01", "from"),
        ("/trends?interval=hour", "interval"),
    ],
)
async def test_wrong_query_keys_are_named(admin: httpx.AsyncClient, path: str, field: str) -> None:
    response = await admin.get(path)
    assert response.status_code == 422, response.text
    assert [item["field"] for item in response.json()["errors"]] == [field]


async def test_texts_that_no_database_holds_are_harmless(admin: httpx.AsyncClient) -> None:
    added = await admin.post("/projects", json={"slug": "shop", "name": "a\u0000b"})
    assert added.json()["name"] == "a\ufffdb"
    assert (await admin.get("/runs?branch=%00")).status_code == 200
    assert (await admin.get("/projects/%00")).status_code == 404


async def test_the_database_away(fresh: ServeHouse) -> None:
    admin = fresh.client()
    await fresh.rooms.database.close()
    response = await admin.get("/projects")
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["code"] == "unavailable"
    ready = await admin.get("http://testserver/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["database"]["ok"] is False


async def test_our_own_mistakes_tell_nothing_but_the_request_id(
    admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("internals")

    monkeypatch.setattr("testflux.store.projects.list_projects", fail)
    response = await admin.get("/projects")
    assert response.status_code == 500
    assert "internals" not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]


async def test_every_answer_is_guarded_by_headers(nobody: httpx.AsyncClient) -> None:
    for path in ("/", "/healthz", "/api/v1/none", "/api/docs"):
        headers = (await nobody.get(f"http://testserver{path}")).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
