"""How fast an output.xml is read: `python tests/benchmarks/bench_robot_xml.py [MEGABYTES]`, 80 when not said.

Makes the file by running robot (a tenth of the tests fail), reads it in fresh processes and prints medians of CPU
seconds (wall clocks lie on a busy machine), the highest peak of memory and how much of that came with the reading. The
floor is expat with nobody listening. Beyond 200 MB the slow peers are run once; Robot Framework then needs gigabytes.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

ROUNDS = 5
LARGE = 200
SMALL = Path(__file__).parents[1] / "reports" / "robot" / "shop.xml"
SUITE = """*** Settings ***
Suite Setup    Log    opening

*** Test Cases ***
{tests}

*** Keywords ***
Visit page ${{name}}
    Log    <b>visiting</b> ${{name}}    html=True
    FOR    ${{turn}}    IN RANGE    12
        IF    ${{turn}} > 9
            Log    nearly there: ${{turn}}    DEBUG
        ELSE
            Set Test Variable    ${{last}}    ${{turn}}
        END
        Should Be True    ${{turn}} < 100
    END
    Run Keyword And Ignore Error    Fail    ${{name}} is not what it was
"""
TEST = """Customer {number} looks around
    [Tags]    area-{area}    smoke
    Visit page start
    Visit page products
    Visit page basket
    Should Be True    {number} % 10 > 0    Customer {number} was not served after 1500 ms
"""


def make(work: Path, megabytes: float) -> Path:
    """Return an output.xml of about that size, made by robot."""
    per_suite = 50
    output = work / "output.xml"
    suites = 1
    while True:
        folder = work / f"suites-{suites}"
        folder.mkdir()
        for number in range(suites):
            tests = "\n".join(TEST.format(number=test, area=test % 7) for test in range(per_suite))
            (folder / f"suite_{number}.robot").write_text(SUITE.format(tests=tests), encoding="utf-8")
        command = [sys.executable, "-m", "robot", "--output", output, "--log", "NONE", "--report", "NONE"]
        subprocess.run([*command, "--loglevel", "DEBUG", "--console", "none", folder], check=False)
        size = output.stat().st_size
        if size >= megabytes * 1e6 * 0.9:
            return output
        suites = max(suites + 1, round(suites * megabytes * 1e6 / size))


def read_with_testflux(path: Path) -> object:
    """What TestFlux does to read it: every test with its place in the file."""
    from testflux.parse import robot  # noqa: PLC0415 - each process loads only what it measures

    with path.open("rb") as stream:
        return robot.parse(stream)


def read_strictly(path: Path) -> object:
    """The same with every byte checked."""
    from testflux.parse import robot  # noqa: PLC0415

    with path.open("rb") as stream:
        return robot.parse_strict(stream)


def read_and_normalise(path: Path) -> object:
    """What the pipeline does: RawReport, then Report."""
    from testflux.normalise import report  # noqa: PLC0415
    from testflux.parse import registry  # noqa: PLC0415

    with path.open("rb") as stream:
        return report.build(registry.parse(stream))


def count_keywords(path: Path) -> object:
    """Calls, failures and time of every keyword."""
    from testflux.parse import robot_keywords  # noqa: PLC0415

    with path.open("rb") as stream:
        return robot_keywords.count(stream)


def read_with_robot(path: Path) -> object:
    """What Robot Framework's own reader does."""
    from robot.api import ExecutionResult  # noqa: PLC0415

    return ExecutionResult(path).statistics.total.total


def count_keywords_with_robot(path: Path) -> object:
    """The same and a visit of every keyword, as rebot's log and the dashboards do."""
    from robot.api import ExecutionResult, ResultVisitor  # noqa: PLC0415

    class Count(ResultVisitor):
        calls = 0

        def start_keyword(self, keyword: Any) -> None:
            self.calls += keyword.status != "NOT RUN"

    count = Count()
    ExecutionResult(path).visit(count)
    return count.calls


def read_with_silent_expat(path: Path) -> object:
    """Expat checks the document, and nobody listens: the floor for whoever hands it every byte."""
    parser = expat.ParserCreate()
    with path.open("rb") as stream:
        return parser.ParseFile(stream)


def read_with_listening_expat(path: Path) -> object:
    """Expat calls two empty Python functions an element."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _tag, _attributes: None
    parser.EndElementHandler = lambda _tag: None
    with path.open("rb") as stream:
        return parser.ParseFile(stream)


WAYS: dict[str, Callable[[Path], object]] = {
    "testflux": read_with_testflux,
    "testflux, strict": read_strictly,
    "testflux and normalise": read_and_normalise,
    "testflux, keywords": count_keywords,
    "expat, no handlers": read_with_silent_expat,
    "expat, empty handlers": read_with_listening_expat,
    "robot, ExecutionResult": read_with_robot,
    "robot, keywords": count_keywords_with_robot,
}


def measure(way: str, path: Path) -> None:
    """Read once in this process and print CPU seconds, and memory at its peak and above what the imports took."""
    WAYS[way](SMALL)  # imports are not part of it
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    kept = WAYS[way](path)
    cpu = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "peak": peak, "above": peak - before, "kept": kept is not None}))


def run(way: str, path: Path, rounds: int) -> list[dict[str, float]]:
    """Read in so many fresh processes."""
    command = [sys.executable, __file__, "--measure", way, str(path)]
    return [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(rounds)]


def main(megabytes: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder), megabytes)
        size = path.stat().st_size / 1e6
        with path.open("rb") as lines:
            tests = sum(line.startswith(b"<test ") for line in lines)
        print(f"output.xml: {size:.1f} MB, {tests:,} tests, a tenth of them failed; medians of {ROUNDS}\n")
        print(f"{'':26}{'CPU s':>8}{'MB/CPU s':>10}{'peak MiB':>10}{'above start':>12}{'× testflux':>12}")
        base = 0.0
        for way in WAYS:
            is_slow = way.startswith("robot")
            runs = run(way, path, 1 if is_slow and size > LARGE else 3 if is_slow else ROUNDS)
            cpu = statistics.median(run["cpu"] for run in runs)
            base = base or cpu
            peak, above = (max(run[key] for run in runs) for key in ("peak", "above"))
            print(f"{way:26}{cpu:8.2f}{size / cpu:10.0f}{peak:10.0f}{above:12.0f}{cpu / base:12.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 80.0)
