"""What a CI system says about the build it runs: branch, commit, pull request, and where to look."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from testflux.model.run import Metadata

Environment = Mapping[str, str]


def detect(environment: Environment, folder: Path) -> Metadata:
    """Return what the environment's CI system tells; outside of CI what git tells about the folder, if anything.

    `build_key` is the same for all jobs of one pipeline run, also for those that are run again.
    """
    for is_here, read in _SYSTEMS:
        if is_here(environment):
            return read(environment)
    return from_git(folder)


def from_git(folder: Path) -> Metadata:
    """Return branch and commit of a work tree, nothing when it is none or git is not installed."""
    branch = _git(folder, "rev-parse", "--abbrev-ref", "HEAD")
    return Metadata(branch="" if branch == "HEAD" else branch, commit=_git(folder, "rev-parse", "HEAD"))


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 - whichever git the user has
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _github(env: Environment) -> Metadata:
    pull_request = re.fullmatch(r"refs/pull/(\d+)/\w+", env.get("GITHUB_REF", ""))
    run = f"{env.get('GITHUB_REPOSITORY', '')}/actions/runs/{env.get('GITHUB_RUN_ID', '')}"
    on_branch = env.get("GITHUB_REF_NAME", "") if env.get("GITHUB_REF_TYPE") == "branch" else ""
    return Metadata(
        branch=env.get("GITHUB_HEAD_REF") or on_branch,
        commit=_github_head(env) or env.get("GITHUB_SHA", ""),
        pull_request=pull_request[1] if pull_request else "",
        ci_provider="github-actions",
        build_url=f"{env.get('GITHUB_SERVER_URL', 'https://github.com')}/{run}",
        build_key=f"github:{run}",
    )


def _github_head(env: Environment) -> str:
    """Return the pull request's own newest commit: GITHUB_SHA is a merge that exists nowhere else."""
    path = env.get("GITHUB_EVENT_PATH")
    if not env.get("GITHUB_HEAD_REF") or not path:
        return ""
    try:
        head = json.loads(Path(path).read_text(encoding="utf-8"))["pull_request"]["head"]["sha"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return str(head)


def _gitlab(env: Environment) -> Metadata:
    return Metadata(
        branch=env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or env.get("CI_COMMIT_BRANCH", ""),
        commit=env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or env.get("CI_COMMIT_SHA", ""),
        pull_request=env.get("CI_MERGE_REQUEST_IID", ""),
        ci_provider="gitlab-ci",
        build_url=env.get("CI_PIPELINE_URL") or env.get("CI_JOB_URL", ""),
        build_key=f"gitlab:{env.get('CI_PROJECT_PATH', '')}/{env.get('CI_PIPELINE_ID', '')}",
    )


def _jenkins(env: Environment) -> Metadata:
    local = env.get("GIT_LOCAL_BRANCH") or env.get("GIT_BRANCH", "").removeprefix("origin/")
    return Metadata(
        branch=env.get("CHANGE_BRANCH") or env.get("BRANCH_NAME") or local,
        commit=env.get("GIT_COMMIT", ""),
        pull_request=env.get("CHANGE_ID", ""),
        ci_provider="jenkins",
        build_url=env.get("BUILD_URL", ""),
        build_key=f"jenkins:{env.get('BUILD_URL') or env.get('BUILD_TAG', '')}",
    )


def _azure(env: Environment) -> Metadata:
    source = env.get("SYSTEM_PULLREQUEST_SOURCEBRANCH") or env.get("BUILD_SOURCEBRANCH", "")
    number = env.get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER") or env.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
    build = env.get("BUILD_BUILDID", "")
    home = f"{env.get('SYSTEM_COLLECTIONURI', '')}{env.get('SYSTEM_TEAMPROJECT', '')}"
    return Metadata(
        branch=source.removeprefix("refs/heads/") if source.startswith("refs/heads/") else "",
        commit=env.get("SYSTEM_PULLREQUEST_SOURCECOMMITID") or env.get("BUILD_SOURCEVERSION", ""),
        pull_request=number,
        ci_provider="azure-pipelines",
        build_url=f"{home}/_build/results?buildId={build}",
        build_key=f"azure:{home}/{build}",
    )


def _circle(env: Environment) -> Metadata:
    return Metadata(
        branch=env.get("CIRCLE_BRANCH", ""),
        commit=env.get("CIRCLE_SHA1", ""),
        pull_request=env.get("CIRCLE_PULL_REQUEST", "").rpartition("/")[2],
        ci_provider="circleci",
        build_url=env.get("CIRCLE_BUILD_URL", ""),
        build_key=f"circleci:{env.get('CIRCLE_WORKFLOW_ID') or env.get('CIRCLE_BUILD_URL', '')}",
    )


def _buildkite(env: Environment) -> Metadata:
    pull_request = env.get("BUILDKITE_PULL_REQUEST", "false")
    return Metadata(
        branch=env.get("BUILDKITE_BRANCH", ""),
        commit=env.get("BUILDKITE_COMMIT", ""),
        pull_request="" if pull_request == "false" else pull_request,
        ci_provider="buildkite",
        build_url=env.get("BUILDKITE_BUILD_URL", ""),
        build_key=f"buildkite:{env.get('BUILDKITE_BUILD_ID', '')}",
    )


def _says(name: str, value: str = "") -> Callable[[Environment], bool]:
    return lambda env: env.get(name, "").lower() == value if value else bool(env.get(name))


_SYSTEMS: tuple[tuple[Callable[[Environment], bool], Callable[[Environment], Metadata]], ...] = (
    (_says("GITHUB_ACTIONS", "true"), _github),
    (_says("GITLAB_CI", "true"), _gitlab),
    (_says("TF_BUILD", "true"), _azure),
    (_says("CIRCLECI", "true"), _circle),
    (_says("BUILDKITE", "true"), _buildkite),
    (_says("JENKINS_URL"), _jenkins),
)
