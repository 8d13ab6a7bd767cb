"""SARIF 2.1.0, the findings of any scanner: code, dependencies, configuration, secrets, addresses.

Read are runs, rules, results, locations, suppressions, requests and answers, and how the tool fared. Not read are code
flows, fixes, graphs, baseline states and further locations.
"""

from __future__ import annotations

import re

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import blocks, json_document, sarif_http, sarif_places, sarif_rules, times
from testflux.parse.sarif_rules import Object, child, index, text

_LEVELS = {"error": 3, "warning": 2, "note": 1, "none": 0}
_NO_FINDINGS = {"pass", "notapplicable"}
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_NOT_IN_FORCE = {"underReview", "rejected"}
_LINE_HASH = "primaryLocationLineHash"
_IDENTITY = re.compile(r"\S{8,}")  # Semgrep writes "requires login" in place of one
_ZAP = re.compile(r"\s*(?:owasp\s+)?zap(?:\s+by\s+checkmarx)?\s*", re.IGNORECASE)
_LONGEST = 500

_Key = tuple[str, int, int]


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read a SARIF log. Raises ReportError when it is not well-formed, breaks off or has no runs."""
    warnings: list[raw.ReportWarning] = []
    document = json_document.as_object(json_document.decode(blocks.everything(stream), warnings))
    runs = [run for run in json_document.as_list(document.get("runs")) if json_document.is_object(run)]
    if not runs:
        raise errors.ReportError(
            "This is SARIF, but it has no runs.",
            code="report-shape",
            hint="Did the tool run? A scan without findings is a run with an empty list of results.",
        )
    report = raw.RawReport("sarif", Kind.SECURITY, _tool(runs), warnings=warnings)
    for run in runs:
        _Run(run, report).read()
    return report


def _tool(runs: list[Object]) -> raw.Tool:
    drivers = [child(child(run, "tool"), "driver") for run in runs]
    names = dict.fromkeys(filter(None, (text(driver, "name") for driver in drivers)))
    versions = dict.fromkeys(
        filter(None, (text(driver, "semanticVersion") or text(driver, "version") for driver in drivers))
    )
    return raw.Tool(", ".join(names) or "SARIF", next(iter(versions)) if len(versions) == 1 else "")


class _Run:
    """One run while it is being read."""

    def __init__(self, run: Object, report: raw.RawReport) -> None:
        self._run = run
        self._report = report
        self._rules = sarif_rules.Rules(run)
        self._places = sarif_places.Places(run)
        name = text(child(child(run, "tool"), "driver"), "name")
        self._tool = "" if _ZAP.fullmatch(name) else name or "SARIF"
        self._alerts: dict[_Key, raw.RawAlert] = {}

    def read(self) -> None:
        """Read how the tool fared and what it found."""
        for invocation in json_document.as_list(self._run.get("invocations")):
            self._read_invocation(json_document.as_object(invocation))
        if self._run.get("results") is None:
            self._spoil("sarif-no-results", f"{self._tool or 'ZAP'} wrote no list of results: it did not scan.")
        for result in json_document.as_list(self._run.get("results")):
            self._read_result(json_document.as_object(result))
        self._report.alerts.extend(self._alerts.values())

    def _read_invocation(self, invocation: Object) -> None:
        report = self._report
        started, ended = (times.iso(text(invocation, key)) for key in ("startTimeUtc", "endTimeUtc"))
        if report.started_at is None:
            report.started_at = started or ended
            if started and ended and ended > started:
                report.duration_ms = (ended - started).total_seconds() * 1000
        if invocation.get("executionSuccessful") is False:
            reason = text(invocation, "exitCodeDescription") or text(invocation, "exitSignalName")
            self._spoil("sarif-failed", f"{self._tool or 'ZAP'} did not run to its end. {reason}".strip())
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for item in json_document.as_list(invocation.get(key)):
                notification = json_document.as_object(item)
                if text(notification, "level") == "error":
                    said = sarif_rules.message_text(child(notification, "message"))
                    self._spoil("sarif-error", f"{self._tool or 'ZAP'} met an error: {said or 'it does not say which'}")

    def _spoil(self, code: str, message: str) -> None:
        self._report.is_complete = False
        warning = raw.ReportWarning(code, message[:_LONGEST])
        if warning not in self._report.warnings:
            self._report.warnings.append(warning)

    def _read_result(self, result: Object) -> None:
        if text(result, "kind").lower() in _NO_FINDINGS:
            return
        rule = self._rules.find(result)
        risk = _risk(result, rule)
        confidence = 0 if _is_suppressed(result) else _confidence(result, rule)
        key = (rule.id, risk, confidence)
        if key not in self._alerts:
            self._alerts[key] = self._alert(rule, result, risk, confidence)
        self._alerts[key].instances.append(self._instance(result, rule))

    def _alert(self, rule: sarif_rules.Rule, result: Object, risk: int, confidence: int) -> raw.RawAlert:
        return raw.RawAlert(
            rule.id,
            rule.name or rule.id,
            [],
            risk=risk,
            confidence=confidence,
            description=rule.description,
            solution=rule.solution,
            reference=rule.reference,
            cwe=rule.cwe or sarif_rules.weakness(result, []),
            tags=rule.tags,
            tool=self._tool,
        )

    def _instance(self, result: Object, rule: sarif_rules.Rule) -> raw.RawInstance:
        location = json_document.as_object(next(iter(json_document.as_list(result.get("locations"))), None))
        physical = child(location, "physicalLocation")
        address, path = self._places.find(child(physical, "artifactLocation"))
        region = child(physical, "region")
        request, answer = child(result, "webRequest"), child(result, "webResponse")
        request_header, request_body = sarif_http.request(request)
        response_header, response_body = sarif_http.answer(answer)
        return raw.RawInstance(
            uri=address,
            method=text(request, "method"),
            attack=text(child(location, "properties"), "attack"),
            evidence=text(child(region, "snippet"), "text"),
            other=_message(child(result, "message"), rule),
            request_header=request_header,
            request_body=request_body,
            response_header=response_header,
            response_body=response_body,
            path=path,
            line=index(region, "startLine"),
            logical=_logical(location),
            fingerprint=_fingerprint(result),
        )


def _risk(result: Object, rule: sarif_rules.Rule) -> int:
    """Return the severity: of the result's own score, of the rule's, of the result's level, of the rule's level."""
    score = sarif_rules.score(child(result, "properties"))
    score = rule.score if score is None else score
    level = text(result, "level")
    if score is not None and level != "none":
        return sarif_rules.risk_of_score(score)
    if not level and text(result, "kind").lower() not in {"", "fail"}:
        return 0
    return _LEVELS.get(level or rule.level, _LEVELS["warning"])


def _confidence(result: Object, rule: sarif_rules.Rule) -> int:
    properties = child(result, "properties")
    said = sarif_rules.confidence(text(properties, "confidence") or text(properties, "issue_confidence"))
    return rule.confidence if said is None else said


def _is_suppressed(result: Object) -> bool:
    """Whether somebody told the tool to leave this be, and nobody has said no to that."""
    given = [json_document.as_object(item) for item in json_document.as_list(result.get("suppressions"))]
    return bool(given) and not any(text(item, "status") in _NOT_IN_FORCE for item in given)


def _message(message: Object, rule: sarif_rules.Rule) -> str:
    said = sarif_rules.message_text(message) or rule.messages.get(text(message, "id"), "")
    arguments = [json_document.as_text(item) for item in json_document.as_list(message.get("arguments"))]
    return _PLACEHOLDER.sub(
        lambda found: arguments[int(found[1])] if int(found[1]) < len(arguments) else found[0], said
    )


def _logical(location: Object) -> str:
    names = [json_document.as_object(item) for item in json_document.as_list(location.get("logicalLocations"))]
    return next((name for item in names if (name := text(item, "fullyQualifiedName") or text(item, "name"))), "")


def _fingerprint(result: Object) -> str:
    """Return the tool's own identity of a result.

    Of the partial ones only the hash of the line counts: tools keep other things there, Gitleaks the commit.
    """
    partial = child(result, "partialFingerprints")
    written = [text(partial, key) for key in sorted(partial) if key.partition("/")[0] == _LINE_HASH]
    whole = child(result, "fingerprints")
    written += [text(whole, key) for key in sorted(whole)]
    return next((value for value in written if _IDENTITY.fullmatch(value)), "")
