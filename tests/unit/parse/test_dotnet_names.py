from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import dotnet_names


@pytest.mark.parametrize(
    ("name", "class_name", "own", "arguments"),
    [
        ("Shop.CartTests.Holds", "Shop.CartTests", "Holds", ""),
        ("Shop.CartTests.Adds(apples: 2)", "Shop.CartTests", "Adds", "apples: 2"),
        ("Shop.CartTests.Adds(apples: 2)", "", "Adds", "apples: 2"),
        ('Adds("a) (b", 1.5)', "", "Adds", '"a) (b", 1.5'),
        ("Adds (Data Row 0)", "", "Adds", "Data Row 0"),
        ("Shop.Cart<System.Int32>.Adds<System.String>(1)", "Shop.Cart<System.Int32>", "Adds<System.String>", "1"),
        ("Shop.Outer+Inner.Adds()", "Shop.Outer+Inner", "Adds", ""),
        ("Carts can be emptied (slowly)", "Shop.CartTests", "Carts can be emptied (slowly)", ""),
        ("Handles version 1.5", "", "Handles version 1.5", ""),
        ("1.5 is read", "", "1.5 is read", ""),
        ("Größe.Prüft(1)", "", "Prüft", "1"),
        ("", "", "", ""),
    ],
)
def test_names_lose_class_and_arguments(name: str, class_name: str, own: str, arguments: str) -> None:
    assert dotnet_names.split(name, class_name) == (own, arguments)


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_name_is_too_strange(name: str, class_name: str) -> None:
    own, arguments = dotnet_names.split(name, class_name)
    assert len(own) + len(arguments) <= len(name)


@pytest.mark.parametrize("name", ["a." * 20_000, "a" * 40_000 + "(", "A(" * 20_000, "A<" * 20_000, "a`" * 20_000 + "!"])
def test_hostile_names_take_no_time(name: str) -> None:
    start = time.process_time()
    dotnet_names.split(name)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (r"C:\build\Shop.Tests.dll", "Shop.Tests"),
        ("/build/Shop.Tests.DLL", "Shop.Tests"),
        ("Pay.exe", "Pay"),
        ("Shop.Tests", "Shop.Tests"),
        ("C:\\build\\", "build"),
        ("", ""),
    ],
)
def test_assemblies_are_named_by_their_file(path: str, name: str) -> None:
    assert dotnet_names.assembly(path) == name


def test_classes_lose_their_assembly() -> None:
    assert dotnet_names.class_name("Shop.CartTests, Shop, Version=1.0.0.0, Culture=neutral") == "Shop.CartTests"
    assert dotnet_names.class_name("Shop.CartTests") == "Shop.CartTests"


@pytest.mark.parametrize(
    ("span", "milliseconds"),
    [
        ("00:00:00", 0),
        ("00:00:01.5000000", 1500),
        ("01:02:03.25", 3_723_250),
        ("1.02:00:00", 93_600_000),
        (" 00:00:00.0011796 ", 1.1796),
        ("", None),
        ("1.5", None),
        ("-00:00:01", None),
        ("00:00", None),
    ],
)
def test_spans_are_read_as_milliseconds(span: str, milliseconds: float | None) -> None:
    assert dotnet_names.milliseconds(span) == (None if milliseconds is None else pytest.approx(milliseconds))


def test_categories_are_tags_by_their_value() -> None:
    assert dotnet_names.labelled("Category", "smoke") == dotnet_names.labelled("TestCategory", "smoke") == "smoke"
    assert dotnet_names.labelled("owner", "ann") == "owner:ann"
