"""ZAP's alerts as its API lists them: one row an instance, with words for risk and confidence.

Three shapes are in use: `{"alerts": […]}` from the API, the bare list that scripts write, `{"vulnerabilities": […]}`.
"""

from __future__ import annotations

from typing import cast

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import blocks, json_document, zap_fields

_LISTS = ("alerts", "vulnerabilities")


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a list of alerts. Raises ReportError when it is not well-formed, breaks off or is no such list."""
    warnings: list[raw.ReportWarning] = []
    rows = _rows(json_document.decode(blocks.everything(stream), warnings))
    report = raw.RawReport("zap-api", Kind.SECURITY, raw.Tool("ZAP"), warnings=warnings)
    alerts: dict[tuple[str, str, int | None, bool], raw.RawAlert] = {}
    for row in rows:
        if not json_document.is_object(row):
            warnings.append(raw.ReportWarning("unexpected-value", "The list of alerts holds something that is none."))
            continue
        alert = _alert(row)
        key = (alert.alert_ref or alert.plugin_id, alert.name, alert.risk, alert.confidence == 0)
        kept = alerts.setdefault(key, alert)
        kept.instances.append(_instance(row))
        if alert.confidence is not None:
            kept.confidence = max(kept.confidence or 0, alert.confidence)
    report.alerts = list(alerts.values())
    return report


def _rows(document: object) -> list[object]:
    held = json_document.as_object(document)
    rows: object = next((held[name] for name in _LISTS if name in held), document)
    if not isinstance(rows, list):
        raise errors.ReportError(
            "This looks like alerts from ZAP's API, but it holds no list of them.",
            code="report-shape",
            hint='Send the answer of /JSON/alert/view/alerts/ as it came: {"alerts": [...]}.',
        )
    return cast("list[object]", rows)


def _alert(row: dict[str, object]) -> raw.RawAlert:
    tags = json_document.as_object(row.get("tags"))
    return raw.RawAlert(
        plugin_id=_text(row, "pluginId"),
        name=_text(row, "name") or _text(row, "alert"),
        instances=[],
        alert_ref=_text(row, "alertRef"),
        risk=zap_fields.risk(_text(row, "risk"), _text(row, "risk")),
        confidence=zap_fields.confidence(_text(row, "confidence")),
        description=_text(row, "description"),
        solution=_text(row, "solution"),
        reference=_text(row, "reference"),
        other=_text(row, "other"),
        cwe=zap_fields.identifier(_text(row, "cweid")),
        wasc=zap_fields.identifier(_text(row, "wascid")),
        tags={name: json_document.as_text(link) for name, link in tags.items()},
    )


def _instance(row: dict[str, object]) -> raw.RawInstance:
    return raw.RawInstance(
        uri=_text(row, "url"),
        method=_text(row, "method"),
        param=_text(row, "param"),
        attack=_text(row, "attack"),
        evidence=_text(row, "evidence"),
        other=_text(row, "other"),
        node_name=_text(row, "nodeName"),
    )


def _text(row: dict[str, object], key: str) -> str:
    return json_document.as_text(row.get(key))
