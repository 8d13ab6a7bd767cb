from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.normalise import markup

DOT = "iVBORw0KGgo="
ALLOWED = {"href", "rel", "target", "colspan", "rowspan"}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" JaVa&#x09;ScRiPt:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '<p style="background:url(javascript:alert(1))" onclick="alert(1)" id="root" class="fixed">x</p>',
    "<style>*{display:none}</style>",
    '<form action="https://evil.example"><input name="password"><button>go</button></form>',
    '<iframe src="https://evil.example"></iframe><object data="x"></object><embed src="x">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<a href="https://a.example" onmouseover="alert(1)" style="position:fixed">x</a>',
    "<table background=javascript:alert(1)><tr><td background=x>a",
    "<<script>script>alert(1)<</script>/script>",
    "<div><img alt='<script>alert(1)</script>' src='<script>alert(1)</script>'></div>",
    "</p></div></body></html><script>alert(1)</script>",
    '<video><source onerror="alert(1)"></video><audio src=x onerror=alert(1)>',
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
]


class Seen(HTMLParser):
    """What a browser would find: tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_harmless(text: str) -> None:
    for tag, attributes in Seen(text).tags:
        assert tag not in {"img", "script", "style", "svg", "math", "iframe", "form", "input", "video", "meta", "base"}
        assert not re.fullmatch(r"h[1-6]", tag)
        assert set(attributes) <= ALLOWED, attributes
        href = attributes.get("href") or "https://"
        assert href.startswith(("https://", "http://", "mailto:")), href


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_runs_loads_or_styles_is_left(attack: str) -> None:
    assert_harmless(markup.sanitise(attack).html)


@given(st.lists(st.sampled_from([*ATTACKS, "<table>", "<td>", "</p>", '"', "'>", "<!--", "-->", "<![CDATA[", "&lt;"])))
def test_nor_when_they_are_put_together(pieces: list[str]) -> None:
    for text in ("".join(pieces), "".join(piece[1:] for piece in pieces)):
        assert_harmless(markup.sanitise(text).html)


def test_the_words_and_tables_of_a_message_stay() -> None:
    table = "<table><tbody><tr><th>a</th><td>1</td></tr></tbody></table>"
    assert markup.sanitise(table).html == table
    assert markup.sanitise("<p>one<br>two <b>bold</b> <code>x &lt; y</code></p>").html == (
        "<p>one<br>two <b>bold</b> <code>x &lt; y</code></p>"
    )


def test_headings_are_not_those_of_the_page() -> None:
    assert markup.sanitise("<h1>Big</h1><H2 class=x>Less</H2>").html == "<p>Big</p><p>Less</p>"


def test_links_lead_away_and_say_so() -> None:
    found = Seen(markup.sanitise('<a href="https://a.example/?b&amp;c">there</a>').html).tags
    assert found == [("a", {"href": "https://a.example/?b&c", "rel": "noopener nofollow", "target": "_blank"})]


def test_pictures_are_taken_out_and_named() -> None:
    seen = markup.sanitise(
        '</td></tr><tr><td colspan="3"><a href="shot.png"><img src="shot.png" width="9" alt="a &quot;b&quot; > c"></a>'
        f'<p>words</p><img alt=second src="data:image/png;base64,{DOT}"><img alt="no source">'
    )
    assert seen.html == "<p>words</p>", "the row that was begun to escape from a table is gone as well"
    assert seen.images == (
        markup.Image("shot.png", 'a "b" > c'),
        markup.Image(f"data:image/png;base64,{DOT}", "second"),
    )


def test_a_cell_spans_only_so_much() -> None:
    spans = markup.sanitise("<table><tr><td colspan=3 rowspan=99999>x</td><td colspan=-1>y</td></tr></table>").html
    assert [attributes for tag, attributes in Seen(spans).tags if tag == "td"] == [{"colspan": "3"}, {}]


@pytest.mark.parametrize("said", ["image/png", "image/jpeg", "image/gif", "image/webp", "IMAGE/PNG", "image/png;a=b"])
def test_an_embedded_picture_is_decoded(said: str) -> None:
    picture = markup.read_embedded(f"data:{said};base64,{DOT}")
    assert picture is not None
    assert picture.content == b"\x89PNG\r\n\x1a\n"
    assert picture.media_type == said.lower().partition(";")[0]


def test_an_embedded_picture_may_be_written_in_percents() -> None:
    assert markup.read_embedded("data:image/gif,GIF89a%00") == markup.Picture("image/gif", b"GIF89a\0")


@pytest.mark.parametrize(
    "source",
    [
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html,<script>",
        "data:image/png",
        f"data:;base64,{DOT}",
        "data:image/png;base64,AAA",
        "data:",
    ],
)
def test_what_is_no_picture_is_not_shown(source: str) -> None:
    assert markup.is_embedded(source)
    assert markup.read_embedded(source) is None


@given(st.text())
def test_any_text_can_be_cleaned(text: str) -> None:
    assert_harmless(markup.sanitise(text).html)
