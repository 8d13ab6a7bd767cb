from __future__ import annotations

import io

from testflux.model import raw
from testflux.parse import zap_xml


def read(text: str) -> raw.RawReport:
    return zap_xml.parse(io.BytesIO(text.encode()))


def read_alert(inside: str) -> raw.RawAlert:
    alerts = f"<alerts><alertitem>{inside}</alertitem></alerts>"
    return read(f'<OWASPZAPReport><site name="http://h">{alerts}</site></OWASPZAPReport>').alerts[0]


def test_what_a_report_says_of_itself() -> None:
    seen = read(
        '<OWASPZAPReport version="2.16.1" generated="Sun, 22 Jun 2025 04:04:14"><site host="h"/></OWASPZAPReport>'
    )
    assert (seen.format, seen.tool.version, seen.sites, seen.alerts) == ("zap-xml", "2.16.1", ["h"], [])
    assert seen.started_at is not None
    assert read('<OWASPZAPReport generated="?"/>').warnings[0].code == "time-unreadable"


def test_every_field_has_its_place() -> None:
    alert = read_alert(
        "<pluginid>10038</pluginid><alertRef>10038-1</alertRef><alert>old</alert><name>CSP</name><riskcode>2</riskcode>"
        "<confidence>3</confidence><riskdesc>x</riskdesc><confidencedesc>y</confidencedesc><desc>&lt;p&gt;d&lt;/p&gt;</desc>"
        "<instances/><count>12</count><systemic>true</systemic><solution>s</solution><otherinfo>o</otherinfo>"
        "<reference>r</reference><cweid>693</cweid><wascid>-1</wascid><sourceid>1</sourceid>"
        "<tags><tag><tag>A</tag><link>http://a</link></tag><tag><tag>B</tag></tag><tag/></tags>"
    )
    assert (alert.plugin_id, alert.alert_ref, alert.name, alert.site) == ("10038", "10038-1", "CSP", "http://h")
    assert (alert.risk, alert.confidence, alert.cwe, alert.wasc, alert.count) == (2, 3, 693, None, 12)
    assert (alert.description, alert.solution, alert.reference, alert.other) == ("<p>d</p>", "s", "r", "o")
    assert (alert.is_systemic, alert.tags, alert.instances) == (True, {"A": "http://a", "B": ""}, [])


def test_listed_instances() -> None:
    one = (
        "<uri>u</uri><nodeName>n</nodeName><method>GET</method><param>p</param><attack>a</attack><evidence>e</evidence>"
    )
    plus = "<requestheader>qh</requestheader><requestbody>qb</requestbody><responseheader>rh</responseheader>"
    alert = read_alert(
        f"<instances><instance>{one}<otherinfo>o</otherinfo>{plus}<responsebody>rb</responsebody></instance><instance/></instances>"
    )
    assert alert.instances == [
        raw.RawInstance("u", "GET", "p", "a", "e", "o", "n", "qh", "qb", "rh", "rb"),
        raw.RawInstance(),
    ]


def test_an_alert_may_be_its_own_instance() -> None:
    alert = read_alert(
        "<uri>u</uri><param>p</param><attack>a</attack><otherinfo>o</otherinfo><reliability>1</reliability>"
    )
    assert alert.instances == [raw.RawInstance("u", param="p", attack="a", other="o")]
    assert alert.confidence == 1


def test_an_alert_may_be_several_instances_of_its_own() -> None:
    alert = read_alert("<param>stray</param><uri>u</uri><param>p</param><uri>v</uri><param>q</param>")
    assert [(instance.uri, instance.param) for instance in alert.instances] == [("u", "p"), ("v", "q")]


def test_beside_a_list_the_alert_is_no_instance() -> None:
    alert = read_alert("<instances><instance><uri>u</uri></instance></instances><uri>v</uri><param>p</param>")
    assert [instance.uri for instance in alert.instances] == ["u"]


def test_what_surrounds_the_alerts_is_read_over() -> None:
    seen = read(
        "<OWASPZAPReport><insights><insight/></insights><site name='h'><alerts/><statistics/><portscan/></site>"
        "<statistics/><sequences/></OWASPZAPReport>"
    )
    assert (seen.sites, seen.warnings) == (["h"], [])


def test_the_unknown_is_said_and_loses_nothing() -> None:
    alert = read_alert("<novelty><name>no</name></novelty><name>yes</name>")
    assert alert.name == "yes"
    assert read_alert("<novelty/>").instances == []


def test_what_zap_noticed_of_its_scan_is_said() -> None:
    insight = "<level>{}</level><site>http://h</site><key>{}</key><description>{}</description><statistic/>"
    seen = read(
        "<OWASPZAPReport><insights><insight>"
        + insight.format("High", "insight.network.failure", "No answer")
        + "</insight>"
        "<insight>" + insight.format("Info", "insight.endpoint.total", "x") + "</insight></insights></OWASPZAPReport>"
    )
    assert [(warning.code, warning.message) for warning in seen.warnings] == [
        ("zap-insight", "ZAP noticed on http://h: No answer")
    ]
    assert not seen.is_complete


def test_a_scan_that_was_stopped_is_incomplete() -> None:
    for reason in ("too many errors", "<description>too many errors</description>", "<key>too many errors</key>"):
        seen = read(f"<OWASPZAPReport><stoppingInsight>{reason}</stoppingInsight></OWASPZAPReport>")
        assert not seen.is_complete
        assert seen.warnings[0].message == "ZAP stopped the scan early: too many errors"
    assert read("<OWASPZAPReport><stoppingInsight/></OWASPZAPReport>").is_complete


def test_a_comment_may_stand_before_the_declaration() -> None:
    seen = read("<!--\nSPDX\n-->\n\n<?xml version='1.0'?><OWASPZAPReport><site name='h'/></OWASPZAPReport>")
    assert (seen.sites, [warning.code for warning in seen.warnings]) == (["h"], ["text-before-declaration"])


def test_alerts_in_comments_are_none() -> None:
    seen = read("<OWASPZAPReport><site name='h'><alerts><!-- <alertitem/> --></alerts></site></OWASPZAPReport>")
    assert seen.alerts == []


def test_the_release_that_repeats_instances_is_said() -> None:
    alert = "<alertitem><pluginid>1</pluginid><instances><instance><uri>u</uri></instance></instances></alertitem>"
    seen = read(f"<OWASPZAPReport version='2.11.0'><site><alerts>{alert}{alert}</alerts></site></OWASPZAPReport>")
    assert [warning.code for warning in seen.warnings] == ["zap-instances-repeated"]
