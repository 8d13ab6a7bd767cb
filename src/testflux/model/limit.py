"""The grammar of a load test's thresholds, as k6 has it: `p(95)<500`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

import msgspec

_THRESHOLD = re.compile(
    r"\s*(?P<statistic>count|rate|value|avg|min|max|med|p\(\s*\d{1,3}(?:\.\d+)?\s*\))"
    r"\s*(?P<operator><=|<|>=|>|===|==|!=)\s*(?P<bound>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*"
)
_NAMES = {"p(90)": "p90", "p(95)": "p95", "p(99)": "p99", "p(50)": "med", "p(0)": "min", "p(100)": "max"}
_SHARES = {"p90": 0.9, "p95": 0.95, "p99": 0.99}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "===": operator.eq,
    "!=": operator.ne,
}


class Limit(msgspec.Struct, frozen=True):
    """A threshold's expression, taken apart: `statistic` is a key of a metric's values."""

    statistic: str
    operator: str
    bound: float

    @property
    def share(self) -> float | None:
        """The share (0..1) of samples below a percentile, None for other statistics."""
        if self.statistic in _SHARES:
            return _SHARES[self.statistic]
        return float(self.statistic[2:-1]) / 100 if self.statistic.startswith("p(") else None

    def holds(self, values: dict[str, float]) -> bool:
        """Judge as k6 does: what was not measured at all is within any limit."""
        value = values.get(self.statistic)
        return value is None or _COMPARE[self.operator](value, self.bound)


def parse(expression: str) -> Limit | None:
    """Return what an expression demands, None when it is not of the grammar."""
    found = _THRESHOLD.fullmatch(expression)
    if found is None:
        return None
    statistic = found["statistic"].replace(" ", "")
    return Limit(_NAMES.get(statistic, statistic), found["operator"], float(found["bound"]))
