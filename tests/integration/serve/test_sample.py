from __future__ import annotations

import httpx
import pytest

from serve_house import READER, ServeHouse
from testflux.ingest import load_sample

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def loader(house: ServeHouse, monkeypatch: pytest.MonkeyPatch) -> load_sample.Loader:
    """A sample history of two days instead of ninety."""
    monkeypatch.setattr(house.rooms.sample, "_days", 2)
    return house.rooms.sample


@pytest.mark.usefixtures("loader")
async def test_the_sample_history_comes_and_goes(house: ServeHouse) -> None:
    admin: httpx.AsyncClient = house.client()
    reader = house.client(READER)
    assert (await reader.get("/sample")).json()["status"] == "absent"
    response = await admin.post("/sample")
    assert response.status_code == 202
    assert response.json()["status"] == "loading"
    assert len(response.json()["projects"]) >= 2
    assert (await admin.post("/sample")).json()["status"] != "absent", "asking twice loads once"
    slug = response.json()["projects"][0]
    assert (await reader.get(f"/projects/{slug}")).json()["is_sample"] is True
    assert (await admin.delete("/sample")).status_code == 204
    assert (await reader.get("/sample")).json() == {"status": "absent", "done": 0, "total": 0, "projects": []}
    assert (await reader.get(f"/projects/{slug}")).status_code == 404
