"""Every write leaves its event, with who did it; nothing secret stands in any."""

from __future__ import annotations

from typing import Any

import httpx

from serve_house import ADMIN, READER, ServeHouse
from testflux.store import audit_chain

SECRET_URL = "https://hooks.example.org/services/T0/very-secret"
JUNIT = b'<testsuite name="s"><testcase classname="a" name="b"/></testsuite>'


async def acts_of(admin: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await admin.get("/audit", params={"limit": 100})).json()["items"]


async def test_every_write_leaves_its_event(fresh: ServeHouse) -> None:
    admin = fresh.client(ADMIN)
    before = (await admin.get("/audit/state")).json()["number"]

    async def do(method: str, path: str, status: int, **more: Any) -> Any:
        response = await admin.request(method, path, **more)
        assert response.status_code == status, (path, response.text)
        return response.json() if response.content else None

    ages = {"results": 365, "evidence": 90, "rows": "for_ever", "audit": "for_ever"}
    await do("POST", "/projects", 201, json={"slug": "shop", "name": "Shop"})
    await do("PATCH", "/projects/shop", 200, json={"name": "Web shop"})
    await do("PUT", "/storage/quotas", 200, json={"quota_bytes": 10**9, "project_quota_bytes": None})
    await do("PUT", "/projects/shop/quota", 200, json={"quota_bytes": 10**8})
    await do("PUT", "/retention", 200, json=ages)
    await do("PUT", "/projects/shop/retention", 200, json={**ages, "results": "inherited"})
    sent = await do("POST", "/projects/shop/uploads?filename=a.xml", 202, content=JUNIT)
    await do("POST", "/projects/shop/uploads?filename=a.xml", 202, content=JUNIT)  # the same again: nothing is written
    made = {"kind": "webhook", "name": "Ops", "config": {"url": SECRET_URL}}
    channel = await do("POST", "/projects/shop/channels", 201, json=made)
    path = f"/channels/{channel['id']}"
    await do("PATCH", path, 200, json={"name": "Operators", "config": {"url": SECRET_URL + "2"}})
    rotated = await do("POST", f"{path}/secret", 200)
    delivery = await do("POST", f"{path}/test", 202)
    await do("POST", f"/deliveries/{delivery['id']}/resend", 202)
    await do("DELETE", path, 204)
    await do("DELETE", "/projects/shop", 204)

    events = [event for event in await acts_of(admin) if event["number"] > before]
    assert [event["act"] for event in reversed(events)] == [
        "project.add",
        "project.change",
        "quota.change",
        "quota.change",
        "retention.change",
        "retention.change",
        "upload.create",
        "channel.add",
        "channel.change",
        "channel.rotate_secret",
        "channel.test",
        "channel.resend",
        "channel.remove",
        "project.remove",
    ]
    assert {event["actor"]["name"] for event in events} == {ADMIN}
    assert all(event["request_id"] and event["address"] for event in events)
    by_act = {event["act"]: event for event in events}
    assert by_act["project.change"]["before"] == {"name": "Shop"}
    assert by_act["project.change"]["after"] == {"name": "Web shop"}
    assert by_act["upload.create"]["target"] == {"kind": "upload", "id": sent["id"], "name": "a.xml"}
    assert by_act["channel.add"]["after"]["sent_to"] == ["hooks.example.org"]
    for secret in (SECRET_URL, "very-secret", channel["secret"], rotated["secret"], "whsec_"):
        assert secret not in str(events)
    verdict = await audit_chain.verify(fresh.rooms.database, fresh.rooms.settings.secret_key, fresh.org_id)
    assert verdict.fault is None


async def test_a_token_acts_under_its_own_name(fresh: ServeHouse) -> None:
    token = fresh.client(token=await fresh.api_token("admin"))

    assert (await token.post("/projects", json={"slug": "shop", "name": "Shop"})).status_code == 201

    event = (await acts_of(fresh.client(ADMIN)))[0]
    assert (event["act"], event["actor"]["kind"], event["actor"]["name"]) == ("project.add", "token", "ci")


async def test_what_fails_leaves_nothing(fresh: ServeHouse) -> None:
    admin = fresh.client(ADMIN)
    await admin.post("/projects", json={"slug": "shop", "name": "Shop"})
    number = (await admin.get("/audit/state")).json()["number"]

    assert (await admin.post("/projects", json={"slug": "shop", "name": "Again"})).status_code == 409
    assert (await admin.patch("/projects/nowhere", json={"name": "x"})).status_code == 404
    assert (await fresh.client(READER).delete("/projects/shop")).status_code == 403

    assert (await admin.get("/audit/state")).json()["number"] == number
