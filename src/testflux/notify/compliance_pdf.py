"""A compliance report as PDF: A4 across, real text, tables that repeat their headings on each page."""

from __future__ import annotations

import functools
import io
from typing import Any, Final, cast
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from testflux.model.compliance import Report, Section

_PAGE: Final = landscape(A4)
_MARGIN: Final = 14 * mm
_FRAME: Final = 6  # points that reportlab leaves free around a page's content
_WIDTH: Final = _PAGE[0] - 2 * (_MARGIN + _FRAME)
_GREY: Final = colors.HexColor("#57606a")
_LINE: Final = colors.HexColor("#d0d7de")
_REGULAR: Final = "Vera"
_BOLD: Final = "VeraBd"


def write(report: Report) -> bytes:
    """Write the document. A letter that its font does not have (Vera has Western ones) becomes `?`."""
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=_PAGE,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 6 * mm,
        title=f"{report.title}, {report.period}",
        author="TestFlux",
        lang="en-GB",
    )
    style = _styles()
    story: list[Any] = [
        Paragraph(_text(report.title), style["title"]),
        Paragraph(_text(report.period), style["about"]),
        Spacer(0, 4 * mm),
        _facts(report, style),
    ]
    for section in report.sections:
        story += _section(section, style)
    document.build(
        story, canvasmaker=functools.partial(_Numbered, foot=f"{report.title}, {report.period}"), onFirstPage=_nothing
    )
    return buffer.getvalue()


class _Numbered(Canvas):
    """Writes the foot of each page when all are there: only then is it known how many there are."""

    def __init__(self, *given: Any, foot: str, **named: Any) -> None:
        super().__init__(*given, **named)  # pyright: ignore[reportUnknownMemberType]  (untyped)
        self._foot = foot
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  (reportlab's name)
        self._pages.append(dict(self.__dict__))
        cast("Any", self)._startPage()  # noqa: SLF001  (how reportlab begins a page)

    def save(self) -> None:
        pages = self._pages
        for number, page in enumerate(pages, 1):
            self.__dict__.update(page)
            self.setFont(_REGULAR, 7)
            self.setFillColor(_GREY)
            self.drawString(_MARGIN + _FRAME, _MARGIN - 2 * mm, _printable(self._foot))
            self.drawRightString(_PAGE[0] - _MARGIN - _FRAME, _MARGIN - 2 * mm, f"{number} / {len(pages)}")
            super().showPage()
        super().save()


def _nothing(*_: object) -> None:
    """Draw nothing: the canvas itself writes the foot."""


def _facts(report: Report, style: dict[str, ParagraphStyle]) -> LongTable:
    rows = [
        [Paragraph(_text(name), style["quiet"]), Paragraph(_text(value), style["cell"])] for name, value in report.facts
    ]
    table = LongTable(rows, colWidths=[48 * mm, _WIDTH - 48 * mm], hAlign="LEFT")
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_PADDING]))
    return table


def _section(section: Section, style: dict[str, ParagraphStyle]) -> list[Any]:
    """Return a section; its heading is never the last thing on a page."""
    head = [
        CondPageBreak(40 * mm),
        Spacer(0, 7 * mm),
        Paragraph(_text(section.title), style["heading"]),
        Paragraph(_text(section.about), style["about"]),
        Spacer(0, 2 * mm),
    ]
    if not section.rows:
        return [*head, Paragraph(_text(section.nothing), style["cell"])]
    rows = [[Paragraph(_text(name), style["head"]) for name in section.head]]
    rows += [[Paragraph(_text(cell), style["cell"]) for cell in row] for row in section.rows]
    widths = [share * _WIDTH for share in section.widths]
    table = LongTable(rows, colWidths=widths, repeatRows=1, splitInRow=1, hAlign="LEFT")
    lines = ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), lines, *_PADDING]))
    return [*head, table]


_PADDING: Final = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
]


@functools.cache
def _styles() -> dict[str, ParagraphStyle]:
    for name in (_REGULAR, _BOLD):
        cast("Any", pdfmetrics).registerFont(TTFont(name, f"{name}.ttf"))
    text = ParagraphStyle("text", fontName=_REGULAR, fontSize=8, leading=10.5, splitLongWords=True)
    return {
        "title": ParagraphStyle("title", text, fontName=_BOLD, fontSize=16, leading=20),
        "heading": ParagraphStyle("heading", text, fontName=_BOLD, fontSize=11, leading=14),
        "about": ParagraphStyle("about", text, textColor=_GREY),
        "quiet": ParagraphStyle("quiet", text, textColor=_GREY),
        "head": ParagraphStyle("head", text, fontName=_BOLD, fontSize=7.5, textColor=_GREY),
        "cell": text,
    }


def _text(text: str) -> str:
    """Return a text as a paragraph takes it."""
    return escape(_printable(text)).replace("\n", "<br/>")


def _printable(text: str) -> str:
    glyphs = _glyphs()
    return "".join(char if char == "\n" or ord(char) in glyphs else "?" for char in text.replace("→", "->"))


@functools.cache
def _glyphs() -> frozenset[int]:
    _styles()
    font: Any = pdfmetrics.getFont(_REGULAR)
    return frozenset(font.face.charToGlyph)
