"""What makes one of ZAP's alerts the same in the next scan.

Algorithm `zap/1`: the 16-byte BLAKE2b digest of the algorithm's name, rule, origin, METHOD, path template, parameter.
The rule is alertRef, else pluginid. Rules that speak of a whole origin have "*" for method and template and no
parameter, unless that is a cookie's name. Never part of it: evidence, attack, further information, severity,
confidence, name, CWE.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from testflux.model import raw
from testflux.normalise import urls, zap_rules

_INDEX = re.compile(r"(?<=[\[_.-])\d+(?=[\]_.-]|$)")
_REMEMBERED = 4096
_LONG = 200

Place = tuple[str, str, str, str, str]
"""Rule, origin, method, template and parameter."""


def place(alert: raw.RawAlert, instance: raw.RawInstance) -> Place:
    """Return what identifies a finding in a project."""
    return placing(alert)(urls.origin_and_template(instance.uri), instance.method, instance.param)


def placing(alert: raw.RawAlert) -> Callable[[urls.Spot, str, str], Place]:
    """Return what tells by spot, method and parameter where an alert belongs: the alert's own part is done once."""
    rule = rule_of(alert)
    family = rule.partition("-")[0]
    site = urls.origin(alert.site)
    if family in zap_rules.SYSTEMIC:
        return _on_origin(rule, site, is_cookie=family in zap_rules.COOKIE)
    is_invented = family in zap_rules.INVENTED_LAST_SEGMENT

    def on_page(spot: urls.Spot, method: str, param: str) -> Place:
        origin, template = spot
        if is_invented:
            template = template.rpartition("/")[0] or "/"
        return rule, origin or site, method.strip().upper(), template, parameter(param)

    return on_page


def _on_origin(rule: str, site: str, *, is_cookie: bool) -> Callable[[urls.Spot, str, str], Place]:
    def on_origin(spot: urls.Spot, _method: str, param: str) -> Place:
        return rule, spot[0] or site, "*", "*", parameter(param) if is_cookie else ""

    return on_origin


def whole_site(alert: raw.RawAlert) -> Place:
    """Return the place of an alert that lists no instances."""
    return rule_of(alert), urls.origin(alert.site), "*", "*", ""


def rule_of(alert: raw.RawAlert) -> str:
    """Return the rule's number with its variant, by one name for all versions of ZAP."""
    rule = alert.alert_ref.strip() or alert.plugin_id.strip() or alert.name.strip()
    return zap_rules.ALIASES.get(rule, rule)


def parameter(name: str) -> str:
    """Return a parameter's name as it stays from scan to scan: lower case, its running numbers named."""
    return _remembered(name) if len(name) < _LONG else _parameter(name)


def _parameter(name: str) -> str:
    return _INDEX.sub("{n}", name.strip().lower())


_remembered = lru_cache(_REMEMBERED)(_parameter)
