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
    return placing(alert)(instance)


def placing(alert: raw.RawAlert) -> Callable[[raw.RawInstance], Place]:
    """Return what says of each instance of an alert where it belongs: the alert's own part is done once."""
    rule = rule_of(alert)
    family = rule.partition("-")[0]
    site = urls.origin(alert.site)
    if family in zap_rules.SYSTEMIC:
        return _on_origin(rule, site, is_cookie=family in zap_rules.COOKIE)
    is_invented = family in zap_rules.INVENTED_LAST_SEGMENT

    def on_page(instance: raw.RawInstance) -> Place:
        origin, template = urls.origin_and_template(instance.uri)
        if is_invented:
            template = template.rpartition("/")[0] or "/"
        return rule, origin or site, instance.method.strip().upper(), template, parameter(instance.param)

    return on_page


def _on_origin(rule: str, site: str, *, is_cookie: bool) -> Callable[[raw.RawInstance], Place]:
    def on_origin(instance: raw.RawInstance) -> Place:
        origin = urls.origin_and_template(instance.uri)[0] or site
        return rule, origin, "*", "*", parameter(instance.param) if is_cookie else ""

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
