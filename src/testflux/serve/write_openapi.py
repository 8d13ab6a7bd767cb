"""Writes the OpenAPI document to a file, for the web app's client: `python -m testflux.serve.write_openapi FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from testflux.serve import app, openapi


def main(file: Path) -> None:
    """Write the document of this version."""
    text = msgspec.json.format(msgspec.json.encode(openapi.describe(app.declare_app())), indent=2)
    file.write_bytes(text + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
