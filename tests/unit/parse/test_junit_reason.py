"""Messages out of the children of simple cases."""

from __future__ import annotations

import pytest

from testflux.parse import junit_reason


@pytest.mark.parametrize(
    ("attributes", "text", "wanted"),
    [
        (' message="1 &lt; 2" type="x"', "a trace", "1 < 2"),
        (' type="x" message="Failed"', " the text ", "the text"),
        (' message="Failed"', None, "Failed"),
        (' message="Failed"', "  ", "Failed"),
        ("", "a &amp; b", "a & b"),
        ("", None, ""),
        ("", "a\r\nb", "a\nb"),
        ("", "x <![CDATA[&lt; ]] y\r\n]]>&gt;<![CDATA[]]>", "x &lt; ]] y\n>"),
        ("", "<![CDATA[é]]>".encode().decode("latin-1"), "é"),
    ],
)
def test_a_message_is_the_attribute_or_the_text(attributes: str, text: str | None, wanted: str) -> None:
    assert junit_reason.read(attributes, text) == wanted
