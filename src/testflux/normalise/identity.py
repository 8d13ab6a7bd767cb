"""What makes a test the same test in the next run.

Algorithm `test/1`: the 16-byte BLAKE2b digest of "test/1", parameters, duplicate index, name and then each suite name
from the root, every part with its length in front. The suite path is a list, for names may hold any separator. Times,
tags, source file and line are left out: they change while the test stays the same. Tests of the same path, name and
parameters in one run are told apart by the order in which they stand in it.
"""

from __future__ import annotations

from testflux.kit import hashing
from testflux.model import report

ALGORITHM = "test/1"


def digest(key: report.TestKey) -> bytes:
    """Return the 16 bytes that identify a test in its project."""
    return hashing.digest((ALGORITHM, key.parameters, str(key.duplicate), key.name, *key.suite))


class Digests:
    """The digests of many tests: what they share is written once."""

    def __init__(self) -> None:
        self._heads: dict[tuple[str, int], bytes] = {}
        self._suites: dict[tuple[str, ...], bytes] = {}

    def of(self, key: report.TestKey) -> bytes:
        """Return what `digest` returns."""
        shared = (key.parameters, key.duplicate)
        head = self._heads.get(shared)
        if head is None:
            head = self._heads[shared] = _written((ALGORITHM, key.parameters, str(key.duplicate)))
        suite = self._suites.get(key.suite)
        if suite is None:
            suite = self._suites[key.suite] = _written(key.suite)
        return hashing.digest_written(head + hashing.written(key.name) + suite)


def _written(parts: tuple[str, ...]) -> bytes:
    return b"".join(map(hashing.written, parts))
