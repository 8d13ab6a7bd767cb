"""What becomes of memory that is given back."""

from __future__ import annotations

import ctypes
from typing import Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as malloc.h of glibc numbers them
_KEPT_BYTES: Final = 16 << 20
_MAPPED_BYTES: Final = 4 << 20


def keep_freed() -> None:
    """Let glibc keep up to 16 MB that were given back, for the next answer; elsewhere nothing is done.

    By itself it returns more than a megabyte or so to the system at once, and takes it anew, zeroed page by page, for
    the next matrix: on a virtual machine that is as much work as what is done with the matrix.
    """
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is not None:
        adjust(_TRIM_THRESHOLD, _KEPT_BYTES)
        adjust(_MMAP_THRESHOLD, _MAPPED_BYTES)
