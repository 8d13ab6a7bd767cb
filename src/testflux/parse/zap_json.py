"""ZAP's traditional JSON reports: 2.7 (a site may be one object) to the add-on's -plus form."""

from __future__ import annotations

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import blocks, json_document, zap_fields, zap_json_lists

_SMALL = 4 * 1024 * 1024  # below this, one reading of the whole takes no memory to speak of

_Lists = list[raw.Instances]


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a traditional JSON report. Raises ReportError when it is not well-formed, breaks off or has no sites."""
    head = blocks.full(stream, _SMALL)
    return read_whole(head) if len(head) < _SMALL else read_pieces(blocks.Replay(head, stream))


def read_whole(data: bytes) -> raw.RawReport:
    """Read a report that is in memory."""
    warnings: list[raw.ReportWarning] = []
    return _read(json_document.decode(data, warnings), [], warnings)


def read_pieces(stream: blocks.Stream) -> raw.RawReport:
    """Read a report that need not fit in memory but for its instances."""
    warnings: list[raw.ReportWarning] = []
    cut = zap_json_lists.Cut(stream)
    try:
        document = json_document.decode(cut.text, warnings)
    except errors.ReportError as error:
        raise cut.place(error) from None
    return _read(document, cut.lists, warnings)


def _read(decoded: object, lists: _Lists, warnings: list[raw.ReportWarning]) -> raw.RawReport:
    document = json_document.as_object(decoded)
    if "site" not in document:
        raise errors.ReportError(
            'This looks like a ZAP report, but it has no "site".',
            code="report-shape",
            hint="Send the traditional-json report as ZAP wrote it.",
        )
    version, created, generated = (_text(document, key) for key in ("@version", "created", "@generated"))
    report = zap_fields.start("zap-json", version, created, generated)
    report.warnings = [*warnings, *report.warnings]
    for site in _objects(document, "site", report):
        name = _text(site, "@name") or _text(site, "@host")
        report.sites.append(name)
        report.alerts.extend(_alert(alert, name, report, lists) for alert in _objects(site, "alerts", report))
    _tell_of_the_scan(document, report)
    zap_fields.check_instances(report)
    return report


def _alert(alert: dict[str, object], site: str, report: raw.RawReport, lists: _Lists) -> raw.RawAlert:
    systemic = alert.get("systemic")
    return raw.RawAlert(
        plugin_id=_text(alert, "pluginid"),
        name=_text(alert, "name") or _text(alert, "alert"),
        instances=_instances(alert, report, lists),
        alert_ref=_text(alert, "alertRef"),
        risk=zap_fields.risk(_text(alert, "riskcode"), _text(alert, "riskdesc")),
        confidence=zap_fields.level(_text(alert, "confidence"), 4),
        description=_text(alert, "desc"),
        solution=_text(alert, "solution"),
        reference=_text(alert, "reference"),
        other=_text(alert, "otherinfo"),
        cwe=zap_fields.identifier(_text(alert, "cweid")),
        wasc=zap_fields.identifier(_text(alert, "wascid")),
        count=zap_fields.integer(_text(alert, "count")),
        site=site,
        is_systemic=systemic if isinstance(systemic, bool) else zap_fields.truth(_text(alert, "systemic")),
        tags={_text(tag, "tag"): _text(tag, "link") for tag in _objects(alert, "tags", report) if _text(tag, "tag")},
    )


def _instances(alert: dict[str, object], report: raw.RawReport, lists: _Lists) -> list[raw.RawInstance] | raw.Instances:
    """Return the listed instances; with `alert.mergeissues=false` the alert itself is its only one."""
    listed = alert.get("instances")
    if isinstance(listed, int) and -len(lists) <= listed < 0:
        return lists[-listed - 1]
    is_own = "instances" not in alert and "uri" in alert
    return [_instance(item) for item in ([alert] if is_own else _objects(alert, "instances", report))]


def _instance(instance: dict[str, object]) -> raw.RawInstance:
    return raw.RawInstance(
        uri=_text(instance, "uri"),
        method=_text(instance, "method"),
        param=_text(instance, "param"),
        attack=_text(instance, "attack"),
        evidence=_text(instance, "evidence"),
        other=_text(instance, "otherinfo"),
        node_name=_text(instance, "nodeName"),
        request_header=_text(instance, "request-header"),
        request_body=_text(instance, "request-body"),
        response_header=_text(instance, "response-header"),
        response_body=_text(instance, "response-body"),
    )


def _text(holder: dict[str, object], key: str) -> str:
    return json_document.as_text(holder.get(key))


def _objects(holder: dict[str, object], key: str, report: raw.RawReport) -> list[dict[str, object]]:
    """Return the objects in a list; ZAP 2.7 wrote a list of one as the object alone."""
    items = json_document.as_list(holder.get(key))
    objects = [item for item in items if json_document.is_object(item)]
    if len(objects) < len(items):
        report.warnings.append(
            raw.ReportWarning("unexpected-value", f'"{key}" holds something that is no object; it was left out.')
        )
    return objects


def _tell_of_the_scan(document: dict[str, object], report: raw.RawReport) -> None:
    """Read what ZAP says of how the scan went; what is absent from a scan that went wrong is not gone."""
    for insight in json_document.as_list(document.get("insights")):
        zap_fields.add_insight(report, _words(insight))
    for item in json_document.as_list(document.get("afPlanErrors")):
        zap_fields.fail(report, json_document.as_text(item))
    for item in json_document.as_list(document.get("stoppingInsight")):
        words = _words(item)
        if reason := json_document.as_text(item) or words["description"] or words["key"]:
            zap_fields.stop(report, reason)


def _words(insight: object) -> dict[str, str]:
    said = json_document.as_object(insight)
    return {key: _text(said, key) for key in zap_fields.INSIGHT}
