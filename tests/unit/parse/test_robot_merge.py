from __future__ import annotations

import html

from hypothesis import given
from hypothesis import strategies as st

from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import robot_merge

HEAD = '<span class="merge">Test has been re-executed and results merged.</span><hr>'
Attempts = st.lists(
    st.tuples(st.sampled_from(["PASS", "FAIL", "SKIP"]), st.text(alphabet="ab <>&\"'\n", max_size=12)),
    min_size=1,
    max_size=5,
)


def part(state: str, status: str, message: str) -> str:
    text = f'<span class="{state.lower()}-status">{state} status:</span> '
    text += f'<span class="{status.lower()}">{status}</span><br>'
    if message:
        text += f'<span class="{state.lower()}-message">{state} message:</span> {message}<br>'
    return text


def make(message: str, *, is_html: bool = True) -> raw.RawTest:
    return raw.RawTest(("S",), "T", Status.PASSED, message, is_html, source="/s.robot", line=3)


@given(Attempts)
def test_every_attempt_of_a_merge_is_found(attempts: list[tuple[str, str]]) -> None:
    """Newest first in the message, oldest first in the answer."""
    states = ["New", *["Old"] * (len(attempts) - 1)]
    parts = [
        part(state, status, html.escape(text, quote=False))
        for state, (status, text) in zip(states, attempts, strict=True)
    ]
    test = make(HEAD + "<hr>".join(parts))
    earlier = robot_merge.earlier_attempts(test)
    assert (test.attempt, test.message, test.message_is_html) == (len(attempts), attempts[0][1], False)
    words = {Status.PASSED: "PASS", Status.FAILED: "FAIL", Status.SKIPPED: "SKIP"}
    assert [(words[attempt.status], attempt.message) for attempt in reversed(earlier)] == attempts[1:]
    assert [attempt.attempt for attempt in earlier] == list(range(1, len(attempts)))
    assert all((attempt.suite, attempt.name, attempt.line) == (("S",), "T", 3) for attempt in earlier)


def test_html_in_an_attempt_stays_html() -> None:
    test = make(HEAD + part("New", "FAIL", "<b>bold</b><br>and<hr>more") + "<hr>" + part("Old", "FAIL", "x &amp; y"))
    (old,) = robot_merge.earlier_attempts(test)
    assert (test.message, test.message_is_html) == ("<b>bold</b><br>and<hr>more", True)
    assert (old.message, old.message_is_html) == ("x & y", False)


def test_other_messages_are_left_alone() -> None:
    for message, is_html in [
        ("Test added from merged output.", True),
        ("<b>mine</b>", True),
        (HEAD, True),
        (HEAD + "something else", True),
        (HEAD + part("New", "PASS", ""), False),
        ("", False),
    ]:
        test = make(message, is_html=is_html)
        assert robot_merge.earlier_attempts(test) == []
        assert (test.message, test.attempt) == (message, 1)
