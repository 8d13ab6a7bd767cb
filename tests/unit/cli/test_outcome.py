from __future__ import annotations

import json
from pathlib import Path

import pytest

from testflux.cli import answers, outcome, pick
from testflux.cli.client import RefusedError
from testflux.kit import errors

TOTALS: dict[str, int | dict[str, int]] = {"total": 2, "passed": 1, "failed": 1}
PATH = Path("results/output.xml")


def run(verdict: str, run_id: str = "1-7", baseline: int | None = 6) -> outcome.Judged:
    found = answers.Run(
        id=run_id,
        number=7,
        kind="functional",
        verdict=verdict,
        url=f"/runs/{run_id}",
        totals=TOTALS,
        headline="1 new failure since #6",
        new_failures=1,
        fixed=3,
        baseline=None if baseline is None else answers.Baseline(baseline),
    )
    return outcome.Judged(found, still_failing=2)


def stored(run_id: str = "1-7", upload_id: str = "1-5", **more: object) -> answers.Upload:
    link = answers.RunLink(id=run_id, number=7, kind="functional", url=f"/runs/{run_id}")
    return answers.Upload(id=upload_id, status="stored", runs=(link,), **more)  # type: ignore[arg-type]


REJECTED = answers.Upload(
    id="1-5",
    status="rejected",
    error=answers.Rejection("truncated", "It breaks off.", "Send it again.", line=4, byte=90),
)
PASSED = outcome.Result(PATH, "output.xml", (stored(),), (run("passed"),))
FAILED = outcome.Result(PATH, "output.xml", (stored(),), (run("failed"),))
BAD = outcome.Result(PATH, "output.xml", (REJECTED,))
REFUSED = outcome.Result(PATH, "output.xml", problem=RefusedError("No such project.", status=404, hint="Add it."))
TOO_LARGE = outcome.Result(PATH, "output.xml", problem=errors.ReportError("It is over 2 GiB.", code="too-large"))
AWAY = outcome.Result(PATH, "output.xml", problem=errors.UnavailableError("Nobody answers.", code="unreachable"))
LATE = outcome.Result(PATH, "output.xml", (stored(),), problem=errors.UnavailableError("Not yet.", code="not-finished"))


def told(*results: outcome.Result, gate: bool = False, skipped: tuple[pick.Skipped, ...] = ()) -> outcome.Told:
    return outcome.Told(results, skipped, "webshop", "https://t.example.test", gate=gate)


@pytest.mark.parametrize(
    ("results", "gate", "code"),
    [
        ((PASSED,), True, 0),
        ((FAILED,), False, 0),
        ((FAILED,), True, 1),
        ((PASSED, FAILED), True, 1),
        ((BAD,), False, 3),
        ((TOO_LARGE,), True, 3),
        ((FAILED, BAD), True, 3),
        ((REFUSED,), False, 4),
        ((BAD, AWAY), True, 4),
        ((FAILED, LATE), True, 4),
    ],
)
def test_exit_code_names_the_worst(results: tuple[outcome.Result, ...], code: int, *, gate: bool) -> None:
    assert outcome.code(told(*results, gate=gate)) == code
    assert json.loads(outcome.as_json(told(*results, gate=gate)))["exit_code"] == code


@pytest.mark.parametrize(
    ("result", "is_undelivered"),
    [(PASSED, False), (BAD, False), (TOO_LARGE, False), (LATE, False), (REFUSED, True), (AWAY, True)],
)
def test_only_what_the_server_has_not_got_is_undelivered(result: outcome.Result, *, is_undelivered: bool) -> None:
    assert result.is_undelivered is is_undelivered


@pytest.mark.parametrize(
    ("verdict", "mark"), [("passed", "✓"), ("failed", "✕"), ("flaky", "!"), ("empty", "!"), ("incomplete", "!")]
)
def test_mark_says_the_verdict(verdict: str, mark: str) -> None:
    text = outcome.as_text(told(outcome.Result(PATH, "output.xml", (stored(),), (run(verdict),))))
    assert text.startswith(f"{mark} output.xml: {verdict}, run #7\n")


def test_run_is_told_with_what_it_was_compared_with() -> None:
    assert outcome.as_text(told(FAILED)).splitlines()[1:] == [
        "  2 tests: 1 passed, 1 failed",
        "  since #6: 1 new, 3 fixed, 2 still failing",
        "  https://t.example.test/runs/1-7",
    ]


def test_repeated_file_is_called_so() -> None:
    again = outcome.Result(PATH, "output.xml", (stored(duplicate=True),), (run("passed"),))
    assert "run #7 (sent before)" in outcome.as_text(told(again))


def test_reports_of_an_archive_are_told_apart() -> None:
    uploads = (stored("1-7", "1-5", file_name="a.xml"), stored("1-8", "1-6", file_name="deep/b.xml"))
    archive = outcome.Result(Path("all.zip"), "all.zip", uploads, (run("passed", "1-7"), run("failed", "1-8")))

    text = outcome.as_text(told(archive))
    entries = json.loads(outcome.as_json(told(archive)))["uploads"]

    assert "✓ all.zip/a.xml: passed" in text
    assert "✕ all.zip/deep/b.xml: failed" in text
    assert [(entry["file"], entry["runs"][0]["verdict"]) for entry in entries] == [
        ("all.zip/a.xml", "passed"),
        ("all.zip/deep/b.xml", "failed"),
    ]


def test_rejection_has_its_place_in_words_and_in_numbers() -> None:
    assert outcome.as_text(told(BAD)) == (
        "✕ output.xml: rejected: It breaks off. (line 4, byte 90)\n  Send it again.\n"
    )
    (entry,) = json.loads(outcome.as_json(told(BAD)))["uploads"]
    assert entry["runs"] == []
    assert entry["error"] == {
        "code": "truncated",
        "message": "It breaks off.",
        "hint": "Send it again.",
        "line": 4,
        "column": None,
        "byte": 90,
    }


def test_problem_without_an_upload_is_an_entry_too() -> None:
    (entry,) = json.loads(outcome.as_json(told(REFUSED)))["uploads"]
    assert (entry["file"], entry["id"], entry["status"]) == (str(PATH), None, None)
    assert entry["error"] == {"code": "refused", "message": "No such project.", "hint": "Add it."}


def test_unfinished_upload_keeps_its_link_and_says_why() -> None:
    text = outcome.as_text(told(LATE))
    assert "✕ output.xml: Not yet." in text
    assert "output.xml: received (stored)  https://t.example.test/p/webshop/uploads" in text


@pytest.mark.parametrize(
    ("results", "gate", "said"), [((FAILED,), True, "failed"), ((PASSED,), True, "passed"), ((FAILED,), False, None)]
)
def test_gate_is_told_only_when_asked_for(results: tuple[outcome.Result, ...], said: str | None, *, gate: bool) -> None:
    assert json.loads(outcome.as_json(told(*results, gate=gate)))["gate"] == said


def test_skipped_files_are_grouped_by_reason_and_counted() -> None:
    many = tuple(pick.Skipped(Path(f"{number}.txt"), "neither .xml nor .json") for number in range(10))
    text = outcome.as_text(told(PASSED, skipped=(*many, pick.Skipped(Path("a.xml"), "The file is empty."))))
    lines = text.splitlines()[-2:]
    assert lines[0].startswith("  skipped, neither .xml nor .json: 0.txt, 1.txt, ")
    assert lines[0].endswith("7.txt and 2 more")
    assert lines[1] == "  skipped, The file is empty.: a.xml"


def test_machines_get_every_skipped_file() -> None:
    skipped = (pick.Skipped(Path("a.txt"), "why"), pick.Skipped(Path("b.txt"), "why"))
    assert json.loads(outcome.as_json(told(PASSED, skipped=skipped)))["skipped"] == [
        {"file": "a.txt", "reason": "why"},
        {"file": "b.txt", "reason": "why"},
    ]


def test_what_was_left_out_or_read_around_is_named() -> None:
    doubts = tuple(answers.Doubt("left-out", f"{number}.csv was left out.") for number in range(5))
    result = outcome.Result(PATH, "output.xml", (stored(warnings=doubts),), (run("passed"),))
    lines = outcome.as_text(told(result)).splitlines()
    assert [line for line in lines if line.startswith("  !")] == [
        *(f"  ! {number}.csv was left out." for number in range(3)),
        "  ! and 2 more warnings",
    ]
    (entry,) = json.loads(outcome.as_json(told(result)))["uploads"]
    assert entry["warnings"][4] == {"code": "left-out", "message": "4.csv was left out."}
