"""Alerts to findings: one weakness at one place, the same in every scan that sees it.

What makes it the same is in `zap_identity` for ZAP's alerts and in `sarif_identity` for those of other tools.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from testflux.kit import hashing
from testflux.kit.numbers import Numbers
from testflux.model import raw, report
from testflux.model.status import Confidence, Severity
from testflux.normalise import occurrences, sarif_identity, texts, zap_identity, zap_rules, zap_spots
from testflux.normalise.zap_identity import Place

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s<>\"']+")
_ALERTS = 256  # whose texts are kept in mind: all findings of an alert have the same ones


Key = tuple[str, ...]


class _Draft(msgspec.Struct):
    """A finding in the making: the alerts it was seen in and its occurrences, row after row, as the file has them."""

    place: Place
    alerts: list[raw.RawAlert]
    rows: array[int]
    count: int = 0


class _Drafts(dict[Key, _Draft]):
    """The findings of one scan in the making, in the order of first sight."""

    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self._numbers = numbers
        self._spots = zap_spots.Spots(numbers.texts)

    def add_places(self, alert: raw.RawAlert, instances: raw.Instances) -> set[Key]:
        """Add an alert's instances to the findings that they belong to, and return those findings' keys."""
        place, text = zap_identity.placing(alert), self._numbers.texts
        found: set[Key] = set()
        for columns in instances.pieces():
            uris, methods, params, *_ = columns
            keys = zip(self._spots.find(uris), methods, params, strict=True)
            met: dict[tuple[int, int, int], _Draft] = {}
            for key, row in zip(keys, occurrences.rows(columns, self._numbers), strict=True):
                draft = met.get(key)
                if draft is None:
                    spot, method, param = key
                    where = place(self._spots[spot], text[method], text[param])
                    draft = met[key] = self.draft(where, where, alert)
                    found.add(where)
                draft.rows.extend(row)
        return found

    def add_results(self, alert: raw.RawAlert) -> set[Key]:
        """Do the same for the results of a tool that is not ZAP."""
        keys: set[Key] = set()
        for instance in alert.instances:
            where = sarif_identity.place(alert, instance)
            key = (*where[:4], sarif_identity.context(instance))
            row = occurrences.row(instance, sarif_identity.position(instance), self._numbers)
            self.draft(key, where, alert).rows.extend(row)
            keys.add(key)
        return keys

    def draft(self, key: Key, where: Place, alert: raw.RawAlert) -> _Draft:
        """Return the finding of a key, with the alert among those it was seen in."""
        draft = self.get(key)
        if draft is None:
            draft = self[key] = _Draft(where, [], array("I"))
        if not draft.alerts or draft.alerts[-1] is not alert:
            draft.alerts.append(alert)
        return draft


def build(alerts: Iterable[raw.RawAlert]) -> tuple[report.Finding, ...]:
    """Return the findings of one scan, in the order of first sight; an alert without instances is one on its site.

    All have one algorithm: `zap/1` when every alert is ZAP's, else `sarif/1`.
    """
    entries = list(alerts)
    is_zap = not any(alert.tool for alert in entries)
    numbers, packed = _pack(entries if is_zap else [])
    drafts = _Drafts(numbers)
    for at, alert in enumerate(entries):
        keys = drafts.add_places(alert, packed[at]) if is_zap else drafts.add_results(alert)
        if not keys:
            where = zap_identity.whole_site(alert)
            drafts.draft(where, where, alert)
        if len(keys) == 1:
            only = drafts[keys.pop()]
            only.count = max(only.count, alert.count or 0)
    version = zap_rules.VERSION if is_zap else sarif_identity.VERSION
    return tuple(_finding(version, key, drafts.pop(key), numbers.texts) for key in list(drafts))


def _pack(alerts: list[raw.RawAlert]) -> tuple[Numbers, list[raw.Instances]]:
    """Return the instances of each alert as numbers of the same texts."""
    given = (alert.instances.numbers for alert in alerts if isinstance(alert.instances, raw.Instances))
    numbers = next(given, Numbers())
    return numbers, [
        alert.instances
        if isinstance(alert.instances, raw.Instances) and alert.instances.numbers is numbers
        else raw.Instances(numbers, alert.instances)
        for alert in alerts
    ]


def _distinct(rows: array[int]) -> array[int]:
    """Return each row once."""
    data, width = rows.tobytes(), rows.itemsize * report.Occurrences.WIDTH
    distinct = dict.fromkeys(data[at : at + width] for at in range(0, len(data), width))
    return rows if len(distinct) * width == len(data) else array("I", b"".join(distinct))


def _finding(version: str, key: Key, draft: _Draft, written: list[str]) -> report.Finding:
    found = report.Occurrences(written, _distinct(draft.rows))
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
        found,
        max(draft.count, len(found)),
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
