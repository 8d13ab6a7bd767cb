from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
from testflux.kit import allocator
{before}
def work():
    some = [bytearray(1 << 20) for _ in range(3)]
    for each in some:
        each[::4096] = bytes(len(each) // 4096)
work()
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library does as it likes")
def test_memory_that_was_given_back_is_taken_again_as_it_is() -> None:
    assert count_faults("allocator.keep_freed()") * 10 < count_faults("")


def count_faults(before: str) -> int:
    """Return how many pages a process took anew while it used and gave back three megabytes, fifty times."""
    code = FAULTS.format(before=before)
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
