"""Reading large ZAP JSON piece by piece: its lists of instances are read as they come and cut out of the text.

What is left is small, and read as a whole: in place of each list it has a number, -1 for the first list, -2 for the
second. A list with anything unusual in it stays in the text with all that follows: then the slower reader decides.
"""

from __future__ import annotations

import re
from array import array

import msgspec

from testflux.kit import errors
from testflux.kit.numbers import Numbers
from testflux.model import raw
from testflux.parse import blocks

PIECE = 64 * 1024
_LIST = re.compile(rb'(?<!\\)"instances"\s*:\s*\[')
_BEGINNING = re.compile(rb'.?"[a-z]{0,9}(?:"[\s:]*)?\Z', re.DOTALL)
_END = re.compile(rb"\}\s*\]")
_EMPTY = re.compile(rb"\s*\]")
_COMMA = re.compile(rb"\s*,")
_TRIES = 50  # how many brackets that stand within texts are put up with in one piece
_LONGEST = 256 * PIECE  # of an instance
_WIDEST = 4096  # the spaces between key and list


class _Written(msgspec.Struct, gc=False):
    """An instance as the report writes it; the fields and their order are those of RawInstance."""

    uri: str = ""
    method: str = ""
    param: str = ""
    attack: str = ""
    evidence: str = ""
    otherinfo: str = ""
    node_name: str | None = msgspec.field(name="nodeName", default="")
    request_header: str = msgspec.field(name="request-header", default="")
    request_body: str = msgspec.field(name="request-body", default="")
    response_header: str = msgspec.field(name="response-header", default="")
    response_body: str = msgspec.field(name="response-body", default="")


_DECODER = msgspec.json.Decoder(list[_Written])


class _Mark(msgspec.Struct, frozen=True):
    """From `at` in the text on, the text stands in the file at `byte`, on `line` (from 1) that begins at `start`."""

    at: int
    byte: int
    line: int
    start: int


class Cut:
    """A report's text without its lists of instances, and the lists."""

    def __init__(self, stream: blocks.Stream) -> None:
        self.lists: list[raw.Instances] = []
        self._stream = stream
        self._parts: list[bytes] = []
        self._marks = [_Mark(0, 0, 1, 0)]
        self._length = self._byte = self._start = 0
        self._line = 1
        self._buffer = b""
        self._is_usual = True
        self._numbers = Numbers()
        while self._fill():
            self._read()
        self._keep(len(self._buffer))
        self.text = b"".join(self._parts)

    def place(self, error: errors.ReportError) -> errors.ReportError:
        """Return an error in the text as one in the file."""
        if error.byte is None or error.line is None:
            return error
        mark = next(mark for mark in reversed(self._marks) if mark.at <= (error.byte or 0))
        above = self.text.count(b"\n", mark.at, error.byte)
        byte = mark.byte + error.byte - mark.at
        start = mark.byte + self.text.rfind(b"\n", mark.at, error.byte) + 1 - mark.at if above else mark.start
        line, column = mark.line + above, byte - start + 1
        said = f"line {error.line}, column {error.column}"
        message = error.message.replace(said, f"line {line}, column {column}")
        return errors.ReportError(message, code=error.code, hint=error.hint, line=line, column=column, byte=byte)

    def _fill(self) -> bool:
        more = blocks.full(self._stream, PIECE)
        self._buffer += more
        return bool(more)

    def _read(self) -> None:
        """Take out all lists that begin in the buffer; keep the rest but for what may be the beginning of one."""
        while self._is_usual and (found := _LIST.search(self._buffer)):
            self._keep(found.end())
            self._read_list()
        tail = _BEGINNING.search(self._buffer, max(0, len(self._buffer) - _WIDEST)) if self._is_usual else None
        self._keep(tail.start() if tail else len(self._buffer))

    def _read_list(self) -> None:
        """Read the list whose bracket was kept last, and put its number in its place."""
        taken = raw.Instances(self._numbers)
        while True:
            is_moving, is_end = self._take(taken)
            if is_end:
                self._parts[-1] = self._parts[-1][:-1]
                self.lists.append(taken)
                self._put(b"%d" % -len(self.lists), -1)
                return
            if len(self._buffer) > PIECE and is_moving:
                continue
            if len(self._buffer) > _LONGEST or not self._fill():
                self._is_usual = False
                items = msgspec.json.encode(
                    [_Written(*msgspec.structs.astuple(item)[: raw.Instances.WIDTH]) for item in taken]
                )[1:-1]
                self._put(items + b"," if items else b"", 0)
                return

    def _take(self, taken: raw.Instances) -> tuple[bool, bool]:
        """Take instances from the buffer; return whether there were any, and whether the list ended."""
        buffer = self._buffer
        if not taken and (empty := _EMPTY.match(buffer)):
            self._drop(empty.end())
            return True, True
        for tries, end in enumerate(_END.finditer(buffer)):
            if tries == _TRIES:
                break
            if (items := _decode(buffer[: end.start() + 1])) is not None:
                self._number(items, taken)
                self._drop(end.end())
                return True, True
        at = len(buffer)
        for _ in range(_TRIES):
            at = buffer.rfind(b"}", 0, at)
            if at < 0:
                break
            comma = _COMMA.match(buffer, at + 1)
            if comma and (items := _decode(buffer[: at + 1])) is not None:
                self._number(items, taken)
                self._drop(comma.end())
                return True, False
        return False, False

    def _number(self, items: list[_Written], taken: raw.Instances) -> None:
        numbers, columns = self._numbers, zip(*map(msgspec.structs.astuple, items), strict=True)
        taken.extend(
            [array("I", [numbers[text or ""] for text in column]) if any(column) else None for column in columns],
            len(items),
        )

    def _keep(self, size: int) -> None:
        """Move bytes from the buffer to the text."""
        if size:
            self._parts.append(self._buffer[:size])
            self._length += size
            self._drop(size)

    def _put(self, text: bytes, more: int) -> None:
        """Write something into the text that is not in the file."""
        self._parts.append(text)
        self._length += len(text) + more
        self._marks.append(_Mark(self._length, self._byte, self._line, self._start))

    def _drop(self, size: int) -> None:
        """Leave bytes of the buffer behind, and remember where in the file that is."""
        self._line += self._buffer.count(b"\n", 0, size)
        newline = self._buffer.rfind(b"\n", 0, size)
        if newline >= 0:
            self._start = self._byte + newline + 1
        self._byte += size
        self._buffer = self._buffer[size:]


def _decode(items: bytes) -> list[_Written] | None:
    """Return instances, None when this is no sequence of usual ones; a NUL is unusual, and what is not UTF-8."""
    try:
        if not items.isascii():
            items.decode()  # the decoder looks only into what it keeps
        return None if b"\\u0000" in items else _DECODER.decode(b"[%b]" % items)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
