"""Suites of Robot Framework's made at random, within what a version understands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from hypothesis import strategies as st

Version = tuple[int, ...]
Lines = list[str]
Inner = Callable[[], Lines]

KEYWORDS = ("Look around", "Pay ${sum} now", "Close the shop")
CALLS = ("Look around", "Pay 12 now", "${x} =    Close the shop")
LETTERS = "aZ09äß中☃𝔘 <>&\"'\\/|-_=#$@{}[]*.:;,%?!~\n\t\x1b"
DEEPEST = 2
LINES: dict[Version, tuple[str, ...]] = {
    (3, 0): (
        "Log    {}",
        "Log    {}    WARN",
        "Log    {}    TRACE",
        "Log    <img src='shot.png'> {}    html=True",
        "Log Many    {}    {}",
        "Run Keyword And Ignore Error    Fail    {}",
        "Run Keyword And Continue On Failure    Fail    *HTML* <b>{}</b>",
        "${{x}} =    Set Variable    {}",
        "${{x}}    @{{y}} =    Create List    {}    {}",
        "Fail    {}",
        "No such keyword    {}",
    ),
    (4, 0): ("Skip    {}", "Skip If    False    {}"),
    (7, 0): ("VAR    ${{v}}    {}    {}    separator=-", "VAR    @{{v}}    {}    {}    scope=SUITE"),
}
"""Steps of one line, with {} for any text, since the version that understands them."""
BLOCKS: dict[Version, tuple[tuple[str, ...], ...]] = {
    (3, 1): (
        ("FOR    ${{i}}    IN    a    {}", "END"),
        ("FOR    ${{i}}    ${{j}}    IN ZIP    ${{PAIR}}    ${{PAIR}}", "END"),
        ("FOR    ${{i}}    IN RANGE    2", "END"),
    ),
    (4, 0): (("IF    True", "END"), ("IF    False", "ELSE IF    1 > 0", "ELSE", "END")),
    (5, 0): (
        ("TRY", "EXCEPT    {}    No*    type=GLOB    AS    ${{e}}", "EXCEPT", "ELSE", "FINALLY", "END"),
        ("TRY", "FINALLY", "END"),
        ("WHILE    True    limit=2", "END"),
    ),
    (6, 1): (
        ("WHILE    True    limit=2    on_limit=PASS", "END"),
        ("FOR    ${{i}}    ${{x}}    IN ENUMERATE    {}    start=1", "END"),
    ),
    (7, 2): (("GROUP    {}", "END"),),
}
"""Steps that hold steps: any steps come between the lines."""


class Project(msgspec.Struct):
    """A folder of suites by file name, and the options they are run with."""

    files: dict[str, str]
    options: list[str]

    def write(self, folder: Path) -> Path:
        """Write the suites and return their folder."""
        place = folder / "checks"
        place.mkdir(parents=True)
        for name, text in self.files.items():
            (place / name).write_text(text, encoding="utf-8")
        return place


@st.composite
def projects(draw: st.DrawFn, version: Version) -> Project:
    """One or two suite files and what surrounds them."""
    files = {f"suite_{number}.robot": draw(suites(version)) for number in range(draw(st.integers(1, 2)))}
    files["__init__.robot"] = "\n".join(["*** Settings ***", *draw(settings(version)), ""])
    level = draw(st.sampled_from(["TRACE", "DEBUG", "INFO"]))
    mode = draw(st.sampled_from([[], [], [], ["--dryrun"], ["--exitonfailure"]]))
    return Project(files, ["--loglevel", level, *mode])


@st.composite
def suites(draw: st.DrawFn, version: Version) -> str:
    """One suite file. Of the keywords, each calls only those before it, so that nothing calls itself."""
    lines = ["*** Settings ***", *draw(settings(version)), "*** Variables ***", "@{PAIR}    one    two"]
    lines.append("*** Test Cases ***")
    for _ in range(draw(st.integers(1, 3))):
        lines += [draw(names()), *draw(headers(version)), *indent(draw(bodies(version, CALLS)))]
    lines.append("*** Keywords ***")
    for number, name in enumerate(KEYWORDS):
        lines += [name, *indent(draw(bodies(version, CALLS[:number])))]
        lines += ["    RETURN    back"] * (version >= (5, 0) and draw(st.booleans()))
        lines += ["    [Teardown]    Log    away"] * draw(st.integers(0, 1))
        lines += ["    [Setup]    Log    ahead"] * (version >= (7, 0) and draw(st.booleans()))
    return "\n".join([*lines, ""])


@st.composite
def settings(draw: st.DrawFn, version: Version) -> Lines:
    """Documentation, metadata, setup and teardown of a suite; the last two fail or skip at times."""
    ways = ["Log    done", "Log    done", f"Fail    {draw(cells())}", "No operation"]
    ways += ["Skip    not today"] * (version >= (4, 0))
    lines = [f"Documentation    {draw(cells())}", f"Metadata    Build    {draw(cells())}"][: draw(st.integers(0, 2))]
    lines += [f"Suite Setup    {draw(st.sampled_from(ways))}"] * (draw(st.integers(0, 3)) == 0)
    return lines + [f"Suite Teardown    {draw(st.sampled_from(ways))}"] * draw(st.integers(0, 1))


@st.composite
def headers(draw: st.DrawFn, version: Version) -> Lines:
    """What stands above the steps of a test."""
    tags = draw(st.lists(st.sampled_from(["smoke", "S_moke", "Ä b", "none", "<&>"]), max_size=3))
    lines = [f"[Documentation]    {draw(cells())}"] * draw(st.integers(0, 1))
    lines += [f"[Tags]    {'    '.join(tags)}"] * bool(tags)
    lines += ["[Timeout]    1 minute"] * draw(st.integers(0, 1))
    lines += ["[Setup]    Log    before"] * draw(st.integers(0, 1))
    lines += [f"[Teardown]    Fail    {draw(cells())}"] * (draw(st.integers(0, 4)) == 0)
    return indent(lines + [f"[Odd]    {draw(cells())}"] * (version >= (6, 1) and draw(st.integers(0, 9)) == 0))


@st.composite
def bodies(draw: st.DrawFn, version: Version, calls: tuple[str, ...], depth: int = 0) -> Lines:
    """Some steps."""
    plain = [line for since, lines in LINES.items() if version >= since for line in lines] + list(calls) * 3
    blocks = [block for since, found in BLOCKS.items() if version >= since for block in found]
    lines: Lines = []
    for _ in range(draw(st.integers(1, 3))):
        if depth < DEEPEST and draw(st.integers(0, 2)) == 0:
            *starts, end = draw(st.sampled_from(blocks))
            for start in starts:
                lines += [fill(draw, start), *indent(draw(bodies(version, calls, depth + 1)))]
            lines.append(end)
        else:
            lines.append(fill(draw, draw(st.sampled_from(plain))))
    return lines


def fill(draw: st.DrawFn, line: str) -> str:
    """Put any texts in the places for them."""
    return line if line in CALLS else line.format(*(draw(cells()) for _ in range(line.count("{}"))))


def indent(lines: Lines) -> Lines:
    return [f"    {line}" for line in lines]


def names() -> st.SearchStrategy[str]:
    """Names of tests: no two spaces in a row, no variable, nothing that begins a comment or a setting."""
    return st.text("aZ9äß中☃<>&\"'-. ", max_size=12).map(lambda text: " ".join(["T", *text.split()]))


@st.composite
def cells(draw: st.DrawFn) -> str:
    """Any text, written so that Robot Framework takes it for one argument as it is."""
    text = draw(st.text(LETTERS, max_size=10))
    escaped = {"\n": "\\n", "\t": "\\t", "\x1b": "\\x1b", " ": "${SPACE}"} | {
        mark: f"\\{mark}" for mark in "\\#$@&%=|*."
    }
    return "".join(escaped.get(letter, letter) for letter in text) or "${EMPTY}"
