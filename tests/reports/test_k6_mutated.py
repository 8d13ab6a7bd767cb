"""Whatever happens to k6's samples on their way, they are read or refused, and what is read can be stored."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import k6_made
from testflux.kit import errors
from testflux.model import raw
from testflux.model import report as model
from testflux.normalise import report, summary
from testflux.parse import k6_csv, k6_lines, k6_ndjson

LINES = b"".join(
    [
        k6_made.definition("http_req_duration", "trend", "time", thresholds=["p(95)<3", {"threshold": "avg<1"}]),
        k6_made.definition("checks", "rate", submetrics=[{"name": "checks{a:b}", "tags": {"a": "b"}}]),
        *(
            k6_made.point("http_req_duration", n * 1.5, n, method="GET", name=f"/{n % 3}", scenario="ab"[n % 2])
            for n in range(9)
        ),
        *(k6_made.point("checks", n % 2, n, check="works", group="::g::h", a="b") for n in range(4)),
        k6_made.point("vus", 3),
    ]
)
ROWS = b"".join(
    [
        k6_made.HEADER,
        *(
            k6_made.row("http_req_duration", f"{1773489600 + n}", f"{n}.5", "a=b&c=d", method="GET", name=f"/{n % 3}")
            for n in range(9)
        ),
        *[k6_made.row("checks", "1773489600", "1.0", check='"a ""b"",\nc"', group="::g")] * 3,
    ]
)
AWKWARD = (
    b"\n", b'"', b"{", b"}", b",", b"\x00" * 70, b"\xff", b"\\ud800", b"\\u0000", b"1e999", b"-1", b"NaN", b"null",
    b"9" * 40, b'"tags":', b'","value":', b"0001-01-01T00:00:00Z", b"2198-12-31T23:59:59Z", b"::", b"p(100.5)<", b"{}",
    b"[]",
    b"1e149", b"-1e149", b"99999999999", b"false",
)  # fmt: skip


def mutate(data: bytes, draw: st.DataObject) -> bytes:
    """Cut, repeat, overwrite or insert somewhere, once to four times."""
    for _ in range(draw.draw(st.integers(1, 4))):
        start = draw.draw(st.integers(0, len(data)))
        end = min(len(data), start + draw.draw(st.integers(0, 60)))
        put = draw.draw(st.one_of(st.binary(max_size=20), st.sampled_from(AWKWARD), st.just(data[start:end] * 3)))
        data = data[:start] + put + data[end:]
    return data


@pytest.mark.parametrize(("whole", "reader"), [(LINES, k6_ndjson), (ROWS, k6_csv)], ids=["json", "csv"])
@given(draw=st.data(), size=st.integers(50, 2000))
@settings(max_examples=100, deadline=None, phases=[Phase.reuse, Phase.generate])
def test_it_is_read_or_refused(whole: bytes, reader: object, draw: st.DataObject, size: int) -> None:
    data = mutate(whole, draw)
    assert reader in {k6_ndjson, k6_csv}
    parse = k6_ndjson.parse if reader is k6_ndjson else k6_csv.parse
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k6_lines, "SIZE", size)
        seen = read_or_refuse(parse, data)
    if isinstance(seen, errors.ReportError):
        assert seen.code in {"report-shape", "report-truncated"}
        assert seen.hint
        return
    assert parse(io.BytesIO(data)).metrics == seen.metrics
    check_storable(report.build(seen))


def read_or_refuse(parse: Callable[[io.BytesIO], raw.RawReport], data: bytes) -> raw.RawReport | errors.ReportError:
    try:
        return parse(io.BytesIO(data))
    except errors.ReportError as refusal:
        return refusal


def check_storable(built: model.Report) -> None:
    """Texts without NUL and lone surrogates, numbers that are numbers, keys that are unique."""
    assert json.dumps(summary.describe(built, "x"), ensure_ascii=False, allow_nan=False).encode()
    texts = [word for metric in built.metrics for word in (metric.name, metric.tags)]
    texts += [word for check in built.checks for word in (check.name, *check.group)]
    assert "\0" not in "".join(texts)
    keys = [(metric.name, metric.tags) for metric in built.metrics]
    assert len(set(keys)) == len(keys)
    series = [(one.name, one.tags) for one in built.series]
    assert len(set(series)) == len(series)
    for one in built.series:
        assert len(one.counts) == len(one.sums) == len(one.p95s) == len(one.maxima) <= 360
        assert all(map(math.isfinite, (*one.sums, *one.p95s, *one.maxima)))
