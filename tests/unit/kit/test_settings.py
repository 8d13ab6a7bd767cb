from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import addresses, errors, settings
from testflux.kit.settings import Settings

GIB = 1024**3
PASSWORD = "geheim-1234"


def load(**variables: str) -> Settings:
    return settings.load({f"TESTFLUX_{name}": value for name, value in variables.items()})


def test_everything_has_a_default_that_works() -> None:
    assert settings.load({}) == Settings(
        data_dir=Path(".testflux"),
        database_url=None,
        database_direct_url=None,
        redis_url=None,
        blob_url=None,
        host="127.0.0.1",
        port=8080,
        admin_email="admin@testflux.local",
        admin_password=None,
        secret_key="",
        secret_key_file=None,
        previous_secret_keys=(),
        public_url="http://127.0.0.1:8080",
        smtp_url=None,
        mail_from=None,
        outgoing_private=(),
        upload_limit_bytes=2 * GIB,
        worker_concurrency=4,
        worker_processes=min(os.cpu_count() or 1, 4),
        rate_read=6000,
        rate_write=3000,
        rate_upload=6000,
        rate_public=1200,
        rate_sign_in=300,
        rate_export=60,
        cors_origins=(),
        trusted_proxies=("127.0.0.1/32", "::1/128"),
        kept_answers=2000,
        backup_dir=None,
        backup_cron="30 2 * * *",
        backup_daily=7,
        backup_weekly=4,
        backup_monthly=12,
        backup_key=None,
        backup_key_file=None,
        metrics_token=None,
        log_level="info",
        log_format="auto",
    )


GOOD = [
    ("DATA", "/srv/testflux", "data_dir", Path("/srv/testflux")),
    ("DATABASE_URL", "postgresql://u:p@h:5432/d", "database_url", "postgresql://u:p@h:5432/d"),
    ("DATABASE_URL", "postgres://h/d?sslmode=require", "database_url", "postgres://h/d?sslmode=require"),
    ("DATABASE_URL", "postgresql:///d?host=/run/postgresql", "database_url", "postgresql:///d?host=/run/postgresql"),
    ("DATABASE_DIRECT_URL", "postgresql://h/d", "database_direct_url", "postgresql://h/d"),
    ("REDIS_URL", "redis://:p@h:6379/0", "redis_url", "redis://:p@h:6379/0"),
    ("REDIS_URL", "valkey://h", "redis_url", "valkey://h"),
    ("BLOB_URL", "s3://bucket/folder", "blob_url", "s3://bucket/folder"),
    ("BLOB_URL", "file:///srv/blobs", "blob_url", "file:///srv/blobs"),
    ("HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 - compared, not bound
    ("PORT", "1", "port", 1),
    ("PORT", "65535", "port", 65535),
    ("ADMIN_EMAIL", "Root@Shop.Example", "admin_email", "root@shop.example"),
    ("ADMIN_PASSWORD", "Correct Horse", "admin_password", "Correct Horse"),
    ("SECRET_KEY", "k" * 32, "secret_key", "k" * 32),
    ("PUBLIC_URL", "https://flux.example/", "public_url", "https://flux.example"),
    ("PUBLIC_URL", "https://flux.example/sub/", "public_url", "https://flux.example/sub"),
    ("SMTP_URL", "smtp://u:p@h:587", "smtp_url", "smtp://u:p@h:587"),
    ("SMTP_URL", "smtps://h", "smtp_url", "smtps://h"),
    ("MAIL_FROM", "TestFlux <flux@shop.example>", "mail_from", "TestFlux <flux@shop.example>"),
    ("OUTGOING_PRIVATE", "refuse", "outgoing_private", ()),
    ("OUTGOING_PRIVATE", "ALLOW", "outgoing_private", addresses.EVERY_NETWORK),
    (
        "OUTGOING_PRIVATE",
        "10.1.0.0/16, fd12::7",
        "outgoing_private",
        ("10.1.0.0/16", "fd12::7/128"),
    ),
    ("UPLOAD_LIMIT", "1", "upload_limit_bytes", 1),
    ("UPLOAD_LIMIT", "512", "upload_limit_bytes", 512),
    ("UPLOAD_LIMIT", "3KiB", "upload_limit_bytes", 3 * 1024),
    ("UPLOAD_LIMIT", "5 MiB", "upload_limit_bytes", 5 * 1024**2),
    ("UPLOAD_LIMIT", "7gib", "upload_limit_bytes", 7 * GIB),
    ("UPLOAD_LIMIT", "1TiB", "upload_limit_bytes", 1024 * GIB),
    ("WORKER_CONCURRENCY", "64", "worker_concurrency", 64),
    ("WORKER_PROCESSES", "0", "worker_processes", 0),
    ("RATE_READ", "1", "rate_read", 1),
    ("RATE_WRITE", "off", "rate_write", 0),
    ("RATE_UPLOAD", "OFF", "rate_upload", 0),
    ("RATE_PUBLIC", "10000000", "rate_public", 10_000_000),
    ("RATE_SIGN_IN", "20", "rate_sign_in", 20),
    ("RATE_EXPORT", "off", "rate_export", 0),
    ("TRUSTED_PROXIES", "10.2.3.4, fd12::/32", "trusted_proxies", ("10.2.3.4/32", "fd12::/32")),
    (
        "CORS_ORIGINS",
        "https://a.example, http://b.example:81/",
        "cors_origins",
        ("https://a.example", "http://b.example:81"),
    ),
    ("SECRET_KEY_FILE", "/run/secrets/key", "secret_key_file", Path("/run/secrets/key")),
    ("PREVIOUS_SECRET_KEYS", "a" * 32 + ", " + "b" * 32, "previous_secret_keys", ("a" * 32, "b" * 32)),
    ("KEPT_ANSWERS", "0", "kept_answers", 0),
    ("BACKUP_DIR", "/backups", "backup_dir", Path("/backups")),
    ("BACKUP_CRON", "5 */6 * * 1-5", "backup_cron", "5 */6 * * 1-5"),
    ("BACKUP_CRON", "0,30 1-3,5 1  */2 0", "backup_cron", "0,30 1-3,5 1 */2 0"),
    ("BACKUP_DAILY", "0", "backup_daily", 0),
    ("BACKUP_WEEKLY", "10", "backup_weekly", 10),
    ("BACKUP_MONTHLY", "1000", "backup_monthly", 1000),
    ("BACKUP_KEY", "a long passphrase", "backup_key", "a long passphrase"),
    ("BACKUP_KEY_FILE", "/run/secrets/backup", "backup_key_file", Path("/run/secrets/backup")),
    ("METRICS_TOKEN", "m", "metrics_token", "m"),
    ("LOG_LEVEL", "DEBUG", "log_level", "debug"),
    ("LOG_FORMAT", "json", "log_format", "json"),
]


@pytest.mark.parametrize(("name", "text", "field", "value"), GOOD)
def test_a_variable_is_read(name: str, text: str, field: str, value: object) -> None:
    assert getattr(load(**{name: text}), field) == value
    assert getattr(load(**{name: f"  {text}\n"}), field) == value, "spaces around it mean nothing"


def test_every_variable_is_tried_above() -> None:
    assert {f"TESTFLUX_{name}" for name, *_ in GOOD} == set(settings.VARIABLES)


@pytest.mark.parametrize("name", settings.VARIABLES)
@pytest.mark.parametrize("nothing", ["", "  ", "\t\n"])
def test_an_empty_variable_is_none(name: str, nothing: str) -> None:
    assert settings.load({name: nothing}) == settings.load({})


BAD = [
    ("DATABASE_URL", "mysql://h/d", "begins with postgresql:// or postgres://"),
    ("DATABASE_URL", "host=db password=" + PASSWORD, "begins with postgresql://"),
    ("DATABASE_URL", "postgresql:", "begins with postgresql://"),
    ("DATABASE_URL", f"postgresql://u:{PASSWORD}@[::1/d", "its host cannot be one"),
    ("DATABASE_URL", f"postgresql://u:{PASSWORD}@ho℀st/d", "its host cannot be one"),
    ("DATABASE_DIRECT_URL", "db.example", "begins with postgresql://"),
    ("REDIS_URL", f"memcached://:{PASSWORD}@h", "begins with redis:// or rediss:// or valkey://"),
    ("BLOB_URL", "/srv/blobs", "begins with file://"),
    ("BLOB_URL", "ftp://h", "s3://"),
    ("PORT", "0", "from 1 to 65535"),
    ("PORT", "65536", "from 1 to 65535"),
    ("PORT", "-1", "from 1 to 65535"),
    ("PORT", "80.0", "whole number"),
    ("PORT", "http", "whole number"),
    ("PORT", "²", "whole number"),
    ("PORT", "9" * 5000, "whole number|integer string conversion"),
    ("ADMIN_EMAIL", "root", "an e-mail address"),
    ("ADMIN_EMAIL", "a b@shop.example", "an e-mail address"),
    ("ADMIN_EMAIL", "a@b@shop.example", "an e-mail address"),
    ("SECRET_KEY", "short", "at least 32 characters"),
    ("SECRET_KEY", "k" * 31, "at least 32 characters"),
    ("PUBLIC_URL", "flux.example", "begins with http:// or https://"),
    ("PUBLIC_URL", "ftp://flux.example", "begins with http:// or https://"),
    ("SMTP_URL", f"http://u:{PASSWORD}@h", "begins with smtp:// or smtps://"),
    ("TRUSTED_PROXIES", "*", "it takes networks"),
    ("TRUSTED_PROXIES", "the proxy", "it takes networks"),
    ("CORS_ORIGINS", "*", "it takes origins"),
    ("CORS_ORIGINS", "https://*.example.org", "it takes origins"),
    ("CORS_ORIGINS", "https://a.example/path", "it takes origins"),
    ("CORS_ORIGINS", "null", "it takes origins"),
    ("PREVIOUS_SECRET_KEYS", "short", "at least 32 characters"),
    ("SECRET_KEY", "two words of more than thirty-two letters", "without spaces"),
    ("OUTGOING_PRIVATE", "yes", "it takes refuse, allow, or networks"),
    ("OUTGOING_PRIVATE", "10.1.0.1/16", "it takes refuse, allow, or networks"),
    ("UPLOAD_LIMIT", "0", "a number of bytes"),
    ("UPLOAD_LIMIT", "2GB", "KiB, MiB, GiB or TiB"),
    ("UPLOAD_LIMIT", "1.5GiB", "a number of bytes"),
    ("UPLOAD_LIMIT", "-5", "a number of bytes"),
    ("UPLOAD_LIMIT", "9" * 16, "a number of bytes"),
    ("WORKER_CONCURRENCY", "0", "from 1 to 64"),
    ("WORKER_CONCURRENCY", "65", "from 1 to 64"),
    ("WORKER_PROCESSES", "65", "from 0 to 64"),
    ("BACKUP_CRON", "daily", "five fields"),
    ("BACKUP_CRON", "0 24 * * *", "five fields"),
    ("BACKUP_CRON", "0 2 * *", "five fields"),
    ("BACKUP_CRON", "*/0 2 * * *", "five fields"),
    ("BACKUP_DAILY", "-1", "from 0 to 1000"),
    ("BACKUP_KEY", "too short", "at least 16 characters"),
    ("LOG_LEVEL", "loud", "one of debug, info, warning, error"),
    ("LOG_FORMAT", "xml", "one of auto, text, json"),
]


@pytest.mark.parametrize(("name", "text", "reason"), BAD)
def test_a_value_that_cannot_be_right_stops_the_start(name: str, text: str, reason: str) -> None:
    with pytest.raises(errors.SetupError, match=reason) as caught:
        load(**{name: text})
    error = caught.value
    assert error.message.startswith(f"TESTFLUX_{name} cannot be right: ")
    assert error.code == "setting-invalid"
    assert "docs/reference/settings.md" in error.hint


@pytest.mark.parametrize(("name", "text", "_reason"), BAD)
def test_the_value_itself_is_never_repeated(name: str, text: str, _reason: str) -> None:
    """It may hold a password, and the message goes to logs."""
    with pytest.raises(errors.SetupError) as caught:
        load(**{name: text})
    shown = f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert PASSWORD not in shown
    assert len(text) < 12 or text not in shown


@given(st.sampled_from(settings.VARIABLES), st.text(max_size=60))
def test_no_text_is_worse_than_a_setup_error(name: str, text: str) -> None:
    assert name in refusal(name, text)


def refusal(name: str, text: str) -> str:
    """Return why the text cannot be right, or the variable's name when it can."""
    try:
        settings.load({name: text})
    except errors.SetupError as error:
        return error.message
    return name


def test_other_variables_are_not_ours() -> None:
    assert settings.load({"PORT": "1", "DATABASE_URL": "x", "TESTFLUX_UNHEARD_OF": "x"}) == settings.load({})


def test_the_environment_is_read_when_nothing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTFLUX_PORT", "9000")
    assert settings.load().port == 9000


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.1", "9000", "http://127.0.0.1:9000"),
        ("0.0.0.0", "9000", "http://127.0.0.1:9000"),  # noqa: S104 - compared, not bound
        ("::", "9000", "http://127.0.0.1:9000"),
        ("::1", "9000", "http://[::1]:9000"),
        ("flux.example", "80", "http://flux.example:80"),
    ],
)
def test_the_public_url_follows_the_address(host: str, port: str, url: str) -> None:
    assert load(HOST=host, PORT=port).public_url == url
    assert settings.with_address(settings.load({}), host, int(port)).public_url == url


def test_a_public_url_of_its_own_does_not_follow() -> None:
    moved = settings.with_address(load(PUBLIC_URL="https://flux.example"), "10.0.0.1", 9000)
    assert (moved.public_url, moved.host, moved.port) == ("https://flux.example", "10.0.0.1", 9000)


def test_an_address_that_is_not_given_stays() -> None:
    loaded = load(HOST="10.0.0.1", PORT="9000")
    assert settings.with_address(loaded, None, None) == loaded
    assert settings.with_address(loaded, None, 9001).host == "10.0.0.1"
    assert settings.with_address(loaded, "10.0.0.2", None).port == 9000


def test_a_secret_key_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    loaded = load(DATA=str(tmp_path / "new" / "data"))
    first = settings.with_secret_key(loaded)
    again = settings.with_secret_key(loaded)
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) >= 32
    path = loaded.data_dir / settings.SECRET_FILE
    assert path.read_text() == first.secret_key + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_folder_gets_a_key_of_its_own(tmp_path: Path) -> None:
    keys = {settings.with_secret_key(load(DATA=str(tmp_path / name))).secret_key for name in "abc"}
    assert len(keys) == 3


def test_a_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    loaded = load(DATA=str(tmp_path), SECRET_KEY="k" * 40)
    assert settings.with_secret_key(loaded).secret_key == "k" * 40
    assert list(tmp_path.iterdir()) == []


def test_an_empty_key_file_is_an_explained_error(tmp_path: Path) -> None:
    (tmp_path / settings.SECRET_FILE).write_text(" \n")
    with pytest.raises(errors.SetupError, match="is empty") as caught:
        settings.with_secret_key(load(DATA=str(tmp_path)))
    assert "backup" in caught.value.hint


def test_the_passphrase_of_backups_may_lie_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    loaded = load(BACKUP_KEY_FILE=str(path))
    with pytest.raises(errors.SetupError, match="TESTFLUX_BACKUP_KEY_FILE cannot be read"):
        settings.read_backup_key(loaded)
    path.write_text("short\n")
    with pytest.raises(errors.SetupError, match="at least 16"):
        settings.read_backup_key(loaded)
    path.write_text("a long passphrase\n")
    assert settings.read_backup_key(loaded) == "a long passphrase"
    assert settings.read_backup_key(load(BACKUP_KEY="another long passphrase")) == "another long passphrase"
    assert settings.read_backup_key(load()) is None


def test_loading_touches_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load(DATA="somewhere")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - names are all that is asked for


def test_the_key_may_come_from_a_file_and_keys_before_it_follow(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("n" * 32 + "\n" + "o" * 32 + "\n")
    given = Settings(data_dir=tmp_path, secret_key_file=path, previous_secret_keys=("p" * 32, "o" * 32))
    assert settings.with_secret_key(given).secret_key.split("\n") == ["n" * 32, "o" * 32, "p" * 32]
    assert not (tmp_path / "secret.key").exists()


@pytest.mark.parametrize("text", ["", "too short\n"])
def test_a_file_without_a_key_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(errors.SetupError, match="TESTFLUX_SECRET_KEY_FILE"):
        settings.with_secret_key(Settings(data_dir=tmp_path, secret_key_file=path))
    with pytest.raises(errors.SetupError, match="TESTFLUX_SECRET_KEY_FILE"):
        settings.with_secret_key(Settings(data_dir=tmp_path, secret_key_file=tmp_path / "gone"))


def test_a_new_key_takes_the_place_of_the_folders_and_keeps_it_closed(tmp_path: Path) -> None:
    first = settings.with_secret_key(Settings(data_dir=tmp_path)).secret_key
    settings.save_secret_key(Settings(data_dir=tmp_path), f"new\n{first}")
    assert settings.with_secret_key(Settings(data_dir=tmp_path)).secret_key == f"new\n{first}"
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]
