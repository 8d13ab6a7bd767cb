from __future__ import annotations

from typing import Any

import pytest

from testflux.parse import sarif_places

GITHUB = "file:///home/runner/work/shop/shop/"


def find(uri: str, base: str = "", **run: Any) -> tuple[str, str]:
    return sarif_places.Places(run).find({"uri": uri, "uriBaseId": base})


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/app.py", "src/app.py"),
        ("./src//app.py", "src/app.py"),
        ("src/../lib/my%20app.py", "lib/my app.py"),
        ("../outside.py", "../outside.py"),
        ("src\\app.py", "src/app.py"),
        ("library/alpine", "library/alpine"),
        ("", ""),
    ],
)
def test_a_relative_path_stays(uri: str, path: str) -> None:
    assert find(uri) == ("", path)
    assert find(uri, "%SRCROOT%") == ("", path)


@pytest.mark.parametrize("uri", ["http://h/a?b=c", "https://h", "HTTPS://h/x", "oci://registry/image"])
def test_an_address_is_an_address(uri: str) -> None:
    assert find(uri) == (uri, "")


@pytest.mark.parametrize(
    "uri",
    [
        "file:///home/runner/work/shop/shop/src/app.py",
        "/home/runner/work/shop/shop/src/app.py",
        "file:///D:/a/shop/shop/src/app.py",
        "D:\\a\\shop\\shop\\src\\app.py",
        "/Users/runner/work/shop/shop/src/app.py",
        "/github/workspace/src/app.py",
        "/__w/shop/shop/src/app.py",
        "/builds/team/shop/src/app.py",
        "/home/gitlab-runner/builds/aB3_xyz9/0/team/shop/src/app.py",
        "/var/jenkins_home/workspace/shop_main/src/app.py",
        "/home/jenkins/agent/workspace/shop/src/app.py",
        "/home/vsts/work/1/s/src/app.py",
        "/mnt/agent/_work/7/s/src/app.py",
        "/opt/atlassian/pipelines/agent/build/src/app.py",
        "/home/circleci/project/src/app.py",
        "/src/src/app.py",
        "file://localhost/workspace/src/app.py",
    ],
)
def test_the_machines_own_folders_are_cut_off(uri: str) -> None:
    assert find(uri) == ("", "src/app.py")


def test_what_the_file_says_of_its_root_comes_first() -> None:
    bases = {"%SRCROOT%": {"uri": "file:///data/checkout/"}, "DEEP": {"uri": "file:///data/checkout/deep"}}
    assert find("file:///data/checkout/src/app.py", originalUriBaseIds=bases) == ("", "src/app.py")
    assert find("/data/checkout/deep/app.py", originalUriBaseIds=bases) == ("", "app.py")
    assert find("/data/checkout-2/app.py", originalUriBaseIds=bases) == ("", "data/checkout-2/app.py")
    here = [{"workingDirectory": {"uri": "file:///data/here"}}]
    assert find("/data/here/app.py", invocations=here) == ("", "app.py")
    assert find("/data/here/app.py", originalUriBaseIds={"ROOT": {"uri": "file:///"}}) == ("", "data/here/app.py")


def test_a_base_may_stand_on_another() -> None:
    bases = {
        "%SRCROOT%": {"uri": GITHUB},
        "BACKEND": {"uri": "services/back%20end/", "uriBaseId": "%SRCROOT%"},
        "CODE": {"uri": "code", "uriBaseId": "BACKEND"},
        "RING": {"uri": "ring", "uriBaseId": "RING"},
        "EMPTY": {},
    }
    assert find("app.py", "CODE", originalUriBaseIds=bases) == ("", "services/back end/code/app.py")
    assert find("app.py", "%SRCROOT%", originalUriBaseIds=bases) == ("", "app.py")
    assert find("app.py", "RING", originalUriBaseIds=bases) == ("", "ring/app.py")
    assert find("app.py", "EMPTY", originalUriBaseIds=bases) == ("", "app.py")


def test_a_place_may_be_a_number_in_the_list_of_artifacts() -> None:
    places = sarif_places.Places({"artifacts": [{"location": {"uri": "a.py"}}, {"location": {"uri": GITHUB + "b.py"}}]})
    assert places.find({"index": 0}) == ("", "a.py")
    assert places.find({"index": 1}) == ("", "b.py")
    assert places.find({"index": 9}) == places.find({}) == places.find({"index": -1}) == ("", "")
    assert places.find({"index": 1, "uri": "own.py"}) == ("", "own.py")


def test_the_same_file_is_the_same_on_every_machine() -> None:
    ways = [f"{GITHUB}src/app.py", "src/app.py", "/builds/team/shop/src/app.py", "C:/a/shop/shop/src/app.py"]
    assert {find(way) for way in ways} == {("", "src/app.py")}
