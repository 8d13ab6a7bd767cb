from __future__ import annotations

import pytest

from testflux.parse import junit_names, junit_tools


@pytest.mark.parametrize(
    ("name", "tool", "wanted"),
    [
        ("shop.BasketTest", "", "shop.BasketTest"),
        ("shop.BasketTest-20260314091530", "", "shop.BasketTest"),
        ("pytest", junit_tools.PYTEST, ""),
        ("Root Suite", "", ""),
        ("/tmp/build-x7/tests/shop", "", "tests/shop"),
        ("/private/var/folders/ab/cd/T/run1/tests", "", "tests"),
        (r"C:\Users\ci\AppData\Local\Temp\run1\tests", "", "tests"),
        ("/workspace/phpunit.xml.dist", junit_tools.PHPUNIT, ""),
        ("/workspace/phpunit.xml", "", "/workspace/phpunit.xml"),
    ],
)
def test_suites_without_what_changes(name: str, tool: str, wanted: str) -> None:
    assert junit_names.suite(name, tool) == wanted


@pytest.mark.parametrize(
    ("suites", "classname", "wanted"),
    [
        ((), "tests.test_shop.TestBasket", ("tests.test_shop.TestBasket",)),  # pytest
        (("shop.BasketTest",), "shop.BasketTest", ("shop.BasketTest",)),  # Surefire, Gradle, GoogleTest
        (("A & B", "Base", "Basic"), "A & B.Base.Basic", ("A & B", "Base", "Basic")),  # Robot Framework
        (("github.com/shop/basket",), "basket", ("github.com/shop/basket",)),  # go-junit-report 1
        (("basket_tests",), "basket_tests.global", ("basket_tests", "global")),  # Catch2
        (("BasketTest",), "shop.BasketTest", ("shop.BasketTest",)),  # Ant
        (("Unit", r"Shop\Basket", r"Shop\Basket::adds"), "Shop.Basket", ("Unit", r"Shop\Basket", r"Shop\Basket::adds")),
        (("shop",), "test.BasketTest-20260314091530", ("shop", "test.BasketTest")),
        (("shop",), "", ("shop",)),
        ((), "", ("tests",)),
    ],
)  # fmt: skip
def test_paths(suites: tuple[str, ...], classname: str, wanted: tuple[str, ...]) -> None:
    assert junit_names.path(suites, classname) == wanted


@pytest.mark.parametrize(
    ("name", "classname", "project", "wanted"),
    [
        ("adds", "Basket", "", "adds"),
        ("", "Basket", "", "Basket"),
        ("", "", "", "(no name)"),
        ("[firefox] › adds", "", "firefox", "adds"),
        ("[firefox] › adds", "", "chromium", "[firefox] › adds"),
    ],
)
def test_names(name: str, classname: str, project: str, wanted: str) -> None:
    assert junit_names.test(name, classname, project) == wanted
