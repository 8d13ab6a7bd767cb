"""Feed readers what no tool would write: `make fuzz [FORMATS="robot-xml …"] [N=100000]`.

Every input is a mutation of a report at hand and has a number: FORMAT:NUMBER makes it again from the same reports
(`python tests/fuzz/fuzz.py --only robot-xml:4711` reads it alone and leaves it in found/, which git ignores; written
anew and small, and named FORMAT-WHAT, it goes into seeds/, which every test run reads). An input
must become a report or a ReportError, in at most ten times the time that sound reports of its size take (and a fixed
grace), within the memory that all readers share. Each range of bytes that a reader names is opened too.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import random
import re
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from testflux.kit import errors, inflate
from testflux.normalise import report
from testflux.parse import blocks, evidence, registry

HERE = Path(__file__).parent
PLACES = (HERE / "sound", HERE.parent / "reports", HERE.parents[2] / "shared" / "corpus")
LARGEST_SEED = 48_000
GRACE_S = 0.5
FACTOR = 10
STUCK_S = 10
MEMORY = 2 * 2**30
BATCH = 2000
SPICES = tuple(
    spice.encode("utf-8", "surrogatepass")
    for spice in (
        *("<", ">", "/>", "</test>", "<test>", "</suite>", "</kw>", "<status/>", "<![CDATA[", "]]>", "<!--", "-->"),
        *("<?xml?>", "<!DOCTYPE a>", "&", "&#0;", "&#x110000;", "&amp;", "&x;", '"', "'", "=", "\\u0000", "\\ud800"),
        *("{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "NaN", "1" * 40, "0.1", '""', '"\\"', "\\n"),
        *(
            "\n",
            "\r",
            "\t",
            "\x00",
            "\ufeff",
            "\ufffe",
            "é",
            "\U0001f600",
            "2024-13-45T99:99:99",
            "20240101 25:61:61.999",
        ),
    )
)


class StuckError(BaseException):
    """An input took longer than any input may."""


def list_seeds() -> dict[str, list[bytes]]:
    """Return the reports at hand by format, small ones only: a mutation must be able to hit something."""
    seeds: dict[str, list[bytes]] = {}
    for place in PLACES:
        for path in sorted(place.rglob("*")) if place.is_dir() else ():
            if path.is_file() and path.suffix not in {".py", ".tsv", ".robot", ".md"}:
                with path.open("rb") as file:
                    content = _small(file)
                _keep(seeds, content)
    return seeds


def _small(file: io.BufferedReader) -> bytes:
    try:
        content = blocks.full(inflate.inflate(file, inflate.Limits()), LARGEST_SEED + 1)
    except errors.TestFluxError:
        return b""
    return content if len(content) <= LARGEST_SEED else b""


def _keep(seeds: dict[str, list[bytes]], content: bytes) -> None:
    try:
        name = registry.detect(content)
    except errors.ReportError:
        return
    seeds.setdefault(name, []).append(content)


def mutate(seeds: list[bytes], dice: random.Random) -> bytes:
    """Return a report with a few things wrong."""
    content = bytearray(dice.choice(seeds))
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        dice.choice(MUTATIONS)(content, seeds, dice)
    return bytes(content)


def _flip(content: bytearray, _seeds: list[bytes], dice: random.Random) -> None:
    for _ in range(dice.randint(1, 4)):
        if content:
            content[dice.randrange(len(content))] = dice.randrange(256)


def _cut(content: bytearray, _seeds: list[bytes], dice: random.Random) -> None:
    del content[dice.randint(0, len(content)) :]


def _drop(content: bytearray, _seeds: list[bytes], dice: random.Random) -> None:
    start = dice.randint(0, len(content))
    del content[start : start + dice.choice((1, 3, 20, 200))]


def _repeat(content: bytearray, _seeds: list[bytes], dice: random.Random) -> None:
    start = dice.randint(0, len(content))
    piece = content[start : start + dice.choice((1, 5, 40, 400))]
    content[start:start] = piece * dice.choice((1, 1, 2, 30))


def _spice(content: bytearray, _seeds: list[bytes], dice: random.Random) -> None:
    start = dice.randint(0, len(content))
    content[start : start + dice.choice((0, 0, 1, 5))] = dice.choice(SPICES)


def _swap(content: bytearray, _seeds: list[bytes], dice: random.Random) -> None:
    """Let two pieces of the file change places."""
    first, second = sorted(dice.randint(0, len(content)) for _ in range(2))
    size = dice.choice((5, 30, 150))
    content[first : first + size], content[second : second + size] = (
        content[second : second + size],
        content[first : first + size],
    )


def _graft(content: bytearray, seeds: list[bytes], dice: random.Random) -> None:
    other = dice.choice(seeds)
    start = dice.randint(0, len(other))
    place = dice.randint(0, len(content))
    content[place:place] = other[start : start + dice.choice((20, 200, 2000))]


def _retell(content: bytearray, seeds: list[bytes], dice: random.Random) -> None:
    """Put another value, or an odd one, in the place of a quoted value or a number: the file stays well-formed."""
    value = _pick(VALUE, bytes(content), dice)
    if value:
        other = _pick(VALUE, dice.choice(seeds), dice)
        content[slice(*value.span(1))] = dice.choice((other[1] if other else b"", *ODD_VALUES))


def _reshape(content: bytearray, _seeds: list[bytes], dice: random.Random) -> None:
    """Take an element or object out, or put it in once more somewhere else."""
    text = bytes(content)
    opening = _pick(OPENING, text, dice)
    if not opening:
        return
    closing = text.find(b"</" + opening[1] + b">" if opening[1] else b"}", opening.end())
    end = closing + (len(opening[1]) + 3 if opening[1] else 1)
    piece = text[opening.start() : end] if closing >= 0 else b""
    if dice.random() < 0.5:
        del content[opening.start() : opening.start() + len(piece)]
    else:
        place = _pick(OPENING, text, dice) or opening
        content[place.start() : place.start()] = piece if opening[1] else piece + b","


def _pick(pattern: re.Pattern[bytes], text: bytes, dice: random.Random) -> re.Match[bytes] | None:
    """Return a match somewhere in a text."""
    return pattern.search(text, dice.randint(0, len(text))) or pattern.search(text)


VALUE = re.compile(rb'(?:"(?=[^"<>\\]{0,200}")|(?<=[:\[, ])(?=-?[0-9.]+[,\]}\s]))([^"<>\\,\]}\s]*)')
OPENING = re.compile(rb"<([A-Za-z][\w-]*)|\{(?=\")")
ODD_VALUES = (b"", b"0", b"-1", b"1e308", b"NaN", b"x" * 300, b"2024-02-30T25:00:00", b"\xc3\xa9", b"PASS", b"&#10;")
MUTATIONS: tuple[Callable[[bytearray, list[bytes], random.Random], None], ...] = (
    *(_flip, _cut, _drop, _repeat, _spice, _swap, _graft),
    *(_retell, _retell, _retell, _retell, _reshape, _reshape, _reshape, _reshape),
)


def read(name: str, content: bytes) -> str:
    """Read a report to the end, and open its tests; returns what became of it."""
    try:
        seen = registry.FORMATS[name](io.BytesIO(content))
        built = report.build(seen)
    except errors.ReportError as error:
        return error.code
    if name in registry.KEYWORDS:
        _ignoring_refusals(lambda: registry.KEYWORDS[name](io.BytesIO(content)))
    for result in built.results[:20]:
        if result.evidence:
            start, end = result.evidence
            if not 0 <= start <= end <= len(content):
                message = f"the range {start}..{end} is outside the file"
                raise AssertionError(message)
            _ignoring_refusals(lambda: evidence.open_test(name, content[start:end]))  # noqa: B023
    return "read" if seen.is_complete else "incomplete"


def _ignoring_refusals(act: Callable[[], object]) -> None:
    try:
        act()
    except errors.ReportError:
        return


def make(name: str, number: int, seeds: list[bytes]) -> bytes:
    """Return the mutation of that number."""
    return mutate(seeds, random.Random(f"{name}:{number}"))


def _run(job: tuple[str, int, int, list[bytes], float]) -> tuple[Counter[str], list[str]]:
    name, first, last, seeds, seconds_a_byte = job
    signal.signal(signal.SIGALRM, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(first, last):
        content = make(name, number, seeds)
        start = time.process_time()
        signal.alarm(STUCK_S)
        try:
            outcomes[read(name, content)] += 1
        except (Exception, StuckError) as error:  # noqa: BLE001 - that nothing else is raised is what is being asked
            faults.append(f"{name}:{number} {type(error).__name__}: {error}"[:300])
        finally:
            signal.alarm(0)
        spent = time.process_time() - start
        if spent > GRACE_S + FACTOR * seconds_a_byte * len(content):
            faults.append(f"{name}:{number} took {spent:.2f} s for {len(content)} bytes")
    return outcomes, faults


def _stop(*_: object) -> None:
    raise StuckError


def measure(name: str, seeds: list[bytes]) -> float:
    """Return how long sound reports take, in CPU seconds a byte."""
    start = time.process_time()
    for seed in seeds:
        _ignoring_refusals(lambda: read(name, seed))  # noqa: B023
    return (time.process_time() - start) / max(sum(map(len, seeds)), 1)


def _jobs(name: str, count: int, seeds: list[bytes]) -> Iterator[tuple[str, int, int, list[bytes], float]]:
    pace = measure(name, seeds)
    for first in range(0, count, BATCH):
        yield name, first, min(first + BATCH, count), seeds, pace


def run(names: list[str], count: int) -> int:
    """Fuzz these formats and print a table; returns how many inputs went wrong."""
    everything = list_seeds()
    bad = 0
    print(f"{'format':<20} {'inputs':>8} {'read':>8} {'incomplete':>10} {'refused':>8} {'wrong':>6} {'s':>6}")
    for name in names:
        seeds = everything.get(name, [])
        if not seeds:
            print(f"{name:<20} no seed at hand")
            bad += 1
            continue
        start = time.monotonic()
        outcomes: Counter[str] = Counter()
        faults: list[str] = []
        with multiprocessing.Pool(maxtasksperchild=5) as pool:
            for outcome, fault in pool.imap_unordered(_run, _jobs(name, count, seeds)):
                outcomes += outcome
                faults += fault
        refused = outcomes.total() - outcomes["read"] - outcomes["incomplete"]
        figures = (outcomes["read"], outcomes["incomplete"], refused, len(faults), time.monotonic() - start)
        print(f"{name:<20} {count:>8} {figures[0]:>8} {figures[1]:>10} {refused:>8} {figures[3]:>6} {figures[4]:>6.0f}")
        for fault in faults[:20]:
            print(f"  {fault}")
        bad += len(faults)
    return bad


def _again(what: str) -> None:
    """Make one input again, keep it as a file, and read it with nothing caught."""
    name, _, number = what.rpartition(":")
    content = make(name, int(number), list_seeds()[name])
    path = HERE / "found" / f"{name}-{number}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    print(f"{path.name}: {len(content)} bytes, {read(name, content)}")


def main() -> int:
    """Read the options and go."""
    options = argparse.ArgumentParser(description="Feed readers what no tool would write.")
    options.add_argument("formats", nargs="*", help="all when none is named")
    options.add_argument("--count", type=int, default=100_000, help="inputs a format")
    options.add_argument("--only", metavar="FORMAT:NUMBER", help="read one input again")
    chosen = options.parse_args()
    if chosen.only:
        _again(chosen.only)
        return 0
    return 1 if run(chosen.formats or sorted(registry.FORMATS), chosen.count) else 0


if __name__ == "__main__":
    sys.exit(main())
