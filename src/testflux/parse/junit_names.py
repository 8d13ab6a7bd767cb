"""Where a test stands: its suite path and its name, without what changes from run to run."""

from __future__ import annotations

import re

from testflux.parse import junit_tools

Path = tuple[str, ...]

_STAMP = re.compile(r"-\d{14}$")
_TEMPORARY = re.compile(
    r"^(?:/private)?(?:/tmp|/var/tmp|/var/folders/[^/]+/[^/]+/T|[A-Za-z]:\\Users\\[^\\]+\\AppData\\Local\\Temp)[/\\][^/\\]+[/\\]"
)
_DEFAULTS = {"pytest", "nosetests", "Root Suite", "TestResults", "Mocha Tests"}
_PHPUNIT_SETTINGS = re.compile(r"(?:^|[/\\])phpunit[^/\\]*\.xml(?:\.dist)?$")
_SEPARATORS = re.compile(r"[\\/]+")
NO_SUITE = "tests"
NO_NAME = "(no name)"


def suite(name: str, tool: str) -> str:
    """Return the name of a suite without time stamps and temporary folders; "" for one that says nothing.

    Nothing is said by a tool's default (`pytest`, `Root Suite`) and by the path of PHPUnit's settings.
    """
    name = _TEMPORARY.sub("", _STAMP.sub("", name.strip()))
    if name in _DEFAULTS or (tool == junit_tools.PHPUNIT and _PHPUNIT_SETTINGS.search(name)):
        return ""
    return name


def path(suites: Path, classname: str) -> Path:
    """Return the suite path of a test: the suites it stands in, and its class where that says something new.

    A class that is named like one of the suites, or like all of them together, says nothing new. A class name that
    begins with the last suite adds its rest, and one that ends with it takes its place.
    """
    classname = _STAMP.sub("", classname)
    if not classname or _is_known(suites, classname):
        return suites or (NO_SUITE,)
    last = suites[-1] if suites else ""
    if last and classname.startswith(f"{last}."):
        return (*suites, classname[len(last) + 1 :])
    if last and classname.endswith(f".{last}"):
        return (*suites[:-1], classname)
    return (*suites, classname)


def test(name: str, classname: str, project: str) -> str:
    """Return the name of a test; one without a name (a class that failed to begin) is called by its class."""
    if project:
        name = name.removeprefix(f"[{project}] › ")
    return name or classname or NO_NAME


def _is_known(suites: Path, classname: str) -> bool:
    plain = _SEPARATORS.sub(".", classname)
    known = [_SEPARATORS.sub(".", one) for one in suites]
    return plain in known or plain == ".".join(known) or bool(known and known[-1].endswith(f".{plain}"))
