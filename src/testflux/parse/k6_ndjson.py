"""k6's samples as JSON lines (`--out json=…`): definitions of metrics and points, in any order of keys.

Lines as k6 writes them are taken apart a block at a time by their fixed parts; each part that is new (a name, a time, a
set of tags) is checked once and remembered. A block with any other line is read line by line.
"""

from __future__ import annotations

import msgspec

from testflux.model import raw
from testflux.parse import blocks, json_document, k6_lines, k6_moments, k6_numbers, k6_samples, k6_scan, k6_table

_POINT = {"metric", "type", "data"}
_START = b'{"metric":"'
_TIME = b'","type":"Point","data":{"time":"'
_VALUE = b'","value":'
_TAGS = b',"tags":'
_MOST_REMEMBERED = 50_000


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read samples up to where they break off. Raises ReportError when there is none."""
    return k6_samples.read("k6-ndjson", stream, Reader())


class Reader:
    """Reads lines into a table."""

    def __init__(self) -> None:
        self.table = k6_table.Table()
        self._metrics = _Metrics(self.table)
        self._moments = k6_moments.Moments()
        self._tails = _Tails(self.table)

    def read(self, block: bytes) -> list[int]:
        """Read whole lines. Returns which of them, counted from 0, could not be read."""
        return k6_lines.read(block, self._read_together, self.read_line)

    def read_line(self, line: bytes) -> bool:
        """Read one line, whichever order its keys are in. False when it says nothing sensible; an empty one is fine."""
        line = line.strip(b" \t\r\0")
        if not line:
            return True
        try:
            self._read_object(_decode(line))
        except ValueError:
            return False
        return True

    def _read_together(self, block: bytes) -> None:
        """Read lines that are all points as k6 writes them; otherwise raise, and have read none of them."""
        scan = k6_scan.Scan(block)
        name = scan.after(scan.starts, _START)
        name_end = scan.find(name, b'"')
        time = scan.after(name_end, _TIME)
        time_end = scan.find(time, b'"')
        value = scan.after(time_end, _VALUE)
        value_end = scan.find(value, b",")
        scan.after(value_end, _TAGS)
        moments = scan.parts(time, time_end).numbers(self._moments)
        values = k6_numbers.decode(scan.join(value, value_end), len(moments))
        sets = scan.parts(value_end + 1, scan.ends).numbers(self._tails)
        metrics = scan.parts(name, name_end).numbers(self._metrics)
        self.table.add(metrics, moments, values, sets)

    def _read_object(self, line: dict[str, object]) -> None:
        data = line.get("data")
        if not line.keys() >= _POINT or not json_document.is_object(data):
            raise k6_lines.IrregularError
        if line["type"] == "Metric":
            self._define(json_document.as_text(line["metric"]), data)
            return
        value = json_document.as_number(data.get("value"))
        if line["type"] != "Point" or value is None or not k6_numbers.is_sound(value):
            raise k6_lines.IrregularError
        moment = self._moments[json_document.as_text(data.get("time")).encode()]
        tags = self.table.tag_set(_tags(data.get("tags")))
        self.table.add([self.table.metric(_metric_name(line["metric"]))], [moment], [value], [tags])

    def _define(self, name: str, data: dict[str, object]) -> None:
        metric = self.table.metrics[self.table.metric(_metric_name(name))]
        metric.type = json_document.as_text(data.get("type"))
        metric.contains = json_document.as_text(data.get("contains"))
        for threshold in json_document.as_list(data.get("thresholds")):
            source = json_document.as_object(threshold).get("threshold", threshold)
            metric.thresholds.append(json_document.as_text(source))
        for item in map(json_document.as_object, json_document.as_list(data.get("submetrics"))):
            metric.submetrics[_metric_name(item.get("name"))] = _tags(item.get("tags"))
        if self.table.want(key for tags in metric.submetrics.values() for key in tags):
            self._tails.clear()


class _Metrics(dict[bytes, int]):
    """Numbers of metrics by their names, as they are written in JSON."""

    def __init__(self, table: k6_table.Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, name: bytes) -> int:
        (text,) = _decode(b'{"%b":0}' % name)
        number = self[name] = self._table.metric(_metric_name(text))
        return number


class _Tails(dict[bytes, int]):
    """Numbers of sets of tags by the end of a line, from the tags on."""

    def __init__(self, table: k6_table.Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, tail: bytes) -> int:
        line = _decode(b'{"data":{' + tail)
        data = line["data"]
        if len(line) > 1 or not json_document.is_object(data) or not {"tags"} <= data.keys() <= {"tags", "metadata"}:
            raise k6_lines.IrregularError
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        number = self[tail] = self._table.tag_set(_tags(data["tags"]))
        return number


def _decode(line: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(line, type=dict[str, object])
    except UnicodeDecodeError:
        return msgspec.json.decode(line.decode("utf-8", "replace"), type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError):
        raise k6_lines.IrregularError from None


def _metric_name(value: object) -> str:
    name = json_document.clean_text(json_document.as_text(value))
    if not name:
        raise k6_lines.IrregularError
    return name


def _tags(value: object) -> dict[str, str]:
    tags = json_document.as_object(value).items()
    return {json_document.clean_text(key): json_document.clean_text(json_document.as_text(tag)) for key, tag in tags}
