from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors, query

STATUSES = ("passed", "failed", "broken", "skipped", "flaky")
KEYS = {
    "status": query.Key(STATUSES),
    "dur": query.Key(is_duration=True),
    "tag": query.Key(),
    "branch": query.Key(),
}


def parse(text: str | None) -> query.Query:
    return query.parse(text, KEYS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ()),
        ("", ()),
        ("   \t\n ", ()),
        ("login", ("login",)),
        ("  login   basket ", ("login", "basket")),
        ('"two words"', ("two words",)),
        ('"two words" three', ("two words", "three")),
        ('""', ()),
        (r'"a \"quoted\" word"', ('a "quoted" word',)),
        (r'"back\\slash"', ("back\\slash",)),
        ('"status:failed"', ("status:failed",)),
        ("https://shop.example/x", None),
        ("C#", ("C#",)),
        ("50%", ("50%",)),
        ("#1284", ("#1284",)),
        ("naïve 日本", ("naïve", "日本")),
    ],
)
def test_words(text: str | None, words: tuple[str, ...] | None) -> None:
    if words is None:
        with pytest.raises(errors.InvalidError, match="no key 'https'") as caught:
            parse(text)
        assert "Quote plain text" in caught.value.hint
    else:
        assert parse(text) == query.Query(words)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("tag:smoke", {"tag": ("smoke",)}),
        ("TAG:Smoke", {"tag": ("Smoke",)}),
        ("tag:smoke tag:slow", {"tag": ("smoke", "slow")}),
        ('tag:"two words"', {"tag": ("two words",)}),
        (r'tag:"a\"b"', {"tag": ('a"b',)}),
        ("tag:a,b", {"tag": ("a,b",)}),
        ("tag:a:b", {"tag": ("a:b",)}),
        ("branch:feature/x tag:1", {"branch": ("feature/x",), "tag": ("1",)}),
        ("status:failed", {"status": ("failed",)}),
        ("status:FAILED,Broken", {"status": ("failed", "broken")}),
        ("status:failed status:flaky", {"status": ("failed", "flaky")}),
    ],
)
def test_values(text: str, values: dict[str, tuple[str, ...]]) -> None:
    assert parse(text) == query.Query(values=values)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("dur:>5s", (5000, None)),
        ("dur:<200ms", (None, 200)),
        ("dur:>1.5s", (1500, None)),
        ("dur:>2m", (120_000, None)),
        ("dur:<1h", (None, 3_600_000)),
        ("dur:>250", (250, None)),
        ("dur:>1s dur:<2s", (1000, 2000)),
        ("dur:<2s dur:>1s", (1000, 2000)),
        ("dur:>1s dur:>3s", (3000, None)),
        ("dur:>0", (0, None)),
    ],
)
def test_bounds(text: str, bounds: tuple[float | None, float | None]) -> None:
    found = parse(text)
    assert (found.above("dur"), found.below("dur")) == bounds
    assert found.words == ()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("colour:red", "no key 'colour'", "branch, dur, status, tag"),
        ("status:green", "'green' is not known", "passed, failed"),
        ("status:failed,green", "'green' is not known", "passed, failed"),
        ("status:failed,", "'' is not known", "passed, failed"),
        ("tag:", "a value is missing", "tag:value"),
        ('tag:""', "a value is missing", "tag:value"),
        ("tag:>5", "a value is missing", "tag:value"),
        ("status:", "a value is missing", "status:value"),
        ("dur:5s", "it takes a bound", "dur:>5s"),
        ("dur:>", "it takes a bound", "dur:>5s"),
        ("dur:>fast", "it takes a bound", "dur:>5s"),
        ("dur:>-1", "it takes a bound", "dur:>5s"),
        ("dur:>5 s:x", "no key 's'", "branch"),
        ('dur:>"5s"', "it takes a bound", "dur:>5s"),
        ("dur:>5d", "it takes a bound", "dur:>5s"),
        ("dur:>1e3", "it takes a bound", "dur:>5s"),
        ("dur:>" + "9" * 13, "it takes a bound", "dur:>5s"),
        ('"open', "cannot be read from", "Close the quotes"),
        ('one "open', "cannot be read from '\"open'", "Close the quotes"),
        ('a"b', "cannot be read from", "Close the quotes"),
        ('"a"b', "cannot be read from", "Close the quotes"),
        ('tag:"open', "cannot be read from", "Close the quotes"),
    ],
)
def test_what_cannot_be_right_is_explained(text: str, message: str, hint: str) -> None:
    with pytest.raises(errors.InvalidError, match=re.escape(message)) as caught:
        parse(text)
    assert hint in caught.value.hint
    assert caught.value.field == "q"


def test_a_query_has_an_end() -> None:
    words = " ".join(["word"] * query.MOST_TERMS)
    assert len(parse(words).words) == query.MOST_TERMS
    with pytest.raises(errors.InvalidError, match="more than 30 terms"):
        parse(words + " more")


def test_a_long_term_is_not_repeated_whole() -> None:
    with pytest.raises(errors.InvalidError) as caught:
        parse("colour:" + "x" * 5000)
    assert len(caught.value.message) < 200


def test_what_does_not_occur_is_none() -> None:
    empty = parse("")
    assert (empty.any_of("tag"), empty.above("dur"), empty.below("dur"), empty.patterns) == (None, None, None, [])
    assert parse("tag:x").any_of("tag") == ["x"]


def matches(pattern: str, text: str) -> bool:
    """LIKE, in four lines."""
    rules = {"%": ".*", "_": "."}
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    expression = "".join(rules.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None


@given(st.text(max_size=20), st.text(max_size=5), st.text(max_size=5))
def test_a_pattern_means_the_text_itself(text: str, before: str, after: str) -> None:
    assert matches(query.escape_pattern(text), text)
    assert matches(f"%{query.escape_pattern(text)}%", before + text + after)


@given(st.text("a%_\\", max_size=8), st.text("a%_\\", max_size=8))
def test_a_pattern_means_no_other_text(text: str, other: str) -> None:
    assert matches(query.escape_pattern(text), other) == (text == other)


def test_words_become_patterns() -> None:
    assert parse(r'50% a_b "c\\d"').patterns == [r"%50\%%", r"%a\_b%", r"%c\\d%"]


@given(st.text(max_size=200))
def test_no_text_is_worse_than_invalid(text: str) -> None:
    check_refused_or_read(text)


@given(
    st.lists(st.sampled_from([*'":<>,\\ x', "dur:", "tag:", "status:", "failed", "5s", "<", '\\"', "\n"]), max_size=25)
)
def test_no_pile_of_pieces_is_worse_than_invalid(pieces: list[str]) -> None:
    check_refused_or_read("".join(pieces))


def check_refused_or_read(text: str) -> None:
    """Anything may be wrong with a query, but it is always said which part and why."""
    found = read(text)
    if isinstance(found, query.Query):
        assert all(found.words)
        assert set(found.values) | set(found.bounds) <= set(KEYS)
    else:
        assert found.message
        assert found.hint
        assert found.field == "q"


def read(text: str) -> query.Query | errors.InvalidError:
    try:
        return parse(text)
    except errors.InvalidError as error:
        return error


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=15)


@st.composite
def queries(draw: Any) -> tuple[str, query.Query]:
    """A query as somebody may write it, and what it means."""
    words = draw(st.lists(PLAIN, max_size=4))
    tags = draw(st.lists(PLAIN, max_size=3))
    statuses = draw(st.lists(st.sampled_from(STATUSES), max_size=3))
    above = draw(st.none() | st.integers(0, 10**9))
    terms = [*map(quote, words), *(f"tag:{quote(tag)}" for tag in tags)]
    if statuses:
        terms.append(f"status:{','.join(statuses)}")
    if above is not None:
        terms.append(f"dur:>{above}")
    values = {"tag": tuple(tags), "status": tuple(statuses)}
    meant = query.Query(
        tuple(words),
        {name: value for name, value in values.items() if value},
        {} if above is None else {"dur": (float(above), None)},
    )
    return draw(st.sampled_from([" ", "  ", "\t"])).join(terms), meant


@given(queries())
def test_what_was_written_is_what_is_read(written: tuple[str, query.Query]) -> None:
    text, meant = written
    assert parse(text) == meant
    assert parse(f"  {text} ") == meant


def test_every_letter_folds_to_one_letter() -> None:
    assert {len(query.fold(chr(number))) for number in range(sys.maxunicode + 1)} == {1}
    assert query.fold("ΟΔΟΣ İ ẞ") == "οδοσ i ß"


@given(st.text(), st.text())
def test_a_part_of_a_text_is_a_part_of_it_folded(first: str, second: str) -> None:
    assert query.fold(first + second) == query.fold(first) + query.fold(second)


@given(st.text(st.characters(categories=["Lu", "Ll", "Lt"])))
def test_texts_of_either_case_are_the_same(text: str) -> None:
    assert query.fold("".join(map(query.fold, text))) == query.fold(text)
