"""Making one file of a folder, to be sent in one piece."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from testflux.cli.pick import Picked


@contextmanager
def as_file(picked: Picked) -> Generator[Path]:
    """Lend a file with what was picked: itself, or an archive of its members that goes away afterwards."""
    if not picked.members:
        yield picked.path
        return
    with tempfile.TemporaryDirectory(prefix="testflux-") as folder:
        path = Path(folder, "folder.tar")
        with tarfile.open(path, "w", dereference=True) as archive:
            for file, name in picked.members:
                archive.add(file, name, recursive=False)
        yield path
