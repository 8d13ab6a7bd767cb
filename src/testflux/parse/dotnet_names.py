"""How the runners of .NET name tests, classes and assemblies."""

from __future__ import annotations

import re
from typing import NamedTuple

from testflux.parse import times

_PATH = re.compile(r"[\\/]")
_EXTENSION = re.compile(r"\.(?:dll|exe)$", re.IGNORECASE)
_CALL = re.compile(r"(?P<method>[^\W\d][\w.`+]*(?:<[^()]*>)?) ?\((?P<arguments>.*)\)", re.DOTALL)
_DOTTED = re.compile(r"[^\W\d][\w`+]*(?:\.[^\W\d][\w`+]*)+")
_SPAN = re.compile(r"(?:(?P<days>\d{1,6})\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:\.\d+)?)")


class Named(NamedTuple):
    """A test's own name, and the arguments that tell it from others of the name."""

    name: str
    arguments: str


def split(name: str, class_name: str = "") -> Named:
    """Return a test's name without its class and its arguments: `Shop.Cart.Add(item: 1)` is `Add`, `item: 1`.

    A display name that somebody wrote stays as it is.
    """
    own = name.removeprefix(f"{class_name}.") if class_name else name
    call = _CALL.fullmatch(own)
    method, arguments = (call["method"], call["arguments"].strip()) if call else (own, "")
    if _DOTTED.fullmatch(method.partition("<")[0]):
        head, bracket, rest = method.partition("<")
        method = head.rpartition(".")[2] + bracket + rest
    return Named(method, arguments)


def assembly(path: str) -> str:
    r"""Return the name of an assembly by its file, `Shop.Tests` for `C:\build\Shop.Tests.dll`."""
    return _EXTENSION.sub("", _PATH.split(path.rstrip("\\/"))[-1])


def class_name(name: str) -> str:
    """Return a class without the assembly that some runners write behind it."""
    return name.split(",", 1)[0].strip()


def milliseconds(span: str) -> float | None:
    """Return the milliseconds of `00:00:01.5000000`, None for anything else."""
    found = _SPAN.fullmatch(span.strip())
    if found is None:
        return None
    whole = ((int(found["days"] or 0) * 24 + int(found["hours"])) * 60 + int(found["minutes"])) * 60
    seconds = times.milliseconds(found["seconds"])
    return None if seconds is None else whole * 1000 + seconds


def labelled(name: str, value: str) -> str:
    """Return a trait or a property as a tag: a category by its value alone."""
    return value if name.lower() in {"category", "testcategory"} else f"{name}:{value}"
