"""The steps of one test, from its object in Robot Framework's JSON of 7.0 to 7.5."""

from __future__ import annotations

from testflux.model import raw, steps
from testflux.parse import json_document, robot_json_body, robot_steps_draft, robot_steps_files, times

_KINDS = {
    "": "keyword",
    "KEYWORD": "keyword",
    "SETUP": "setup",
    "TEARDOWN": "teardown",
    "FOR": "for",
    "WHILE": "while",
    "ITERATION": "iteration",
    "IF/ELSE ROOT": "if/else",
    "IF": "if",
    "ELSE IF": "else_if",
    "ELSE": "else",
    "TRY/EXCEPT ROOT": "try/except",
    "TRY": "try",
    "EXCEPT": "except",
    "FINALLY": "finally",
    "GROUP": "group",
    "VAR": "variable",
    "RETURN": "return",
    "CONTINUE": "continue",
    "BREAK": "break",
    "ERROR": "error",
}
_OPTIONS = (
    "flavor", "start", "mode", "fill", "condition", "limit", "on_limit", "on_limit_message", "pattern_type", "scope",
    "separator",
)  # fmt: skip
_VALUES = ("values", "patterns", "value")
_Item = dict[str, object]


def open_test(piece: bytes) -> steps.Evidence:
    """Read one test's object. Raises ReportError when it is damaged."""
    warnings: list[raw.ReportWarning] = []
    test = json_document.as_object(robot_json_body.decode(piece))
    tree = tuple(_parts(test, 1, warnings))
    metadata = json_document.as_object(test.get("metadata"))
    timeout = _text(test, "timeout")
    return steps.Evidence(
        steps=tree,
        properties=(
            *((("Timeout", timeout),) if timeout else ()),
            *((json_document.clean_text(name), _text(metadata, name)) for name in metadata),
        ),
        files=robot_steps_files.list_files(tree),
        warnings=tuple(warnings),
    )


def _parts(owner: _Item, depth: int, warnings: list[raw.ReportWarning]) -> list[steps.Step]:
    """Return what happened in a test or a step: its setup, its body, its teardown."""
    body = json_document.as_list(owner.get("body"))
    items = [
        *((kind, owner[kind]) for kind in ("setup",) if kind in owner),
        *(("", item) for item in body),
        *((kind, owner[kind]) for kind in ("teardown",) if kind in owner),
    ]
    if items and depth > robot_steps_draft.DEEPEST:
        warning = f"Steps nested more than {robot_steps_draft.DEEPEST} deep were left out."
        if not any(known.code == "steps-too-deep" for known in warnings):
            warnings.append(raw.ReportWarning("steps-too-deep", warning))
        return []
    return [step for kind, item in items for step in _step(json_document.as_object(item), kind, depth, warnings)]


def _step(item: _Item, kind: str, depth: int, warnings: list[raw.ReportWarning]) -> list[steps.Step]:
    type_ = _text(item, "type")
    if type_ == "MESSAGE":
        return [_message(item)]
    if type_ not in _KINDS:
        warning = raw.ReportWarning("unknown-element", f"The step type {type_[:80]!r} is not known; it was left out.")
        warnings.extend([] if warning in warnings else [warning])
        return []
    draft = robot_steps_draft.Draft(
        kind or _KINDS[type_],
        _text(item, "name"),
        _text(item, "owner"),
        _text(item, "status") or "FAIL",
        started_at=times.iso(_text(item, "start_time")),
        duration_ms=times.milliseconds(_text(item, "elapsed_time")),
        arguments=_texts(item, "args"),
        assign=_assigned(item),
        values=[value for name in _VALUES for value in _texts(item, name)],
        options={name: _text(item, name) for name in _OPTIONS if name in item},
        tags=_texts(item, "tags"),
        doc=_text(item, "doc"),
        timeout=_text(item, "timeout"),
        message=_text(item, "message"),
    )
    draft.children = _parts(item, depth + (draft.kind not in robot_steps_draft.ROOTS), warnings)
    return draft.finish()


def _message(item: _Item) -> steps.Step:
    is_html = item.get("html") is True
    text = _text(item, "message")
    return steps.Step(
        kind="message",
        level=_text(item, "level") or "INFO",
        text=robot_steps_files.strip_table(text) if is_html else text,
        is_html=is_html,
        started_at=times.iso(_text(item, "timestamp")),
    )


def _assigned(item: _Item) -> list[str]:
    """Return the variables: a list for keywords and FOR, an object with their values for an iteration."""
    turn = item.get("assign")
    if json_document.is_object(turn):
        return [f"{json_document.clean_text(name)} = {_text(turn, name)}" for name in turn]
    return _texts(item, "assign")


def _texts(item: _Item, name: str) -> list[str]:
    return [json_document.clean_text(json_document.as_text(value)) for value in json_document.as_list(item.get(name))]


def _text(item: _Item, name: str) -> str:
    return json_document.clean_text(json_document.as_text(item.get(name)))
