"""The steps of one test, from its `<test>` element in an output.xml of any Robot Framework from 2.5 to 7.5.

The rows of ELEMENTS are the format: what may stand in a test, and which part of a step each element fills.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from testflux.model import raw, steps
from testflux.parse import robot_steps_draft, robot_steps_files, times, xml_events

_CONTROLS = {
    "for": "for",
    "while": "while",
    "iter": "iteration",
    "if": "if/else",
    "try": "try/except",
    "group": "group",
    "variable": "variable",
    "return": "return",
    "continue": "continue",
    "break": "break",
    "error": "error",
}
_KEYWORDS = {"setup": "setup", "teardown": "teardown", "for": "for", "foritem": "iteration", "iteration": "iteration"}
_BRANCHES = {"IF": "if", "ELSE IF": "else_if", "ELSE": "else", "TRY": "try", "EXCEPT": "except", "FINALLY": "finally"}
_CALLS = {"keyword", "setup", "teardown"}
_TRUE = {"true", "yes"}


class Steps:
    """A test's steps in the making. The outermost draft is the test itself."""

    def __init__(self) -> None:
        self.test = robot_steps_draft.Draft("test")
        self.properties: list[tuple[str, str]] = []
        self._open = [self.test]
        self._attributes: _Attributes = {}

    def start_keyword(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Open a keyword; loops were keywords of a type of their own until Robot Framework 3."""
        kind = _KEYWORDS.get(attributes.get("type", "").lower(), "keyword")
        draft = robot_steps_draft.Draft(kind)
        draft.name = attributes.get("name", "")
        draft.owner = attributes.get("owner") or attributes.get("library", "")
        self._open.append(draft)

    def start_branch(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Open a branch of IF or TRY."""
        draft = robot_steps_draft.Draft(_BRANCHES.get(attributes.get("type", "IF"), "if"))
        draft.options = attributes
        variable = attributes.get("assign") or attributes.get("variable")
        draft.assign = [variable] if variable else []
        self._open.append(draft)

    def open_control(self, kind: str, attributes: _Attributes) -> None:
        """Open a control structure."""
        self._open.append(robot_steps_draft.Draft(kind, attributes.get("name", ""), options=attributes))

    def end_step(self, reader: _Reader, _text: str) -> None:
        """Close the innermost step; what is nested past all sense is left out."""
        draft = self._open.pop()
        if len(self._open) > robot_steps_draft.DEEPEST:
            reader.warn("steps-too-deep", f"Steps nested more than {robot_steps_draft.DEEPEST} deep were left out.")
            return
        self._open[-1].children.extend(draft.finish())

    def start_part(self, _reader: _Reader, attributes: _Attributes) -> None:
        """Remember the attributes that the end needs together with the text."""
        self._attributes = attributes

    def end_message(self, _reader: _Reader, text: str) -> None:
        """Add a log message to the step that wrote it."""
        attributes = self._attributes
        is_html = attributes.get("html") in _TRUE
        at = times.iso(attributes["time"]) if "time" in attributes else times.compact(attributes.get("timestamp", ""))
        self._open[-1].children.append(
            steps.Step(
                kind="message",
                level=attributes.get("level", "INFO"),
                text=robot_steps_files.strip_table(text) if is_html else text,
                is_html=is_html,
                started_at=at,
            )
        )

    def end_status(self, _reader: _Reader, text: str) -> None:
        """Keep how a step ended, when, and why."""
        draft = self._open[-1]
        draft.status = self._attributes.get("status", "FAIL")
        draft.started_at, draft.duration_ms = times.robot(self._attributes)
        draft.message = text or draft.message

    def end_doc(self, _reader: _Reader, text: str) -> None:
        """Keep a keyword's documentation; a control structure's was, until version 6, a note on what was removed."""
        draft = self._open[-1]
        if draft.kind in _CALLS:
            draft.doc = text
        else:
            draft.message = text

    def end_argument(self, _reader: _Reader, text: str) -> None:
        """Keep one argument."""
        self._open[-1].arguments.append(text)

    def end_variable(self, _reader: _Reader, text: str) -> None:
        """Keep one variable: assigned to, looped over with its value, or in VAR one of the values."""
        draft = self._open[-1]
        if draft.kind == "variable":
            draft.values.append(text)
        elif draft.kind == "iteration":
            draft.assign.append(f"{self._attributes.get('name', '')} = {text}")
        else:
            draft.assign.append(text)

    def end_value(self, _reader: _Reader, text: str) -> None:
        """Keep one value that a control structure works on, or one pattern of EXCEPT."""
        self._open[-1].values.append(text)

    def end_tag(self, _reader: _Reader, text: str) -> None:
        """Keep one tag."""
        self._open[-1].tags.append(text)

    def end_timeout(self, _reader: _Reader, _text: str) -> None:
        """Keep the timeout of a keyword, or of the test, of which it is a property."""
        value = self._attributes.get("value", "")
        if self._open[-1] is not self.test:
            self._open[-1].timeout = value
        elif value:
            self.properties.append(("Timeout", value))

    def end_meta(self, _reader: _Reader, text: str) -> None:
        """Keep one of the test's free metadata (Robot Framework 7.5 and later)."""
        self.properties.append((self._attributes.get("name", ""), text))


_Reader = xml_events.Reader[Steps]
_Attributes = xml_events.Attributes
_Row = xml_events.Element[Steps]


def _control(kind: str) -> Callable[[Steps, _Reader, _Attributes], None]:
    return lambda building, _reader, attributes: building.open_control(kind, attributes)


_BODY = {"kw": "kw", "branch": "branch", "msg": "msg", **{tag: tag for tag in _CONTROLS}}
_PARTS = {
    "doc": "doc",
    "tags": "tags",
    "tag": "tag",
    "timeout": "timeout",
    "status": "status",
    "arguments": "arguments",
    "arg": "arg",
    "assign": "assign",
    "var": "var",
    "value": "value",
    "pattern": "value",
}

ELEMENTS: dict[str, _Row] = {
    "document": _Row({"test": "test"}),
    "test": _Row(
        {
            **_BODY,
            "doc": xml_events.SKIP,
            "tags": xml_events.SKIP,
            "tag": xml_events.SKIP,
            "status": xml_events.SKIP,
            "timeout": "timeout",
            "meta": "meta",
        }
    ),
    "kw": _Row(_BODY | _PARTS, start=Steps.start_keyword, end=Steps.end_step),
    "branch": _Row(_BODY | _PARTS, start=Steps.start_branch, end=Steps.end_step),
    **{tag: _Row(_BODY | _PARTS, start=_control(kind), end=Steps.end_step) for tag, kind in _CONTROLS.items()},
    "msg": _Row(text=True, start=Steps.start_part, end=Steps.end_message),
    "doc": _Row(text=True, end=Steps.end_doc),
    "tags": _Row({"tag": "tag"}),
    "tag": _Row(text=True, end=Steps.end_tag),
    "timeout": _Row(text=True, start=Steps.start_part, end=Steps.end_timeout),
    "status": _Row(text=True, start=Steps.start_part, end=Steps.end_status),
    "arguments": _Row({"arg": "arg"}),
    "arg": _Row(text=True, end=Steps.end_argument),
    "assign": _Row({"var": "var"}),
    "var": _Row(text=True, start=Steps.start_part, end=Steps.end_variable),
    "value": _Row(text=True, end=Steps.end_value),
    "meta": _Row(text=True, start=Steps.start_part, end=Steps.end_meta),
}
"""Which element may stand where, and what is done with it."""


def open_test(piece: bytes) -> steps.Evidence:
    """Read one `<test>` element. Raises ReportError when it is damaged; `byte` then counts from its beginning."""
    building = Steps()
    warnings: list[raw.ReportWarning] = []
    xml_events.Reader(ELEMENTS, building, warnings).read(io.BytesIO(piece))
    tree = tuple(building.test.children)
    return steps.Evidence(
        steps=tree,
        properties=tuple(building.properties),
        files=robot_steps_files.list_files(tree),
        warnings=tuple(warnings),
    )
