"""Reading XML as a table of elements: each row names its legal children and what to do at its start and end."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar
from xml.parsers import expat

import msgspec

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import blocks

Builder = TypeVar("Builder")
Attributes = dict[str, str]

SKIP = ""
"""In place of a row's name: the element is legal here and nothing in it is read."""

_DEEPEST = 1000
_MOST_WARNINGS = 50
_TRUNCATED = {3, 5, 6, 20}  # no element found, unclosed token, partial character, unclosed CDATA section
_NATIVE = {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii", "ascii"}
_BEFORE_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<!--(?>.*?-->))++(?=<\?xml\s)", re.DOTALL)
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class Element(msgspec.Struct, Generic[Builder], frozen=True):
    """One row of the table.

    `children` gives for each legal child tag the name of its row, or SKIP. `start` gets the attributes; `end` gets the
    text when `text` is set, else "".
    """

    children: Mapping[str, str] = {}
    start: Callable[[Builder, Reader[Builder], Attributes], None] | None = None
    end: Callable[[Builder, Reader[Builder], str], None] | None = None
    text: bool = False


class Reader(Generic[Builder]):
    """Feeds one document to a builder through a table. The row named "document" stands above the root element."""

    def __init__(
        self, table: Mapping[str, Element[Builder]], builder: Builder, warnings: list[raw.ReportWarning]
    ) -> None:
        self._table = table
        self._builder = builder
        self._warnings = warnings
        self._warned: set[tuple[str, str]] = set()
        self._rows: list[Element[Builder]] = [table["document"]]
        self._tags: list[str] = [""]
        self._texts: list[list[str]] = [[]]
        self.tag = ""
        """The tag of the element that is being ended."""
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._is_wide = False
        self._base = 0
        self._lines_before = 0
        self._fed = 0
        self._block = b""
        self._previous = b""
        self._read_elements()
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.XmlDeclHandler = self._check_encoding

    def read(self, stream: blocks.Stream) -> None:
        """Read to the end.

        Raises ReportError `xml-malformed`, `xml-doctype`, `report-truncated` or `report-too-deep`.
        """
        first = True
        for whole in blocks.blocks(stream):
            block = self._without_prolog(whole) if first else whole
            first = False
            self.feed(block)
        self.finish()

    def feed(self, block: bytes) -> None:
        """Read the next bytes. Raises as `read` does."""
        self._feed(block, last=False)

    def feed_unheard(self, block: bytes) -> None:
        """Check the next bytes, which hold whole elements, without telling the builder of them."""
        self._parser.StartElementHandler = self._parser.EndElementHandler = self._parser.CharacterDataHandler = None
        self._feed(block, last=False)
        self._read_elements()
        self._listen()

    def skip(self, size: int, lines: int) -> None:
        """Take note of bytes, with so many ends of lines in them, that are not fed at all: whole elements again."""
        self._base += size
        self._lines_before += lines

    def finish(self) -> None:
        """Note that there are no more bytes. Raises as `read` does."""
        self._feed(b"", last=True)

    @property
    def byte(self) -> int:
        """Where in the file the element that is being started or ended begins (its end tag, when it ends)."""
        return self._base + self._parser.CurrentByteIndex

    @property
    def end(self) -> int:
        """The byte after the last one that was read or skipped."""
        return self._base + self._fed

    @property
    def line(self) -> int:
        """The line of the same place, counting from 1."""
        return self._lines_before + self._parser.CurrentLineNumber

    @property
    def byte_after(self) -> int | None:
        """The byte after the end tag that is being read; None in UTF-16, of which no slice can be read alone."""
        if self._is_wide:
            return None
        at = self._parser.CurrentByteIndex
        data, offset = self._block, at - self._fed + len(self._block)
        if offset < 0:
            data, offset = self._previous[offset:] + self._block, 0
        if not data.startswith(b"</" + self.tag.encode(), offset):
            return self._base + at  # an empty element, <like this/>, ends where expat is now
        return self._base + at + data.index(b">", offset) + 1 - offset

    def warn(self, code: str, message: str) -> None:
        """Remember something odd at this place; each code and message is kept once, and not more than fifty in all."""
        if (code, message) not in self._warned and len(self._warned) < _MOST_WARNINGS:
            self._warned.add((code, message))
            self._warnings.append(raw.ReportWarning(code, message, line=self.line, byte=self.byte))

    def _without_prolog(self, block: bytes) -> bytes:
        self._is_wide = block.startswith(_WIDE)
        found = _BEFORE_DECLARATION.match(block)
        if found is None:
            return block
        self._base = found.end()
        self._lines_before = block.count(b"\n", 0, found.end())
        self._warnings.append(
            raw.ReportWarning(
                "text-before-declaration",
                "Comments or spaces stand before the XML declaration; they were left out.",
                1,
                0,
            )
        )
        return block[found.end() :]

    def _feed(self, block: bytes, *, last: bool) -> None:
        self._previous, self._block = self._block, block
        self._fed += len(block)
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as error:
            raise self._explain(error, last=last) from None

    def _explain(self, error: expat.ExpatError, *, last: bool) -> errors.ReportError:
        line = self._lines_before + error.lineno
        column = error.offset + 1
        byte = self._base + max(0, self._parser.ErrorByteIndex)
        if last and error.code in _TRUNCATED:
            end = self.end
            return TruncatedError(
                f"The file breaks off after {end} bytes (line {line}): the XML is not closed.",
                code="report-truncated",
                hint="Was the tool stopped, or the disk full, or the upload cut? Send the whole file.",
                line=line,
                column=column,
                byte=end,
            )
        return errors.ReportError(
            f"The file is not well-formed XML: {expat.ErrorString(error.code)} at line {line}, column {column}.",
            code="xml-malformed",
            hint="Let the tool write the file again and send it as it was written.",
            line=line,
            column=column,
            byte=byte,
        )

    def _refuse_doctype(self, *_: object) -> None:
        raise errors.ReportError(
            "The file has a document type declaration (<!DOCTYPE …>); reports need none, and it can hide entities.",
            code="xml-doctype",
            hint="Send the file as the tool wrote it, or remove the declaration.",
            line=self.line,
            column=self._parser.CurrentColumnNumber + 1,
            byte=self.byte,
        )

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _NATIVE and not _is_single_byte(encoding):
            raise errors.ReportError(
                f"The file says that its encoding is {encoding!r}, which cannot be read.",
                code="xml-malformed",
                hint="Save the report as UTF-8.",
                line=self.line,
                column=1,
                byte=self.byte,
            )

    def _read_elements(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: Attributes) -> None:
        row = self._rows[-1]
        name = row.children.get(tag)
        if not name:
            if name is None:
                self._warn_unknown(tag)
            self._skip()
            return
        if len(self._rows) > _DEEPEST:
            raise self.too_deep("elements", _DEEPEST)
        row = self._table[name]
        self._rows.append(row)
        self._tags.append(tag)
        text: list[str] = []
        self._texts.append(text)
        self._parser.CharacterDataHandler = text.append if row.text else None
        if row.start is not None:
            row.start(self._builder, self, attributes)

    def _end(self, tag: str) -> None:
        self.tag = tag
        row = self._rows.pop()
        self._tags.pop()
        text = self._texts.pop()
        if row.end is not None:
            row.end(self._builder, self, "".join(text))
        self._listen()

    def _listen(self) -> None:
        self._parser.CharacterDataHandler = self._texts[-1].append if self._rows[-1].text else None

    def _skip(self) -> None:
        depth = 1

        def deeper(_tag: str, _attributes: Attributes) -> None:
            nonlocal depth
            depth += 1

        def back(_tag: str) -> None:
            nonlocal depth
            depth -= 1
            if not depth:
                self._read_elements()
                self._listen()

        self._parser.CharacterDataHandler = None
        self._parser.StartElementHandler = deeper
        self._parser.EndElementHandler = back

    def _warn_unknown(self, tag: str) -> None:
        inside = f"inside <{self._tags[-1]}>" if self._tags[-1] else "as the root"
        self.warn("unknown-element", f"<{tag[:80]}> is not known {inside}; it was left out.")

    def too_deep(self, what: str, limit: int) -> errors.ReportError:
        """Return the error for nesting that no tool writes."""
        return errors.ReportError(
            f"The file nests {what} more than {limit} deep.",
            code="report-too-deep",
            hint="No supported tool writes such a file; was it made by hand?",
            line=self.line,
            column=self._parser.CurrentColumnNumber + 1,
            byte=self.byte,
        )


class TruncatedError(errors.ReportError):
    """The document is sound as far as it goes and then stops; what was read until there is in the builder."""

    code = "report-truncated"


def _is_single_byte(encoding: str) -> bool:
    try:
        decoded = bytes(range(256)).decode(codecs.lookup(encoding).name, "replace")
    except (LookupError, ValueError):
        return False
    return len(decoded) == len(range(256))


def check(stream: blocks.Stream) -> None:
    """Read XML of any kind to its end; raises ReportError `xml-malformed` or `xml-doctype`."""
    table: dict[str, Element[None]] = {"document": Element()}
    try:
        Reader(table, None, []).read(stream)
    except TruncatedError as error:
        error.code = "xml-malformed"
        raise
