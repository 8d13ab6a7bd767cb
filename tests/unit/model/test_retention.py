from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from testflux.model.retention import Ages, CutOff

TODAY = date(2026, 6, 15)
AGE = st.none() | st.integers(1, 1_000_000)


def test_nothing_goes_unless_somebody_says_so() -> None:
    assert Ages().cut_off(TODAY) == CutOff()


def test_each_age_is_its_own() -> None:
    cut = Ages(results=30, evidence=10, rows=20, audit=5).cut_off(TODAY)
    assert cut == CutOff(
        results=date(2026, 5, 16), evidence=date(2026, 6, 5), rows=date(2026, 5, 26), audit=date(2026, 6, 10)
    )


def test_what_belongs_to_a_run_does_not_outlive_it() -> None:
    cut = Ages(results=10, evidence=30).cut_off(TODAY)
    assert cut == CutOff(results=date(2026, 6, 5), evidence=date(2026, 6, 5), rows=date(2026, 6, 5))


@given(AGE, AGE, AGE, AGE)
def test_a_longer_age_never_deletes_more(
    results: int | None, evidence: int | None, rows: int | None, audit: int | None
) -> None:
    cut = Ages(results=results, evidence=evidence, rows=rows, audit=audit).cut_off(TODAY)
    for name, days in (("results", results), ("evidence", evidence), ("rows", rows), ("audit", audit)):
        day = getattr(cut, name)
        assert (day is None) <= (days is None)
        assert day is None or day < TODAY
        if days is not None:
            longer = Ages(results=results, **{name: days + 1}) if name != "results" else Ages(results=days + 1)
            assert getattr(longer.cut_off(TODAY), name) <= day
