from __future__ import annotations

import io
import json

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import zap_api

ROW = {
    "id": "4",
    "pluginId": "10038",
    "alertRef": "10038-1",
    "alert": "old name",
    "name": "CSP",
    "risk": "Medium",
    "confidence": "High",
    "url": "http://h/a?b=c",
    "nodeName": "http://h/a (b)",
    "method": "GET",
    "other": "more",
    "param": "p",
    "attack": "x",
    "evidence": "e",
    "description": "d",
    "solution": "s",
    "reference": "http://r",
    "cweid": "693",
    "wascid": "-1",
    "sourceid": "3",
    "messageId": "17",
    "tags": {"CWE-693": "http://cwe", "OWASP_2021_A05": "http://owasp"},
}


def read(document: object) -> raw.RawReport:
    return zap_api.parse(io.BytesIO(json.dumps(document).encode()))


@pytest.mark.parametrize("document", [{"alerts": [ROW]}, [ROW], {"vulnerabilities": [ROW]}])
def test_all_shapes_say_the_same(document: object) -> None:
    seen = read(document)
    (alert,) = seen.alerts
    assert (seen.format, seen.tool.name, seen.sites, seen.started_at, seen.is_complete) == (
        "zap-api",
        "ZAP",
        [],
        None,
        True,
    )
    assert (alert.plugin_id, alert.alert_ref, alert.name, alert.risk, alert.confidence) == (
        "10038",
        "10038-1",
        "CSP",
        2,
        3,
    )
    assert (alert.description, alert.solution, alert.reference, alert.other) == ("d", "s", "http://r", "more")
    assert (alert.cwe, alert.wasc, alert.tool) == (693, None, "")
    assert alert.tags == {"CWE-693": "http://cwe", "OWASP_2021_A05": "http://owasp"}
    assert alert.instances == [raw.RawInstance("http://h/a?b=c", "GET", "p", "x", "e", "more", "http://h/a (b)")]


def test_rows_of_one_rule_name_and_risk_are_one_alert() -> None:
    rows = [
        ROW,
        ROW | {"url": "http://h/b"},
        ROW | {"risk": "Low"},
        ROW | {"name": "another"},
        ROW | {"alertRef": "10038-2"},
        ROW | {"alertRef": "", "pluginId": 10038, "name": "no variant"},
    ]
    alerts = read(rows).alerts
    assert [(len(alert.instances), alert.risk) for alert in alerts] == [(2, 2), (1, 1), (1, 2), (1, 2), (1, 2)]
    assert alerts[-1].plugin_id == "10038"


def test_false_positives_stay_apart_and_the_surest_word_counts() -> None:
    rows = [ROW | {"confidence": word} for word in ("Low", "False Positive", "Confirmed", "Medium", "")]
    assert [(alert.confidence, len(alert.instances)) for alert in read(rows).alerts] == [(4, 4), (0, 1)]


@pytest.mark.parametrize(
    ("word", "risk"), [("Informational", 0), ("Low", 1), ("Medium", 2), ("High", 3), ("3", 3), (3, 3), ("Hoch", None)]
)
def test_risks_are_words(word: object, risk: int | None) -> None:
    assert read([ROW | {"risk": word}]).alerts[0].risk == risk


def test_a_list_may_be_empty_and_what_is_no_alert_is_said() -> None:
    assert read({"alerts": []}).alerts == []
    seen = read([ROW, "x", None])
    assert len(seen.alerts) == 1
    assert [warning.code for warning in seen.warnings] == ["unexpected-value", "unexpected-value"]


def test_text_that_no_database_takes_is_cleaned() -> None:
    data = json.dumps([ROW]).replace('"evidence": "e"', '"evidence": "a\\u0000b\\ud800"').encode()
    assert zap_api.parse(io.BytesIO(data)).alerts[0].instances[0].evidence == "ab\ufffd"


@pytest.mark.parametrize("document", [{}, {"alerts": {"a": 1}}, {"vulnerabilities": None}, 1, "alerts"])
def test_without_a_list_it_is_no_report(document: object) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(document)
    assert caught.value.code == "report-shape"
    assert "/JSON/alert/view/alerts/" in caught.value.hint
