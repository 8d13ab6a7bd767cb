"""A small part of an XML report, read whole: one test's bytes as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from testflux.kit import errors

_DEEPEST = 200


class Node:
    """An element with its attributes, its children and its own text."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node] = []
        self.texts: list[str] = []

    @property
    def text(self) -> str:
        """The element's own text."""
        return "".join(self.texts)

    def get(self, attribute: str) -> str:
        """Return an attribute, "" for none."""
        return self.attributes.get(attribute, "")

    def find(self, *path: str) -> Iterator[Node]:
        """Yield the elements at a path of tags below this one."""
        for child in self.children:
            if child.tag == path[0]:
                if len(path) == 1:
                    yield child
                else:
                    yield from child.find(*path[1:])

    def text_of(self, *path: str) -> str:
        """Return the texts at a path of tags below this one, each on lines of its own."""
        return "\n".join(node.text for node in self.find(*path))


class _Tree:
    """The tree while its piece is being read."""

    def __init__(self) -> None:
        self.root = Node("", {})
        self._open = [self.root]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise _damaged(f"elements nest more than {_DEEPEST} deep", "report-too-deep")
        node = Node(tag, attributes)
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _tag: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        self._open[-1].texts.append(text)


def read(piece: bytes) -> Node:
    """Return the element that a piece is. Raises ReportError `xml-malformed`, `xml-doctype` or `report-too-deep`."""
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(piece, True)
    except expat.ExpatError as error:
        raise _damaged(expat.ErrorString(error.code), "xml-malformed") from None
    except (ValueError, LookupError) as error:
        raise _damaged(str(error), "xml-malformed") from None
    return tree.root.children[0]


def _refuse_doctype(*_: object) -> None:
    raise _damaged("it has a document type declaration", "xml-doctype")


def _damaged(what: str, code: str) -> errors.ReportError:
    return errors.ReportError(
        f"This test cannot be read out of its report: {what}.",
        code=code,
        hint="Let the tool write the file again and send it as it was written.",
    )
