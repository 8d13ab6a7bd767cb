"""Alerts to findings: one weakness at one place, the same in every scan that sees it.

Algorithm `zap/1`: the 16-byte BLAKE2b digest of the algorithm's name, rule, origin, METHOD, path template, parameter.
The rule is alertRef, else pluginid. Rules that speak of a whole origin have "*" for method and template and no
parameter, unless that is a cookie's name. Never part of it: evidence, attack, further information, severity,
confidence, name, CWE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from testflux.kit import hashing
from testflux.model import raw, report
from testflux.model.status import Confidence, Severity
from testflux.normalise import texts, urls, zap_rules

_INDEX = re.compile(r"(?<=[\[_.-])\d+(?=[\]_.-]|$)")
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s<>\"']+")

Place = tuple[str, str, str, str, str]
"""Rule, origin, method, template and parameter."""


class _Draft(msgspec.Struct):
    """A finding in the making: the alerts it was seen in and its distinct occurrences, in the order of the file."""

    alerts: list[raw.RawAlert]
    occurrences: dict[report.Occurrence, None]
    count: int = 0


def build(alerts: Iterable[raw.RawAlert]) -> tuple[report.Finding, ...]:
    """Return the findings of one scan, in the order of first sight; an alert without instances is one on its site."""
    drafts: dict[Place, _Draft] = {}
    for alert in alerts:
        places = [(place(alert, instance), _occurrence(instance)) for instance in alert.instances]
        for where, occurrence in places or [(_whole_site(alert), None)]:
            draft = drafts.setdefault(where, _Draft([], {}))
            if not draft.alerts or draft.alerts[-1] is not alert:
                draft.alerts.append(alert)
            if occurrence is not None:
                draft.occurrences[occurrence] = None
        if len({where for where, _ in places}) == 1:
            only = drafts[places[0][0]]
            only.count = max(only.count, alert.count or 0)
    return tuple(_finding(where, draft) for where, draft in drafts.items())


def place(alert: raw.RawAlert, instance: raw.RawInstance) -> Place:
    """Return what identifies a finding in a project."""
    rule = rule_of(alert)
    family = rule.partition("-")[0]
    where = urls.origin(instance.uri) or urls.origin(alert.site)
    param = parameter(instance.param)
    if family in zap_rules.SYSTEMIC:
        return rule, where, "*", "*", param if family in zap_rules.COOKIE else ""
    template = urls.template(instance.uri)
    if family in zap_rules.INVENTED_LAST_SEGMENT:
        template = template.rpartition("/")[0] or "/"
    return rule, where, instance.method.strip().upper(), template, param


def rule_of(alert: raw.RawAlert) -> str:
    """Return the rule's number with its variant, by one name for all versions of ZAP."""
    rule = alert.alert_ref.strip() or alert.plugin_id.strip() or alert.name.strip()
    return zap_rules.ALIASES.get(rule, rule)


def parameter(name: str) -> str:
    """Return a parameter's name as it stays from scan to scan: lower case, its running numbers named."""
    return _INDEX.sub("{n}", name.strip().lower())


def digest(where: Place) -> bytes:
    """Return the 16 bytes that identify a finding in its project."""
    return hashing.digest((zap_rules.VERSION, *where))


def _whole_site(alert: raw.RawAlert) -> Place:
    return rule_of(alert), urls.origin(alert.site), "*", "*", ""


def _occurrence(instance: raw.RawInstance) -> report.Occurrence:
    return report.Occurrence(
        instance.uri.strip(),
        instance.method.strip(),
        instance.param,
        instance.attack,
        instance.evidence,
        texts.paragraphs(instance.other),
        instance.request_header + instance.request_body,
        instance.response_header + instance.response_body,
    )


def _finding(where: Place, draft: _Draft) -> report.Finding:
    rule, origin, method, template, param = where
    gravest = max(draft.alerts, key=lambda alert: (alert.confidence != Confidence.FALSE_POSITIVE, alert.risk or 0))
    return report.Finding(
        digest(where),
        zap_rules.VERSION,
        rule,
        gravest.name,
        Severity(gravest.risk or 0),
        Confidence(max(Confidence.LOW if alert.confidence is None else alert.confidence for alert in draft.alerts)),
        origin,
        method,
        template,
        param,
        tuple(draft.occurrences),
        max(draft.count, len(draft.occurrences)),
        gravest.cwe,
        gravest.wasc,
        texts.paragraphs(gravest.description),
        texts.paragraphs(gravest.solution),
        references(gravest.reference),
        gravest.tags,
    )


def references(text: str) -> tuple[str, ...]:
    """Return the distinct addresses in an alert's references, in their order."""
    return tuple(dict.fromkeys(_ADDRESS.findall(texts.paragraphs(text))))
