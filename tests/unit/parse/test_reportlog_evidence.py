from __future__ import annotations

import json

import pytest

from testflux.kit import errors
from testflux.model import steps
from testflux.parse import reportlog_evidence


def phase(when: str, outcome: str = "passed", **fields: object) -> dict[str, object]:
    return {
        "$report_type": "TestReport",
        "nodeid": "a.py::b",
        "worker_id": "gw0",
        "when": when,
        "outcome": outcome,
        **fields,
    }


def open_test(*lines: dict[str, object]) -> steps.Evidence:
    return reportlog_evidence.open_test(b"\n".join(json.dumps(line).encode() for line in lines))


def test_phases_are_steps() -> None:
    call = phase("call", "failed", duration=0.25, start=1_773_479_731, longrepr={"reprcrash": {"message": "assert 0"}})
    seen = open_test(phase("setup", duration=0.5), call, phase("teardown", "failed", longrepr="E  stuck"))
    assert [(step.kind, step.name, step.status, step.duration_ms, step.message) for step in seen.steps] == [
        ("setup", "setup", "passed", 500, ""),
        ("step", "call", "failed", 250, "assert 0"),
        ("teardown", "teardown", "failed", None, "stuck"),
    ]
    assert [step.text for step in seen.steps[2].children] == ["E  stuck"]


def test_lines_of_other_tests_and_workers_are_left_out() -> None:
    seen = open_test(
        phase("setup"),
        phase("setup", nodeid="a.py::c"),
        phase("call", worker_id="gw1"),
        {"$report_type": "WarningMessage", "nodeid": "a.py::b", "worker_id": "gw0"},
        phase("call"),
    )
    assert [step.name for step in seen.steps] == ["setup", "call"]


def test_subtests_are_steps_of_their_own_name() -> None:
    context = {"msg": "apples", "kwargs": {"i": "1", "j": 2}}
    part = {**phase("call", "failed", longrepr="E  x"), "$report_type": "SubTestReport", "_subtest.context": context}
    seen = open_test(phase("setup"), part, phase("call"))
    assert [(step.name, step.status) for step in seen.steps] == [
        ("setup", "passed"), ("apples i=1 j=2", "failed"), ("call", "passed"),
    ]  # fmt: skip


def test_output_that_phases_repeat_is_shown_once() -> None:
    sections = [["Captured stdout call", "a\n"], ["Captured log call", "b\n"], ["Captured stderr call", ""]]
    seen = open_test(phase("call", sections=sections[:1]), phase("teardown", sections=sections))
    assert [(step.level, step.name, step.text) for step in seen.steps[2:]] == [
        ("stdout", "Captured stdout call", "a\n"),
        ("stderr", "Captured log call", "b\n"),
    ]


def test_properties_that_phases_repeat_are_shown_once() -> None:
    first, both = [["issue", "A-1"]], [["issue", "A-1"], ["size", 3], []]
    seen = open_test(phase("call", user_properties=first), phase("teardown", user_properties=both))
    assert seen.properties == (("issue", "A-1"), ("size", "3"), ("", ""))


def test_a_module_that_cannot_be_collected_can_be_opened() -> None:
    (step,) = open_test(
        {"$report_type": "CollectReport", "nodeid": "a.py", "outcome": "failed", "longrepr": "E  x"}
    ).steps
    assert (step.name, step.status, step.message) == ("collect", "failed", "x")


def test_damage_is_told() -> None:
    with pytest.raises(errors.ReportError):
        reportlog_evidence.open_test(b'{"nodeid": "a"}\n{"nodeid')
