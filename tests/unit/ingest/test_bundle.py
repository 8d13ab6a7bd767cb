from __future__ import annotations

import pytest

from testflux.ingest import bundle
from testflux.ingest.bundle import Bundle, File

ROBOT, SUMMARY, LINES, TABLE = "robot-xml", "k6-handle-summary", "k6-ndjson", "k6-csv"


def files(**formats: str) -> list[File[str]]:
    """Make reports by name (`__` is a slash) and format; one with a media type is an attachment."""
    return [
        File(
            name.replace("__", "/"),
            name,
            "" if "/" in told else told,
            told if "/" in told else "",
        )
        for name, told in formats.items()
    ]


def shown(bundles: list[Bundle[str]]) -> list[list[str]]:
    """Return the name of each report, the names of its companions and the paths of what came along."""
    return [
        [item.report.name, *(file.name for file in item.companions), *(path for path, _ in item.attachments)]
        for item in bundles
    ]


def test_reports_alone_stay_alone() -> None:
    assert shown(bundle.plan(files(b=ROBOT, a=SUMMARY, x__c=LINES))) == [["b"], ["a"], ["x/c"]]


@pytest.mark.parametrize("summary", ["k6-summary", "k6-handle-summary", "k6-machine-summary"])
@pytest.mark.parametrize("samples", [LINES, TABLE])
@pytest.mark.parametrize("turn", [1, -1])
def test_a_summary_and_samples_in_one_folder_are_one_report(summary: str, samples: str, turn: int) -> None:
    found = bundle.plan(files(x__summary=summary, x__samples=samples, y__output=ROBOT)[::turn])
    assert shown(found) == [["x/samples", "x/summary"], ["y/output"]][::turn]
    assert [item.warnings for item in found] == [(), ()]


def test_samples_as_lines_are_preferred_and_the_others_named() -> None:
    (found,) = bundle.plan(files(x__a_csv=TABLE, x__b=SUMMARY, x__c=LINES))
    assert shown([found]) == [["x/c", "x/b"]]
    (warning,) = found.warnings
    assert warning.code == "file-left-out"
    assert warning.message.startswith("a_csv was left out")


@pytest.mark.parametrize(
    "formats",
    [
        {"a": SUMMARY, "b": SUMMARY, "c": LINES},
        {"a": SUMMARY, "b": LINES, "c": LINES},
        {"a": SUMMARY, "b": TABLE, "c": TABLE},
        {"x__a": SUMMARY, "c": LINES},
        {"a": LINES, "b": TABLE},
        {"a": SUMMARY},
    ],
)
def test_what_may_be_of_several_runs_is_not_joined(formats: dict[str, str]) -> None:
    assert [item.companions for item in bundle.plan(files(**formats))] == [()] * len(formats)


def test_what_came_along_is_named_as_its_report_sees_it() -> None:
    found = bundle.plan(files(web__output=ROBOT, web__shots__1="image/png", web__run="text/plain", api__output=ROBOT))
    assert shown(found) == [["web/output", "shots/1", "run"], ["api/output"]]


def test_what_lies_beside_all_reports_belongs_to_each() -> None:
    found = bundle.plan(files(web__output=ROBOT, web__sub__deep=ROBOT, shots__1="image/png"))
    assert shown(found) == [["web/output", "../shots/1"], ["web/sub/deep", "../../shots/1"]]


def test_a_report_at_the_top_owns_everything_and_one_below_its_own() -> None:
    found = bundle.plan(files(output=ROBOT, sub__output=ROBOT, sub__1="image/png", subway__2="image/png"))
    assert shown(found) == [["output", "sub/1", "subway/2"], ["sub/output", "1"]]


def test_no_more_than_so_many_come_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_ATTACHMENTS", 4)
    pictures = {f"shots__{number}": "image/png" for number in range(3)}
    found = bundle.plan(files(a__output=ROBOT, b__output=ROBOT, **pictures))
    assert [len(item.attachments) for item in found] == [2, 2]
    assert [[warning.message for warning in item.warnings] for item in found] == [
        ["1 file was left out: no more than 4 may come along with the reports of one upload."]
    ] * 2


def test_nothing_is_nothing() -> None:
    assert bundle.plan(files(a="image/png")) == []
