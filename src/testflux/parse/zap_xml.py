"""ZAP's traditional XML reports: from 1.4, with one alert entry an instance, to the add-on's -plus form."""

from __future__ import annotations

from collections.abc import Mapping

from testflux.kit.numbers import Numbers
from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import blocks, xml_events, zap_fields, zap_xml_lists

_INSTANCE_FIELDS = {
    "uri": "uri",
    "method": "method",
    "param": "param",
    "attack": "attack",
    "evidence": "evidence",
    "otherinfo": "other",
    "nodeName": "node_name",
    "requestheader": "request_header",
    "requestbody": "request_body",
    "responseheader": "response_header",
    "responsebody": "response_body",
}
_OWN_INSTANCE_FIELDS = tuple(tag for tag in _INSTANCE_FIELDS if tag not in {"uri", "otherinfo"})
_ALERT_FIELDS = (
    "pluginid", "alertRef", "alert", "name", "riskcode", "riskdesc", "confidence", "reliability", "desc", "solution",
    "reference", "cweid", "wascid", "count", "systemic",
)  # fmt: skip
_IGNORED = ("confidencedesc", "sourceid", "id")
_ABOUT_THE_SCAN = ("statistics", "sequences", "scriptDiagnostics", "afPlanErrors", "afPlanWarns")


class Scan:
    """A scan's report in the making."""

    def __init__(self, lists: Mapping[int, raw.Instances], numbers: Numbers) -> None:
        self._lists = lists
        self._numbers = numbers
        self.report = raw.RawReport("zap-xml", Kind.SECURITY, raw.Tool("ZAP"))
        self._site = ""
        self._alert = raw.RawAlert("", "", [])
        self._fields: dict[str, str] = {}
        self._instance = raw.RawInstance()
        self._has_list = False
        self._tag = ("", "")
        self._insight: dict[str, str] = {}

    def start_report(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep version and time, which stand at the root."""
        warnings = self.report.warnings
        self.report = zap_fields.start(
            "zap-xml", attributes.get("version", ""), attributes.get("created", ""), attributes.get("generated", "")
        )
        warnings.extend(self.report.warnings)
        self.report.warnings = warnings

    def start_site(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Keep a site's name."""
        self._site = attributes.get("name") or attributes.get("host", "")
        self.report.sites.append(self._site)

    def start_alert(self, _reader: _Reader, _attributes: _Attributes) -> None:
        """Open an alert entry."""
        self._alert = raw.RawAlert("", "", [], site=self._site, tags={})
        self._fields = {}
        self._has_list = False

    def end_alert(self, _reader: _Reader, _text: str) -> None:
        """Close an alert entry."""
        alert, fields = self._alert, self._fields
        alert.plugin_id = fields.get("pluginid", "").strip()
        alert.alert_ref = fields.get("alertRef", "").strip()
        alert.name = (fields.get("name") or fields.get("alert", "")).strip()
        alert.risk = zap_fields.risk(fields.get("riskcode", ""), fields.get("riskdesc", ""))
        alert.confidence = zap_fields.level(fields.get("confidence") or fields.get("reliability", ""), 4)
        alert.description = fields.get("desc", "")
        alert.solution = fields.get("solution", "")
        alert.reference = fields.get("reference", "")
        alert.cwe = zap_fields.identifier(fields.get("cweid", ""))
        alert.wasc = zap_fields.identifier(fields.get("wascid", ""))
        alert.count = zap_fields.integer(fields.get("count", ""))
        alert.is_systemic = zap_fields.truth(fields.get("systemic", ""))
        self.report.alerts.append(alert)

    def start_list(self, reader: _Reader, _attributes: _Attributes) -> None:
        """Learn that the instances are listed; without a list the entry is an instance (ZAP 1.4, or unmerged)."""
        self._has_list = True
        read = self._lists.get(reader.byte)
        if read is not None:
            self._alert.instances = read
        elif not self._alert.instances:
            self._alert.instances = raw.Instances(self._numbers)

    def start_instance(self, _reader: _Reader, _attributes: _Attributes) -> None:
        """Open a listed instance."""
        self._instance = raw.RawInstance()

    def end_instance(self, _reader: _Reader, _text: str) -> None:
        """Keep a listed instance."""
        self._alert.instances.append(self._instance)

    def start_own_uri(self, _reader: _Reader, _attributes: _Attributes) -> None:
        """Open an instance that is written into its alert entry."""
        if not self._has_list:
            self._instance = raw.RawInstance()
            self._alert.instances.append(self._instance)

    def end_own_other(self, _reader: _Reader, text: str) -> None:
        """Keep further information: the alert's, and the instance's where that is written into it."""
        self._alert.other = self._alert.other or text
        if not self._has_list and self._alert.instances:
            self._instance.other = text

    def start_tag(self, _reader: _Reader, _attributes: _Attributes) -> None:
        """Open one of an alert's tags."""
        self._tag = ("", "")

    def end_tag_name(self, _reader: _Reader, text: str) -> None:
        """Keep a tag's name."""
        self._tag = (text, self._tag[1])

    def end_tag_link(self, _reader: _Reader, text: str) -> None:
        """Keep where a tag points to."""
        self._tag = (self._tag[0], text)

    def end_tag(self, _reader: _Reader, _text: str) -> None:
        """Keep a tag."""
        if self._tag[0]:
            self._alert.tags[self._tag[0]] = self._tag[1]

    def start_insight(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Open something that ZAP noticed of its own scan."""
        self._insight = dict(attributes)

    def end_insight_field(self, reader: _Reader, text: str) -> None:
        """Keep a word of an insight."""
        self._insight[reader.tag] = text

    def end_insight(self, _reader: _Reader, _text: str) -> None:
        """Say what ZAP noticed."""
        zap_fields.add_insight(self.report, self._insight)

    def end_stopping(self, _reader: _Reader, text: str) -> None:
        """Say why ZAP stopped."""
        if reason := text.strip() or self._insight.get("description") or self._insight.get("key"):
            zap_fields.stop(self.report, reason)

    def end_report(self, _reader: _Reader, _text: str) -> None:
        """Look at the whole once more."""
        zap_fields.check_instances(self.report)

    def end_field(self, reader: _Reader, text: str) -> None:
        """Keep one of an alert's own texts."""
        self._fields[reader.tag] = text

    def end_instance_field(self, reader: _Reader, text: str) -> None:
        """Keep one of an instance's texts."""
        setattr(self._instance, _INSTANCE_FIELDS[reader.tag], text)

    def end_own_instance_field(self, reader: _Reader, text: str) -> None:
        """Keep a text of an instance that is written into its alert entry."""
        if not self._has_list and self._alert.instances:
            self.end_instance_field(reader, text)


_Reader = xml_events.Reader[Scan]
_Attributes = xml_events.Attributes
_Row = xml_events.Element[Scan]

ELEMENTS: dict[str, _Row] = {
    "document": _Row({"OWASPZAPReport": "report"}),
    "report": _Row(
        {
            "site": "site",
            "insights": "insights",
            "stoppingInsight": "stopping",
            **dict.fromkeys(_ABOUT_THE_SCAN, xml_events.SKIP),
        },
        start=Scan.start_report,
        end=Scan.end_report,
    ),
    "insights": _Row({"insight": "insight"}),
    "insight": _Row(dict.fromkeys(zap_fields.INSIGHT, "insight field"), start=Scan.start_insight, end=Scan.end_insight),
    "insight field": _Row(text=True, end=Scan.end_insight_field),
    "stopping": _Row(
        dict.fromkeys(zap_fields.INSIGHT, "insight field"),
        text=True,
        start=Scan.start_insight,
        end=Scan.end_stopping,
    ),
    "site": _Row(
        {"alerts": "alerts", "statistics": xml_events.SKIP, "portscan": xml_events.SKIP}, start=Scan.start_site
    ),
    "alerts": _Row({"alertitem": "alert"}),
    "alert": _Row(
        {
            **dict.fromkeys(_ALERT_FIELDS, "alert field"),
            **dict.fromkeys(_OWN_INSTANCE_FIELDS, "own field"),
            **dict.fromkeys(_IGNORED, xml_events.SKIP),
            "uri": "own uri",
            "otherinfo": "own other",
            "instances": "instances",
            "tags": "tags",
        },
        start=Scan.start_alert,
        end=Scan.end_alert,
    ),
    "alert field": _Row(text=True, end=Scan.end_field),
    "own uri": _Row(text=True, start=Scan.start_own_uri, end=Scan.end_own_instance_field),
    "own field": _Row(text=True, end=Scan.end_own_instance_field),
    "own other": _Row(text=True, end=Scan.end_own_other),
    "instances": _Row({"instance": "instance"}, start=Scan.start_list),
    "instance": _Row(
        {**dict.fromkeys(_INSTANCE_FIELDS, "instance field"), **dict.fromkeys(_IGNORED, xml_events.SKIP)},
        start=Scan.start_instance,
        end=Scan.end_instance,
    ),
    "instance field": _Row(text=True, end=Scan.end_instance_field),
    "tags": _Row({"tag": "tag"}),
    "tag": _Row({"tag": "tag name", "link": "tag link"}, start=Scan.start_tag, end=Scan.end_tag),
    "tag name": _Row(text=True, end=Scan.end_tag_name),
    "tag link": _Row(text=True, end=Scan.end_tag_link),
}
"""Which element may stand where, and what is done with it."""


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a traditional XML report. Raises ReportError when it is not well-formed or breaks off."""
    lists = zap_xml_lists.Lists(stream)
    return _read(lists, Scan(lists.found, lists.numbers))


def read_elements(stream: blocks.Stream) -> raw.RawReport:
    """Read a report element by element."""
    return _read(stream, Scan({}, Numbers()))


def _read(stream: blocks.Stream, scan: Scan) -> raw.RawReport:
    xml_events.Reader(ELEMENTS, scan, scan.report.warnings).read(stream)
    return scan.report
