from __future__ import annotations

import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from testflux.sample import zap

RULE = zap.Rule(
    plugin_id="40012",
    name="Script & more",
    risk=3,
    confidence=2,
    description="Comes back <raw>",
    solution="Encode",
    reference="https://example.test/xss",
    cwe=79,
    wasc=8,
)
PLACES = (
    zap.Instance("https://shop.example.test/search?q=1", "GET", "q", "<script>", "<script>"),
    zap.Instance("https://shop.example.test/search", "POST", "q"),
)
ALERTS = (zap.Alert(RULE, PLACES),)
CREATED = datetime(2026, 11, 21, 2, 20, 7, 5000, tzinfo=UTC)


def parsed(alerts: tuple[zap.Alert, ...]) -> ET.Element:
    return ET.fromstring(zap.write_xml("shop.example.test", alerts, CREATED))  # noqa: S314 - our own XML


def test_json_report_has_the_tools_keys() -> None:
    document = json.loads(zap.write_json("shop.example.test", ALERTS, CREATED))

    assert document["@generated"] == "Sat, 21 Nov 2026 02:20:07"
    assert document["created"] == "2026-11-21T02:20:07.005000Z"
    (site,) = document["site"]
    assert (site["@name"], site["@port"], site["@ssl"]) == ("https://shop.example.test", "443", "true")
    (alert,) = site["alerts"]
    assert alert["riskdesc"] == "High (Medium)"
    assert (alert["riskcode"], alert["cweid"], alert["count"]) == ("3", "79", "2")
    assert [place["method"] for place in alert["instances"]] == ["GET", "POST"]


def test_xml_report_says_the_same_as_the_json_one() -> None:
    (alert,) = json.loads(zap.write_json("shop.example.test", ALERTS, CREATED))["site"][0]["alerts"]

    root = parsed(ALERTS)

    assert (root.tag, root.get("created")) == ("OWASPZAPReport", "2026-11-21T02:20:07.005000Z")
    item = root.find("site/alerts/alertitem")
    assert item is not None
    plain = {child.tag: child.text or "" for child in item if child.tag != "instances"}
    assert plain == {key: value for key, value in alert.items() if key != "instances"}
    assert [place.findtext("attack") for place in item.iter("instance")] == ["<script>", ""]


def test_site_without_alerts_is_still_a_report() -> None:
    assert json.loads(zap.write_json("h.example.test", (), CREATED))["site"][0]["alerts"] == []
    assert parsed(()).find("site/alerts/alertitem") is None
