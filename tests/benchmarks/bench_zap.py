"""How fast security reports are read: `python tests/benchmarks/bench_zap.py [INSTANCES]`, 204,000 when not said.

Makes up one scan, as traditional XML and as traditional JSON, then reads both in fresh processes, five times each way,
and prints medians of CPU seconds (wall clocks lie on a busy machine) and the highest peak of memory above the bare
interpreter with its imports. TestFlux reads, identifies and keeps every place; the peers only build their trees.
lxml and orjson are measured where they are installed.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

ROUNDS = 5
INSTANCES = 204_000
ALERTS = 42
SITES = 12
RULES = ("10021", "10038", "10055", "10096", "10027", "10202", "40012", "10063", "90004", "10098", "10109", "10017")
WORDS = ("catalogue", "basket", "profile", "archive", "gallery", "orders", "search", "help", "news", "account")
HERE = Path(__file__).parents[1] / "reports" / "zap"


def list_sites(count: int) -> list[tuple[str, list[tuple[str, list[dict[str, str]]]]]]:
    """Return sites with their alerts and instances: most on the first site, as scanned browsers meet strangers."""
    per_alert = count // ALERTS
    sites: list[tuple[str, list[tuple[str, list[dict[str, str]]]]]] = []
    for number in range(ALERTS):
        site = 0 if number < ALERTS - SITES + 1 else number - (ALERTS - SITES)
        name = f"https://{'shop' if not site else f'cdn-{site}'}.example"
        if site == len(sites):
            sites.append((name, []))
        rule = RULES[number % len(RULES)] if number < len(RULES) else str(41_000 + number)
        sites[site][1].append((rule, [make_instance(name, number, at) for at in range(per_alert)]))
    return sites


def make_instance(site: str, alert: int, at: int) -> dict[str, str]:
    """Return one place; a third of the paths end in a file of a build, the rest in names and numbers."""
    word, other = WORDS[at % 10], WORDS[(at // 10) % 10]
    end = f"app.{at * 7919 % 16**8:08x}.js" if at % 3 == 0 else f"item-{at % 40}"
    uri = f"{site}/{word}/{at // 100}/{other}/{end}?page={at}&ref={word}&session=a{at * 31:x}"
    return {
        "uri": uri,
        "method": "POST" if at % 9 == 0 else "GET",
        "param": "x-content-type-options" if alert % 3 else f"field_{at % 5}",
        "attack": "" if alert % 4 else f'<script>alert("{at}");</script>',
        "evidence": f'<script src="https://static.example/{other}/{word}.js?v={at}" crossorigin="anonymous"></script>',
        "otherinfo": f"The page was seen {at} times & is still there.\nNothing else is known of it." if at % 2 else "",
    }


def write_xml(path: Path, count: int) -> None:
    """Write the scan as the report add-on lays it out."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0"?>\n<OWASPZAPReport programName="ZAP" version="2.16.1" ')
        file.write('generated="Wed, 14 Jan 2026 09:15:30" created="2026-01-14T09:15:30Z">\n')
        for name, alerts in list_sites(count):
            file.write(f'\t<site name="{name}" host="{name[8:]}" port="443" ssl="true">\n\t\t<alerts>\n')
            for rule, instances in alerts:
                file.write(
                    f"\t\t\t<alertitem>\n\t\t\t\t<pluginid>{rule}</pluginid>\n\t\t\t\t<alertRef>{rule}</alertRef>\n"
                )
                file.write(f"\t\t\t\t<name>Rule {rule}</name>\n\t\t\t\t<riskcode>2</riskcode>\n")
                file.write("\t\t\t\t<confidence>2</confidence>\n\t\t\t\t<instances>\n")
                for place in instances:
                    fields = "".join(f"\t\t\t\t\t\t<{key}>{escape(text)}</{key}>\n" for key, text in place.items())
                    file.write(f"\t\t\t\t\t<instance>\n{fields}\t\t\t\t\t</instance>\n")
                file.write(f"\t\t\t\t</instances>\n\t\t\t\t<count>{len(instances)}</count>\n\t\t\t</alertitem>\n")
            file.write("\t\t</alerts>\n\t</site>\n")
        file.write("</OWASPZAPReport>\n")


def write_json(path: Path, count: int) -> None:
    """Write the scan as the report add-on lays it out."""
    sites: list[dict[str, Any]] = []
    for name, alerts in list_sites(count):
        entries = [
            {
                "pluginid": rule,
                "alertRef": rule,
                "name": f"Rule {rule}",
                "riskcode": "2",
                "confidence": "2",
                "desc": "<p>Words</p>",
                "instances": [{"id": str(at), **place} for at, place in enumerate(instances)],
                "count": str(len(instances)),
                "solution": "<p>More words</p>",
            }
            for rule, instances in alerts
        ]
        sites.append({"@name": name, "@host": name[8:], "@port": "443", "@ssl": "true", "alerts": entries})
    document = {"@programName": "ZAP", "@version": "2.16.1", "created": "2026-01-14T09:15:30Z", "site": sites}
    path.write_text(json.dumps(document, indent="\t"), encoding="utf-8")


def read_with_testflux(path: Path) -> object:
    """What TestFlux does: RawReport, then Report with every finding's identity and places."""
    from testflux.normalise import report  # noqa: PLC0415 - each process loads only what it measures
    from testflux.parse import registry  # noqa: PLC0415

    with path.open("rb") as stream:
        return report.build(registry.parse(stream))


def read_with_lxml(path: Path) -> object:
    """A whole tree of lxml."""
    from lxml import etree  # noqa: PLC0415  # pyright: ignore[reportAttributeAccessIssue]  (it has no types)

    return etree.parse(str(path), etree.XMLParser(huge_tree=True))


def read_with_silent_expat(path: Path) -> object:
    """Expat checks the document, and nobody listens."""
    parser = expat.ParserCreate()
    with path.open("rb") as stream:
        return parser.ParseFile(stream)


def read_with_orjson(path: Path) -> object:
    """A whole tree of orjson."""
    import orjson  # noqa: PLC0415  # pyright: ignore[reportMissingImports]  (measured where it is installed)

    return orjson.loads(path.read_bytes())


def read_with_json(path: Path) -> object:
    """A whole tree of the standard library."""
    return json.loads(path.read_bytes())


WAYS: dict[str, dict[str, Any]] = {
    "scan.xml": {
        "testflux": read_with_testflux,
        "lxml, full tree": read_with_lxml,
        "expat, no handlers": read_with_silent_expat,
    },
    "scan.json": {"testflux": read_with_testflux, "orjson": read_with_orjson, "json": read_with_json},
}
WRITERS = {"scan.xml": write_xml, "scan.json": write_json}
NEEDS = {"lxml, full tree": "lxml", "orjson": "orjson"}
SMALL = {"scan.xml": HERE / "plus-2.16.xml", "scan.json": HERE / "plus-2.17.json"}


def measure(way: str, path: Path) -> None:
    """Read once in this process and print CPU seconds and the peak of memory above what imports need."""
    read = WAYS[path.name][way]
    read(SMALL[path.name])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    kept = read(path)
    cpu = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"cpu": cpu, "peak": peak / 1024, "kept": str(type(kept))}))


def main(count: int) -> None:
    """Print a table for each form."""
    with tempfile.TemporaryDirectory() as folder:
        for name in WRITERS:
            path = Path(folder) / name
            subprocess.run([sys.executable, __file__, "--write", str(path), str(count)], check=True)  # keeps us small
            size = path.stat().st_size / 1e6
            print(f"\n{name}: {size:.1f} MB, {count} instances; medians of {ROUNDS}\n")
            print(f"{'':22}{'CPU s':>8}{'MB/CPU s':>10}{'peak MiB':>10}{'× testflux':>12}")
            base = 0.0
            for way in WAYS[name]:
                if way in NEEDS and importlib.util.find_spec(NEEDS[way]) is None:
                    print(f"{way:22}{'not installed':>18}")
                    continue
                command = [sys.executable, __file__, "--measure", way, str(path)]
                runs = [
                    json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(ROUNDS)
                ]
                cpu = statistics.median(run["cpu"] for run in runs)
                base = base or cpu
                peak = max(run["peak"] for run in runs)
                print(f"{way:22}{cpu:8.2f}{size / cpu:10.0f}{peak:10.0f}{cpu / base:12.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--write"]:
        WRITERS[Path(sys.argv[2]).name](Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else INSTANCES)
