from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from testflux.cli import ci
from testflux.model.run import Metadata

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://git.example.test",
    "GITHUB_REPOSITORY": "shop/web",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF_TYPE": "branch",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "shop/web",
    "CI_PIPELINE_ID": "88",
    "CI_PIPELINE_URL": "https://git.example.test/shop/web/-/pipelines/88",
    "CI_COMMIT_SHA": "b" * 40,
    "CI_COMMIT_BRANCH": "main",
}
JENKINS = {
    "JENKINS_URL": "https://jenkins.example.test/",
    "BUILD_URL": "https://jenkins.example.test/job/web/12/",
    "BUILD_TAG": "jenkins-web-12",
    "GIT_COMMIT": "c" * 40,
    "GIT_BRANCH": "origin/main",
}
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://azure.example.test/shop/",
    "SYSTEM_TEAMPROJECT": "web",
    "BUILD_BUILDID": "31",
    "BUILD_SOURCEBRANCH": "refs/heads/main",
    "BUILD_SOURCEVERSION": "d" * 40,
}
CIRCLE = {
    "CIRCLECI": "true",
    "CIRCLE_BRANCH": "main",
    "CIRCLE_SHA1": "e" * 40,
    "CIRCLE_BUILD_URL": "https://circle.example.test/web/9",
    "CIRCLE_WORKFLOW_ID": "w-1",
}
BUILDKITE = {
    "BUILDKITE": "true",
    "BUILDKITE_BRANCH": "main",
    "BUILDKITE_COMMIT": "f" * 40,
    "BUILDKITE_PULL_REQUEST": "false",
    "BUILDKITE_BUILD_URL": "https://buildkite.example.test/web/5",
    "BUILDKITE_BUILD_ID": "b-5",
}
CASES = [
    (
        GITHUB,
        Metadata(
            branch="main",
            commit="a" * 40,
            ci_provider="github-actions",
            build_url="https://git.example.test/shop/web/actions/runs/4711",
            build_key="github:shop/web/actions/runs/4711",
        ),
    ),
    (
        GITHUB | {"GITHUB_REF": "refs/pull/17/merge", "GITHUB_REF_NAME": "17/merge", "GITHUB_HEAD_REF": "fix/total"},
        Metadata(
            branch="fix/total",
            commit="a" * 40,
            pull_request="17",
            ci_provider="github-actions",
            build_url="https://git.example.test/shop/web/actions/runs/4711",
            build_key="github:shop/web/actions/runs/4711",
        ),
    ),
    (
        GITHUB | {"GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"},
        Metadata(
            commit="a" * 40,
            ci_provider="github-actions",
            build_url="https://git.example.test/shop/web/actions/runs/4711",
            build_key="github:shop/web/actions/runs/4711",
        ),
    ),
    (
        GITLAB,
        Metadata(
            branch="main",
            commit="b" * 40,
            ci_provider="gitlab-ci",
            build_url="https://git.example.test/shop/web/-/pipelines/88",
            build_key="gitlab:shop/web/88",
        ),
    ),
    (
        GITLAB
        | {
            "CI_COMMIT_BRANCH": "",
            "CI_MERGE_REQUEST_IID": "5",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix/total",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "9" * 40,
        },
        Metadata(
            branch="fix/total",
            commit="9" * 40,
            pull_request="5",
            ci_provider="gitlab-ci",
            build_url="https://git.example.test/shop/web/-/pipelines/88",
            build_key="gitlab:shop/web/88",
        ),
    ),
    (
        JENKINS,
        Metadata(
            branch="main",
            commit="c" * 40,
            ci_provider="jenkins",
            build_url="https://jenkins.example.test/job/web/12/",
            build_key="jenkins:https://jenkins.example.test/job/web/12/",
        ),
    ),
    (
        JENKINS | {"CHANGE_ID": "7", "CHANGE_BRANCH": "fix/total", "BRANCH_NAME": "PR-7"},
        Metadata(
            branch="fix/total",
            commit="c" * 40,
            pull_request="7",
            ci_provider="jenkins",
            build_url="https://jenkins.example.test/job/web/12/",
            build_key="jenkins:https://jenkins.example.test/job/web/12/",
        ),
    ),
    (
        AZURE,
        Metadata(
            branch="main",
            commit="d" * 40,
            ci_provider="azure-pipelines",
            build_url="https://azure.example.test/shop/web/_build/results?buildId=31",
            build_key="azure:https://azure.example.test/shop/web/31",
        ),
    ),
    (
        AZURE
        | {
            "BUILD_SOURCEBRANCH": "refs/pull/8/merge",
            "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix/total",
            "SYSTEM_PULLREQUEST_SOURCECOMMITID": "8" * 40,
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "8",
        },
        Metadata(
            branch="fix/total",
            commit="8" * 40,
            pull_request="8",
            ci_provider="azure-pipelines",
            build_url="https://azure.example.test/shop/web/_build/results?buildId=31",
            build_key="azure:https://azure.example.test/shop/web/31",
        ),
    ),
    (
        CIRCLE | {"CIRCLE_PULL_REQUEST": "https://git.example.test/shop/web/pull/21"},
        Metadata(
            branch="main",
            commit="e" * 40,
            pull_request="21",
            ci_provider="circleci",
            build_url="https://circle.example.test/web/9",
            build_key="circleci:w-1",
        ),
    ),
    (
        BUILDKITE,
        Metadata(
            branch="main",
            commit="f" * 40,
            ci_provider="buildkite",
            build_url="https://buildkite.example.test/web/5",
            build_key="buildkite:b-5",
        ),
    ),
    (
        BUILDKITE | {"BUILDKITE_PULL_REQUEST": "3"},
        Metadata(
            branch="main",
            commit="f" * 40,
            pull_request="3",
            ci_provider="buildkite",
            build_url="https://buildkite.example.test/web/5",
            build_key="buildkite:b-5",
        ),
    ),
]


@pytest.mark.parametrize(("environment", "expected"), CASES)
def test_ci_system_is_recognised(environment: dict[str, str], expected: Metadata, tmp_path: Path) -> None:
    assert ci.detect(environment, tmp_path) == expected


def test_pull_requests_own_commit_is_taken_from_the_event(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"sha": "7" * 40}}}))
    environment = GITHUB | {"GITHUB_HEAD_REF": "fix/total", "GITHUB_EVENT_PATH": str(event)}

    assert ci.detect(environment, tmp_path).commit == "7" * 40


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pull_request": null}'])
def test_strange_event_file_does_no_harm(content: str, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(content)
    environment = GITHUB | {"GITHUB_HEAD_REF": "fix/total", "GITHUB_EVENT_PATH": str(event)}

    assert ci.detect(environment, tmp_path).commit == "a" * 40


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.test")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S607
    return done.stdout.strip()


def test_work_tree_tells_branch_and_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-b", "feature/x")
    git(tmp_path, "commit", "--allow-empty", "-m", "Begin")

    assert ci.detect({}, tmp_path) == Metadata(branch="feature/x", commit=git(tmp_path, "rev-parse", "HEAD"))


def test_detached_work_tree_has_no_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "commit", "--allow-empty", "-m", "Begin")
    git(tmp_path, "checkout", "--detach")

    assert ci.detect({}, tmp_path) == Metadata(commit=git(tmp_path, "rev-parse", "HEAD"))


def test_plain_folder_tells_nothing(tmp_path: Path) -> None:
    assert ci.detect({}, tmp_path) == Metadata()


def test_missing_git_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ci.detect({}, Path()) == Metadata()
