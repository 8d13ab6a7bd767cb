"""Where a SARIF result is: an address, or a file by its path from the repository's root, the same on every machine."""

from __future__ import annotations

import re
from urllib.parse import unquote

from testflux.parse import json_document
from testflux.parse.sarif_rules import Object, child, index, text

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+):")  # two letters at least: `C:` is a drive
_DRIVE = re.compile(r"/?[a-zA-Z]:/")
_ROOTS = re.compile(
    r"""
    /home/runner/work/[^/]+/[^/]+/  |  /Users/runner/work/[^/]+/[^/]+/  |  /?[a-zA-Z]:/a/[^/]+/[^/]+/
    | /github/workspace/  |  /__w/[^/]+/[^/]+/
    | /(?:home/[^/]+/)?builds/(?:[A-Za-z0-9_-]{8,9}/\d+/)?[^/]+/[^/]+/
    | (?:/[^/]+)*/(?:jenkins|\.jenkins|jenkins_home|agent)/workspace/[^/]+/
    | (?:/[^/]+)*/_work/\d+/s/  |  /home/vsts/work/\d+/s/
    | /opt/atlassian/pipelines/agent/build/
    | /home/circleci/project/
    | /(?:workspace|workdir|code|src|repo|project|app)/
    """,
    re.VERBOSE,
)
"""Where continuous integration checks a repository out, and where containers mount it."""


class Places:
    """The bases and artifacts of one run, to which its locations refer."""

    def __init__(self, run: Object) -> None:
        self._bases = {name: json_document.as_object(base) for name, base in child(run, "originalUriBaseIds").items()}
        self._artifacts = [
            child(json_document.as_object(item), "location") for item in json_document.as_list(run.get("artifacts"))
        ]
        invocations = [json_document.as_object(item) for item in json_document.as_list(run.get("invocations"))]
        absolute = [text(base, "uri") for base in self._bases.values()]
        absolute += [text(child(invocation, "workingDirectory"), "uri") for invocation in invocations]
        roots = {_folder(_file_path(uri)) for uri in absolute if _is_absolute(uri)} - {"/"}
        self._roots = sorted(roots, key=len, reverse=True)

    def find(self, location: Object) -> tuple[str, str]:
        """Return the address and the path of an artifact location; one of both is ""."""
        at = index(location, "index")
        if not text(location, "uri") and at is not None and at < len(self._artifacts):
            location = self._artifacts[at]
        uri = text(location, "uri").strip()
        scheme = _SCHEME.match(uri)
        if scheme and scheme[1].lower() != "file":
            return uri, ""
        if _is_absolute(uri):
            return "", self._from_root(_file_path(uri))
        return "", _tidy(self._base(text(location, "uriBaseId")) + unquote(uri))

    def _base(self, name: str) -> str:
        """Return the folders between the root and a base that is given relative to another one."""
        folders: list[str] = []
        seen: set[str] = set()
        while name in self._bases and name not in seen:
            seen.add(name)
            uri = text(self._bases[name], "uri")
            if _is_absolute(uri) or _SCHEME.match(uri):
                break
            folders.insert(0, _folder(unquote(uri)) if uri else "")
            name = text(self._bases[name], "uriBaseId")
        return "".join(folders)

    def _from_root(self, path: str) -> str:
        known = next((root for root in self._roots if path.startswith(root)), "")
        if not known and (found := _ROOTS.match(path)):
            known = found[0]
        return _tidy(path[len(known) :])


def _is_absolute(uri: str) -> bool:
    return (
        uri.lower().startswith("file:")
        or uri.startswith(("/", "\\"))
        or _DRIVE.match(uri.replace("\\", "/")) is not None
    )


def _file_path(uri: str) -> str:
    """Return the path of a file's absolute URI; one that is a plain path already stays."""
    path = unquote(re.sub(r"^file:(?://[^/]*)?", "", uri, flags=re.IGNORECASE)).replace("\\", "/")
    return path[1:] if _DRIVE.match(path) and path.startswith("/") else path


def _folder(path: str) -> str:
    return path.replace("\\", "/").rstrip("/") + "/"


def _tidy(path: str) -> str:
    """Return a path without `.`, `..` and doubled or leading slashes."""
    kept: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part not in {"", "."}:
            kept.append(part)
    return "/".join(kept)
