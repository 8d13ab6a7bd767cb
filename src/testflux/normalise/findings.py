"""Alerts to findings: one weakness at one place, the same in every scan that sees it.

Algorithm `zap/1`: the 16-byte BLAKE2b digest of the algorithm's name, rule, origin, METHOD, path template, parameter.
The rule is alertRef, else pluginid. Rules that speak of a whole origin have "*" for method and template and no
parameter, unless that is a cookie's name. Never part of it: evidence, attack, further information, severity,
confidence, name, CWE. What other tools than ZAP found has the algorithm of `sarif_identity`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from testflux.kit import hashing
from testflux.model import raw, report
from testflux.model.status import Confidence, Severity
from testflux.normalise import sarif_identity, texts, urls, zap_rules

_INDEX = re.compile(r"(?<=[\[_.-])\d+(?=[\]_.-]|$)")
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s<>\"']+")

Place = tuple[str, str, str, str, str]
"""Rule, origin, method, template and parameter."""


class _Draft(msgspec.Struct):
    """A finding in the making: the alerts it was seen in and its distinct occurrences, in the order of the file."""

    place: Place
    alerts: list[raw.RawAlert]
    occurrences: dict[report.Occurrence, None]
    count: int = 0


Key = tuple[str, ...]
Drafts = dict[Key, _Draft]


def build(alerts: Iterable[raw.RawAlert]) -> tuple[report.Finding, ...]:
    """Return the findings of one scan, in the order of first sight; an alert without instances is one on its site.

    All have one algorithm: `zap/1` when every alert is ZAP's, else `sarif/1`.
    """
    entries = list(alerts)
    is_zap = not any(alert.tool for alert in entries)
    drafts: Drafts = {}
    for alert in entries:
        keys = {_add(drafts, alert, instance, is_zap=is_zap) for instance in alert.instances}
        if not alert.instances:
            where = _whole_site(alert)
            _draft(drafts, where, where, alert)
        if len(keys) == 1:
            only = drafts[keys.pop()]
            only.count = max(only.count, alert.count or 0)
    version = zap_rules.VERSION if is_zap else sarif_identity.VERSION
    return tuple(_finding(version, key, draft) for key, draft in drafts.items())


def _add(drafts: Drafts, alert: raw.RawAlert, instance: raw.RawInstance, *, is_zap: bool) -> Key:
    """Add an instance to the finding it belongs to, and return that finding's key."""
    if is_zap:
        key = where = place(alert, instance)
    else:
        where = sarif_identity.place(alert, instance)
        key = (*where[:4], sarif_identity.context(instance))
    _draft(drafts, key, where, alert).occurrences[_occurrence(instance)] = None
    return key


def _draft(drafts: Drafts, key: Key, where: Place, alert: raw.RawAlert) -> _Draft:
    draft = drafts.get(key)
    if draft is None:
        draft = drafts[key] = _Draft(where, [], {})
    if not draft.alerts or draft.alerts[-1] is not alert:
        draft.alerts.append(alert)
    return draft


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


def _whole_site(alert: raw.RawAlert) -> Place:
    return rule_of(alert), urls.origin(alert.site), "*", "*", ""


def _occurrence(instance: raw.RawInstance) -> report.Occurrence:
    return report.Occurrence(
        sarif_identity.position(instance),
        instance.method.strip(),
        instance.param,
        instance.attack,
        instance.evidence,
        texts.paragraphs(instance.other),
        instance.request_header + instance.request_body,
        instance.response_header + instance.response_body,
    )


def _finding(version: str, key: Key, draft: _Draft) -> report.Finding:
    rule, origin, method, template, param = draft.place
    gravest = max(draft.alerts, key=lambda alert: (alert.confidence != Confidence.FALSE_POSITIVE, alert.risk or 0))
    return report.Finding(
        hashing.digest((version, *key)),
        version,
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
