"""Making XML legal that tools wrote with what no XML may hold: control characters, colours, bytes that are no UTF-8.

Every illegal byte becomes a DELETE character, which XML allows and nobody prints, so that no place in the file moves;
`words` then takes them out of what is kept.
"""

from __future__ import annotations

import codecs
import re

from testflux.parse import blocks

_PRINTABLE = 32
_FILLER = b"\x7f"
_ILLEGAL = bytes(code for code in range(_PRINTABLE) if code not in b"\t\n\r")
_TABLE = bytes.maketrans(_ILLEGAL, _FILLER * len(_ILLEGAL))
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_REFERENCE = re.compile(rb"&#(?!10;|13;|9;|x[aAdD];)(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_LEAST = 64  # longer than all that is ever held back
_LONGEST_REFERENCE = len("&#4294967295;")
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_LEFT_OVERS = re.compile(r"\x7f+(?:\[[0-9;?]*[A-Za-z])?")
_SURROGATES = range(0xD800, 0xE000)
_LAST_CHARACTER = 0x10FFFF


def words(text: str) -> str:
    """Return a text without the fillers and what is left of the colours they began."""
    return _LEFT_OVERS.sub("", text) if "\x7f" in text else text


class Mended:
    """A stream of XML, as long as the one it reads and legal in its characters.

    `is_utf8` and `is_wide` are known after the first read; `first_byte` is where the first illegal one stood, if any.
    """

    def __init__(self, stream: blocks.Stream) -> None:
        self._stream = stream
        self._kept = b""
        self._read = 0
        self.is_utf8 = True
        self.is_wide = False
        self.first_byte: int | None = None

    def read(self, size: int, /) -> bytes:
        """Return some bytes, about `size` and always the same many for the same size; none only at the end."""
        if self.is_wide:
            return self._stream.read(size)
        size = max(size, _LEAST)
        block = blocks.full(self._stream, size)
        data = self._kept + block
        if not self._read:
            self._learn(data)
            if self.is_wide:
                return data
        is_last = len(block) < size
        end = len(data) if is_last else self._whole(data)
        self._kept = data[end:]
        start, self._read = self._read, self._read + end
        return self._mend(data[:end], start)

    def _learn(self, head: bytes) -> None:
        self.is_wide = head.startswith(_WIDE)
        declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
        self.is_utf8 = declared is None or declared[1].lower() == b"utf-8"

    def _whole(self, data: bytes) -> int:
        """Return how much can be handed out without cutting a character or a reference in two."""
        begun = data.rfind(b"&", max(0, len(data) - _LONGEST_REFERENCE))
        end = begun if begun > 0 and b";" not in data[begun:] else len(data)
        if self.is_utf8 and data[end - 1] >= 0x80:  # noqa: PLR2004 - where ASCII ends
            decoder = codecs.getincrementaldecoder("utf-8")("ignore")
            decoder.decode(data[max(0, end - 8) : end])
            end -= len(decoder.getstate()[0])
        return end

    def _mend(self, data: bytes, start: int) -> bytes:
        mended = data
        if len(data.translate(None, _ILLEGAL)) != len(data):
            mended = mended.translate(_TABLE)
        if b"&#" in mended:
            mended = _REFERENCE.sub(_legal, mended)
        if self.is_utf8 and not mended.isascii():
            mended = _utf8(mended)
        if self.first_byte is None and mended != data:
            self.first_byte = start + next(
                at for at, (old, new) in enumerate(zip(data, mended, strict=True)) if old != new
            )
        return mended


def _legal(reference: re.Match[bytes]) -> bytes:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if (
        (code < _PRINTABLE and code not in b"\t\n\r")
        or code in _SURROGATES
        or code in {0xFFFE, 0xFFFF}
        or code > _LAST_CHARACTER
    ):
        return _FILLER * len(reference[0])
    return reference[0]


def _utf8(data: bytes) -> bytes:
    for wrong in _NO_CHARACTERS:
        data = data.replace(wrong, _FILLER * len(wrong))
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode(errors="testflux-filler").encode()
    return data


def _fill(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\x7f" * (error.end - error.start), error.end


codecs.register_error("testflux-filler", _fill)
