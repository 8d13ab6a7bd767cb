from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from testflux.sample import rules, scan
from testflux.sample.occasion import Occasion, Schedule

WEAKNESSES = (
    scan.Weakness(rules.SQL_INJECTION, ("/api/products?sort=price",), param="sort", last=8),
    scan.Weakness(rules.SCRIPTING, ("/search?q=1",), param="q", first=1),
    scan.Weakness(rules.CACHED, ("/account/orders/{n}", "/"), times=3),
)


def scanned(days_ago: int, file_name: str = "report.json") -> bytes:
    lane = scan.ScanLane("nightly scan", "staging", "security", Schedule(2), WEAKNESSES, file_name=file_name)
    return lane.write(Occasion("shop", "nightly scan", "staging", "main", datetime(2026, 5, 6, tzinfo=UTC), days_ago))


def alerts(days_ago: int) -> list[dict[str, Any]]:
    return json.loads(scanned(days_ago))["site"][0]["alerts"]


@pytest.mark.parametrize(
    ("days_ago", "names"),
    [
        (8, ["SQL Injection", "Re-examine Cache-control Directives"]),
        (7, ["Re-examine Cache-control Directives"]),
        (2, ["Re-examine Cache-control Directives"]),
        (1, ["Cross Site Scripting (Reflected)", "Re-examine Cache-control Directives"]),
    ],
)
def test_weakness_is_seen_on_its_days(days_ago: int, names: list[str]) -> None:
    assert [alert["name"] for alert in alerts(days_ago)] == names


def test_numbered_path_is_met_with_several_numbers() -> None:
    uris = [place["uri"] for place in alerts(5)[0]["instances"]]
    assert len(uris) == 4
    assert uris[3] == "https://staging.shop.example.test/"
    assert all(uri.removeprefix("https://staging.shop.example.test/account/orders/").isdigit() for uri in uris[:3])


def test_name_of_the_file_chooses_the_format() -> None:
    assert scanned(0, "zap.xml").startswith(b'<?xml version="1.0"?>\n<OWASPZAPReport ')


def test_rules_do_not_share_identifiers() -> None:
    known = [rule for rule in vars(rules).values() if isinstance(rule, rules.zap.Rule)]
    assert len(known) > 10
    assert len({rule.plugin_id for rule in known}) == len(known)
