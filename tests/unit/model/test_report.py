from __future__ import annotations

from array import array

from testflux.model import report

TEXTS = ["", "http://h/a", "GET", "http://h/b", "seen"]
ROWS = array("I", [1, 2, 0, 0, 4, 0, 0, 0, 3, 2, 0, 0, 0, 0, 0, 4])
SEEN = (
    report.Occurrence("http://h/a", "GET", "", "", "seen", ""),
    report.Occurrence("http://h/b", "GET", "", "", "", "", "", "seen"),
)


def test_occurrences_read_like_their_tuple() -> None:
    occurrences = report.Occurrences(TEXTS, ROWS)
    assert tuple(occurrences) == SEEN
    assert (len(occurrences), occurrences[1]) == (2, SEEN[1])
    assert tuple(report.Occurrences(TEXTS, array("I"))) == ()


def test_occurrences_equal_what_says_the_same() -> None:
    occurrences = report.Occurrences(TEXTS, ROWS)
    assert occurrences == SEEN
    assert occurrences == report.Occurrences([*TEXTS, "more"], ROWS)
    assert occurrences != SEEN[:1]
    assert occurrences != list(SEEN)


def test_the_fields_are_those_of_an_occurrence() -> None:
    assert len(report.Occurrence.__struct_fields__) == report.Occurrences.WIDTH
