from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.model import report
from testflux.normalise import identity

Names = st.text(alphabet="aB. é", max_size=4)
Keys = st.builds(report.TestKey, st.lists(Names, max_size=3).map(tuple), Names, Names, st.integers(0, 2))


@given(Keys, Keys)
def test_digests_are_equal_exactly_when_the_keys_are(left: report.TestKey, right: report.TestKey) -> None:
    assert (identity.digest(left) == identity.digest(right)) is (left == right)


def test_a_dot_in_a_name_is_no_separator() -> None:
    assert identity.digest(report.TestKey(("A.B",), "C")) != identity.digest(report.TestKey(("A", "B"), "C"))
    assert identity.digest(report.TestKey(("A",), "B.C")) != identity.digest(report.TestKey(("A", "B"), "C"))


def test_the_digest_never_changes() -> None:
    """Stored identities depend on it: another algorithm needs another name."""
    assert identity.ALGORITHM == "test/1"
    key = report.TestKey(("Shop", "Basket"), "Add one item")
    assert identity.digest(key).hex() == "5d98c0fbc2d4aa5868f0bac9b15b993a"
