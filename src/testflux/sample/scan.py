"""Security scans: which weaknesses exist when, and where a scan meets them."""

from __future__ import annotations

import msgspec

from testflux.sample import zap
from testflux.sample.occasion import Occasion, Schedule

_FOREVER = 10_000


class Weakness(msgspec.Struct, frozen=True):
    """A rule that speaks about these places from `first` to `last` days ago.

    A path may hold {n}: each scan meets it with other numbers, `times` of them.
    """

    rule: zap.Rule
    paths: tuple[str, ...]
    method: str = "GET"
    param: str = ""
    attack: str = ""
    evidence: str = ""
    other: str = ""
    first: int = _FOREVER
    last: int = 0
    times: int = 3


class ScanLane(msgspec.Struct, frozen=True):
    """One series of scans."""

    name: str
    environment: str
    type: str
    schedule: Schedule
    weaknesses: tuple[Weakness, ...]
    file_name: str = "report_json.json"

    def write(self, occasion: Occasion) -> bytes:
        """Return the scan's report: XML when the file is called so, else JSON."""
        alerts = tuple(
            zap.Alert(weakness.rule, _places(weakness, occasion))
            for weakness in self.weaknesses
            if weakness.last <= occasion.days_ago <= weakness.first
        )
        write = zap.write_xml if self.file_name.endswith(".xml") else zap.write_json
        return write(occasion.host, alerts, occasion.started_at)


def _places(weakness: Weakness, occasion: Occasion) -> tuple[zap.Instance, ...]:
    numbers = occasion.roll("scan", weakness.rule.plugin_id)
    return tuple(
        zap.Instance(
            uri=f"https://{occasion.host}{path.format(n=numbers.randint(1000, 9999))}",
            method=weakness.method,
            param=weakness.param,
            attack=weakness.attack,
            evidence=weakness.evidence,
            other=weakness.other,
        )
        for path in weakness.paths
        for _ in range(weakness.times if "{n}" in path else 1)
    )
