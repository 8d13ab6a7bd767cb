"""Why a simple JUnit test case ended as it did, out of a child as it stands in the file and known to be well-formed."""

from __future__ import annotations

import re

from testflux.parse import junit_case, junit_simple

_MESSAGE = re.compile(r' message="([^"]*+)"')
_PART = re.compile(r"<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>|[^<]++")


def read(attributes: str, text: str | None) -> str:
    """Return the message of a child with these attributes and this text, None for a child without any."""
    written = _MESSAGE.search(attributes)
    said = {"message": junit_simple.decoded(written[1])} if written else {}
    message = junit_case.message(said, "")
    return junit_case.message(said, _plain(text)) if text and not junit_case.says_much(message) else message


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if "<" not in text:
        return junit_simple.decoded(text)
    return "".join(
        junit_simple.decoded(part[0]) if part[1] is None else part[1].encode("latin-1").decode()
        for part in _PART.finditer(text)
    )
