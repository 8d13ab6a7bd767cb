"""How fast JSON is read and one test opened: `python tests/benchmarks/bench_robot_json.py [MEGABYTES]`, 80 if not said.

Robot writes some 8 MB of XML and of JSON (a tenth of the tests fail); both are enlarged by repeating their suites. JSON
is read in fresh processes: medians of CPU seconds, three times by Robot Framework and five by others, and the highest
peak of memory. Tests are opened out of stored and packed files, as the server does it: CPU milliseconds for one. Robot
Framework's own reader is left out above 200 MB.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

ROUNDS = 5
OPENED = 200
LARGE = 200
SUITES = 6
SMALL = Path(__file__).parents[1] / "reports" / "robot" / "merged.json"
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
"""
TEST = """Customer {number} looks around
    [Tags]    area-{area}    smoke
    Visit page start
    Visit page products
    Visit page basket
    Should Be True    {number} % 10 > 0    Customer {number} was not served after 1500 ms
"""


def make(work: Path, name: str, megabytes: float) -> Path:
    """Let robot write an output and repeat its suites until it has that size."""
    folder = work / "suites"
    folder.mkdir(exist_ok=True)
    for suite in range(SUITES):
        tests = "\n".join(TEST.format(number=test, area=test % 7) for test in range(50))
        (folder / f"suite_{suite}.robot").write_text(SUITE.format(tests=tests), encoding="utf-8")
    output = work / name
    command = [sys.executable, "-m", "robot", "--output", output, "--log", "NONE", "--report", "NONE"]
    subprocess.run([*command, "--loglevel", "TRACE", "--console", "none", folder], check=False)
    data = output.read_bytes()
    start, end, between = suites_of_json(data) if name.endswith("json") else suites_of_xml(data)
    part = data[start:end]
    with output.open("wb") as file:
        file.write(data[:end])
        for _ in range(round((megabytes * 1e6 - len(data)) / len(part))):
            file.write(between + part)
        file.write(data[end:])
    return output


def suites_of_xml(data: bytes) -> tuple[int, int, bytes]:
    """Where the child suites begin and end, and what stands between two."""
    last = data.rindex(b"</suite>", 0, data.index(b"<statistics>"))
    return data.index(b"<suite ", data.index(b"<suite ") + 1), data.rindex(b"</suite>", 0, last) + 8, b"\n"


def suites_of_json(data: bytes) -> tuple[int, int, bytes]:
    """The same for JSON."""
    parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    children = bytes(parts(parts(data)["suite"])["suites"])
    start = data.index(children)
    return start + 1, start + len(children) - 1, b","


def read_with_testflux(path: Path) -> object:
    """What TestFlux does to read it: every test with its place in the file."""
    from testflux.parse import robot_json  # noqa: PLC0415 - each process loads only what it measures

    with path.open("rb") as stream:
        return robot_json.parse(stream)


def count_keywords(path: Path) -> object:
    """Calls, failures and time of every keyword."""
    from testflux.parse import robot_json_keywords  # noqa: PLC0415

    with path.open("rb") as stream:
        return robot_json_keywords.count(stream)


def read_with_msgspec(path: Path) -> object:
    """The whole document as objects, by the fastest decoder at hand."""
    return msgspec.json.decode(path.read_bytes())


def read_with_json(path: Path) -> object:
    """The same by the standard library."""
    return json.loads(path.read_bytes())


def read_with_robot(path: Path) -> object:
    """What Robot Framework's own reader does."""
    from robot.api import ExecutionResult  # noqa: PLC0415

    return ExecutionResult(path)


WAYS: dict[str, Callable[[Path], object]] = {
    "testflux": read_with_testflux,
    "testflux, keywords": count_keywords,
    "msgspec, whole document": read_with_msgspec,
    "json, whole document": read_with_json,
    "robot, ExecutionResult": read_with_robot,
}


def measure(way: str, path: Path) -> None:
    """Read once in this process and print CPU seconds and the peak of memory."""
    WAYS[way](SMALL)  # imports are not part of it
    start = time.process_time()
    kept = WAYS[way](path)
    cpu = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "peak": peak, "kept": kept is not None}))


def compare(path: Path) -> None:
    """Print the table of readers."""
    size = path.stat().st_size / 1e6
    print(f"output.json: {size:.1f} MB; medians of {ROUNDS}\n")
    print(f"{'':26}{'CPU s':>8}{'MB/CPU s':>10}{'peak MiB':>10}{'× testflux':>12}")
    base = 0.0
    for way in WAYS:
        is_robot = way.startswith("robot")
        if is_robot and size > LARGE:
            continue
        command = [sys.executable, __file__, "--measure", way, str(path)]
        rounds = 3 if is_robot else ROUNDS
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(rounds)]
        cpu = statistics.median(run["cpu"] for run in runs)
        base = base or cpu
        peak = max(run["peak"] for run in runs)
        print(f"{way:26}{cpu:8.2f}{size / cpu:10.0f}{peak:10.0f}{cpu / base:12.2f}", flush=True)


async def open_tests(path: Path, format_: str) -> None:
    """Print what opening one test of a stored file takes."""
    from testflux.parse import evidence, registry  # noqa: PLC0415
    from testflux.store import blobs  # noqa: PLC0415

    with path.open("rb") as stream:
        tests = registry.parse(stream).tests
    with tempfile.TemporaryDirectory() as folder:
        store = blobs.Blobs(Path(folder) / "blobs")
        stored = await store.put(blocks(path), sys.maxsize)
        times: list[float] = []
        for test in random.Random(1).choices(tests, k=OPENED):
            start = time.process_time()
            piece = await store.read_range(stored.digest, test.byte_start or 0, test.byte_end or 0)
            evidence.open_test(format_, piece)
            times.append((time.process_time() - start) * 1000)
    size, low, high = stored.size_bytes / 1e6, statistics.median(times), max(times)
    print(f"{format_:12}{size:8.0f} MB{len(tests):8,} tests{low:8.1f} ms (median){high:8.1f} ms (slowest of {OPENED})")


async def blocks(path: Path) -> AsyncIterator[bytes]:
    """The file in blocks."""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def main(megabytes: float) -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder), "output.json", megabytes)
        compare(path)
        print("\nOne test's steps out of a stored file, CPU time:\n")
        asyncio.run(open_tests(path, "robot-json"))
        path.unlink()
        asyncio.run(open_tests(make(Path(folder), "output.xml", megabytes), "robot-xml"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 80.0)
