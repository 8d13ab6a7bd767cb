from __future__ import annotations

import io

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import xml_events

Log = list[object]
Row = xml_events.Element[Log]


def keep_start(log: Log, reader: xml_events.Reader[Log], attributes: xml_events.Attributes) -> None:
    log.append(("start", attributes, reader.line, reader.byte))


def keep_end(log: Log, reader: xml_events.Reader[Log], text: str) -> None:
    log.append((reader.tag, text, reader.byte_after))


TABLE = {
    "document": Row({"root": "root"}),
    "root": Row({"item": "item", "root": "root", "noise": xml_events.SKIP}),
    "item": Row({"part": "part"}, start=keep_start, end=keep_end, text=True),
    "part": Row(text=True, end=keep_end),
}


def read(data: bytes) -> tuple[Log, list[raw.ReportWarning]]:
    log: Log = []
    warnings: list[raw.ReportWarning] = []
    xml_events.Reader(TABLE, log, warnings).read(io.BytesIO(data))
    return log, warnings


def refuse(data: bytes) -> errors.ReportError:
    with pytest.raises(errors.ReportError) as caught:
        read(data)
    return caught.value


def test_elements_are_told_with_their_attributes_texts_and_places() -> None:
    data = b'<root>\n<item a="1">one</item>\n<item>two</item ></root>'
    log, warnings = read(data)
    assert log == [
        ("start", {"a": "1"}, 2, data.index(b"<item a")),
        ("item", "one", data.index(b"</item>") + len(b"</item>")),
        ("start", {}, 3, data.index(b"<item>")),
        ("item", "two", data.index(b"</item >") + len(b"</item >")),
    ]
    assert warnings == []


def test_an_empty_element_ends_where_it_ends() -> None:
    log, _ = read(b"<root><item/><item /></root>")
    assert [entry[2] for entry in log if isinstance(entry, tuple) and entry[0] == "item"] == [13, 21]


def test_a_tag_on_the_edge_of_two_blocks_ends_where_it_ends() -> None:
    for shift in range(12):
        filler = b" " * (64 * 1024 - 20 - shift)
        data = b"<root>" + filler + b"<item>x</item\n ></root>"
        log, _ = read(data)
        assert log[-1] == ("item", "x", data.index(b"</root>"))


def test_an_unknown_element_is_left_out_and_nothing_else() -> None:
    log, warnings = read(b"<root>\n<odd><item>no</item></odd><item>be<odd>no</odd>fore</item><odd/></root>")
    assert [entry[:2] for entry in log if isinstance(entry, tuple) and entry[0] == "item"] == [("item", "before")]
    assert [(warning.code, warning.line) for warning in warnings] == [("unknown-element", 2), ("unknown-element", 2)]
    assert "<odd>" in warnings[0].message
    assert "<root>" in warnings[0].message
    assert "<item>" in warnings[1].message


def test_warnings_come_to_an_end() -> None:
    _, warnings = read(b"<root>" + b"".join(b"<odd%d/>" % number for number in range(200)) + b"</root>")
    assert len(warnings) == 50


def test_what_the_table_skips_is_no_warning() -> None:
    log, warnings = read(b"<root><noise><noise><item/></noise></noise><item>x</item></root>")
    assert len(log) == 2
    assert warnings == []


def test_texts_of_parts_do_not_mix() -> None:
    log, _ = read(b"<root><item>a<part>b</part>c<part>d</part></item></root>")
    assert [entry[:2] for entry in log if isinstance(entry, tuple) and entry[0] != "start"] == [
        ("part", "b"),
        ("part", "d"),
        ("item", "ac"),
    ]


@pytest.mark.parametrize(
    ("before", "warned"), [(b"", 0), (b"\xef\xbb\xbf", 0), (b"\n \n", 1), (b"<!-- a -->\n<!-- b\n-->", 1)]
)
def test_what_stands_before_the_declaration_is_read_over(before: bytes, warned: int) -> None:
    data = before + b'<?xml version="1.0"?>\n<root><item/></root>'
    log, warnings = read(data)
    assert log[0] == ("start", {}, 2 + before.count(b"\n"), data.index(b"<item"))
    assert len(warnings) == warned


def test_other_words_before_the_declaration_are_not() -> None:
    assert refuse(b'ab<?xml version="1.0"?><root/>').code == "xml-malformed"


@pytest.mark.parametrize("data", [b"<root><item>", b"<root><it", b"<root><![CDATA[x", b"<root>\xc3", b"<root><!-- "])
def test_a_document_that_breaks_off_says_so(data: bytes) -> None:
    error = refuse(data)
    assert isinstance(error, xml_events.TruncatedError)
    assert (error.code, error.line, error.byte) == ("report-truncated", 1, len(data))


def test_a_malformed_document_says_where() -> None:
    error = refuse(b"<root>\n<item></root>")
    assert (error.code, error.line, error.column, error.byte) == ("xml-malformed", 2, 9, 15)
    assert "line 2, column 9" in error.message


def test_places_count_what_was_left_out_before_the_declaration() -> None:
    error = refuse(b'\n\n<?xml version="1.0"?>\n<root></item>')
    assert (error.line, error.byte) == (4, 32)


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE root><root/>",
        b'<!DOCTYPE root [<!ENTITY x SYSTEM "file:///etc/passwd">]><root>&x;</root>',
        b'<!DOCTYPE root [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><root>&b;</root>',
    ],
)
def test_a_document_type_is_refused_always(data: bytes) -> None:
    error = refuse(data)
    assert (error.code, error.line) == ("xml-doctype", 1)
    assert data[error.byte or 0 :][:1] in {b">", b"["}


def test_an_entity_without_a_document_type_is_malformed() -> None:
    assert refuse(b"<root>&x;</root>").code == "xml-malformed"


@pytest.mark.parametrize("encoding", ["shift_jis", "nonsense", "rot13", "utf-7"])
def test_an_encoding_that_cannot_be_read_is_named(encoding: str) -> None:
    error = refuse(b'<?xml version="1.0" encoding="%s"?><root/>' % encoding.encode())
    assert error.code == "xml-malformed"
    assert encoding in error.message


def test_single_byte_encodings_are_read() -> None:
    data = b'<?xml version="1.0" encoding="windows-1252"?><root><item>\x80\xe9</item></root>'
    assert read(data)[0][-1] == ("item", "€é", data.index(b"</root>"))


def test_no_part_of_a_utf16_document_can_be_cut_out() -> None:
    log, _ = read("<root><item>é</item></root>".encode("utf-16"))
    assert log[-1] == ("item", "é", None)


def test_nesting_has_an_end() -> None:
    assert refuse(b"<root>" * 1001).code == "report-too-deep"
    assert refuse(b"<root>" * 1000).code == "report-truncated"


def test_skipped_elements_may_nest_as_they_like() -> None:
    assert read(b"<root>" + b"<noise>" * 20_000 + b"</noise>" * 20_000 + b"</root>") == ([], [])


def test_any_document_can_be_checked() -> None:
    xml_events.check(io.BytesIO(b"<anything><at/>all</anything>"))
    with pytest.raises(errors.ReportError) as caught:
        xml_events.check(io.BytesIO(b"<anything"))
    assert caught.value.code == "xml-malformed"
