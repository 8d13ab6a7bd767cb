"""What to say about files that cannot be read: what they are, and what to send instead."""

from __future__ import annotations

import re

from testflux.kit import errors

_SEND = {
    "zap-rule-file": (
        "a rule file of ZAP's packaged scans",
        "It says what each rule means, not what was found. Send the report that zap-baseline.py -J report.json writes.",
    ),
    "k6-dashboard": ("a k6 web dashboard recording", "Run k6 with --summary-export summary.json and send that file."),
}
WHAT_CAN_BE_READ = (
    "Reports of Robot Framework, JUnit and its kin, Allure, Playwright, CTRF, ZAP, SARIF and k6 can be read."
)
_PAGES = (
    (
        re.compile(r"robot[ -]?framework|id=.robot-", re.IGNORECASE),
        "Robot Framework's log or report page",
        "Send output.xml, which robot writes beside log.html and report.html.",
    ),
    (
        re.compile(r"playwright", re.IGNORECASE),
        "Playwright's HTML report",
        "Send the JSON or JUnit one: playwright test --reporter=json, or --reporter=junit.",
    ),
    (
        re.compile(r"\ballure\b", re.IGNORECASE),
        "an Allure report",
        "Send the results it was made from: the allure-results folder, as a zip or tar archive.",
    ),
    (
        re.compile(r"pytest-html", re.IGNORECASE),
        "pytest-html's report",
        "Send the JUnit XML: pytest --junit-xml=junit.xml.",
    ),
    (
        re.compile(r"surefire|failsafe|junit", re.IGNORECASE),
        "a page made from JUnit results",
        "Send the XML it was made from, e.g. target/surefire-reports/TEST-*.xml.",
    ),
    (
        re.compile(r"\bzap\b|zaproxy", re.IGNORECASE),
        "ZAP's HTML report",
        "Send the JSON or XML one: zap-baseline.py -J report.json, or a report job with template traditional-json.",
    ),
    (
        re.compile(r"\bk6\b", re.IGNORECASE),
        "a k6 HTML report",
        "Send the JSON: run k6 with --summary-export summary.json.",
    ),
    (
        re.compile(r"""type=["']?password|sign[ -]?in|log[ -]?in\b""", re.IGNORECASE),
        "a sign-in page",
        "The address it was fetched from wanted a sign-in; fetch the report itself and send that.",
    ),
)


def empty() -> errors.ReportError:
    """Return the error for a file with nothing in it."""
    return errors.ReportError(
        "The file is empty.",
        code="empty-file",
        hint="Did the tool run to its end, and is this the file it wrote?",
        byte=0,
    )


def not_read(name: str) -> errors.ReportError:
    """Return the error for a format that we know and do not read."""
    what, hint = _SEND.get(name, (f"{name}", WHAT_CAN_BE_READ))
    return errors.ReportError(f"This is {what}, a format that is not read yet.", code="format-not-read", hint=hint)


def other_xml(root: str) -> errors.ReportError:
    """Return the error for sound XML that is no report."""
    return errors.ReportError(
        f"This is XML with the root element <{root[:80]}>, which is no report that can be read.",
        code="format-not-read",
        hint=WHAT_CAN_BE_READ,
    )


def other_json() -> errors.ReportError:
    """Return the error for sound JSON that is no report."""
    return errors.ReportError(
        "This is JSON, but not a report that can be read.",
        code="format-not-read",
        hint=WHAT_CAN_BE_READ,
    )


def html(text: str) -> errors.ReportError:
    """Return the error for a page made for people; `text` is its beginning."""
    for pattern, what, hint in _PAGES:
        if pattern.search(text):
            return errors.ReportError(f"This is {what}, made for people.", code="html-report", hint=hint, byte=0)
    return errors.ReportError(
        "This is an HTML page, not a report.",
        code="html-report",
        hint=f"Send the file the tool wrote for machines. {WHAT_CAN_BE_READ}",
        byte=0,
    )


def unknown(*, is_binary: bool) -> errors.ReportError:
    """Return the error for what is neither XML nor JSON."""
    what = "a binary file" if is_binary else "neither XML nor JSON"
    return errors.ReportError(f"This is {what}, not a report.", code="format-unknown", hint=WHAT_CAN_BE_READ, byte=0)
