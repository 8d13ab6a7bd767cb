"""k6's samples as CSV (`--out csv=…`): one row a sample, the columns named in the first one.

Rows as k6 writes them are taken apart a block at a time; what follows the value (the tags) is read once for each set
and remembered. A block with any other row, or with line feeds inside quotes, is read row by row.
"""

from __future__ import annotations

import csv

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import blocks, json_document, k6_lines, k6_moments, k6_numbers, k6_samples, k6_scan, k6_table

_FIXED = 3  # metric_name, timestamp, metric_value
_MOST_REMEMBERED = 50_000
_LONGEST = 64  # lines of one row
_BLANK = b" \t\r\0"  # at the ends of a row


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
        if self._tags is not None:
            return k6_lines.read(block, self._read_together, self._read_part)
        header, _, rows = block.partition(b"\n")
        self._tags = _Tags(self.table, header)
        return [number + 1 for number in k6_lines.read(rows, self._read_together, self._read_part)]

    def read_line(self, line: bytes) -> bool:
        """Read the last line, which no line feed ends. False when it could not be read."""
        if self._tags is None:
            self._tags = _Tags(self.table, line)
            return True
        return self._read_rows([*self._open, line])

    def _read_together(self, block: bytes) -> None:
        """Read lines that are all rows as k6 writes them; otherwise raise, and have read none of them."""
        if self._tags is None or self._open:
            raise k6_lines.IrregularError
        scan = k6_scan.Scan(block)
        name_end = scan.find(scan.starts, b",")
        moment_end = scan.find(name_end + 1, b",")
        value_end = scan.find(moment_end + 1, b",")
        if (value_end > scan.ends).any():
            raise k6_lines.IrregularError
        moments = scan.parts(name_end + 1, moment_end).numbers(self._moments)
        values = k6_numbers.decode(scan.join(moment_end + 1, value_end), len(moments))
        sets = scan.parts(value_end + 1, scan.ends).numbers(self._tags)
        metrics = scan.parts(scan.starts, name_end).numbers(self._metrics)
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
        line = line.strip(_BLANK)
        if not line or self._tags is None:
            return True
        try:
            name, time, number, *cells = _cells(line)
            moment = self._moments[time.encode()]
            values = k6_numbers.decode(number.encode() + b",", 1)
            tags = self._tags.number(cells)
            self.table.add([self._metrics.number(name)], [moment], values, [tags])
        except ValueError:
            return False
        return True


class _Metrics(dict[bytes, int]):
    """Numbers of metrics by their names."""

    def __init__(self, table: k6_table.Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, name: bytes) -> int:
        if name != name.lstrip(_BLANK):
            raise k6_lines.IrregularError
        number = self[name] = self.number(name.decode("utf-8", "replace"))
        return number

    def number(self, name: str) -> int:
        """Return the number of a metric by its name."""
        if not name or '"' in name:
            raise k6_lines.IrregularError
        return self._table.metric(json_document.clean_text(name))


class _Tags(dict[bytes, int]):
    """Numbers of sets of tags by the end of a row, after the value."""

    def __init__(self, table: k6_table.Table, header: bytes) -> None:
        super().__init__()
        self._table = table
        try:
            self._columns = _cells(header.strip(b"\xef\xbb\xbf \t\r"))[_FIXED:]
        except k6_lines.IrregularError:
            raise errors.ReportError(
                "The first row of this CSV does not name its columns.",
                code="report-shape",
                hint="Send the file as k6 wrote it with --out csv=samples.csv.",
                line=1,
            ) from None

    def __missing__(self, rest: bytes) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        number = self[rest] = self.number(_cells(rest.rstrip(_BLANK)))
        return number

    def number(self, cells: list[str]) -> int:
        """Return the number of the set of tags that a row's cells hold."""
        if len(cells) != len(self._columns):
            raise k6_lines.IrregularError
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
    """Return the cells of one row; IrregularError when it is not one."""
    if line.count(b'"') % 2:
        raise k6_lines.IrregularError
    try:
        rows = list(csv.reader([line.decode("utf-8", "replace")], strict=True))
    except csv.Error:
        raise k6_lines.IrregularError from None
    return rows[0] if rows else [""]
