from __future__ import annotations

import argparse
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from testflux.cli import main, outcome, upload
from testflux.kit import errors
from testflux.model.run import Metadata

DETECTED = Metadata(
    branch="main", commit="c0ffee", pull_request="7", ci_provider="jenkins", build_url="https://ci.example.test/7"
)


def options(*words: str) -> argparse.Namespace:
    return main.command_parser("upload").parse_args(["a.xml", "--project", "webshop", *words])


def test_nothing_given_leaves_what_was_detected() -> None:
    assert upload.describe(options(), DETECTED) == DETECTED


def test_what_is_given_wins() -> None:
    described = upload.describe(options("--branch", "fix/x", "--commit", "beef", "--build-key", "k"), DETECTED)
    assert (described.branch, described.commit, described.build_key) == ("fix/x", "beef", "k")
    assert (described.pull_request, described.ci_provider) == ("7", "jenkins")


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ([], {}),
        (["--label", "team=web"], {"team": "web"}),
        (["--label", "a=1", "--label", "b=2=3", "--label", "a=9"], {"a": "9", "b": "2=3"}),
        (["--label", "empty="], {"empty": ""}),
    ],
)
def test_labels(words: list[str], labels: dict[str, str]) -> None:
    assert upload.describe(options(*words), DETECTED).labels == labels


@pytest.mark.parametrize("label", ["team", "=web", ""])
def test_strange_labels_are_wrong_usage(label: str) -> None:
    with pytest.raises(errors.InvalidError, match="KEY=VALUE"):
        upload.describe(options("--label", label), DETECTED)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04T05:06:07Z", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2026-03-04T06:06:07+01:00", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2026-03-04T05:06:07", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)),
    ],
)
def test_time_of_the_run(text: str, moment: datetime) -> None:
    assert upload.describe(options("--started-at", text), DETECTED).started_at == moment


@pytest.mark.parametrize(("words", "code"), [([], None), (["--exit-code", "0"], 0), (["--exit-code", "-9"], -9)])
def test_what_the_tool_ended_with(words: list[str], code: int | None) -> None:
    assert upload.describe(options(*words), DETECTED).exit_code == code


def test_query_leaves_out_what_is_not_known() -> None:
    assert upload.as_query(Metadata(name="nightly")) == (("name", "nightly"),)
    assert upload.as_query(Metadata()) == ()


def test_query_says_everything() -> None:
    metadata = Metadata(
        name="n",
        environment="e",
        type="t",
        branch="b",
        commit="c",
        pull_request="p",
        ci_provider="ci",
        build_url="u",
        build_key="k",
        labels={"x": "1", "y": "2"},
        started_at=datetime(2026, 3, 4, tzinfo=UTC),
        exit_code=0,
    )
    query = upload.as_query(metadata)
    assert [value for key, value in query if key == "labels"] == ["x=1", "y=2"]
    assert dict(query) == {
        "name": "n",
        "environment": "e",
        "type": "t",
        "branch": "b",
        "commit": "c",
        "pull_request": "p",
        "ci_provider": "ci",
        "build_url": "u",
        "build_key": "k",
        "labels": "y=2",
        "started_at": "2026-03-04T00:00:00+00:00",
        "exit_code": "0",
    }


def test_resending_repeats_the_words_and_only_what_did_not_arrive() -> None:
    away = errors.UnavailableError("Nobody answers.")
    results = (
        outcome.Result(Path("arrived.xml"), "arrived.xml", problem=errors.ReportError("Bad.")),
        outcome.Result(Path("my results/b.xml"), "b.xml", problem=away),
    )
    words = [
        *("--name", "nightly", "--environment", "staging", "--type", "smoke", "--branch", "b", "--commit", "c"),
        *("--pull-request", "7", "--build-url", "u", "--build-key", "k", "--label", "team=a b"),
        *("--exit-code", "99", "--started-at", "2026-03-04T05:06:07+00:00", "--idempotency-key", "once", "--gate"),
    ]
    given = options("--url", "http://t.example.test", "--token", "tfx_secret", *words)
    told = outcome.Told(results, (), "webshop", "http://t.example.test", gate=True)

    line = upload.resend(given, told)

    assert "tfx_secret" not in line
    again = shlex.split(line)
    assert again[:3] == ["testflux", "upload", "my results/b.xml"]
    repeated = main.command_parser("upload").parse_args(again[2:])
    assert {**vars(repeated), "paths": None, "token": None} == {**vars(given), "paths": None, "token": None}


def test_without_a_token_nothing_is_tried() -> None:
    with pytest.raises(errors.InvalidError, match="There is no token"):
        upload.open_client(options("--token", ""))
