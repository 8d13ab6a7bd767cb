"""How fast k6's samples are read: `python tests/benchmarks/bench_k6.py [MEGABYTES]`, 100 of JSON lines when not said.

Writes the samples of one run as JSON lines and as CSV, the same on every machine, and reads them in fresh processes.
"testflux" is all that an upload comes to. The others, and "testflux, same work", compute the exact p50, p90, p95,
p99 and p99.9 of each metric by name in windows of 10 s, and by scenario, group, name and status. Medians of CPU
seconds (all threads), and the highest peak of memory. Polars takes part where it is installed, and orjson.
"""

from __future__ import annotations

import importlib.util
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROUNDS = 3
SHARES = (0.5, 0.9, 0.95, 0.99, 0.999)
WINDOW_S = 10
PARTS = ("blocked", "connecting", "tls_handshaking", "sending", "waiting", "receiving")
PAGES = ("home", "search", "list", "product", "basket", "login", "pay", "profile", "orders", "help")
START = datetime(2026, 3, 14, 12, tzinfo=UTC)
METRICS = (
    ("http_reqs", "counter", "default"),
    ("http_req_duration", "trend", "time"),
    *((f"http_req_{part}", "trend", "time") for part in PARTS),
    ("http_req_failed", "rate", "default"),
    ("checks", "rate", "default"),
    ("data_sent", "counter", "data"),
    ("data_received", "counter", "data"),
    ("iteration_duration", "trend", "time"),
    ("iterations", "counter", "default"),
    ("vus", "gauge", "default"),
)
COLUMNS = (
    "check", "error", "error_code", "expected_response", "group", "method", "name", "proto", "scenario", "service",
    "status", "subproto", "tls_version", "url",
)  # fmt: skip
Sample = tuple[str, float, dict[str, str]]


def make(megabytes: float, lines: Path, rows: Path) -> None:
    """Write what k6 would write: ten named pages and one that is not, in three scenarios with their groups."""
    dice = random.Random(6)
    at, written = START, 0
    with lines.open("w", encoding="ascii") as file, rows.open("w", encoding="ascii") as table:
        table.write(f"metric_name,timestamp,metric_value,{','.join(COLUMNS)},extra_tags,metadata\n")
        for name, kind, contains in METRICS:
            data = f'{{"name":"{name}","type":"{kind}","contains":"{contains}","thresholds":[],"submetrics":null}}'
            file.write(f'{{"type":"Metric","data":{data},"metric":"{name}"}}\n')
        while written < megabytes * 1e6:
            at += timedelta(microseconds=dice.randrange(1, 11_000))
            for moment, samples in make_iteration(dice, at):
                time = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}{dice.randrange(1, 1000):03}-04:00"
                second = f"{moment.timestamp() + 4 * 3600:.0f}"
                tags = {id(sample[2]): sample[2] for sample in samples}
                ends = {key: (json.dumps(own, separators=(",", ":")), make_cells(own)) for key, own in tags.items()}
                for metric, value, own in samples:
                    end, cells = ends[id(own)]
                    data = f'{{"time":"{time}","value":{value},"tags":{end}}}'
                    line = f'{{"metric":"{metric}","type":"Point","data":{data}}}\n'
                    written += len(line)
                    file.write(line)
                    table.write(f"{metric},{second},{value:.6f},{cells},,\n")


def make_iteration(dice: random.Random, at: datetime) -> Iterator[tuple[datetime, list[Sample]]]:
    """Yield some requests with a check each, then what k6 adds at an iteration's end."""
    scenario = dice.choice(("browse", "buy", "search"))
    begin = at
    for _ in range(dice.randrange(1, 5)):
        page = dice.randrange(len(PAGES) + 1)
        path = PAGES[page] if page < len(PAGES) else f"item/{dice.randrange(2000)}"
        is_good = dice.random() < 0.99
        url = f"https://shop.example.com/{path}"
        tags = {
            "expected_response": str(is_good).lower(), "group": f"::{scenario} page", "method": "GET", "name": url,
            "proto": "HTTP/1.1", "scenario": scenario, "status": "200" if is_good else "500", "tls_version": "tls1.3",
            "url": url,
        }  # fmt: skip
        check = {"check": "status is 200", "group": f"::{scenario} page", "scenario": scenario}
        times = [round(dice.random() * 0.2, 6) for _ in PARTS]
        times[4] = round(dice.lognormvariate(4, 0.6), 6)
        at += timedelta(milliseconds=times[4])
        yield (
            at,
            [
                ("http_reqs", 1, tags),
                ("http_req_duration", round(sum(times[3:]), 6), tags),
                *((f"http_req_{part}", value, tags) for part, value in zip(PARTS, times, strict=True)),
                ("http_req_failed", int(not is_good), tags),
                ("checks", int(is_good), check),
            ],
        )
    own = {"group": "", "scenario": scenario}
    took = round((at - begin) / timedelta(milliseconds=1), 6)
    ends = (("data_sent", 530), ("data_received", 2619), ("iteration_duration", took), ("iterations", 1))
    yield at, [(name, value, own) for name, value in ends] + ([("vus", 20, {})] if dice.random() < 0.01 else [])


def make_cells(tags: dict[str, str]) -> str:
    """Return the tags as cells of a row."""
    return ",".join(tags.get(column, "") for column in COLUMNS)


def read_all(path: Path) -> int:
    """What TestFlux makes of an upload: RawReport, then Report."""
    from testflux.normalise import report  # noqa: PLC0415 - each process loads only what it measures
    from testflux.parse import registry  # noqa: PLC0415

    with path.open("rb") as stream:
        return len(report.build(registry.parse(stream)).metrics)


def read_same(path: Path) -> int:
    """What the others do, with TestFlux's parts."""
    import numpy as np  # noqa: PLC0415

    from testflux.kit import quantile  # noqa: PLC0415
    from testflux.parse import k6_csv, k6_lines, k6_ndjson, k6_table  # noqa: PLC0415

    reader = k6_csv.Reader() if path.suffix == ".csv" else k6_ndjson.Reader()
    with path.open("rb") as stream:
        for block in k6_lines.Lines(stream).blocks():
            reader.read(block)
    table, rows = reader.table, 0
    kinds = [k6_table.KEYS.index(key) for key in ("scenario", "group", "name", "status")]
    first = (table.first or 0) // (WINDOW_S * 1_000_000)
    windows = (table.last or 0) // (WINDOW_S * 1_000_000) - first + 1
    _, names = np.unique([tags[kinds[2]] or "" for tags in table.sets], return_inverse=True)
    labels, wholes = np.unique(
        ["\0".join(str(tags[kind]) for kind in kinds) for tags in table.sets], return_inverse=True
    )
    for metric in range(len(table.metrics)):
        column = table.take(metric)
        order = np.argsort(column.values)
        values, sets = column.values[order], column.sets[order]
        cells = names[sets] * windows + column.times[order] // (WINDOW_S * 1_000_000) - first
        for numbers, size in ((cells, (int(names.max()) + 1) * windows), (wholes[sets], len(labels))):
            groups = quantile.Groups(values, numbers, int(size), ordered=True)
            groups.quantiles(SHARES)
            rows += int((groups.counts > 0).sum())
    return rows


def read_with_orjson(path: Path) -> int:
    """A loop over lines, a dictionary of arrays, and a sort of each."""
    import orjson  # noqa: PLC0415 # pyright: ignore[reportMissingImports]

    windows: dict[Any, array[float]] = defaultdict(lambda: array("d"))
    wholes: dict[Any, array[float]] = defaultdict(lambda: array("d"))
    with path.open("rb") as lines:
        for text in lines:
            line = orjson.loads(text)
            if line["type"] == "Point":
                data, tags = line["data"], line["data"]["tags"]
                windows[line["metric"], tags.get("name"), data["time"][:18]].append(data["value"])
                key = line["metric"], tags.get("scenario"), tags.get("group"), tags.get("name"), tags.get("status")
                wholes[key].append(data["value"])
    for held in (windows, wholes):
        for numbers in held.values():
            numbers_sorted = sorted(numbers)
            [numbers_sorted[int(share * (len(numbers) - 1))] for share in SHARES]
    return len(windows) + len(wholes)


def read_with_polars(path: Path) -> int:
    """Polars' streaming engine."""
    import polars as pl  # noqa: PLC0415 # pyright: ignore[reportMissingImports]

    if path.suffix == ".csv":
        names = {"metric_name": "metric", "metric_value": "value"}
        frame = pl.scan_csv(path, schema_overrides=dict.fromkeys(COLUMNS, pl.String)).rename(names)
        frame = frame.with_columns(window=pl.col("timestamp") // WINDOW_S)
    else:
        tags = pl.Struct(dict.fromkeys(("scenario", "group", "name", "status"), pl.String))
        data = pl.Struct({"time": pl.String, "value": pl.Float64, "tags": tags})
        schema = {"metric": pl.String, "type": pl.String, "data": data}
        frame = pl.scan_ndjson(path, schema=schema).filter(pl.col("type") == "Point").unnest("data").unnest("tags")
        frame = frame.with_columns(window=pl.col("time").str.slice(0, 18))
    wanted = [pl.col("value").quantile(share, "linear").alias(str(share)) for share in SHARES]
    keys = (["metric", "name", "window"], ["metric", "scenario", "group", "name", "status"])
    return sum(
        part.height for part in pl.collect_all([frame.group_by(by).agg(wanted) for by in keys], engine="streaming")
    )


WAYS = {
    "testflux": ("samples.json", read_all),
    "testflux, same work": ("samples.json", read_same),
    "orjson loop": ("samples.json", read_with_orjson),
    "polars": ("samples.json", read_with_polars),
    "testflux, CSV": ("samples.csv", read_all),
    "testflux, CSV, same work": ("samples.csv", read_same),
    "polars, CSV": ("samples.csv", read_with_polars),
}


def measure(way: str, folder: Path) -> None:
    """Read once in this process and print CPU seconds, peak memory and how many rows came of it."""
    name, read = WAYS[way]
    read(folder / f"small-{name}")  # imports are not part of it
    before = resource.getrusage(resource.RUSAGE_SELF)
    rows = read(folder / name)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu": cpu, "peak": after.ru_maxrss / 1024, "rows": rows}))


def main(megabytes: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(0.2, folder / "small-samples.json", folder / "small-samples.csv")
        make(megabytes, folder / "samples.json", folder / "samples.csv")
        print(f"{'':26}{'MB':>7}{'CPU s':>8}{'MB/CPU s':>10}{'peak MiB':>10}{'rows':>9}   medians of {ROUNDS}")
        for way, (name, _) in WAYS.items():
            peer = way.split()[0].strip(",")
            if importlib.util.find_spec(peer) is None:
                print(f"{way:26} not installed")
                continue
            command = [sys.executable, __file__, "--measure", way, str(folder)]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)]
            cpu, size = statistics.median(run["cpu"] for run in runs), (folder / name).stat().st_size / 1e6
            peak = max(run["peak"] for run in runs)
            print(f"{way:26}{size:7.0f}{cpu:8.2f}{size / cpu:10.0f}{peak:10.0f}{runs[0]['rows']:9}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 100.0)
