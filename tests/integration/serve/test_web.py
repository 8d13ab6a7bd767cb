from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from testflux.serve import web

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = "http://testserver"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web app of three files, beside a secret."""
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>TestFlux</title>")
    (folder / "assets" / "app-1a2b.js").write_text("void 0;" * 500)
    (folder / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.key").write_text("secret")
    monkeypatch.setattr(web, "FOLDER", folder)
    return folder


@pytest.mark.usefixtures("built")
async def test_every_address_that_is_not_the_apis_is_the_apps(nobody: httpx.AsyncClient) -> None:
    for path in ("/", "/runs/1-2", "/p/web.shop/tests?q=a", "/apiary"):
        response = await nobody.get(f"{ROOT}{path}")
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache"
        assert "<title>TestFlux</title>" in response.text


@pytest.mark.usefixtures("built")
async def test_hashed_files_are_kept_for_ever_and_packed(nobody: httpx.AsyncClient) -> None:
    response = await nobody.get(f"{ROOT}/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["content-encoding"] == "gzip"
    icon = await nobody.get(f"{ROOT}/favicon.svg")
    assert icon.headers["content-type"].startswith("image/svg+xml")
    assert icon.headers["cache-control"] == "no-cache"


@pytest.mark.usefixtures("built")
async def test_a_file_of_an_older_build_is_missing_and_not_a_page(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get(f"{ROOT}/assets/app-old.js")).status_code == 404


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/%2e%2e/secret.key", "/..%2fsecret.key", "/assets/%2e%2e/%2e%2e/secret.key", "/%00"])
async def test_nothing_outside_the_folder_exists(nobody: httpx.AsyncClient, path: str) -> None:
    response = await nobody.get(f"{ROOT}{path}")
    assert response.text != "secret"


async def test_without_a_build_a_plain_page_says_so(
    nobody: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "FOLDER", tmp_path)
    response = await nobody.get(f"{ROOT}/anything")
    assert response.status_code == 200
    assert "not built" in response.text
    assert "/api/docs" in response.text


async def test_the_openapi_document(nobody: httpx.AsyncClient) -> None:
    response = await nobody.get("/openapi.json")
    assert response.headers["content-type"].startswith("application/json")
    document = response.json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/projects/{slug}/runs" in document["paths"]


async def test_the_page_to_browse_the_api_needs_nothing_from_elsewhere(nobody: httpx.AsyncClient) -> None:
    page = await nobody.get(f"{ROOT}/api/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for name, kind in (("docs.js", "text/javascript"), ("docs.css", "text/css"), ("errors.md", "text/markdown")):
        file = await nobody.get(f"{ROOT}/api/docs/{name}")
        assert file.status_code == 200
        assert file.headers["content-type"].startswith(kind)
    assert (await nobody.get(f"{ROOT}/api/docs/other.js")).status_code == 404


async def test_each_problem_leads_to_a_page(nobody: httpx.AsyncClient) -> None:
    problem = (await nobody.get("/projects")).json()
    assert (await nobody.get(f"{ROOT}{problem['type']}")).status_code == 200
    errors = (await nobody.get(f"{ROOT}/api/docs/errors.md")).text
    assert f"\n## {problem['code']}\n" in errors
