"""Alerts to findings: one weakness at one place, the same in every scan that sees it.

What makes it the same is in `zap_identity` for ZAP's alerts and in `sarif_identity` for those of other tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from testflux.kit import hashing
from testflux.model import raw, report
from testflux.model.status import Confidence, Severity
from testflux.normalise import sarif_identity, secrecy, texts, zap_identity, zap_rules
from testflux.normalise.zap_identity import Place

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s<>\"']+")
_ALERTS = 256  # whose texts are kept in mind: all findings of an alert have the same ones


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
        keys = _add_places(drafts, alert) if is_zap else _add_results(drafts, alert)
        if not keys:
            where = zap_identity.whole_site(alert)
            _draft(drafts, where, where, alert)
        if len(keys) == 1:
            only = drafts[keys.pop()]
            only.count = max(only.count, alert.count or 0)
    version = zap_rules.VERSION if is_zap else sarif_identity.VERSION
    return tuple(_finding(version, key, draft) for key, draft in drafts.items())


def _add_places(drafts: Drafts, alert: raw.RawAlert) -> set[Key]:
    """Add an alert's instances to the findings that they belong to, and return those findings' keys."""
    place = zap_identity.placing(alert)
    keys: set[Key] = set()
    for instance in alert.instances:
        key = place(instance)
        if key not in keys:
            _draft(drafts, key, key, alert)
            keys.add(key)
        drafts[key].occurrences[_occurrence(instance, instance.uri.strip())] = None
    return keys


def _add_results(drafts: Drafts, alert: raw.RawAlert) -> set[Key]:
    """Do the same for the results of a tool that is not ZAP."""
    keys: set[Key] = set()
    for instance in alert.instances:
        where = sarif_identity.place(alert, instance)
        key = (*where[:4], sarif_identity.context(instance))
        position = sarif_identity.position(instance)
        _draft(drafts, key, where, alert).occurrences[_occurrence(instance, position)] = None
        keys.add(key)
    return keys


def _draft(drafts: Drafts, key: Key, where: Place, alert: raw.RawAlert) -> _Draft:
    draft = drafts.get(key)
    if draft is None:
        draft = drafts[key] = _Draft(where, [], {})
    if not draft.alerts or draft.alerts[-1] is not alert:
        draft.alerts.append(alert)
    return draft


def _occurrence(instance: raw.RawInstance, position: str) -> report.Occurrence:
    other = instance.other
    return report.Occurrence(
        position,
        instance.method.strip(),
        instance.param,
        instance.attack,
        instance.evidence,
        texts.paragraphs(other) if other else "",
        secrecy.hide(instance.request_header) + instance.request_body,
        secrecy.hide(instance.response_header) + instance.response_body,
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
        _prose(gravest.description),
        _prose(gravest.solution),
        references(gravest.reference),
        gravest.tags,
    )


@lru_cache(_ALERTS)
def references(text: str) -> tuple[str, ...]:
    """Return the distinct addresses in an alert's references, in their order."""
    return tuple(dict.fromkeys(_ADDRESS.findall(texts.paragraphs(text))))


_prose = lru_cache(_ALERTS)(texts.paragraphs)
