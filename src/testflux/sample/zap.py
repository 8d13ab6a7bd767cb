"""ZAP's traditional report, as JSON and as XML."""

from __future__ import annotations

import json
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

import msgspec

VERSION = "2.16.1"
_RISKS = ("Informational", "Low", "Medium", "High")
_CONFIDENCES = ("False Positive", "Low", "Medium", "High", "Confirmed")


class Instance(msgspec.Struct, frozen=True):
    """One place where an alert was seen."""

    uri: str
    method: str = "GET"
    param: str = ""
    attack: str = ""
    evidence: str = ""
    other: str = ""


class Rule(msgspec.Struct, frozen=True):
    """What a scan rule reports. `risk` is 0..3 (informational to high), `confidence` 0..4."""

    plugin_id: str
    name: str
    risk: int
    confidence: int
    description: str
    solution: str
    reference: str
    cwe: int
    wasc: int


class Alert(msgspec.Struct, frozen=True):
    """A rule that spoke, and where."""

    rule: Rule
    instances: tuple[Instance, ...]


def write_json(host: str, alerts: tuple[Alert, ...], created: datetime) -> bytes:
    """Return the traditional JSON report of one HTTPS site."""
    document = {
        "@programName": "ZAP",
        "@version": VERSION,
        "@generated": _generated(created),
        "created": _created(created),
        "site": [
            {
                "@name": f"https://{host}",
                "@host": host,
                "@port": "443",
                "@ssl": "true",
                "alerts": [_json_alert(alert) for alert in alerts],
            }
        ],
        "sequences": [],
    }
    return json.dumps(document, indent="\t").encode()


def write_xml(host: str, alerts: tuple[Alert, ...], created: datetime) -> bytes:
    """Return the traditional XML report of one HTTPS site."""
    attributes = (
        f'programName="ZAP" version="{VERSION}" generated="{_generated(created)}" created="{_created(created)}"'
    )
    lines = [
        '<?xml version="1.0"?>',
        f"<OWASPZAPReport {attributes}>",
        f'\t<site name="https://{host}" host="{host}" port="443" ssl="true">',
        "\t\t<alerts>",
        *(line for alert in alerts for line in _xml_alert(alert)),
        "\t\t</alerts>",
        "\t</site>",
        "</OWASPZAPReport>",
        "",
    ]
    return "\n".join(lines).encode()


def _json_alert(alert: Alert) -> dict[str, object]:
    first, last = _facts(alert)
    instances = [
        {
            "id": str(number),
            "uri": place.uri,
            "nodeName": "",
            "method": place.method,
            "param": place.param,
            "attack": place.attack,
            "evidence": place.evidence,
            "otherinfo": place.other,
        }
        for number, place in enumerate(alert.instances, 1)
    ]
    return {**first, "instances": instances, **last}


def _xml_alert(alert: Alert) -> list[str]:
    first, last = _facts(alert)
    lines = ["\t\t\t<alertitem>", *(_element(4, name, text) for name, text in first.items()), "\t\t\t\t<instances>"]
    for place in alert.instances:
        lines += [
            "\t\t\t\t\t<instance>",
            _element(6, "uri", place.uri),
            _element(6, "method", place.method),
            _element(6, "param", place.param),
            _element(6, "attack", place.attack),
            _element(6, "evidence", place.evidence),
            _element(6, "otherinfo", place.other),
            "\t\t\t\t\t</instance>",
        ]
    return [
        *lines,
        "\t\t\t\t</instances>",
        *(_element(4, name, text) for name, text in last.items()),
        "\t\t\t</alertitem>",
    ]


def _facts(alert: Alert) -> tuple[dict[str, str], dict[str, str]]:
    """Return what stands before and after the instances, in the report's order."""
    rule = alert.rule
    first = {
        "pluginid": rule.plugin_id,
        "alertRef": rule.plugin_id,
        "alert": rule.name,
        "name": rule.name,
        "riskcode": str(rule.risk),
        "confidence": str(rule.confidence),
        "riskdesc": f"{_RISKS[rule.risk]} ({_CONFIDENCES[rule.confidence]})",
        "desc": f"<p>{rule.description}</p>",
    }
    last = {
        "count": str(len(alert.instances)),
        "solution": f"<p>{rule.solution}</p>",
        "otherinfo": "",
        "reference": f"<p>{rule.reference}</p>",
        "cweid": str(rule.cwe),
        "wascid": str(rule.wasc),
        "sourceid": "1",
    }
    return first, last


def _element(depth: int, name: str, text: str) -> str:
    return f"{chr(9) * depth}<{name}>{escape(text)}</{name}>"


def _generated(moment: datetime) -> str:
    return format_datetime(moment).rpartition(" ")[0]


def _created(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
