"""How fast reports are read: `python tests/benchmarks/bench_parse.py [MEGABYTES]`, 25 when not said.

Makes an output.xml by running robot, then reads it in fresh processes, five times each way, and prints medians of CPU
seconds (wall clocks lie on a busy machine) and the highest peak of memory. The floor is expat with nobody listening.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.parsers import expat

ROUNDS = 5
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
    """What TestFlux does: RawReport, then Report."""
    from testflux.normalise import report  # noqa: PLC0415 - each process loads only what it measures
    from testflux.parse import registry  # noqa: PLC0415

    with path.open("rb") as stream:
        return report.build(registry.parse(stream)).totals


def read_with_robot(path: Path) -> object:
    """What Robot Framework's own reader does."""
    from robot.api import ExecutionResult  # noqa: PLC0415

    return ExecutionResult(path).statistics.total.total


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


WAYS = {
    "testflux": read_with_testflux,
    "robot.api.ExecutionResult": read_with_robot,
    "expat, empty handlers": read_with_listening_expat,
    "expat, no handlers": read_with_silent_expat,
}


def measure(way: str, path: Path) -> None:
    """Read once in this process and print CPU seconds and peak memory."""
    if way != "expat, no handlers":
        WAYS[way](Path(__file__).parents[1] / "reports" / "robot" / "nothing.xml")  # imports are not part of it
    start = time.process_time()
    WAYS[way](path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": time.process_time() - start, "peak": peak}))


def main(megabytes: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder), megabytes)
        size = path.stat().st_size / 1e6
        print(f"output.xml: {size:.1f} MB, {path.read_bytes().count(b'<test ')} tests; medians of {ROUNDS}\n")
        print(f"{'':28}{'CPU s':>8}{'CPU s/MB':>10}{'MB/CPU s':>10}{'peak MiB':>10}{'× testflux':>12}")
        base = 0.0
        for way in WAYS:
            command = [sys.executable, __file__, "--measure", way, str(path)]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)]
            cpu = statistics.median(run["cpu"] for run in runs)
            base = base or cpu
            peak = max(run["peak"] for run in runs)
            print(f"{way:28}{cpu:8.2f}{cpu / size:10.4f}{size / cpu:10.0f}{peak:10.0f}{cpu / base:12.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 25.0)
