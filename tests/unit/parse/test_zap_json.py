from __future__ import annotations

import io
import json

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import zap_json

INSTANCE = {"uri": "http://h/a", "method": "GET", "param": "q", "attack": "x", "evidence": "y", "otherinfo": "z"}


def read(document: object) -> raw.RawReport:
    return zap_json.parse(io.BytesIO(json.dumps(document).encode()))


def read_alert(**alert: object) -> raw.RawAlert:
    return read({"site": [{"@name": "http://h", "alerts": [alert]}]}).alerts[0]


def test_every_field_has_its_place() -> None:
    alert = read_alert(
        pluginid="10038",
        alertRef="10038-1",
        alert="old name",
        name="CSP",
        riskcode="2",
        confidence="3",
        desc="<p>d</p>",
        solution="<p>s</p>",
        reference="<p>r</p>",
        otherinfo="o",
        cweid="693",
        wascid="15",
        count="12",
        systemic=True,
        tags=[{"tag": "CWE-693", "link": "http://l"}],
        instances=[INSTANCE],
    )
    assert (alert.plugin_id, alert.alert_ref, alert.name, alert.site) == ("10038", "10038-1", "CSP", "http://h")
    assert (alert.risk, alert.confidence, alert.cwe, alert.wasc, alert.count) == (2, 3, 693, 15, 12)
    assert (alert.description, alert.solution, alert.reference) == ("<p>d</p>", "<p>s</p>", "<p>r</p>")
    assert (alert.other, alert.is_systemic, alert.tags) == ("o", True, {"CWE-693": "http://l"})
    assert alert.instances == [raw.RawInstance("http://h/a", "GET", "q", "x", "y", "z")]


def test_numbers_may_be_numbers() -> None:
    alert = read_alert(pluginid=10021, riskcode=1, confidence=0, count=23, cweid=-1, wascid=0, alert="only")
    assert (alert.plugin_id, alert.name, alert.risk, alert.confidence, alert.count) == ("10021", "only", 1, 0, 23)
    assert (alert.cwe, alert.wasc) == (None, None)


def test_lists_of_one_may_be_the_thing_itself() -> None:
    seen = read({"site": {"@name": "http://h", "alerts": {"pluginid": "1", "instances": INSTANCE}}})
    assert (seen.sites, len(seen.alerts), len(seen.alerts[0].instances)) == (["http://h"], 1, 1)


@pytest.mark.parametrize("site", [[], None, "", {"@name": "http://h"}, [{"@host": "h", "alerts": None}]])
def test_a_scan_may_have_found_nothing(site: object) -> None:
    assert read({"site": site}).alerts == []


def test_the_plus_form_has_requests_and_answers() -> None:
    plus = {"request-header": "GET /", "request-body": "b", "response-header": "HTTP/1.1 200", "response-body": "hi"}
    (instance,) = read_alert(instances=[{"uri": "u", "nodeName": None, **plus}]).instances
    assert (instance.request_header, instance.request_body) == ("GET /", "b")
    assert (instance.response_header, instance.response_body, instance.node_name) == ("HTTP/1.1 200", "hi", "")


def test_what_is_no_object_is_left_out_and_said() -> None:
    seen = read({"site": [{"@name": "h", "alerts": [1, {"pluginid": "1", "instances": ["x", INSTANCE]}]}, "y"]})
    assert len(seen.alerts) == 1
    assert len(seen.alerts[0].instances) == 1
    assert [warning.code for warning in seen.warnings] == ["unexpected-value"] * 3


def test_a_scan_that_failed_says_so() -> None:
    seen = read({"site": [], "afPlanErrors": ["no such context"], "stoppingInsight": "too many errors"})
    assert [warning.code for warning in seen.warnings] == ["zap-plan-error", "zap-stopped"]
    assert "no such context" in seen.warnings[0].message
    assert len(read({"site": [], "afPlanErrors": ["x" * 9000]}).warnings[0].message) == 500


@pytest.mark.parametrize("document", [{}, [], 1, {"@version": "2.16"}])
def test_without_sites_it_is_no_report(document: object) -> None:
    with pytest.raises(errors.ReportError) as caught:
        read(document)
    assert caught.value.code == "report-shape"


def test_a_plan_that_failed_makes_a_scan_incomplete() -> None:
    seen = read({"site": [], "afPlanErrors": ["no such context", 7], "afPlanWarns": ["slow"]})
    assert not seen.is_complete
    assert [warning.code for warning in seen.warnings] == ["zap-plan-error", "zap-plan-error"]
    assert read({"site": [], "afPlanErrors": []}).is_complete


@pytest.mark.parametrize("stopping", ["memory", {"key": "memory", "level": "High"}, {"description": "memory"}])
def test_a_scan_that_was_stopped_is_incomplete(stopping: object) -> None:
    seen = read({"site": [{"@name": "http://h"}], "stoppingInsight": stopping})
    assert not seen.is_complete
    assert (seen.warnings[0].code, seen.warnings[0].message[-6:]) == ("zap-stopped", "memory")
    assert read({"site": [], "stoppingInsight": ""}).is_complete
    assert read({"site": [], "stoppingInsight": None}).is_complete


def test_insights_of_weight_are_said() -> None:
    insights = [
        {
            "level": "High",
            "site": "http://h",
            "key": "insight.auth.failure",
            "description": "Sign-in",
            "statistic": "9",
        },
        {"level": "Medium", "key": "insight.code.4xx", "statistic": 12},
        {"level": "Info", "key": "insight.endpoint.total"},
        "not an insight",
    ]
    seen = read({"insights": insights, "site": []})
    assert [warning.message for warning in seen.warnings] == [
        "ZAP noticed on http://h: Sign-in (9)",
        "ZAP noticed: insight.code.4xx (12)",
    ]
    assert not seen.is_complete
    assert read({"insights": insights[1:], "site": []}).is_complete


def test_an_alert_may_be_its_own_instance() -> None:
    alert = read_alert(pluginid="1", uri="http://h/a", param="q", otherinfo="o")
    assert alert.instances == [raw.RawInstance("http://h/a", param="q", other="o")]
    assert read_alert(pluginid="1", uri="http://h/a", instances=[]).instances == []


def test_localised_words_of_risk_do_not_matter() -> None:
    assert read_alert(riskcode="2", riskdesc="Medio (Alto)").risk == 2
    assert read_alert(riskcode="3", riskdesc="!reports.report.risk.3! (!reports.report.confidence.2!)").risk == 3


def test_screenshots_of_scripts_are_read_over() -> None:
    seen = read({"site": [{"@name": "h", "alerts": []}], "scriptDiagnostics": {"runs": [{"screenshot": "iVBOR"}]}})
    assert (seen.sites, seen.warnings, seen.is_complete) == (["h"], [], True)


def test_characters_that_no_database_takes_are_cleaned() -> None:
    data = (
        b'{"site": {"@name": "h", "alerts": {"instances": [{"evidence": "a\\u0000b", "attack": "\\ud800\\\\x0011"}]}}}'
    )
    (instance,) = zap_json.parse(io.BytesIO(data)).alerts[0].instances
    assert (instance.evidence, instance.attack) == ("ab", "\ufffd\\x0011")


def test_the_release_that_repeats_instances_is_said() -> None:
    alerts = [{"pluginid": "10038", "alertRef": f"10038-{at}", "instances": [INSTANCE]} for at in (1, 2, 3)]
    site = [{"@name": "http://h", "alerts": alerts}]
    assert [warning.code for warning in read({"@version": "2.11.0", "site": site}).warnings] == [
        "zap-instances-repeated"
    ]
    assert read({"@version": "2.11.1", "site": site}).warnings == []
    other = [{"pluginid": "10038", "instances": [INSTANCE | {"uri": "http://h/b"}]}, alerts[0]]
    assert read({"@version": "2.11.0", "site": [{"@name": "http://h", "alerts": other}]}).warnings == []
