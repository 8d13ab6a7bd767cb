"""One object of Robot Framework's JSON with all that is in it.

`robot` writes the key "body" again after a setup or a teardown in a keyword; a usual reader keeps only the last one.
"""

from __future__ import annotations

import json
from typing import cast

from testflux.kit import errors


def decode(piece: bytes) -> object:
    """Return what the object holds, lists under repeated keys joined.

    Raises ReportError `json-malformed` or `report-too-deep`; `byte` then counts from the object's beginning.
    """
    text = piece.decode("utf-8", "replace")
    try:
        return json.loads(text, strict=False, object_pairs_hook=_join, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise errors.ReportError(
            f"The test is not well-formed JSON: {error.msg} after {error.pos} characters.",
            code="json-malformed",
            hint="Let the tool write the file again and send it as it was written.",
            byte=len(text[: error.pos].encode()),
        ) from None
    except RecursionError:
        raise errors.ReportError(
            "The test nests lists and objects too deeply.",
            code="report-too-deep",
            hint="No supported tool writes such a file; was it made by hand?",
        ) from None
    except ValueError as error:
        raise errors.ReportError(
            f"The test holds a number that cannot be read: {error}.",
            code="json-malformed",
            hint="Let the tool write the file again and send it as it was written.",
        ) from None


def _join(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for name in found:
            lists = [cast("list[object]", value) for key, value in pairs if key == name and isinstance(value, list)]
            if len(lists) > 1:
                found[name] = [item for part in lists for item in part]
    return found
