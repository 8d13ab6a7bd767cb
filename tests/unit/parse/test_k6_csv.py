from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import k6_made
from testflux.model import raw
from testflux.parse import k6_csv, k6_lines

AT = "1773489600"


def read(*rows: bytes) -> raw.RawReport:
    return k6_csv.parse(io.BytesIO(b"".join(rows)))


def values(report: raw.RawReport, name: str) -> dict[str, float]:
    return next(metric.values for metric in report.metrics if metric.name == name)


def test_rows_are_added_up() -> None:
    seen = read(
        k6_made.HEADER,
        k6_made.row("http_req_duration", AT, "1.500000", method="GET", name="/", expected_response="true"),
        k6_made.row("http_req_duration", "1773489610", "2.500000", method="GET", name="/"),
    )
    assert (seen.format, seen.samples, seen.is_complete, seen.warnings) == ("k6-csv", 2, True, [])
    assert (seen.started_at, seen.duration_ms) == (k6_made.START, 10_000)
    assert [metric.name for metric in seen.metrics] == [
        "http_req_duration",
        "http_req_duration{expected_response:true}",
        "http_req_duration{method:GET,name:/}",
    ]
    assert values(seen, "http_req_duration")["avg"] == 2
    assert values(seen, "http_req_duration{expected_response:true}")["count"] == 1


@pytest.mark.parametrize("moment", [AT, f"{AT}000", f"{AT}000000", f"{AT}000000000", "2026-03-14T12:00:00Z"])
def test_times_have_six_formats(moment: str) -> None:
    assert read(k6_made.HEADER, k6_made.row("vus", moment, "1.0")).started_at == k6_made.START


def test_columns_are_found_by_name() -> None:
    header = b"metric_name,timestamp,metric_value,status,name,method,extra_tags\n"
    seen = read(header, b"http_reqs,1773489600,1.000000,200,/a,GET,\nhttp_reqs,1773489600,1.000000,500,/a,GET,x=1\n")
    assert values(seen, "http_reqs{method:GET,name:/a,status:500}")["count"] == 1


def test_empty_lines_are_no_part_of_the_next() -> None:
    seen = read(b"metric_name,timestamp,metric_value,scenario\n", b"vus,1773489600,1.0,\n\n" * 2)
    assert ([metric.name for metric in seen.metrics], seen.samples, seen.warnings) == (["vus"], 2, [])


def test_extra_tags_are_tags() -> None:
    rows = [k6_made.row("vus", AT, "1.0", extra=f"n={number}&testid=nightly&odd") for number in range(2)]
    assert read(k6_made.HEADER, *rows).name == "nightly"


def test_checks_and_groups_are_columns() -> None:
    rows = [k6_made.row("checks", AT, value, check="works", group="::a::b") for value in ("1.0", "0.0", "1.0")]
    seen = read(k6_made.HEADER, *rows)
    assert seen.checks == [raw.RawCheck(("a", "b"), "works", 2, 1)]
    assert seen.groups == [("a",), ("a", "b")]


def test_quoted_cells_hold_commas_quotes_and_line_feeds() -> None:
    name = '"is it ""ok"",\nreally?"'
    seen = read(k6_made.HEADER, *[k6_made.row("checks", AT, "1.0", check=name)] * 3)
    assert seen.checks == [raw.RawCheck((), 'is it "ok",\nreally?', 3, 0)]
    assert seen.warnings == []


@pytest.mark.parametrize(
    "row",
    [
        b"\x00" * 5000 + b"413,1.0,,,\n",
        b"too,few\n",
        k6_made.row("m", "soon", "1.0"),
        k6_made.row("m", AT, "many"),
        k6_made.row("", AT, "1.0"),
        k6_made.row("m", AT, "1.0").replace(b"\n", b",,,\n"),
        k6_made.HEADER,
        k6_made.row("m", AT, "1.0", name='a "stray quote'),
    ],
)
def test_other_rows_are_left_out_and_counted(row: bytes) -> None:
    good = k6_made.row("vus", AT, "2.0")
    seen = read(k6_made.HEADER, good, row, *[good] * 100)
    assert values(seen, "vus") == {"value": 2, "min": 2, "max": 2}
    assert (seen.samples, [warning.code for warning in seen.warnings]) == (101, ["k6-lines-skipped"])


def test_types_that_nobody_knows_are_told_by_the_values() -> None:
    seen = read(k6_made.HEADER, *(k6_made.row("odd", AT, value) for value in ("0.5", "2.0")))
    assert [(metric.type, metric.values["count"]) for metric in seen.metrics] == [("trend", 2)]
    assert [warning.code for warning in seen.warnings] == ["k6-guessed-type"]


ROWS = [
    k6_made.HEADER,
    *(
        k6_made.row(
            "http_req_duration", str(int(AT) + number), f"{number * 1.5:.6f}", method="GET", name=f"/{number % 3}"
        )
        for number in range(9)
    ),
    *[k6_made.row("checks", AT, "1.000000", check='"two\nlines"')] * 3,
    *[k6_made.row("checks", AT, "0.000000", check="works", group="::g")] * 3,
]


@given(st.permutations(ROWS[1:]), st.integers(1, 300))
def test_rows_read_together_are_rows_read_alone(rows: list[bytes], size: int) -> None:
    data = b"".join((ROWS[0], *rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k6_lines, "SIZE", size)
        pieces = read(data)
    assert read(data) == pieces
    assert pieces.warnings == []
    assert pieces.samples == len(rows)
    assert {check.name: (check.passes, check.fails) for check in pieces.checks} == {
        "two\nlines": (3, 0),
        "works": (0, 3),
    }


DAMAGED = [
    *ROWS[1:],
    *(k6_made.row("m", moment, value, name="/1") for moment, value in (("soon", "1.0"), (AT, "many"))),
    k6_made.row(" odd", AT, "1.0", env="x"),
    k6_made.row("odd", AT, "1.0", "testid=a").replace(b"\n", b" \r\n"),
    k6_made.row("n", AT, "1.0", name='a "stray quote'),
    k6_made.row("n", AT, "1.0", name='"'),
    k6_made.row("m", AT, "1.0").replace(b"\n", b",,,\n"),
    k6_made.row("", AT, "1.0", group="::x"),
    k6_made.row("m", AT, "1.0", name="/" + "x" * 600),
    k6_made.row("m" * 70, AT, "1.0"),
    b"too,few\n",
    b"\n",
]


@given(st.permutations(DAMAGED), st.integers(1, 900), st.integers(1, 900))
def test_however_it_is_cut_up_a_damaged_file_says_the_same(rows: list[bytes], size: int, piece: int) -> None:
    data = b"".join((ROWS[0], *rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k6_lines, "SIZE", size)
        patch.setattr(k6_lines, "_PIECE", piece)
        pieces = read(data)
    assert read(data) == pieces


def test_a_row_is_read_alone_as_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*ROWS[:10], *ROWS[-3:], k6_made.row("checks", AT, "1.0", check='"a, ""b"""', extra="a=b&c=d")]
    together = read(*rows)
    monkeypatch.setattr(k6_csv.Reader, "_read_together", refuse)
    assert read(*rows) == together


def refuse(*_: object) -> None:
    raise k6_lines.IrregularError


def test_a_row_that_breaks_off_makes_the_report_incomplete() -> None:
    data = b"".join(ROWS)
    seen = read(data[:-9])
    assert (seen.is_complete, [warning.code for warning in seen.warnings]) == (False, ["report-truncated"])
    assert seen.samples == len(ROWS) - 2
    assert read(data[:-1]).is_complete
    inside = read(b"".join(ROWS[:10]) + ROWS[10][: ROWS[10].index(b"\n") + 2])
    assert (inside.is_complete, inside.samples) == (False, 9)
