"""Where a visitor comes from: what a proxy says counts when the proxy is trusted, and only then."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from running import PASSWORD, RunningHouse

VISITOR = "203.0.113.9"


@pytest.mark.parametrize(
    ("trusted", "seen"), [({}, VISITOR), ({"TESTFLUX_TRUSTED_PROXIES": "10.0.0.0/8"}, "127.0.0.1")]
)
def test_a_visitors_address_is_believed_from_a_trusted_proxy_alone(
    data_folder: Path, trusted: dict[str, str], seen: str
) -> None:
    house = RunningHouse(data_folder, **trusted).start("--no-worker")
    try:
        with httpx.Client(base_url=f"{house.url}/api/v1", headers={"X-Forwarded-For": VISITOR}) as client:
            login = {"email": "admin@testflux.local", "password": PASSWORD}
            granted = client.post("/auth/login", json=login).raise_for_status()
            client.headers["Authorization"] = f"Bearer {granted.json()['access_token']}"
            sign_ins = client.get("/me/sign-ins").raise_for_status().json()["items"]
        assert [sign_in["address"] for sign_in in sign_ins] == [seen]
    finally:
        house.stop()
