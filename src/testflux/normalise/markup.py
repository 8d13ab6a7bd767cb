"""HTML of a report made safe to show: words, tables, links to the web, and nothing that runs, loads or styles.

Pictures are taken out and named beside it, since where they come from is for the caller to decide.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec
import nh3

_TAGS: Final = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "dfn", "div", "dl", "dt",
    "em", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong",
    "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
}  # fmt: skip
_GONE: Final = {
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "title", "textarea",
    "select", "xmp",
}  # fmt: skip
_CELL: Final = {"colspan", "rowspan"}
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": set(),
    "a": {"href"},
    "img": {"src", "alt"},
    "td": _CELL,
    "th": _CELL,
}
_LINKS: Final = ("http://", "https://", "mailto:")
_HEADING: Final = re.compile(r"<(/?)h[1-6]\b", re.IGNORECASE)
_IMAGE: Final = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE: Final = re.compile(r' ([a-z]+)="([^"]*)"')
_EMPTY_LINK: Final = re.compile(r'<a(?: [a-z]+="[^"]*")*>\s*</a>')
_MOST_CELLS: Final = 1000
PICTURES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""The kinds of embedded pictures that are shown; SVG is not among them, for it can hold scripts."""


class Image(msgspec.Struct, frozen=True):
    """A picture that stood in the markup; `source` as the report has it: an address, a path, or `data:`."""

    source: str
    alt: str


class Markup(msgspec.Struct, frozen=True):
    """Markup that can be put into a page as it is, and the pictures that were in it, in their order."""

    html: str
    images: tuple[Image, ...] = ()


class Picture(msgspec.Struct, frozen=True):
    """A picture as bytes."""

    media_type: str
    content: bytes


def sanitise(fragment: str) -> Markup:
    """Clean a fragment of HTML. Headings become paragraphs: they are not those of the page it is shown in."""
    sources: list[str] = []

    def keep(tag: str, attribute: str, value: str) -> str | None:
        match tag, attribute:
            case "img", "src":
                sources.append(value)
                return str(len(sources) - 1)
            case "a", "href":
                return value if value.lower().startswith(_LINKS) else None
            case (("td" | "th"), _):
                return value if value.isdecimal() and int(value) <= _MOST_CELLS else None
            case _:
                return value

    clean = nh3.clean(
        _HEADING.sub(r"<\1p", fragment),
        tags=_TAGS,
        clean_content_tags=_GONE,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        link_rel="noopener nofollow",
        url_schemes={"http", "https", "mailto", "data"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    images: list[Image] = []

    def take(match: re.Match[str]) -> str:
        said = dict(_ATTRIBUTE.findall(match[1]))
        if "src" in said:
            images.append(Image(sources[int(said["src"])], html.unescape(said.get("alt", ""))))
        return ""

    return Markup(_EMPTY_LINK.sub("", _IMAGE.sub(take, clean)), tuple(images))


def is_embedded(source: str) -> bool:
    """Say whether a picture stands in the markup itself."""
    return source[:5].lower() == "data:"


def read_embedded(source: str) -> Picture | None:
    """Decode a picture out of its `data:` address; None for what is not a picture of a known kind."""
    head, comma, data = source[5:].partition(",")
    media_type, *parameters = head.lower().replace(" ", "").split(";")
    if not comma or media_type not in PICTURES:
        return None
    content = unquote_to_bytes(data)
    if "base64" in parameters:
        try:
            content = base64.b64decode(content)
        except binascii.Error:
            return None
    return Picture(media_type, content)
