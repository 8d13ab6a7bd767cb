"""Makes the Robot Framework reports beside this file by running robot and rebot, and expected.json with robot's reader.

Run it after a change of the suites: `python tests/reports/robot/make.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import robot
from robot.api import ExecutionResult

HERE = Path(__file__).parent
QUIET = {"console": "none", "log": "NONE", "report": "NONE", "stdout": None, "stderr": None}
Expectation = dict[str, Any]


def main() -> None:
    """Write every report and what is to be found in it."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder).resolve()
        shutil.copytree(HERE / "suites", work / "suites")
        made = make(work)
        expected = {name: expect(path) for name, path in made.items()}
        for name, path in made.items():
            text = path.read_text(encoding="utf-8").replace(str(work), "/project")
            (HERE / name).write_text(text, encoding="utf-8")
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def make(work: Path) -> dict[str, Path]:
    """Run the suites in several ways; return the reports by name."""
    shop, flaky = work / "suites" / "shop", work / "suites" / "flaky.robot"
    run(work / "shop.xml", shop)
    os.environ["CLOSING"] = "broken"
    run(work / "shop-teardown-fails.xml", shop)
    run(work / "shop-teardown-fails.json", shop, loglevel="TRACE")
    del os.environ["CLOSING"]
    run(work / "shop-legacy.xml", shop, legacyoutput=True)
    run(work / "tasks.xml", flaky, rpa=True, variable="ATTEMPT:1")
    run(work / "nothing.xml", shop, include="nothing", runemptysuite=True)
    for attempt in ("1", "2", "3"):
        run(work / f"attempt-{attempt}.xml", flaky, variable=f"ATTEMPT:{attempt}")
    attempts = [work / f"attempt-{attempt}.xml" for attempt in ("1", "2", "3")]
    robot.rebot(*attempts, merge=True, output=work / "merged.xml", **QUIET)
    robot.rebot(*attempts, merge=True, output=work / "merged.json", **QUIET)
    robot.rebot(work / "shop.xml", work / "tasks.xml", rpa=True, output=work / "combined.xml", **QUIET)
    kept = [path for path in work.glob("*.*") if not path.name.startswith("attempt-")]
    return {path.name: path for path in sorted(kept)}


def run(output: Path, *suites: Path, **options: object) -> None:
    """Run robot; that tests fail is the point of them."""
    robot.run(*suites, output=output, **QUIET, **options)


def expect(path: Path) -> Expectation:
    """Return what the official reader finds."""
    result = ExecutionResult(path)
    totals = result.statistics.total
    return {
        "totals": {
            "total": totals.total,
            "passed": totals.passed,
            "failed": totals.failed,
            "skipped": totals.skipped,
            "broken": 0,
        },
        "tests": [
            [test.full_name, test.status, test.message, sorted(test.tags), test.lineno]
            for test in result.suite.all_tests
        ],
    }


if __name__ == "__main__":
    main()
