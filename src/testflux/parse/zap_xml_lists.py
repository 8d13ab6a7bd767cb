"""Reading ZAP's XML faster: lists of instances are read by pattern and blanked out before the XML reader sees them.

The XML reader gets a text of the same length and the same lines, so every place that it names is one in the file; it
finds a list by the place of its tag. At the first thing that is unusual (a comment, an unknown element, another order,
a character or reference that is not allowed) all that follows is left to the XML reader, which says what it is.
"""

from __future__ import annotations

import re
from array import array

from testflux.kit.numbers import Numbers
from testflux.model import raw
from testflux.parse import blocks

_ORDER = (
    "uri", "nodeName", "method", "param", "attack", "evidence", "otherinfo",
    "requestheader", "requestbody", "responseheader", "responsebody",
)  # fmt: skip
_FIELDS = "".join(rf"(?:<{tag}(?:/>|>([^<]*+)</{tag}>)\s*+)?" for tag in _ORDER)
_INSTANCE = re.compile(rf"\s*+<instance>\s*+(?:<id>[^<]*+</id>\s*+)?{_FIELDS}</instance>\s*+")
_WIDTH = len(_ORDER) + 1
_COLUMNS = (1, 3, 4, 5, 6, 7, 2, 8, 9, 10, 11)  # RawInstance has the node's name behind what was seen
_OPEN, _CLOSE, _LAST = b"<instances>", b"</instances>", b"</instance>"
_BLANK = bytes(byte if byte in b"\r\n" else 0x20 if byte >= 0x20 or byte == 0x09 else 0 for byte in range(256))  # noqa: PLR2004 - XML allows no others
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["'](?!utf-?8["']|(?:us-)?ascii["'])""", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_NEVER = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos)|[^;]{0,9});?")
_NAMED = {"lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_REMEMBERED = 32 * 1024
_LONGEST = 16 * 1024 * 1024  # of one instance


class Lists:
    """A stream of the same bytes but for the blanks, and what stood there: instances by the place of their list's tag.

    A list goes on growing while the stream is read.
    """

    def __init__(self, stream: blocks.Stream) -> None:
        self.numbers = Numbers()
        self.found: dict[int, raw.Instances] = {}
        self._stream = stream
        self._buffer = b""
        self._ready = b""
        self._byte = 0
        self._written = _Written(self.numbers)
        self._list: raw.Instances | None = None
        self._is_usual: bool | None = None

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        while not self._ready:
            more = blocks.full(self._stream)
            self._buffer += more
            self._ready = self._pass_on() if more and self._is_usual is not False else self._pass_all()
            if not more:
                break
        part, self._ready = self._ready[:size], self._ready[size:]
        return part

    def _pass_all(self) -> bytes:
        passed, self._buffer = self._buffer, b""
        return passed

    def _pass_on(self) -> bytes:
        """Return what of the buffer can be told to be a list or none; the rest waits for more."""
        if self._is_usual is None:
            self._is_usual = not self._buffer.startswith(_WIDE) and not _ENCODING.search(self._buffer)
        passed: list[bytes] = []
        at, is_going = 0, True
        while is_going and self._is_usual:
            end, is_going = (self._skip if self._list is None else self._take)(at, passed)
            at, self._byte = end, self._byte + end - at
        if not self._is_usual:
            passed.append(self._buffer[at:])
            at = len(self._buffer)
        self._buffer = self._buffer[at:]
        return b"".join(passed)

    def _skip(self, at: int, passed: list[bytes]) -> tuple[int, bool]:
        """Go on to behind the tag of the next list; return where that is, and whether there was one."""
        buffer = self._buffer
        found = buffer.find(_OPEN, at)
        end = max(at, len(buffer) - len(_OPEN)) if found < 0 else found + len(_OPEN)
        if buffer.find(b"<!", at, end + 1) >= 0:
            self._is_usual = False
            return at, False
        passed.append(buffer[at:end])
        if found >= 0:
            self._list = self.found[self._byte + found - at] = raw.Instances(self.numbers)
        return end, found >= 0

    def _take(self, at: int, passed: list[bytes]) -> tuple[int, bool]:
        """Read instances of the open list; return where they end, and whether the list does."""
        buffer = self._buffer
        close = buffer.find(_CLOSE, at)
        last = buffer.rfind(_LAST, at)
        end = close if close >= 0 else max(at, last + len(_LAST) if last >= 0 else at)
        piece = buffer[at:end]
        blank = piece.translate(_BLANK)
        rows = None if 0 in blank else self._read_rows(piece)
        if rows is None or len(buffer) - end > _LONGEST:
            self._is_usual = False
            return at, False
        if self._list is not None:
            self._list.extend(*rows)
        passed.append(blank)
        if close >= 0:
            self._list = None
        return end, close >= 0

    def _read_rows(self, piece: bytes) -> tuple[list[array[int] | None], int] | None:
        """Return the instances of a piece as columns, and how many; None when anything but usual ones is in it."""
        if b"]]>" in piece or (not piece.isascii() and any(character in piece for character in _NEVER)):
            return None
        try:
            text = piece.decode().replace("\r\n", "\n").replace("\r", "\n")
            parts: list[str | None] = _INSTANCE.split(text)
            if any(parts[::_WIDTH]) and "".join(filter(None, parts[::_WIDTH])).strip(" \t\r\n"):
                return None
            columns = [parts[at::_WIDTH] for at in _COLUMNS]
            number = self._written.__getitem__
            return [array("I", map(number, column)) if any(column) else None for column in columns], len(columns[0])
        except ValueError:
            return None


class _Written(dict[str | None, int]):
    """The numbers of texts by how these are written: scans say the same of page after page.

    Raises ValueError for a reference that is none.
    """

    def __init__(self, numbers: Numbers) -> None:
        super().__init__({None: 0})
        self._numbers = numbers

    def __missing__(self, written: str | None) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        text = _read(written or "")
        number = self._numbers[text]
        self[self._numbers.texts[number] if text is written else written] = number
        return number


def _read(written: str) -> str:
    """Return a text as it is meant."""
    text = written
    if "&#" in text:
        return _REFERENCE.sub(_meant, text)
    if "&" not in text:
        return text
    for name, character in _NAMED.items():
        text = text.replace(f"&{name};", character)
    if text.count("&") != text.count("&amp;"):
        raise ValueError(written)
    return text.replace("&amp;", "&")


def _meant(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if not reference[0].endswith(";"):
        raise ValueError(reference[0])
    if name:
        return _NAMED.get(name, "&")
    number = int(decimal or hexadecimal or "", 10 if decimal else 16)
    if (number < 0x20 and number not in {9, 10, 13}) or 0xD800 <= number < 0xE000 or number in {0xFFFE, 0xFFFF}:  # noqa: PLR2004 - XML's own bounds
        raise ValueError(reference[0])
    return chr(number)
