"""ZAP's traditional JSON reports: 2.7 (a site may be one object) to the add-on's -plus form."""

from __future__ import annotations

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import blocks, json_document, zap_fields

_INSTANCE_FIELDS = {
    "uri": "uri",
    "method": "method",
    "param": "param",
    "attack": "attack",
    "evidence": "evidence",
    "otherinfo": "other",
    "nodeName": "node_name",
    "request-header": "request_header",
    "request-body": "request_body",
    "response-header": "response_header",
    "response-body": "response_body",
}


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a traditional JSON report. Raises ReportError when it is not well-formed, breaks off or has no sites."""
    warnings: list[raw.ReportWarning] = []
    document = json_document.as_object(json_document.decode(blocks.everything(stream), warnings))
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
        report.alerts.extend(_alert(alert, name, report) for alert in _objects(site, "alerts", report))
    _warn_about_plan(document, report)
    return report


def _alert(alert: dict[str, object], site: str, report: raw.RawReport) -> raw.RawAlert:
    systemic = alert.get("systemic")
    return raw.RawAlert(
        plugin_id=_text(alert, "pluginid"),
        name=_text(alert, "name") or _text(alert, "alert"),
        instances=[_instance(instance) for instance in _objects(alert, "instances", report)],
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


def _instance(instance: dict[str, object]) -> raw.RawInstance:
    return raw.RawInstance(**{field: _text(instance, key) for key, field in _INSTANCE_FIELDS.items()})


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


def _warn_about_plan(document: dict[str, object], report: raw.RawReport) -> None:
    for item in json_document.as_list(document.get("afPlanErrors")):
        report.warnings.append(
            raw.ReportWarning("zap-plan-error", f"ZAP's plan failed: {json_document.as_text(item)[:500]}")
        )
    if stopping := json_document.as_text(document.get("stoppingInsight")):
        report.warnings.append(raw.ReportWarning("zap-stopped", f"ZAP stopped the scan early: {stopping[:500]}"))
