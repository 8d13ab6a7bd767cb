"""What TestFlux reads is what k6 itself says, of runs made here: `python tools/k6.py` builds k6 where there is none."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testflux.analyse import verdict
from testflux.kit import inflate
from testflux.model import raw
from testflux.model.status import Verdict
from testflux.normalise import report
from testflux.parse import k6_bundle, registry

BUILT = Path(__file__).parents[2] / ".k6" / "k6"
K6 = str(BUILT) if BUILT.exists() else shutil.which("k6")
SCRIPT = """
import http from 'k6/http';
import { check, group } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';

const size = new Trend('page_size'), fine = new Rate('page_fine');
const pages = new Counter('pages'), last = new Gauge('last');

export const options = {
  scenarios: {
    browse: { executor: 'shared-iterations', vus: 3, iterations: 60, exec: 'browse' },
    buy: { executor: 'per-vu-iterations', vus: 2, iterations: 15, exec: 'buy' },
  },
  thresholds: {
    http_req_duration: ['p(95)<60000', `p(99.5)<${__ENV.LIMIT}`, 'avg>0'],
    'http_req_duration{scenario:buy}': [`max<${__ENV.LIMIT}`],
    'http_req_failed{status:>=500}': ['rate<0.5'],
    checks: ['rate>0.1'],
    page_size: ['med>=0', { threshold: 'max<100000', abortOnFail: true, delayAbortEval: '10s' }],
    pages: ['count==150'],
  },
};

function open(path, tags) {
  const page = http.get(__ENV.SHOP + path, { tags });
  check(page, { 'status is 200': (r) => r.status === 200, 'has, "odd" {name}': (r) => r.body.length > 20 });
  size.add(page.body.length);
  fine.add(page.status === 200);
  pages.add(1);
  last.add(page.body.length);
}
export function browse() {
  group('shop', () => {
    open('/page?n=' + __ITER, { name: 'page {n}, "quoted"' });
    group('inside', () => open('/gone', { region: 'eu' }));
  });
}
export function buy() {
  open('/page?buy');
}
export function handleSummary(data) {
  return { 'handle.json': JSON.stringify(data) };
}
"""
pytestmark = [
    pytest.mark.skipif(K6 is None, reason="there is no k6: python tools/k6.py builds it (with Go, in some minutes)"),
    pytest.mark.timeout(300),
]


class Shop(http.server.BaseHTTPRequestHandler):
    """Pages of many sizes, and some that are not there."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"x" * (len(self.path) * 3 % 41)
        self.send_response(200 if self.path.startswith("/page") else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name is the parent's
        """Say nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(folder: Path, shop: str, *options: str, script: str = SCRIPT, limit: str = "60000") -> int:
    """Run the script in a folder. Returns k6's exit code."""
    assert K6 is not None
    folder.mkdir(exist_ok=True)
    (folder / "script.js").write_text(script, encoding="utf-8")
    environment = {**os.environ, "SHOP": shop, "LIMIT": limit, "K6_NO_USAGE_REPORT": "true"}
    command = [K6, "run", "--quiet", "--tag", "testid=nightly", *options, "script.js"]
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True).returncode


@pytest.fixture(scope="module")
def failed(shop: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A run that misses two thresholds, written down in every way at once."""
    folder = tmp_path_factory.mktemp("failed")
    outputs = [f"--out={way}" for way in ("json=samples.json", "csv=samples.csv", "json=samples.json.gz")]
    return folder, run(folder, shop, *outputs, "--summary-export=export.json", limit="0.000001")


def read(path: Path) -> raw.RawReport:
    with path.open("rb") as stream:
        return registry.parse(inflate.inflate(stream, inflate.Limits()))


@pytest.mark.parametrize("samples", ["samples.json", "samples.csv", "samples.json.gz"])
@pytest.mark.parametrize("summary", ["handle.json", "export.json"])
def test_samples_come_to_what_k6_computed(failed: tuple[Path, int], samples: str, summary: str) -> None:
    folder, code = failed
    seen, written = read(folder / samples), read(folder / summary)
    own = {metric.name: metric.values for metric in seen.metrics}
    near = 1e-6 if samples.endswith("csv") else 1e-12
    compared = 0
    for metric in written.metrics:
        for key in ("avg", "min", "med", "max", "p90", "p95") if metric.type == "trend" else ():
            assert own[metric.name][key] == pytest.approx(metric.values[key], rel=1e-9, abs=near), (metric.name, key)
            compared += 1
    assert compared >= 60
    joined = k6_bundle.join(seen, written, code)
    assert joined.warnings == []
    assert (joined.is_complete, joined.name) == (True, "nightly")
    assert joined.checks == written.checks
    assert [check.group for check in joined.checks] == [()] * 2 + [("shop",)] * 2 + [("shop", "inside")] * 2
    assert verdict.judge(report.build(joined)) is Verdict.FAILED


def test_json_lines_hold_the_verdicts_of_whole_metrics(failed: tuple[Path, int]) -> None:
    folder, code = failed
    assert code == k6_bundle.THRESHOLDS_FAILED
    verdicts = {(item.metric, item.expression): item.is_met for item in read(folder / "handle.json").thresholds}
    recomputed = {(item.metric, item.expression): item.is_met for item in read(folder / "samples.json").thresholds}
    assert recomputed == {key: is_met for key, is_met in verdicts.items() if "{" not in key[0]}
    assert sum(not is_met for is_met in verdicts.values()) == 2
    assert sum(not is_met for is_met in recomputed.values()) == 1


def test_checks_and_groups_come_from_samples_alone_too(failed: tuple[Path, int]) -> None:
    folder, _ = failed
    written = read(folder / "handle.json")
    for name in ("samples.json", "samples.csv"):
        seen = read(folder / name)
        assert sorted(map(repr, seen.checks)) == sorted(map(repr, written.checks))
        assert set(seen.groups) == set(written.groups)


def test_a_good_run_is_good(shop: str, tmp_path: Path) -> None:
    code = run(tmp_path, shop, "--out=json=samples.json", "--summary-export=export.json")
    joined = k6_bundle.join(read(tmp_path / "samples.json"), read(tmp_path / "export.json"), code)
    assert (code, joined.warnings) == (0, [])
    assert [item.is_met for item in joined.thresholds] == [True] * 9
    assert verdict.judge(report.build(joined)) is Verdict.PASSED


def test_the_machine_readable_summary_agrees_as_far_as_it_goes(shop: str, tmp_path: Path) -> None:
    script = SCRIPT.partition("export function handleSummary")[0]
    options = ("--out=json=samples.json", "--summary-export=machine.json", "--new-machine-readable-summary")
    code = run(tmp_path, shop, *options, script=script, limit="0.000001")
    seen, machine = read(tmp_path / "samples.json"), read(tmp_path / "machine.json")
    assert (machine.format, code) == ("k6-machine-summary", 99)
    own = {metric.name: metric.values for metric in seen.metrics}
    trends = [metric for metric in machine.metrics if metric.type == "trend"]
    assert len(trends) >= 4
    for metric in trends:
        assert metric.values["p95"] == pytest.approx(own[metric.name]["p95"], rel=1e-9)
    joined = k6_bundle.join(seen, machine, code)
    assert joined.warnings == []
    assert {check.group for check in joined.checks} == {(), ("shop",), ("shop", "inside")}
    assert machine.tool.version
    assert "handleSummary" not in repr(machine)


def test_a_script_that_ends_the_run_leaves_an_incomplete_one(shop: str, tmp_path: Path) -> None:
    script = SCRIPT.replace("open('/page?buy');", "exec.test.abort();")
    script = "import exec from 'k6/execution';" + script
    code = run(tmp_path, shop, "--out=json=samples.json", script=script)
    joined = k6_bundle.join(read(tmp_path / "samples.json"), read(tmp_path / "handle.json"), code)
    assert (code, joined.is_complete) == (108, False)
    assert "test.abort()" in next(warning.message for warning in joined.warnings if warning.code == "k6-exit")
    assert verdict.judge(report.build(joined)) is not Verdict.PASSED
