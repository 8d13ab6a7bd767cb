"""What is known of metrics that a file says little about: k6's own by their names, everybody else's by their values."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

_TIMES = re.compile(r"_duration$|^http_req_(?!failed)|^ws_(?:connecting|ping)$|^browser_web_vital_(?!cls$)")
_DATA = re.compile(r"^(?:browser_)?data_(?:sent|received)$")
_COUNTERS = re.compile(
    r"^(?:http_reqs|iterations|dropped_iterations|ws_sessions|ws_msgs_(?:sent|received)|(?:browser_)?data_(?:sent|received))$"
)
_RATES = re.compile(r"^(?:checks|(?:browser_)?http_req_failed)$")
_GAUGES = re.compile(r"^vus(?:_max)?$")
_TRENDS = re.compile(
    r"^(?:(?:browser_)?http_req_\w+|(?:iteration|group|ws_session|grpc_req)_duration|ws_(?:connecting|ping)|browser_web_vital_\w+)$"
)
_TYPES = ((_COUNTERS, "counter"), (_RATES, "rate"), (_GAUGES, "gauge"), (_TRENDS, "trend"))


def unit(name: str) -> str:
    """Return what one of k6's own metrics contains, `time` or `data`; "" for everybody else's."""
    own = name.partition("{")[0]
    if _DATA.match(own):
        return "data"
    return "time" if _TIMES.search(own) else ""


def type_of(name: str) -> str:
    """Return the type of one of k6's own metrics, "" for everybody else's."""
    return next((kind for pattern, kind in _TYPES if pattern.match(name)), "")


def guess(values: NDArray[np.float64]) -> str:
    """Return the type that values speak for: only 0 and 1 are a rate, only 1 a counter, all else a trend."""
    if not np.isin(values, (0.0, 1.0)).all():
        return "trend"
    return "rate" if not values.all() else "counter"
