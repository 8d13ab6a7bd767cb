from __future__ import annotations

import io
import json
import logging as standard
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testflux.kit import logging

TOKEN = "tfx_" + "A1b2" * 12 + "z"
WEBHOOK = "whsec_c2VjcmV0+/c2VjcmV0=="
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"
PASSWORD = "geheim-1234"
SECRETS = {
    "database": (f"postgresql://testflux:{PASSWORD}@db.example:5432/testflux", PASSWORD),
    "mail": (f"smtps://bot%40shop:{PASSWORD}@mail.example", PASSWORD),
    "redis": (f"redis://:{PASSWORD}@cache.example:6379/0", PASSWORD),
    "webhook address": (f"https://user:{PASSWORD}@hooks.example/path?x=1", PASSWORD),
    "a password with an at sign": (f"postgresql://testflux:a@{PASSWORD}@db.example/x", PASSWORD),
    "token": (f"Bearer {TOKEN}", TOKEN),
    "token after a letter": (f"x{TOKEN}", TOKEN),
    "signing key": (f"key {WEBHOOK}.", WEBHOOK),
    "access token": (f"Bearer {JWT}", JWT),
}
each_form = pytest.mark.parametrize("form", ["text", "json"])
each_secret = pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=list(SECRETS))
Say = Callable[[str], None]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _put_logging_back() -> Iterator[None]:
    root = standard.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    for name in ("httpx", "httpcore", "alembic", "procrastinate", "uvicorn.access"):
        standard.getLogger(name).setLevel(standard.NOTSET)


def logged(form: str, say: Callable[[Any], object], level: str = "debug") -> str:
    """Return what is written when a logger is spoken to."""
    out = io.StringIO()
    logging.configure(level, form, out)
    say(structlog.get_logger("testflux.test"))
    return out.getvalue()


def fail(text: str) -> None:
    raise RuntimeError(text)


class Telling:
    """A thing whose description holds a secret."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Telling({self.text})"


def say_exception(log: Any, text: str) -> None:
    try:
        fail(text)
    except RuntimeError:
        log.exception("it broke")


def say_standard_exception(text: str) -> None:
    try:
        fail(text)
    except RuntimeError:
        standard.getLogger("library").exception("it broke")


WAYS: dict[str, Callable[[Any, str], object]] = {
    "as the event": lambda log, text: log.info(text),
    "as a value": lambda log, text: log.info("connects", url=text),
    "as an argument": lambda log, text: log.info("connects to %s", text),
    "inside a thing": lambda log, text: log.info("connects", where=Telling(text)),
    "inside a mapping": lambda log, text: log.info("connects", where={"url": text}),
    "inside a list": lambda log, text: log.info("connects", where=[{"urls": (text,)}]),
    "as an error": lambda log, text: log.warning("failed", error=ValueError(text)),
    "in a traceback": say_exception,
    "on a second line": lambda log, text: log.info("first\n%s\nthird", text),
    "bound before": lambda log, text: log.bind(url=text).info("connects"),
    "by a library": lambda _log, text: standard.getLogger("library").warning("to %s", text),
    "by a library, beside": lambda _log, text: standard.getLogger("library").warning("to", extra={"url": text}),
    "by a library, in a traceback": lambda _log, text: say_standard_exception(text),
}


@each_form
@each_secret
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_never_reaches_the_log(form: str, way: str, text: str, secret: str) -> None:
    written = logged(form, lambda log: WAYS[way](log, text))
    assert written.strip(), "something was said"
    assert secret not in written
    assert "…" in written or "\\u2026" in written, "one sees that something was left out"


@each_form
@pytest.mark.parametrize(
    "key", ["password", "token", "secret", "authorization", "cookie", "secret_key", "Authorization"]
)
def test_what_is_called_a_secret_is_one_whatever_it_looks_like(form: str, key: str) -> None:
    written = logged(
        form, lambda log: log.info("x", **{key: "plain-words"}, inside={key: "deep-words", "more": {key: 12345}})
    )
    assert "plain-words" not in written
    assert "deep-words" not in written
    assert "12345" not in written


@each_form
@pytest.mark.parametrize(
    "harmless",
    [
        "https://hooks.example/path",
        "http://127.0.0.1:8080/runs/3-17",
        "postgresql://db.example:5432/testflux",
        "somebody@shop.example",
        "12:30 @ noon",
        "tfx",
        "eyJ is how they begin",
    ],
)
def test_what_is_no_secret_stays(form: str, harmless: str) -> None:
    assert harmless in logged(form, lambda log: log.info("to", place=harmless))


def test_the_host_behind_a_password_stays() -> None:
    written = logged("text", lambda log: log.info(SECRETS["database"][0]))
    assert "postgresql://…@db.example:5432/testflux" in written


def test_the_values_of_the_caller_are_not_changed() -> None:
    where = {"password": "mine", "deep": {"token": "mine"}}
    logged("json", lambda log: log.info("x", where=where))
    assert where == {"password": "mine", "deep": {"token": "mine"}}


def test_json_is_one_object_a_line_with_time_level_and_name() -> None:
    lines = logged("json", lambda log: (log.info("first", count=3), log.error("second"))).splitlines()
    first, second = (json.loads(line) for line in lines)
    assert (first["event"], first["count"]) == ("first", 3)
    assert (first["level"], second["level"]) == ("info", "error")
    assert first["logger"] == "testflux.test"
    assert first["timestamp"].endswith("Z")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=5), st.text() | st.integers() | st.none(), max_size=4),
    st.text(),
)
def test_json_stays_json_whatever_is_hidden_in_it(values: dict[str, Any], event: str) -> None:
    said = {f"key_{name}": value for name, value in values.items()}
    told = event + SECRETS["database"][0]
    written = logged("json", lambda log: log.info(told, **said))
    (line,) = written.splitlines()
    entry = json.loads(line)
    assert PASSWORD not in line
    assert set(said) <= set(entry)


def test_a_traceback_is_told_in_both_forms() -> None:
    text = logged("text", lambda log: say_exception(log, "this is why"))
    assert "Traceback (most recent call last)" in text
    assert "RuntimeError: this is why" in text
    entry = json.loads(logged("json", lambda log: say_exception(log, "this is why")))
    assert entry["exception"].endswith("RuntimeError: this is why")


def test_auto_is_text_on_a_terminal_and_json_elsewhere() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for out in (terminal, pipe):
        logging.configure("info", "auto", out)
        structlog.get_logger("testflux").info("hello")
    assert json.loads(pipe.getvalue())["event"] == "hello"
    assert "hello" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_pipe_gets_no_colours(form: str) -> None:
    assert "\x1b[" not in logged(form, lambda log: log.warning("x", y="z"))


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_a_level_silences_what_is_below_it(level: str, heard: list[str]) -> None:
    def speak(log: Any) -> None:
        for name in ("debug", "info", "warning", "error"):
            getattr(log, name)(name)
            getattr(standard.getLogger("library"), name)(name)

    lines = logged("json", speak, level).splitlines()
    assert [json.loads(line)["event"] for line in lines] == [name for name in heard for _ in range(2)]


@pytest.mark.parametrize("library", ["httpx", "httpcore", "alembic", "procrastinate", "uvicorn.access"])
def test_chatty_libraries_speak_only_of_trouble(library: str) -> None:
    def speak(_log: Any) -> None:
        standard.getLogger(library).info("chatter")
        standard.getLogger(library).warning("trouble")

    written = logged("json", speak)
    assert "chatter" not in written
    assert "trouble" in written


def test_libraries_write_the_same_way() -> None:
    entry = json.loads(logged("json", lambda _log: standard.getLogger("library").warning("%d left", 3)))
    assert (entry["event"], entry["level"], entry["logger"]) == ("3 left", "warning", "library")


def test_what_is_bound_to_the_request_is_in_every_entry() -> None:
    structlog.contextvars.bind_contextvars(request_id="r-1")
    written = logged("json", lambda log: (log.info("ours"), standard.getLogger("library").warning("theirs")))
    assert [json.loads(line)["request_id"] for line in written.splitlines()] == ["r-1", "r-1"]


def test_configuring_again_does_not_write_twice() -> None:
    logging.configure("info", "json", io.StringIO())
    assert len(logged("json", lambda log: log.info("once")).splitlines()) == 1
