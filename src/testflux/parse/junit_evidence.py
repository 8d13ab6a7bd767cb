"""Opening one JUnit test: what it printed, why it failed in full, each of its attempts, its properties and files."""

from __future__ import annotations

import io
import re

import msgspec

from testflux.model import raw, steps
from testflux.model.status import Status
from testflux.parse import blocks, junit_attempts, junit_case, junit_mend, junit_values, plain_steps, xml_piece

_ROOT = b"<evidence>", b"</evidence>"
_LEVELS = {"system-out": "stdout", "system-err": "stderr"}
_ATTACHMENT = re.compile(r"\[\[ATTACHMENT\|([^\]\r\n]+)\]\]")
_PROPERTY = re.compile(
    r"\[\[PROPERTY\|([^=\]\r\n]+)(?:=([^\r\n]*?)\]\]|\]\]\r?\n(.*?)\r?\n?\[\[/PROPERTY\]\])", re.DOTALL
)
_FILE_NAMES = re.compile(r"attachments?\d*$", re.IGNORECASE)
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+);base64,")
_STEP = re.compile(r"step\d*(?:\[(\w+)\])?$")
_STEP_STATUSES = {"passed": "passed", "failure": "failed", "error": "failed", "skipped": "skipped"}
_EVIDENCE = "testrun_evidence"
_MESSAGE_LEVELS = {Status.SKIPPED: "SKIP", Status.PASSED: "INFO"}


class _Attempt(msgspec.Struct):
    """One attempt: how it ended and what is to be seen of it."""

    status: Status
    message: str
    duration_ms: float | None
    children: list[steps.Step]


class _Findings:
    """What a test's bytes hold beside its steps."""

    def __init__(self) -> None:
        self.properties: list[tuple[str, str]] = []
        self.files: list[steps.NamedFile] = []
        self.warnings: list[raw.ReportWarning] = []

    def read_output(self, text: str) -> None:
        """Find the attachments and properties that are written among a test's output."""
        self.files += [_named(path.strip()) for path in _ATTACHMENT.findall(text)]
        for name, value, lines in _PROPERTY.findall(text):
            self.add(name, value or lines)

    def add(self, name: str, value: str) -> None:
        """Keep a property, as a file when it names one."""
        if _FILE_NAMES.match(name):
            self.files.append(_named(value.strip()))
        else:
            self.properties.append((name, value))

    def read_properties(self, case: xml_piece.Node) -> list[steps.Step]:
        """Keep a test's properties and return those that are steps."""
        found: list[steps.Step] = []
        for node in case.find("properties", "property"):
            name, value = _words(node.get("name")), _words(node.get("value") or node.text).strip()
            step = _STEP.match(name)
            if step:
                found.append(steps.Step(kind="step", name=value, status=_STEP_STATUSES.get(step[1] or "", "")))
            elif name == _EVIDENCE:
                self._embed(node)
            else:
                self.add(name, value)
        return found

    def _embed(self, node: xml_piece.Node) -> None:
        for item in node.find("item"):
            name, content = _words(item.get("name")), plain_steps.decoded("".join(item.text.split()))
            if content is None:
                self.warnings.append(raw.ReportWarning("evidence-damaged", f"The file {name!r} is no base64."))
            else:
                self.files.append(steps.NamedFile(name, name, content=content))


def open_test(piece: bytes) -> steps.Evidence:
    """Read one test: its `<testcase>`, or the neighbours that are its attempts. Raises ReportError when damaged."""
    mended = b"".join(blocks.blocks(junit_mend.Mended(io.BytesIO(_utf8(piece)))))
    cases = [node for node in xml_piece.read(_ROOT[0] + mended + _ROOT[1]).children if node.tag == "testcase"]
    findings = _Findings()
    tries: list[_Attempt] = []
    for case in cases:
        _blame(tries)
        for attempt in _attempts(case, findings):
            _join(tries, attempt)
    return steps.Evidence(
        steps=_show(tries),
        properties=tuple(findings.properties),
        files=tuple(dict.fromkeys(findings.files)),
        warnings=tuple(findings.warnings),
    )


def _show(tries: list[_Attempt]) -> tuple[steps.Step, ...]:
    if len(tries) == 1:
        return tuple(tries[0].children)
    return tuple(
        plain_steps.attempt(number, one.status, one.message, one.duration_ms, tuple(one.children))
        for number, one in enumerate(tries, start=1)
    )


def _blame(tries: list[_Attempt]) -> None:
    """Let the attempt before another case have failed: pytest-rerunfailures writes it without a result."""
    if tries and tries[-1].status is Status.PASSED:
        tries[-1].status, tries[-1].message = Status.FAILED, junit_attempts.NO_REASON


def _join(tries: list[_Attempt], attempt: _Attempt) -> None:
    """Add an attempt; the error of a teardown, which pytest writes as a case of its own, goes to the one before."""
    if tries and attempt.message.startswith(junit_attempts.TEARDOWN):
        before = tries[-1]
        before.status, before.message = attempt.status, f"{before.message}\n\n{attempt.message}"
        before.duration_ms = (before.duration_ms or 0.0) + (attempt.duration_ms or 0.0)
        before.children += attempt.children
    else:
        tries.append(attempt)


def _attempts(case: xml_piece.Node, findings: _Findings) -> list[_Attempt]:
    """Return the attempts that one case holds, in the order in which they were made."""
    children = findings.read_properties(case)
    kept = junit_case.Case(case.attributes, 0, "", "", [], [])
    for node in case.children:
        if node.tag in junit_case.STATUSES:
            children += _outcome(node, junit_case.STATUSES[node.tag], node.text)
            kept.outcomes.append(junit_case.Outcome(node.tag, junit_case.message(node.attributes, node.text)))
        elif node.tag in _LEVELS:
            children += _output(node, findings)
    ((status, message, _),) = junit_case.tries(kept)
    final = _Attempt(status, message, junit_values.milliseconds(case.get("time")), children)
    others = [(node.tag, _rerun(node, findings)) for node in case.children if node.tag in junit_case.ATTEMPTS]
    flaky = [attempt for tag, attempt in others if tag.startswith("flaky")]
    return [*flaky, final, *(attempt for tag, attempt in others if not tag.startswith("flaky"))]


def _rerun(node: xml_piece.Node, findings: _Findings) -> _Attempt:
    status = junit_case.ATTEMPTS[node.tag]
    trace = node.text if node.text.strip() else node.text_of("stackTrace")
    children = _outcome(node, status, trace)
    for child in node.children:
        if child.tag in _LEVELS:
            children += _output(child, findings)
    message = junit_case.message(node.attributes, trace)
    return _Attempt(status, message, junit_values.milliseconds(node.get("time")), children)


def _outcome(node: xml_piece.Node, status: Status, trace: str) -> list[steps.Step]:
    """Return why an attempt ended so, in full: the message, and the text unless it begins with the message anyhow."""
    message, text = _words(node.get("message")).strip(), _words(trace).strip("\r\n ")
    is_said = message in text or not junit_case.says_much(message)
    words = (text or message) if is_said else f"{message}\n\n{text}".strip()
    if not words:
        return []
    level = _MESSAGE_LEVELS.get(status, "ERROR" if status is Status.BROKEN else "FAIL")
    return [steps.Step(kind="message", name=_words(node.get("type")), level=level, text=words)]


def _output(node: xml_piece.Node, findings: _Findings) -> tuple[steps.Step, ...]:
    text = _words(node.text)
    findings.read_output(text)
    return plain_steps.output(_LEVELS[node.tag], text)


def _named(path: str) -> steps.NamedFile:
    embedded = _DATA.match(path)
    if embedded:
        content = plain_steps.decoded(path[embedded.end() :])
        return steps.NamedFile("", "", embedded[1], content)
    return steps.NamedFile(path, path.replace("\\", "/").rsplit("/", 1)[-1])


def _words(text: str) -> str:
    return junit_mend.words(text)


def _utf8(piece: bytes) -> bytes:
    """Return the piece in UTF-8: the encoding that its file declares is not in it, and is else a Western one."""
    try:
        piece.decode()
    except UnicodeDecodeError:
        return piece.decode("cp1252", "replace").encode()
    return piece
