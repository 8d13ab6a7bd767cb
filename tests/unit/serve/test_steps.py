from __future__ import annotations

from typing import Any

from testflux.model.raw import ReportWarning
from testflux.model.steps import Evidence, NamedFile, Step
from testflux.serve import steps
from testflux.serve.shapes.evidence import StepImage, StepItem, TestFile

DOT = "iVBORw0KGgo="
PLACE = steps.Place(
    run_url="/api/v1/runs/1-2",
    test_url="/api/v1/runs/1-2/results/1-3",
    paths=["shots/one.png", "trace.zip"],
    positions=[4, 7],
    sizes=[10, 20],
    media_types=["image/png", "application/zip"],
)


def message(text: str, **more: Any) -> Step:
    return Step(kind="message", level="INFO", text=text, **more)


def shape_one(step: Step) -> StepItem:
    return steps.shape(Evidence(steps=(step,)), PLACE).answer.steps[0]


def test_a_tree_keeps_its_order_and_words() -> None:
    tree = Step(
        kind="keyword",
        name="Pay",
        owner="Shop",
        status="failed",
        arguments=("10", "<b>"),
        assign=("${x}",),
        message="lost",
        children=(message("one"), Step(kind="keyword", name="Log", status="passed"), message("two")),
    )
    seen = shape_one(tree)
    assert (seen.name, seen.arguments, seen.assign, seen.message) == ("Pay", ["10", "<b>"], ["${x}"], "lost")
    assert [child.text or child.name for child in seen.children] == ["one", "Log", "two"]


def test_plain_text_is_never_taken_for_markup() -> None:
    seen = shape_one(message("<b>not bold</b>"))
    assert (seen.text, seen.html) == ("<b>not bold</b>", "")


def test_markup_is_cleaned_and_its_words_are_beside_it() -> None:
    seen = shape_one(message("<b onclick=x>bold</b><script>1</script>", is_html=True))
    assert (seen.text, seen.html, seen.message) == ("bold", "<b>bold</b>", "")
    why = shape_one(Step(kind="keyword", name="Pay", message="<i>lost</i>", is_html=True))
    assert (why.message, why.html, why.text) == ("lost", "<i>lost</i>", "")


def test_a_linked_picture_is_found_among_what_was_sent() -> None:
    markup = '<img src="one.png" alt="first"><img src="two.png"><img src="https://a.example/one.png">'
    assert shape_one(message(markup, is_html=True)).images == [
        StepImage(url="/api/v1/runs/1-2/attachments/4", name="one.png", alt="first"),
        StepImage(url=None, name="two.png", alt=""),
        StepImage(url=None, name="https://a.example/one.png", alt=""),
    ]


def test_embedded_pictures_are_numbered_in_their_order() -> None:
    picture = message(f'<img src="data:image/png;base64,{DOT}">', is_html=True)
    script = message('<img src="data:image/svg+xml,%3Csvg%3E">', is_html=True)
    log = NamedFile("log.txt", "Log", "text/plain", b"words")
    shaped = steps.shape(
        Evidence(steps=(Step(kind="keyword", children=(picture, script)), picture), files=(log,)), PLACE
    )
    first = shaped.answer.steps[0].children
    assert first[0].images[0].url == "/api/v1/runs/1-2/results/1-3/media/0"
    assert first[1].images[0].url is None
    assert shaped.answer.steps[1].images[0].url == "/api/v1/runs/1-2/results/1-3/media/1"
    assert shaped.answer.files == [
        TestFile(name="Log", media_type="text/plain", size_bytes=5, url="/api/v1/runs/1-2/results/1-3/media/2")
    ]
    assert [kept.media_type for kept in shaped.embedded] == ["image/png", "image/png", "text/plain"]


def test_files_are_found_or_said_to_be_missing() -> None:
    files = (NamedFile("/ci/out/trace.zip"), NamedFile("video.webm", media_type="video/webm"))
    assert steps.shape(Evidence(files=files), PLACE).answer.files == [
        TestFile(name="trace.zip", media_type="application/zip", size_bytes=20, url="/api/v1/runs/1-2/attachments/7"),
        TestFile(name="video.webm", media_type="video/webm", size_bytes=None, url=None),
    ]


def test_properties_may_repeat() -> None:
    said = steps.shape(Evidence(properties=(("a", "1"), ("a", "2"))), PLACE).answer.properties
    assert [(each.name, each.value) for each in said] == [("a", "1"), ("a", "2")]


def test_a_bottomless_tree_is_cut_and_says_so() -> None:
    tree = message("deepest")
    for _ in range(500):
        tree = Step(kind="keyword", children=(tree,))
    known = ReportWarning("unknown-element", "The element x is not known.", line=3)
    answer = steps.shape(Evidence(steps=(tree,), warnings=(known,)), PLACE).answer
    depth, seen = 1, answer.steps[0]
    while seen.children:
        depth, seen = depth + 1, seen.children[0]
    assert depth == 150
    assert [(each.code, each.line) for each in answer.warnings] == [("unknown-element", 3), ("steps-too-deep", None)]
