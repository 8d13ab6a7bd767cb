from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta

import httpx
import pytest

from serve_house import ADMIN, READER, ServeHouse
from testflux.kit import clock, trail
from testflux.model.access import EVERYBODY, Role
from testflux.store import audit


@pytest.fixture(name="house")
async def own_house(fresh: ServeHouse) -> ServeHouse:
    """A house in which nobody did anything yet."""
    return fresh


@pytest.fixture
async def admin(house: ServeHouse) -> httpx.AsyncClient:
    return house.client(ADMIN)


async def note(
    house: ServeHouse, act: str, name: str = "Ops", *, actor: str = "ana@example.org", **more: object
) -> None:
    trail.walk(trail.Trail(actor_kind="person", actor_id=1, actor_name=actor, address="192.0.2.1", request_id="r1"))
    async with house.rooms.database.write(EVERYBODY) as writer:
        noun = act.partition(".")[0]
        audit.note(writer, house.org_id, act, audit.Target(noun, name.lower(), name), **more)  # pyright: ignore[reportArgumentType]


async def list_acts(client: httpx.AsyncClient, **query: str) -> list[str]:
    response = await client.get("/audit", params=query)
    assert response.status_code == 200, response.text
    return [item["act"] for item in response.json()["items"]]


async def test_events_are_listed_newest_first_in_pages(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    for number in range(5):
        await note(house, "channel.add", f"Ops {number}", after={"number": number})

    names: list[str] = []
    cursor = ""
    while True:
        page = (await admin.get("/audit", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        names += [item["target"]["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]

    assert names[:5] == [f"Ops {number}" for number in (4, 3, 2, 1, 0)]


async def test_an_event_says_who_what_and_how(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await note(house, "channel.change", before={"rule": "a"}, after={"rule": "b"}, is_refused=True)

    event = (await admin.get("/audit")).json()["items"][0]
    assert event["actor"] == {"kind": "person", "id": 1, "name": "ana@example.org"}
    assert event["target"] == {"kind": "channel", "id": "ops", "name": "Ops"}
    assert (event["before"], event["after"], event["is_refused"]) == ({"rule": "a"}, {"rule": "b"}, True)
    assert (event["address"], event["request_id"], event["about"]) == ("192.0.2.1", "r1", "A channel was changed.")
    assert len(event["digest"]) == 64


async def test_each_filter_keeps_what_it_names(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await note(house, "channel.add", "Ops")
    await note(house, "channel.remove", "100%", actor="bo@example.org")
    await note(house, "run.star", "#12", is_refused=True, after={"why": "Because"})
    today = clock.now().date()

    assert await list_acts(admin, act="channel") == ["channel.remove", "channel.add"]
    assert await list_acts(admin, act="run.star,channel.add") == ["run.star", "channel.add"]
    assert await list_acts(admin, who="BO@", act="channel") == ["channel.remove"]
    assert await list_acts(admin, target="0%") == ["channel.remove"]
    assert await list_acts(admin, target="_00") == []
    assert await list_acts(admin, refused="true") == ["run.star"]
    assert "run.star" not in await list_acts(admin, refused="false")
    assert await list_acts(admin, q="because") == ["run.star"]
    assert await list_acts(admin, address="192.0.2.9") == []
    assert len(await list_acts(admin, address="192.0.2.1")) == 3
    assert len(await list_acts(admin, **{"from": str(today - timedelta(days=1)), "to": str(today)}, act="channel")) == 2
    assert await list_acts(admin, to=str(today - timedelta(days=2))) == []
    assert (await admin.get("/audit", params={"act": "nonsense"})).status_code == 422
    assert (await admin.get("/audit", params={"project": "nowhere"})).status_code == 404


async def test_a_project_can_be_asked_for(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    assert (await admin.post("/projects", json={"slug": "shop", "name": "Shop"})).status_code == 201
    await note(house, "channel.add")

    assert await list_acts(admin, project="shop") == ["project.add"]
    assert (await admin.get("/audit", params={"project": "shop"})).json()["items"][0]["project"] == "shop"


async def test_only_who_may_read_the_log_reads_it(house: ServeHouse) -> None:
    async with house.rooms.database.write(EVERYBODY) as writer:
        await house.add(writer, "auditor@example.org", Role.AUDITOR)

    for path in ("/audit", "/audit/state", "/audit/export", "/audit/streams"):
        assert (await house.client(READER).get(path)).status_code == 403
        assert (await house.client("auditor@example.org").get(path)).status_code == 200
    days = {"days": 400}
    assert (await house.client("auditor@example.org").put("/audit/retention", json=days)).status_code == 403


async def test_another_organisations_events_do_not_exist(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    async with house.rooms.database.write(EVERYBODY) as writer:
        audit.note(writer, house.org_id + 1, "channel.add", audit.Target("channel", 1, "foreign"))
        audit.note(writer, audit.INSTALLATION, "sign_in.fail", audit.Target("person", 0, "nobody"), is_refused=True)

    assert await list_acts(admin, q="foreign") == await list_acts(admin, refused="true") == []
    assert "foreign" not in (await admin.get("/audit/export")).text


async def test_an_export_is_verified_without_testflux(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    for number in range(3):
        await note(house, "channel.add", "Größe", after={"float": 1e20, "number": number})

    text = (await admin.get("/audit/export", params={"format": "ndjson"})).content

    digest = b""
    lines = text.splitlines()
    assert [json.loads(line)["act"] for line in lines][-4:] == ["channel.add"] * 3 + ["audit.export"]
    for line in lines:
        link = line[-66:-2].decode()
        digest = hashlib.sha256(digest + line[:-77] + b"}").digest()
        assert digest.hex() == link == json.loads(line)["digest"]


async def test_an_export_notes_itself_with_where_the_chain_stood(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await note(house, "channel.add")
    state = (await admin.get("/audit/state")).json()

    assert (await admin.get("/audit/export", params={"act": "channel"})).text.count("\n") == 1

    event = (await admin.get("/audit")).json()["items"][0]
    assert (event["act"], event["actor"]["name"]) == ("audit.export", ADMIN)
    assert event["after"] == {
        "format": "ndjson",
        "filter": {"acts": ["channel"]},
        "number": state["number"],
        "digest": state["digest"],
    }


async def test_no_cell_of_a_table_is_a_formula(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    for name in ("=1+1", "+1", "-1", "@sum", "\tx", "\rx", "plain, “quoted”"):
        await note(house, "channel.add", name, actor=name)

    rows = list(csv.DictReader(io.StringIO((await admin.get("/audit/export?format=csv&act=channel")).text, newline="")))

    assert [row["target_name"] for row in rows[:7]] == [
        "'=1+1", "'+1", "'-1", "'@sum", "'\tx", "'\rx", "plain, “quoted”",
    ]  # fmt: skip
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    assert int(rows[1]["number"]) == int(rows[0]["number"]) + 1


async def test_the_state_says_where_the_log_ends(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    number = (await admin.get("/audit/state")).json()["number"]
    await note(house, "channel.add")

    state = (await admin.get("/audit/state")).json()
    assert (state["number"], state["kept_from"], state["checked_at"], state["retention_days"]) == (
        number + 1,
        1,
        None,
        None,
    )
    assert state["digest"] == (await admin.get("/audit")).json()["items"][0]["digest"]
    assert {"act": "channel.add", "about": "A channel was added."} in state["acts"]


async def test_how_long_the_log_is_kept_is_set_and_noted(admin: httpx.AsyncClient) -> None:
    assert (await admin.put("/audit/retention", json={"days": 89})).status_code == 422
    assert (await admin.put("/audit/retention", json={"days": 400})).json() == {"days": 400}

    assert (await admin.get("/audit/state")).json()["retention_days"] == 400
    event = (await admin.get("/audit")).json()["items"][0]
    assert (event["act"], event["before"], event["after"]) == ("audit.retain", {"days": None}, {"days": 400})


@pytest.mark.parametrize("format_", ["html", "pdf"])
async def test_a_report_of_a_period(house: ServeHouse, admin: httpx.AsyncClient, format_: str) -> None:
    await note(house, "member.change", "reader@example.org", before={"role": "viewer"}, after={"role": "admin"})
    await note(house, "sign_in.fail", "ceo@example.org", actor="nobody", is_refused=True)
    today = clock.now().date()
    period = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1)), "format": format_}

    response = await admin.get("/audit/report", params=period)

    assert response.status_code == 200
    assert response.headers["content-disposition"].endswith(f'.{format_}"')
    if format_ == "pdf":
        assert response.content.startswith(b"%PDF-")
    else:
        for text in (ADMIN, READER, "role: viewer → admin", "ceo@example.org", "Whole", "End of the period"):
            assert text in response.text
    event = (await admin.get("/audit")).json()["items"][0]
    assert (event["act"], event["after"]) == ("audit.report", period)


async def test_a_period_that_ends_before_it_begins(admin: httpx.AsyncClient) -> None:
    response = await admin.get("/audit/report", params={"from": "2026-02-01", "to": "2026-01-31"})

    assert response.status_code == 422


WEBHOOK = {"kind": "webhook", "name": "siem", "config": {"url": "https://example.org/secret-path"}}


async def test_a_stream_is_set_up_changed_and_removed(admin: httpx.AsyncClient) -> None:
    number = (await admin.get("/audit/state")).json()["number"]
    made = (await admin.post("/audit/streams", json=WEBHOOK)).json()
    assert made["secret"].startswith("whsec_")
    assert (made["config"], made["sent_number"], made["is_enabled"]) == (WEBHOOK["config"], number, True)

    path = f"/audit/streams/{made['id']}"
    changed = (await admin.patch(path, json={"is_enabled": False, "name": "other"})).json()
    assert (changed["name"], changed["is_enabled"]) == ("other", False)
    assert "secret" not in changed
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.patch(path, json={})).status_code == 404
    assert (await admin.get("/audit/streams")).json() == {"items": []}

    events = (await admin.get("/audit?act=stream")).json()["items"]
    assert [event["act"] for event in events] == ["stream.remove", "stream.change", "stream.add"]
    assert "secret-path" not in str(events)
    assert events[1]["after"] == {"name": "other", "is_enabled": False}


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        ("webhook", {}, "config.url"),
        ("webhook", {"url": "ftp://example.org"}, "config.url"),
        ("webhook", {"url": "https://me:pw@example.org"}, "config.url"),
        ("syslog", {"port": 514}, "config.host"),
    ],
)
async def test_a_stream_that_cannot_be(
    admin: httpx.AsyncClient, kind: str, config: dict[str, object], field: str
) -> None:
    response = await admin.post("/audit/streams", json={"kind": kind, "name": "x", "config": config})

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


async def test_a_syslog_stream_has_usual_ports(admin: httpx.AsyncClient) -> None:
    for transport, port in (("udp", 514), ("tcp", 601), ("tls", 6514)):
        config = {"host": "log.example.org", "transport": transport}
        made = (await admin.post("/audit/streams", json={"kind": "syslog", "name": "x", "config": config})).json()
        assert (made["config"]["port"], made["secret"]) == (port, None)


async def test_a_private_place_is_not_tried(admin: httpx.AsyncClient) -> None:
    config = {"host": "127.0.0.1", "transport": "udp"}
    made = (await admin.post("/audit/streams", json={"kind": "syslog", "name": "x", "config": config})).json()

    error = (await admin.post(f"/audit/streams/{made['id']}/test")).json()["error"]
    assert "TESTFLUX_OUTGOING_PRIVATE" in error
