from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import k6_made
from testflux.kit import errors
from testflux.model import raw
from testflux.parse import k6_lines, k6_ndjson


def read(*lines: bytes) -> raw.RawReport:
    return k6_ndjson.parse(io.BytesIO(b"".join(lines)))


def values(report: raw.RawReport, name: str) -> dict[str, float]:
    return next(metric.values for metric in report.metrics if metric.name == name)


def test_points_are_added_up() -> None:
    seen = read(
        k6_made.definition("http_req_duration", "trend", "time"),
        *(k6_made.point("http_req_duration", value, value, scenario="a") for value in (1, 2, 3, 4)),
    )
    assert (seen.format, seen.samples, seen.is_complete, seen.warnings) == ("k6-ndjson", 4, True, [])
    assert (seen.started_at, seen.duration_ms) == (k6_made.START.replace(second=1), 3000)
    (metric,) = seen.metrics
    assert (metric.name, metric.type, metric.contains) == ("http_req_duration", "trend", "time")
    assert metric.values == pytest.approx(
        {"count": 4, "min": 1, "avg": 2.5, "med": 2.5, "p90": 3.7, "p95": 3.85, "p99": 3.97, "p(99.9)": 3.997, "max": 4}
    )


POINT: dict[str, Any] = {
    "metric": "m",
    "type": "Point",
    "data": {"time": "2026-03-14T12:00:00Z", "value": 5, "tags": {"name": "/products/{id}", "q": 'a"},"tags":{'}},
}


@pytest.mark.parametrize(
    "line",
    [
        POINT,
        {key: POINT[key] for key in ("type", "data", "metric")},
        {**POINT, "data": dict(reversed(POINT["data"].items()))},
        {**POINT, "data": {**POINT["data"], "metadata": {"vu": "1", "iter": "0"}}},
        {**POINT, "more": [1, {"value": 9}], "data": {**POINT["data"], "other": {"tags": {}}}},
        {**POINT, "data": {**POINT["data"], "tags": None}},
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_the_order_of_keys_does_not_matter(line: object, separators: tuple[str, str]) -> None:
    seen = read(json.dumps(line, separators=separators).encode() + b"\n", k6_made.point("m", 7))
    assert seen.warnings[0].code == "k6-guessed-type"
    assert values(seen, "m")["min"] == 5
    assert (seen.samples, len(seen.warnings)) == (2, 1)


def test_a_name_that_looks_like_keys_is_a_name() -> None:
    name = '","value":9,"tags":{}}}\n'
    seen = read(
        k6_made.definition("http_reqs", "counter"), *[k6_made.point("http_reqs", 1, name=name, method="GET")] * 2
    )
    assert values(seen, f"http_reqs{{method:GET,name:{name}}}")["count"] == 2


@pytest.mark.parametrize(
    "line",
    [
        b"running (0m01.0s), 1/1 VUs",
        b"\x00" * 5000,
        b"{}",
        b"[]",
        b'{"metric":"m","type":"Point","data":{"time":"2026-03-14T12:00:00Z","value":"x","tags":{}}}',
        b'{"metric":"m","type":"Point","data":{"time":"2026-03-14T12:00:00Z","value":1e999,"tags":{}}}',
        b'{"metric":"m","type":"Point","data":{"time":"soon","value":1,"tags":{}}}',
        b'{"metric":"","type":"Point","data":{"time":"2026-03-14T12:00:00Z","value":1,"tags":{}}}',
        b'{"metric":"m","type":"Dot","data":{"time":"2026-03-14T12:00:00Z","value":1,"tags":{}}}',
        b'{"metric":"m","type":"Point","data":[]}',
        b'{"metric":"m","type":"Point","data":{"time":"2026-03-14T12:00:00Z","value":1,"tags":{}}',
    ],
)
def test_other_lines_are_left_out_and_counted(line: bytes) -> None:
    good = k6_made.definition("m", "trend"), k6_made.point("m", 2), k6_made.point("m", 4)
    seen = read(*good, line + b"\n", *good[1:], line + b"\n")
    assert seen.samples == 4
    if line.strip(b"\x00"):
        assert [(warning.code, "2 lines" in warning.message) for warning in seen.warnings] == [
            ("k6-lines-skipped", True)
        ]
        assert "line 4" in seen.warnings[0].message
    else:
        assert seen.warnings == []


def test_a_sample_behind_nul_bytes_counts() -> None:
    seen = read(k6_made.definition("m", "trend"), b"\x00" * 9000 + k6_made.point("m", 2), k6_made.point("m", 4))
    assert (seen.samples, seen.warnings) == (2, [])


def test_text_that_is_not_utf8_does_not_stop_the_reading() -> None:
    line = k6_made.point("http_reqs", 1, method="GET", name="caf\u00e9").replace("é".encode(), b"\xe9")
    seen = read(k6_made.definition("http_reqs", "counter"), line)
    assert values(seen, "http_reqs{method:GET,name:caf\ufffd}")["count"] == 1


def test_sub_metrics_are_computed() -> None:
    submetrics = [
        {"name": "m{region:eu}", "suffix": "region:eu", "tags": {"region": "eu"}},
        {"name": "m{region:eu,tier:1}", "suffix": "region:eu,tier:1", "tags": {"region": "eu", "tier": "1"}},
        {"name": "m{region:mars}", "suffix": "region:mars", "tags": {"region": "mars"}},
    ]
    early = [k6_made.point("first", 9, region="eu")] * 2
    seen = read(
        k6_made.definition("first", "trend"),
        *early,
        k6_made.definition("m", "trend", submetrics=submetrics),
        k6_made.point("m", 1, region="eu"),
        k6_made.point("m", 3, region="eu", tier="1"),
        k6_made.point("m", 50, region="us"),
    )
    assert values(seen, "m")["avg"] == 18
    assert values(seen, "m{region:eu}")["avg"] == 2
    assert values(seen, "m{region:eu,tier:1}")["avg"] == 3
    assert values(seen, "m{region:mars}")["count"] == 0


LINES = [
    k6_made.definition("http_req_duration", "trend", "time", thresholds=["p(95)<3", {"threshold": "avg<1"}]),
    k6_made.definition("checks", "rate"),
    *(
        k6_made.point(
            "http_req_duration", number * 1.5, number, method="GET", name=f"/{number % 3}", scenario="ab"[number % 2]
        )
        for number in range(9)
    ),
    *(k6_made.point("checks", number % 2, number, check="works", group="::g") for number in range(4)),
    b"console output\n",
    k6_made.write({"type": "Point", **{key: value for key, value in POINT.items() if key != "type"}}),
]
DATA = b"".join(LINES)


@given(st.integers(1, 400), st.integers(0, len(DATA)))
def test_neither_blocks_nor_where_it_breaks_off_matter(size: int, end: int) -> None:
    """What is read of a cut file is what stands in its whole lines, in whichever pieces it is read."""
    data = DATA[:end]
    whole = data.rfind(b"\n") + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k6_lines, "SIZE", size)
        seen = read_or_code(data)
    wanted = read_or_code(data[:whole])
    if isinstance(seen, str) or isinstance(wanted, str):
        assert end < len(b"".join(LINES[:3]))
        return
    if seen.is_complete:
        assert data[whole:] in {b"", *(line.rstrip() for line in LINES)}
    else:
        assert seen.warnings.pop().code == "report-truncated" or seen.warnings
        assert seen.metrics == wanted.metrics
        assert seen.checks == wanted.checks


def read_or_code(data: bytes) -> raw.RawReport | str:
    try:
        return read(data)
    except errors.ReportError as error:
        return error.code


DAMAGED = [
    *LINES,
    k6_made.point("late", 1, name="/1").replace(b"2026-", b"soon-"),
    k6_made.point("late", 1, name="/2").replace(b":1,", b":1e999,"),
    k6_made.point("odd", 1, name="/3"),
    k6_made.point("late", 2, name="/4"),
    k6_made.point("", 2, env="x"),
    k6_made.point("late", 2, env="y")[:-3] + b"\n",
    k6_made.point("late", 2, name="/" + "x" * 600).replace(b"\n", b" \r\n"),
    k6_made.point("m" * 70, 2),
    k6_made.definition("late", "trend", submetrics=[{"name": "late{env:y}", "tags": {"env": "y"}}]),
    b"\n",
]


@given(st.permutations(DAMAGED), st.integers(1, 900), st.integers(1, 900))
def test_however_it_is_cut_up_a_damaged_file_says_the_same(lines: list[bytes], size: int, piece: int) -> None:
    data = b"".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k6_lines, "SIZE", size)
        patch.setattr(k6_lines, "_PIECE", piece)
        pieces = read(data)
    assert read(data) == pieces


@given(st.permutations(LINES[2:]), st.integers(1, 400))
def test_lines_read_together_are_lines_read_alone(lines: list[bytes], size: int) -> None:
    data = b"".join((*LINES[:2], *lines))
    alone = read(data.replace(b'"type":"Point",', b'"type" :"Point",'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k6_lines, "SIZE", size)
        assert read(data) == alone


def test_without_a_single_sample_it_is_refused() -> None:
    start = k6_made.definition("m", "trend")
    for data, code in (
        (start, "report-shape"),
        (start + k6_made.point("m", 1)[:-9], "report-truncated"),
        (b"", "report-shape"),
    ):
        assert read_or_code(data) == code
