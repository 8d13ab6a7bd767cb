from __future__ import annotations

import pytest

from testflux.kit import errors, outgoing


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/x?token=1",
        "http://127.0.0.1:8080",
        "http://[::1]:9/a",
        "https://bücher.example/",
        "http://ci",
    ],
)
def test_addresses_that_can_be_asked(url: str) -> None:
    outgoing.check_url(url, "config.url")


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example", "/path", "ftp://hooks.example", "file:///etc/passwd", "https://", "http://:80/", "http://h:99999/",
     "http://h:0/", "http://[::1/", "javascript:alert(1)", "http://h\n.example/", "gopher://h/"],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(errors.InvalidError) as caught:
        outgoing.check_url(url, "config.url")
    assert caught.value.field == "config.url"


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(errors.InvalidError, match="cannot carry") as caught:
        outgoing.check_url("https://robot:hunter2@hooks.example/", "config.url")
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"
