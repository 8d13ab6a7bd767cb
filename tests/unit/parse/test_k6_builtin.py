from __future__ import annotations

import numpy as np
import pytest

from testflux.parse import k6_builtin


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("http_req_duration", "trend", "time"),
        ("http_req_tls_handshaking", "trend", "time"),
        ("http_req_failed", "rate", ""),
        ("http_reqs", "counter", ""),
        ("checks", "rate", ""),
        ("data_sent", "counter", "data"),
        ("browser_data_received", "counter", "data"),
        ("browser_web_vital_lcp", "trend", "time"),
        ("browser_web_vital_cls", "trend", ""),
        ("vus_max", "gauge", ""),
        ("group_duration", "trend", "time"),
        ("ws_msgs_sent", "counter", ""),
        ("basket_size", "", ""),
        ("my_duration", "", "time"),
        ("iteration_duration{scenario:a}", "", "time"),
    ],
)
def test_own_metrics_are_known(name: str, kind: str, unit: str) -> None:
    assert (k6_builtin.type_of(name), k6_builtin.unit(name)) == (kind, unit)


@pytest.mark.parametrize(
    ("values", "kind"),
    [([0, 1, 1], "rate"), ([0, 0], "rate"), ([1, 1], "counter"), ([1, 2], "trend"), ([0.5], "trend")],
)
def test_other_types_are_told_by_the_values(values: list[float], kind: str) -> None:
    assert k6_builtin.guess(np.array(values, np.float64)) == kind
