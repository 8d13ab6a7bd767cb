"""A step of Robot Framework's in the making: what its XML and its JSON say in different words, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from testflux.model import steps

DEEPEST = 250
"""How many steps may stand inside each other. Robot Framework itself stops at 140."""

ROOTS = {"if/else", "try/except"}
"""What only holds branches: the branches take its place, unless it says something itself."""

_STATUSES = {
    "PASS": "passed",
    "FAIL": "failed",
    "SKIP": "skipped",
    "NOT RUN": "not_run",
    "NOT_RUN": "not_run",
    "NOT SET": "",
}
_CALLS = {"keyword", "setup", "teardown"}
_BETWEEN = " | "
_HTML = "*HTML*"


class Draft(msgspec.Struct):
    """An open step. `values` are what a control structure works on; `options` its attributes: flavor, limit, scope."""

    kind: str
    name: str = ""
    owner: str = ""
    status: str = "FAIL"
    started_at: datetime | None = None
    duration_ms: float | None = None
    arguments: list[str] = []
    assign: list[str] = []
    values: list[str] = []
    options: dict[str, str] = {}
    tags: list[str] = []
    doc: str = ""
    timeout: str = ""
    message: str = ""
    children: list[steps.Step] = []

    def finish(self) -> list[steps.Step]:
        """Return the step; the branches in its place when it is nothing but their root."""
        if self.kind in ROOTS and self.children:
            return self.children
        is_call = self.kind in _CALLS
        message, is_html = split_html(self.message)
        return [
            steps.Step(
                kind=self.kind.split("/", maxsplit=1)[0],
                name=self.name if is_call else _header(self),
                owner=self.owner,
                status=_STATUSES.get(self.status, "failed"),
                started_at=self.started_at,
                duration_ms=self._duration(),
                arguments=tuple(self.arguments) if is_call else (),
                assign=tuple(self.assign) if is_call else (),
                tags=tuple(self.tags),
                doc=self.doc,
                timeout=self.timeout,
                message=message,
                is_html=is_html,
                children=tuple(self.children),
            )
        ]

    def _duration(self) -> float | None:
        """Return the step's own time, else the sum of the times in it, which is what is known of merged keywords."""
        if self.duration_ms is not None:
            return self.duration_ms
        known = [child.duration_ms for child in self.children if child.duration_ms is not None]
        return sum(known) if known else None


def split_html(text: str) -> tuple[str, bool]:
    """Return a message without the mark that says it is HTML, and whether it had one."""
    return (text.removeprefix(_HTML).lstrip(), True) if text.startswith(_HTML) else (text, False)


def _header(draft: Draft) -> str:
    """Return a control structure's line as Robot Framework's log shows it; versions before 4 wrote it as a name."""
    header = _HEADERS.get(draft.kind)
    return draft.name if header is None or (draft.name and draft.kind in {"for", "iteration"}) else header(draft)


def _for(draft: Draft) -> str:
    loop = f"{_BETWEEN.join(draft.assign)} {draft.options.get('flavor', 'IN')} [ {_BETWEEN.join(draft.values)} ]"
    return _with_options(loop, draft, "start", "mode", "fill")


def _while(draft: Draft) -> str:
    return _with_options(draft.options.get("condition", ""), draft, "limit", "on_limit", "on_limit_message")


def _except(draft: Draft) -> str:
    line = _BETWEEN.join(draft.values)
    if draft.options.get("pattern_type"):
        line += f" type={draft.options['pattern_type']}"
    return f"{line} AS {draft.assign[0]}".strip() if draft.assign else line.strip()


def _variable(draft: Draft) -> str:
    return _with_options(f"{draft.name} = {_BETWEEN.join(draft.values)}", draft, "separator", "scope")


def _with_options(line: str, draft: Draft, *names: str) -> str:
    return " ".join([line, *(f"{name}={draft.options[name]}" for name in names if name in draft.options)]).strip()


_HEADERS: dict[str, Callable[[Draft], str]] = {
    "for": _for,
    "iteration": lambda draft: ", ".join(draft.assign),
    "while": _while,
    "if": lambda draft: draft.options.get("condition", ""),
    "else_if": lambda draft: draft.options.get("condition", ""),
    "except": _except,
    "variable": _variable,
    "return": lambda draft: _BETWEEN.join(draft.values),
    "error": lambda draft: _BETWEEN.join(draft.values),
}
