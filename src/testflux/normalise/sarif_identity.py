"""What makes a SARIF result the same in the next scan, whatever moved around it.

Algorithm `sarif/1`: the 16-byte BLAKE2b digest of the algorithm's name, rule, origin, METHOD, template, context. The
template is a file's path, or an address's path template. The context is the tool's own fingerprint, else the snippet
with its spaces evened out, else the name of what encloses the place. Line numbers, messages, severity and the tool's
name are no part of it. At an address, where snippets are answers of a server, only a fingerprint is context.
"""

from __future__ import annotations

from testflux.model import raw
from testflux.normalise import urls

VERSION = "sarif/1"

Place = tuple[str, str, str, str, str]
"""Rule, origin, method, template and the name of what encloses the place."""


def place(alert: raw.RawAlert, instance: raw.RawInstance) -> Place:
    """Return where a result is, as people read it; "*" is the whole project."""
    rule = alert.plugin_id or alert.name
    if instance.uri:
        origin, template = urls.origin_and_template(instance.uri)
        return rule, origin, instance.method.strip().upper(), template, ""
    return rule, "", "", instance.path or "*", instance.logical


def context(instance: raw.RawInstance) -> str:
    """Return what tells results of one rule in one file apart."""
    if instance.fingerprint:
        return f"fingerprint {instance.fingerprint}"
    if instance.uri:
        return ""
    if instance.evidence.strip():
        return f"text {' '.join(instance.evidence.split())}"
    return f"in {instance.logical}" if instance.logical else ""


def position(instance: raw.RawInstance) -> str:
    """Return an occurrence's address, or its file and line, `src/shop.py:12`."""
    if instance.uri or not instance.path:
        return instance.uri.strip()
    return instance.path if instance.line is None else f"{instance.path}:{instance.line}"
