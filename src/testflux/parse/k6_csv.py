"""k6's samples as CSV (`--out csv=…`): one row a sample, the columns named in the first one.

Rows as k6 writes them are taken apart a block at a time; what follows the value (the tags) is read once for each set
and remembered. A block with any other row, or with line feeds inside quotes, is read row by row.
"""

from __future__ import annotations

import csv

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import blocks, json_document, k6_moments, k6_numbers, k6_samples, k6_table

_FIXED = 3  # metric_name, timestamp, metric_value
_MOST_REMEMBERED = 50_000
_LONGEST = 64  # lines of one row


class _IrregularError(Exception):
    """A row is not as k6 writes it, or not sound: it has to be looked at alone."""


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read samples up to where they break off. Raises ReportError when there is none."""
    return k6_samples.read("k6-csv", stream, Reader())


class Reader:
    """Reads rows into a table."""

    def __init__(self) -> None:
        self.table = k6_table.Table()
        self._metrics = _Metrics(self.table)
        self._moments = k6_moments.Moments()
        self._tags: _Tags | None = None
        self._open: list[bytes] = []

    def read(self, block: bytes) -> list[int]:
        """Read whole lines. Returns which of them, counted from 0, could not be read."""
        lines = block.split(b"\n")
        lines.pop()
        start = 0
        if self._tags is None:
            self._tags = _Tags(self.table, lines[0])
            start = 1
        try:
            self._read_together(self._tags, lines[start:])
        except (_IrregularError, ValueError):
            return [number for number, line in enumerate(lines[start:], start) if not self._read_part(line)]
        return []

    def read_line(self, line: bytes) -> bool:
        """Read the last line, which no line feed ends. False when it could not be read."""
        if self._tags is None:
            self._tags = _Tags(self.table, line)
            return True
        return self._read_rows([*self._open, line])

    def _read_together(self, tags: _Tags, lines: list[bytes]) -> None:
        """Read lines that are all rows as k6 writes them; otherwise raise, and have read none of them."""
        if self._open:
            raise _IrregularError
        cells = [line.split(b",", _FIXED) for line in lines]
        try:
            rest = [row[_FIXED] for row in cells]
        except IndexError:
            raise _IrregularError from None
        metrics = list(map(self._metrics.__getitem__, [row[0] for row in cells]))
        moments = list(map(self._moments.__getitem__, [row[1] for row in cells]))
        values = k6_numbers.decode([row[2] for row in cells])
        sets = list(map(tags.__getitem__, rest))
        self.table.add(metrics, moments, values, sets)

    def _read_part(self, line: bytes) -> bool:
        """Read a line, or keep it until the row ends that it belongs to."""
        self._open.append(line)
        if sum(part.count(b'"') for part in self._open) % 2 and len(self._open) < _LONGEST:
            return True
        rows, self._open = self._open, []
        return self._read_rows(rows)

    def _read_rows(self, lines: list[bytes]) -> bool:
        """Read lines as one row or, should they be none, each as its own."""
        if self._read_row(b"\n".join(lines)):
            return True
        return len(lines) > 1 and all([self._read_row(line) for line in lines])  # noqa: C419 - each is to be read

    def _read_row(self, line: bytes) -> bool:
        line = line.strip(b" \t\r\0")
        if not line or self._tags is None:
            return True
        try:
            name, moment, number, *cells = _cells(line)
            metric = self._metrics.number(name)
            values = k6_numbers.decode([number.encode()])
            self.table.add([metric], [self._moments[moment.encode()]], values, [self._tags.number(cells)])
        except (_IrregularError, ValueError):
            return False
        return True


class _Metrics(dict[bytes, int]):
    """Numbers of metrics by their names."""

    def __init__(self, table: k6_table.Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, name: bytes) -> int:
        number = self[name] = self.number(name.decode("utf-8", "replace"))
        return number

    def number(self, name: str) -> int:
        """Return the number of a metric by its name."""
        if not name or '"' in name:
            raise _IrregularError
        return self._table.metric(json_document.clean_text(name))


class _Tags(dict[bytes, int]):
    """Numbers of sets of tags by the end of a row, after the value."""

    def __init__(self, table: k6_table.Table, header: bytes) -> None:
        super().__init__()
        self._table = table
        try:
            self._columns = _cells(header.strip(b"\xef\xbb\xbf \t\r"))[_FIXED:]
        except _IrregularError:
            raise errors.ReportError(
                "The first row of this CSV does not name its columns.",
                code="report-shape",
                hint="Send the file as k6 wrote it with --out csv=samples.csv.",
                line=1,
            ) from None

    def __missing__(self, rest: bytes) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        number = self[rest] = self.number(_cells(rest))
        return number

    def number(self, cells: list[str]) -> int:
        """Return the number of the set of tags that a row's cells hold."""
        if len(cells) != len(self._columns):
            raise _IrregularError
        tags = {
            column: cell
            for column, cell in zip(self._columns, map(json_document.clean_text, cells), strict=True)
            if cell
        }
        tags.pop("metadata", None)
        extra = tags.pop("extra_tags", "")
        pairs = (pair.partition("=") for pair in extra.split("&") if pair)
        return self._table.tag_set({**tags, **{key: value for key, _, value in pairs}})


def _cells(line: bytes) -> list[str]:
    """Return the cells of one row; _IrregularError when it is not one."""
    if line.count(b'"') % 2:
        raise _IrregularError
    try:
        rows = list(csv.reader([line.decode("utf-8", "replace")], strict=True))
    except csv.Error:
        raise _IrregularError from None
    return rows[0] if rows else [""]
