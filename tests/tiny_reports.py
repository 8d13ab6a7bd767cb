"""The smallest sound reports of each kind, for tests that care about what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

ZAP_URL = "https://shop.example"


PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="
"""A PNG of one dot, in base64."""


def robot(
    tests: Mapping[str, str],
    started_at: datetime,
    *,
    suite: str = "Shop",
    seconds: Mapping[str, float] | None = None,
    inside: Mapping[str, str] | None = None,
) -> bytes:
    """Write an output.xml: `tests` maps names to PASS, SKIP, or the message of a failure; `inside` to their steps."""
    taken, steps = seconds or {}, inside or {}
    lines = [
        f'<robot generator="Robot 7.5" generated="{started_at:%Y-%m-%dT%H:%M:%S}" rpa="false" schemaversion="5">',
        f'<suite id="s1" name="{suite}" source="/shop.robot">',
    ]
    for number, (name, outcome) in enumerate(tests.items(), start=1):
        status = outcome if outcome in ("PASS", "SKIP") else "FAIL"
        message = "" if outcome == "PASS" else ("not today" if outcome == "SKIP" else outcome)
        lines.append(
            f'<test id="s1-t{number}" name="{name}" line="{number}">{steps.get(name, "")}<tag>smoke</tag>'
            f'<status status="{status}" start="{started_at:%Y-%m-%dT%H:%M:%S}.000000" '
            f'elapsed="{taken.get(name, 0.1):.6f}">{message}</status></test>'
        )
    failed = sum(1 for outcome in tests.values() if outcome not in ("PASS", "SKIP"))
    lines.append(
        f'<status status="{"FAIL" if failed else "PASS"}" start="{started_at:%Y-%m-%dT%H:%M:%S}.000000" elapsed="2.5"/>'
    )
    lines.append("</suite><statistics/><errors/></robot>")
    return "\n".join(lines).encode()


def keyword(name: str, *inside: str, status: str = "PASS", message: str = "", arguments: str = "") -> str:
    """Write a keyword for `robot(inside=…)`; `arguments` are parted by spaces."""
    written = "".join(f"<arg>{argument}</arg>" for argument in arguments.split())
    return (
        f'<kw name="{name}" owner="Shop">{"".join(inside)}{written}'
        f'<status status="{status}" start="2026-03-14T09:15:30.250000" elapsed="0.125">{message}</status></kw>'
    )


def message(text: str, level: str = "INFO", *, is_html: bool = False) -> str:
    """Write a log message for `keyword`."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = ' html="true"' if is_html else ""
    return f'<msg time="2026-03-14T09:15:30.300000" level="{level}"{marked}>{escaped}</msg>'


def zap(alerts: Mapping[str, int], started_at: datetime) -> bytes:
    """Write a traditional-json report: `alerts` maps plugin ids to risks (0 informational to 3 high)."""
    entries = [
        {
            "pluginid": plugin,
            "alertRef": plugin,
            "alert": f"Weakness {plugin}",
            "name": f"Weakness {plugin}",
            "riskcode": str(risk),
            "confidence": "2",
            "riskdesc": "…",
            "desc": "<p>What it is.</p>",
            "instances": [
                {
                    "uri": f"{ZAP_URL}/basket/1",
                    "method": "GET",
                    "param": "q",
                    "attack": "'",
                    "evidence": "error",
                    "request-header": "GET /basket/1 HTTP/1.1\r\nCookie: sid=1f93\r\n\r\n",
                }
            ],
            "count": "1",
            "solution": "<p>Mend it.</p>",
            "reference": "<p>https://owasp.example/1</p>",
            "cweid": "79",
            "wascid": "8",
        }
        for plugin, risk in alerts.items()
    ]
    site = {"@name": ZAP_URL, "@host": "shop.example", "@port": "443", "@ssl": "true", "alerts": entries}
    generated = started_at.strftime("%a, %d %b %Y %H:%M:%S")
    return json.dumps({"@programName": "ZAP", "@version": "2.16.1", "@generated": generated, "site": [site]}).encode()


def k6(p95: float, *, limit: float = 500, checks_failed: int = 0) -> bytes:
    """Write a --summary-export with one threshold on p(95) of http_req_duration."""
    is_missed = p95 >= limit
    duration = {"avg": p95 / 2, "min": 1.0, "med": p95 / 2, "max": p95 * 2, "p(90)": p95 * 0.9, "p(95)": p95}
    metrics = {
        "http_req_duration": duration | {"thresholds": {f"p(95)<{limit:g}": is_missed}},
        "http_reqs": {"count": 1000, "rate": 33.3},
        "iterations": {"count": 500, "rate": 16.6},
        "vus_max": {"value": 10, "min": 10, "max": 10},
        "checks": {"value": 1 - checks_failed / 100, "passes": 100 - checks_failed, "fails": checks_failed},
    }
    check = {
        "name": "status is 200",
        "path": "::status is 200",
        "id": "1",
        "passes": 100 - checks_failed,
        "fails": checks_failed,
    }
    inner = {"name": "basket", "path": "::basket", "id": "2", "groups": {}, "checks": {}}
    root = {"name": "", "path": "", "id": "0", "groups": {"basket": inner}, "checks": {"status is 200": check}}
    return json.dumps({"metrics": metrics, "root_group": root}).encode()


def k6_samples(started_at: datetime, *, seconds: int = 20) -> bytes:
    """Write the JSON lines of `k6 run --out json`: two requests a second, one of them failing in the last second."""
    lines: list[dict[str, object]] = [
        {"type": "Metric", "metric": name, "data": {"name": name, "type": kind, "contains": contains, "thresholds": []}}
        for name, kind, contains in (
            ("http_reqs", "counter", "default"),
            ("http_req_duration", "trend", "time"),
            ("http_req_failed", "rate", "default"),
            ("vus", "gauge", "default"),
        )
    ]
    for second in range(seconds):
        at = f"{started_at + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}.500000Z"
        for path in ("basket", "pay"):
            is_failed = path == "pay" and second == seconds - 1
            tags = {"name": f"{ZAP_URL}/{path}", "method": "GET", "status": "500" if is_failed else "200"}
            values = {"http_reqs": 1, "http_req_duration": 100.0 + second, "http_req_failed": int(is_failed)}
            lines.extend(
                {"type": "Point", "metric": name, "data": {"time": at, "value": value, "tags": tags}}
                for name, value in values.items()
            )
        lines.append({"type": "Point", "metric": "vus", "data": {"time": at, "value": 5, "tags": {}}})
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def junit() -> bytes:
    """Write a Surefire report: a test that failed twice before it passed, and one that failed and wrote output."""
    return b"""<testsuite name="shop.PayTest" tests="2" failures="1" time="3.5">
<properties><property name="java.version" value="21"/></properties>
<testcase name="retries" classname="shop.PayTest" time="1.5">
<flakyFailure message="not yet" type="AssertionError" time="0.5">not yet
at shop.PayTest:7</flakyFailure>
<flakyFailure message="still not" type="AssertionError" time="0.5">still not</flakyFailure>
</testcase>
<testcase name="writes" classname="shop.PayTest" time="2">
<failure message="lost" type="AssertionError">lost at the counter</failure>
<system-out>plain words \x1b[31mred words\x1b[0m</system-out>
<system-err>complaints</system-err>
</testcase>
</testsuite>"""
