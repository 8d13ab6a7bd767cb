"""Setting up where a project's news go, over the API."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

_numbers = itertools.count(1)
WEBHOOK = {"kind": "webhook", "name": "Chat", "rule": "any_failure", "config": {"url": "http://127.0.0.1:9/hook"}}
EMAIL = {"kind": "email", "name": "Team", "config": {"recipients": ["anna@example.org", "ben@example.org"]}}


@pytest.fixture
def project(api: httpx.Client) -> str:
    """The slug of a new project."""
    slug = f"shop-{next(_numbers)}"
    api.post("/projects", json={"slug": slug, "name": "Shop"}).raise_for_status()
    return slug


@pytest.fixture
def add(api: httpx.Client, project: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def add(channel: dict[str, Any]) -> dict[str, Any]:
        return api.post(f"/projects/{project}/channels", json=channel).raise_for_status().json()

    return add


Add = Callable[[dict[str, Any]], dict[str, Any]]


def test_a_webhooks_secret_is_shown_once(api: httpx.Client, project: str, add: Add) -> None:
    added = add(WEBHOOK)
    assert len(base64.b64decode(added["secret"].removeprefix("whsec_"))) == 32
    assert {name: added[name] for name in WEBHOOK} == WEBHOOK
    assert (added["is_enabled"], added["last_delivery"]) == (True, None)
    answer = api.get(f"/projects/{project}/channels")
    assert answer.json()["items"] == [{name: value for name, value in added.items() if name != "secret"}]
    assert added["secret"] not in answer.text


def test_mail_has_no_secret_and_tells_new_failures_unless_told_otherwise(api: httpx.Client, add: Add) -> None:
    added = add(EMAIL)
    assert added["secret"] is None
    assert added["rule"] == "new_failures"
    assert added["config"] == EMAIL["config"]
    refused = api.post(f"/channels/{added['id']}/secret")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        ("webhook", {}, "config.url"),
        ("webhook", {"url": "ftp://hooks.example/"}, "config.url"),
        ("webhook", {"url": "http://ci:hunter2@hooks.example/"}, "config.url"),
        ("webhook", {"recipients": ["anna@example.org"]}, "config.url"),
        ("email", {}, "config.recipients"),
        ("email", {"recipients": []}, "config.recipients"),
        ("email", {"recipients": ["anna@example.org\nBcc: eve@example.net"]}, "config.recipients"),
    ],
)
def test_a_channel_that_cannot_work_is_refused(
    api: httpx.Client, project: str, kind: str, config: dict[str, Any], field: str
) -> None:
    answer = api.post(f"/projects/{project}/channels", json={"kind": kind, "name": "x", "config": config})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert "hunter2" not in answer.text


def test_changing_a_channel_keeps_the_rest(api: httpx.Client, add: Add) -> None:
    added = add(WEBHOOK)
    changed = api.patch(f"/channels/{added['id']}", json={"is_enabled": False, "rule": "every_run"}).json()
    assert (changed["is_enabled"], changed["rule"], changed["name"]) == (False, "every_run", "Chat")
    assert changed["config"] == WEBHOOK["config"]
    moved = api.patch(f"/channels/{added['id']}", json={"config": {"url": "https://hooks.example/new"}}).json()
    assert moved["config"] == {"url": "https://hooks.example/new"}
    assert not moved["is_enabled"]
    refused = api.patch(f"/channels/{added['id']}", json={"config": {"recipients": ["anna@example.org"]}})
    assert refused.status_code == 422


def test_a_new_secret_replaces_the_old(api: httpx.Client, add: Add) -> None:
    added = add(WEBHOOK)
    secret = api.post(f"/channels/{added['id']}/secret").raise_for_status().json()["secret"]
    assert secret.startswith("whsec_")
    assert secret != added["secret"]


def test_removing_a_channel(api: httpx.Client, project: str, add: Add) -> None:
    added = add(WEBHOOK)
    delivery = api.post(f"/channels/{added['id']}/test").raise_for_status().json()
    assert api.delete(f"/channels/{added['id']}").status_code == 204
    assert api.get(f"/projects/{project}/channels").json()["items"] == []
    assert api.get(f"/projects/{project}/deliveries").json()["items"] == []
    for method, path in (
        ("GET", f"/channels/{added['id']}/deliveries"),
        ("PATCH", f"/channels/{added['id']}"),
        ("DELETE", f"/channels/{added['id']}"),
        ("POST", f"/channels/{added['id']}/test"),
        ("POST", f"/channels/{added['id']}/secret"),
        ("POST", f"/deliveries/{delivery['id']}/resend"),
    ):
        assert api.request(method, path, json={} if method == "PATCH" else None).status_code == 404, path


def test_channels_and_deliveries_come_in_pages(api: httpx.Client, project: str, add: Add) -> None:
    ids = [add(WEBHOOK | {"name": name, "is_enabled": False})["id"] for name in ("a", "b", "b")]
    assert list(walk(api, f"/projects/{project}/channels")) == ids
    sent = [api.post(f"/channels/{channel}/test").raise_for_status().json()["id"] for channel in ids]
    assert list(walk(api, f"/projects/{project}/deliveries")) == sent[::-1]
    assert list(walk(api, f"/channels/{ids[1]}/deliveries")) == [sent[1]]
    assert list(walk(api, f"/projects/{project}/deliveries?status=sent")) == []


def walk(api: httpx.Client, path: str) -> list[str]:
    """Read a list one by one."""
    found: list[str] = []
    cursor = None
    while True:
        wanted = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = api.get(httpx.URL(path).copy_merge_params(wanted)).raise_for_status().json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_a_message_cannot_be_sent_again_to_a_channel_that_is_off(
    api: httpx.Client, project: str, add: Add, wait_until: Callable[..., None]
) -> None:
    channel = add(WEBHOOK | {"rule": "every_run"})
    api.post(
        f"/projects/{project}/uploads",
        params={"filename": "empty.json"},
        content=b'{"@programName": "ZAP", "@version": "2.14.0", "site": []}',
        headers={"Prefer": "wait=30"},
    ).raise_for_status()
    wait_until(lambda: api.get(f"/projects/{project}/deliveries?status=pending").json()["items"])
    (delivery,) = api.get(f"/channels/{channel['id']}/deliveries").json()["items"]
    assert delivery["run"]["number"] == 1
    api.patch(f"/channels/{channel['id']}", json={"is_enabled": False}).raise_for_status()
    refused = api.post(f"/deliveries/{delivery['id']}/resend")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_only_administrators_manage_channels(api: httpx.Client, project: str, add: Add) -> None:
    channel = add(WEBHOOK)
    token = api.post("/tokens", json={"name": "ci", "scopes": ["read", "upload"]}).raise_for_status().json()["token"]
    with httpx.Client(base_url=api.base_url, headers={"Authorization": f"Bearer {token}"}) as reader:
        assert reader.get(f"/projects/{project}/channels").status_code == 403
        assert reader.post(f"/channels/{channel['id']}/test").status_code == 403
