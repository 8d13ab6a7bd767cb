from __future__ import annotations

import io

from rich.console import Console

from testflux.cli.progress import Progress


def shown(*, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=80, color_system=None)
    with Progress(console) as progress:
        with progress.file("output [1].xml", 200) as moved:
            moved(0)
            moved(100)
        with progress.work("output [1].xml") as told:
            told("parse", 30)
            progress._bars.refresh()  # noqa: SLF001 - by itself it waits a tenth of a second
    return out.getvalue()


def test_terminal_sees_file_and_stage() -> None:
    text = shown(terminal=True)
    assert "output [1].xml" in text
    assert "parse" in text


def test_log_of_a_build_is_left_alone() -> None:
    assert shown(terminal=False) == ""
