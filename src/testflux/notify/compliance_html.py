"""A compliance report as one page of HTML: to read, and to print."""

from __future__ import annotations

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from testflux.model.compliance import Report

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("testflux.notify"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def write(report: Report) -> bytes:
    """Write the page; everything in it is escaped, and it loads nothing."""
    return _ENVIRONMENT.get_template("compliance.html").render(report=report).encode()
