"""How fast JUnit XML is read: `python tests/benchmarks/bench_junit.py [MEGABYTES]`, 50 when not said.

Writes a file like pytest's (192,000 cases in 50 MB: passes, failures with tracebacks, skips, properties, output), then
reads it in fresh processes, five times each way, and prints medians of CPU seconds and the highest peak of memory. What
`normalise` then makes of it is measured apart. junitparser and test-results-parser are measured when installed.
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
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.parsers import expat

ROUNDS = 5
TRACEBACK = """def test_total(basket):
        basket.add(&quot;tea&quot;, price={price})
&gt;       assert basket.total() == {price} + 1, &quot;the total is &lt;wrong&gt;&quot;
E       AssertionError: the total is &lt;wrong&gt;
E       assert {price} == ({price} + 1)
E        +  where {price} = &lt;bound method Basket.total of &lt;shop.basket.Basket object at 0x7f0c1a2b3c4d&gt;&gt;()

tests/unit/test_basket.py:{line}: AssertionError
"""
OUTPUT = "2026-11-22 09:10:{second:02} INFO shop.basket tea was added for {price} &amp; the total is {price}\n"


def write_case(dice: random.Random, number: int) -> str:
    """Return one case: 88 in 100 pass in silence."""
    price, line = dice.randrange(1000), dice.randrange(900)
    head = (
        f'<testcase classname="tests.unit.test_module_{number // 400}.TestBasket{number // 40 % 10}" '
        f'name="test_total[{number}-{price}]" time="{dice.random() / 3:.3f}"'
    )
    draw = dice.randrange(100)
    if draw < 4:
        message = f"AssertionError: the total is &lt;wrong&gt;&#10;assert {price} == ({price} + 1)"
        words = TRACEBACK.format(price=price, line=line) * 4
        return f'{head}><failure message="{message}">{words}</failure></testcase>'
    if draw < 7:
        where = f"/home/ci/tests/unit/test_basket.py:{line}: not on this machine"
        return f'{head}><skipped type="pytest.skip" message="not on this machine">{where}</skipped></testcase>'
    if draw < 9:
        return f'{head}><properties><property name="owner" value="shop" /></properties></testcase>'
    if draw < 12:
        words = "".join(OUTPUT.format(second=second, price=price) for second in range(32))
        return f"{head}><system-out>{words}</system-out></testcase>"
    return f"{head} />"


def make(path: Path, megabytes: float) -> int:
    """Write a file of about that size and return how many cases are in it."""
    dice = random.Random(7)
    count = round(megabytes * 192_000 / 50)
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">')
        out.write(f'<testsuite name="pytest" errors="0" failures="0" skipped="0" tests="{count}" time="1" ')
        out.write('timestamp="2026-11-22T09:10:12.207278+00:00" hostname="ci">')
        out.writelines(write_case(dice, number) for number in range(count))
        out.write("</testsuite></testsuites>")
    return count


def read_with_testflux(path: Path) -> Any:
    """What TestFlux does to read it: the RawReport."""
    from testflux.parse import junit  # noqa: PLC0415 - each process loads only what it measures

    with path.open("rb") as stream:
        return junit.parse(stream)


def read_strictly(path: Path) -> Any:
    """The same with every byte shown to expat."""
    from testflux.parse import junit  # noqa: PLC0415

    with path.open("rb") as stream:
        return junit.parse_strictly(stream)


def stream_with_testflux(path: Path) -> Any:
    """The same, with nobody keeping the rows: what reading itself needs of memory."""
    from testflux.parse import junit, junit_result, junit_runs  # noqa: PLC0415

    class Forgetful(list[Any]):
        def append(self, _row: Any, /) -> None:
            pass

        def extend(self, rows: Iterable[Any], /) -> None:
            deque(rows, maxlen=0)

    result = junit_result.Result()
    result.report.tests = Forgetful()
    with path.open("rb") as stream:
        junit_runs.Reader(junit.ELEMENTS, result, result.report.warnings).read(stream)
    return result


def read_and_normalise(path: Path) -> Any:
    """RawReport, then Report: the times of both."""
    from testflux.normalise import report  # noqa: PLC0415

    return report.build(read_with_testflux(path))


def read_with_junitparser(path: Path) -> Any:
    """A model of the whole document."""
    from junitparser import JUnitXml  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

    return JUnitXml.fromfile(str(path))


def read_with_test_results_parser(path: Path) -> Any:
    """Codecov's, in Rust."""
    import test_results_parser  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

    return test_results_parser.parse_junit_xml(path.read_bytes())


def read_with_silent_expat(path: Path) -> Any:
    """Expat checks the document, and nobody listens: the floor for whoever shows it every byte."""
    parser = expat.ParserCreate()
    with path.open("rb") as stream:
        return parser.ParseFile(stream)


def read_with_listening_expat(path: Path) -> Any:
    """Expat calls three empty Python functions."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda _tag, _attributes: None
    parser.EndElementHandler = lambda _tag: None
    parser.CharacterDataHandler = lambda _text: None
    with path.open("rb") as stream:
        return parser.ParseFile(stream)


WAYS: dict[str, Callable[[Path], Any]] = {
    "testflux": read_with_testflux,
    "testflux, no rows kept": stream_with_testflux,
    "testflux, every byte to expat": read_strictly,
    "testflux and normalise": read_and_normalise,
    "junitparser": read_with_junitparser,
    "test-results-parser": read_with_test_results_parser,
    "expat, empty handlers": read_with_listening_expat,
    "expat, no handlers": read_with_silent_expat,
}
MODULES = {"junitparser": "junitparser", "test-results-parser": "test_results_parser"}


def measure(way: str, path: Path) -> None:
    """Read once in this process and print CPU seconds, and memory at its peak above what the imports took."""
    small = path.with_name("small.xml")
    if "expat," not in way or "testflux" in way:
        WAYS[way](small)  # imports are not part of it
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    kept = WAYS[way](path)
    cpu = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "peak": peak, "above": peak - before, "kept": kept is not None}))


def main(megabytes: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "junit.xml"
        count = make(path, megabytes)
        make(path.with_name("small.xml"), 0.01)
        size = path.stat().st_size / 1e6
        print(f"JUnit XML: {size:.1f} MB, {count:,} cases; medians of {ROUNDS}\n")
        print(f"{'':32}{'CPU s':>8}{'MB/CPU s':>10}{'peak MiB':>10}{'above start':>12}{'× testflux':>12}")
        base = 0.0
        for way in WAYS:
            if importlib.util.find_spec(MODULES.get(way, "json")) is None:
                print(f"{way:32}not installed")
                continue
            command = [sys.executable, __file__, "--measure", way, str(path)]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)]
            cpu = statistics.median(run["cpu"] for run in runs)
            base = base or cpu
            peak, above = (max(run[key] for run in runs) for key in ("peak", "above"))
            print(f"{way:32}{cpu:8.2f}{size / cpu:10.0f}{peak:10.0f}{above:12.0f}{cpu / base:12.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 50.0)
