"""One test's evidence in the shape that screens show: markup cleaned, pictures found, embedded files numbered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from testflux.model import steps as model
from testflux.model.raw import ReportWarning
from testflux.normalise import linked, markup, texts
from testflux.serve.shapes import runs as run_shapes
from testflux.serve.shapes.evidence import StepImage, StepItem, TestFile, TestProperty, TestSteps

_DEEPEST: Final = 150
_CUT: Final = ReportWarning("steps-too-deep", f"Steps that lie more than {_DEEPEST} levels deep are left out.")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the files of a test are found: the addresses of its run and of the test, and what was sent along."""

    run_url: str
    test_url: str
    paths: Sequence[str]
    positions: Sequence[int]
    sizes: Sequence[int]
    media_types: Sequence[str]


class Shaped(msgspec.Struct, frozen=True):
    """The answer, and the embedded pictures and files that its addresses number."""

    answer: TestSteps
    embedded: Sequence[markup.Picture]


def shape(evidence: model.Evidence, place: Place) -> Shaped:
    """Shape the evidence of one test."""
    shaper = _Shaper(place)
    steps = [shaper.step(step, 1) for step in evidence.steps]
    files = [shaper.file(file) for file in evidence.files]
    warnings = (*evidence.warnings, *((_CUT,) if shaper.is_cut else ()))
    answer = TestSteps(
        is_available=True,
        reason="",
        steps=steps,
        properties=[TestProperty(*each) for each in evidence.properties],
        files=files,
        warnings=[warning(each) for each in warnings],
    )
    return Shaped(answer, shaper.embedded)


def warning(seen: ReportWarning) -> run_shapes.ReportWarning:
    """Shape a warning."""
    return run_shapes.ReportWarning(code=seen.code, message=seen.message, line=seen.line, byte=seen.byte)


class _Shaper:
    """Walks the evidence of one test once, in its order, so that the numbers of embedded files are always the same."""

    def __init__(self, place: Place) -> None:
        self.embedded: list[markup.Picture] = []
        self.is_cut = False
        self._place = place

    def step(self, step: model.Step, depth: int) -> StepItem:
        clean = markup.sanitise(step.text or step.message) if step.is_html else markup.Markup("")
        is_deep = depth >= _DEEPEST and bool(step.children)
        self.is_cut = self.is_cut or is_deep
        return StepItem(
            kind=step.kind,
            name=step.name,
            owner=step.owner,
            status=step.status,
            started_at=step.started_at,
            duration_ms=step.duration_ms,
            arguments=list(step.arguments),
            assign=list(step.assign),
            tags=list(step.tags),
            doc=step.doc,
            timeout=step.timeout,
            message=texts.plain(clean.html) if step.is_html and not step.text else step.message,
            level=step.level,
            text=texts.plain(clean.html) if step.is_html and step.text else step.text,
            html=clean.html,
            images=[self._image(image) for image in clean.images],
            children=[] if is_deep else [self.step(child, depth + 1) for child in step.children],
        )

    def file(self, file: model.NamedFile) -> TestFile:
        name = file.name or linked.name_of(file.path)
        if file.content is not None:
            url = self._keep(markup.Picture(file.media_type or "application/octet-stream", file.content))
            return TestFile(name=name, media_type=file.media_type, size_bytes=len(file.content), url=url)
        index = linked.find(file.path, self._place.paths)
        if index is None:
            return TestFile(name=name or file.path, media_type=file.media_type, size_bytes=None, url=None)
        kind = file.media_type or self._place.media_types[index]
        size = self._place.sizes[index]
        return TestFile(name=name, media_type=kind, size_bytes=size, url=self._attachment(index))

    def _image(self, image: markup.Image) -> StepImage:
        if markup.is_embedded(image.source):
            picture = markup.read_embedded(image.source)
            return StepImage(url=picture and self._keep(picture), name="", alt=image.alt)
        elsewhere = linked.is_elsewhere(image.source)
        index = None if elsewhere else linked.find(image.source, self._place.paths)
        url = None if index is None else self._attachment(index)
        return StepImage(url=url, name=image.source if elsewhere else linked.name_of(image.source), alt=image.alt)

    def _keep(self, content: markup.Picture) -> str:
        self.embedded.append(content)
        return f"{self._place.test_url}/media/{len(self.embedded) - 1}"

    def _attachment(self, index: int) -> str:
        return f"{self._place.run_url}/attachments/{self._place.positions[index]}"
