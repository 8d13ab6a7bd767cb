from __future__ import annotations

import pytest
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


@given(st.lists(Keys, max_size=6))
def test_digests_of_many_are_those_of_each(keys: list[report.TestKey]) -> None:
    digests = identity.Digests()
    assert [digests.of(key) for key in keys] == [identity.digest(key) for key in keys]


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        (report.TestKey(("Shop", "Basket"), "Add one item"), "5d98c0fbc2d4aa5868f0bac9b15b993a"),
        (report.TestKey((), ""), "aa1a35057bdb23975814f565b72c0f18"),
        (report.TestKey(("tests", "unit"), "ü \ud800"), "6c7fedfe97eda3aa4fc16b5d7a02d765"),
        (report.TestKey(("Shop",), "Pay", "firefox", 12), "14b61af4de9b8464ac2198403824731a"),
        (report.TestKey(("Shop",) * 40, "a" * 70_000), "cc0a14631836cdb70caf4d4427bfa264"),
    ],
)
def test_no_digest_ever_changes(key: report.TestKey, wanted: str) -> None:
    """Stored identities depend on it: another algorithm needs another name."""
    assert identity.ALGORITHM == "test/1"
    assert identity.digest(key).hex() == identity.Digests().of(key).hex() == wanted
