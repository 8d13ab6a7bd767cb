"""What can be set from outside: environment variables, each with a default that works (docs/reference/settings.md)."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from testflux.kit import addresses, errors, keys

PREFIX: Final = "TESTFLUX_"
SECRET_FILE: Final = "secret.key"  # noqa: S105  (a file's name)
_GIB: Final = 1024**3
_CRON: Final = (59, 23, 31, 12, 7)
_LEVELS: Final = ("debug", "info", "warning", "error")
_FORMATS: Final = ("auto", "text", "json")
_UNITS: Final = {"": 1, "KIB": 1024, "MIB": 1024**2, "GIB": _GIB, "TIB": 1024 * _GIB}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the server and the worker are told. Sizes in bytes. None: not set.

    `database_url` None means the PostgreSQL that TestFlux starts itself. `database_direct_url` is for LISTEN and the
    queue where a pooler stands before the database. `secret_key` is empty until `with_secret_key` finds or makes it,
    and then holds the previous keys too (kit/keys.py). The rates are requests a minute, 0 for any number.
    `outgoing_private` are the private networks that addresses set by people may lead to.
    """

    data_dir: Path
    database_url: str | None = None
    database_direct_url: str | None = None
    redis_url: str | None = None
    blob_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    admin_email: str = "admin@testflux.local"
    admin_password: str | None = None
    secret_key: str = ""
    secret_key_file: Path | None = None
    previous_secret_keys: tuple[str, ...] = ()
    public_url: str = ""
    smtp_url: str | None = None
    mail_from: str | None = None
    outgoing_private: tuple[str, ...] = ()
    upload_limit_bytes: int = 2 * _GIB
    worker_concurrency: int = 4
    worker_processes: int = msgspec.field(default_factory=lambda: min(os.cpu_count() or 1, 4))
    rate_read: int = 6000
    rate_write: int = 3000
    rate_upload: int = 6000
    rate_public: int = 1200
    rate_sign_in: int = 300
    rate_export: int = 60
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    kept_answers: int = 2000
    backup_dir: Path | None = None
    backup_cron: str = "30 2 * * *"
    backup_daily: int = 7
    backup_weekly: int = 4
    backup_monthly: int = 12
    backup_key: str | None = None
    backup_key_file: Path | None = None
    metrics_token: str | None = None
    log_level: str = "info"
    log_format: str = "auto"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment; SetupError names the variable that cannot be right. Touches no file."""
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {"data_dir": Path(".testflux")}
    for name, (field, read) in _VARIABLES.items():
        text = given.get(PREFIX + name, "").strip()
        if text:
            values[field] = _read(PREFIX + name, text, read)
    settings = Settings(**values)
    return settings if settings.public_url else msgspec.structs.replace(settings, public_url=_own_url(settings))


def with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return settings for another address; the public URL follows unless it was set on its own."""
    follows = settings.public_url == _own_url(settings)
    moved = msgspec.structs.replace(settings, host=host or settings.host, port=port or settings.port)
    return msgspec.structs.replace(moved, public_url=_own_url(moved)) if follows else moved


def with_secret_key(settings: Settings) -> Settings:
    """Return settings with the secret key: the given one, else a file's, else the data folder's, made if there is none.

    Keys that were used before follow on lines of their own (kit/keys.py): those given, and those in the file.
    """
    found = _find_secret_key(settings)
    every = [*keys.split(found.secret_key), *settings.previous_secret_keys]
    return msgspec.structs.replace(found, secret_key=keys.join(every))


def save_secret_key(settings: Settings, secret_key: str) -> None:
    """Put keys into the data folder's file, whole or not at all."""
    path = settings.data_dir / SECRET_FILE
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write(secret_key + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _find_secret_key(settings: Settings) -> Settings:
    if settings.secret_key:
        return settings
    if settings.secret_key_file is not None:
        return msgspec.structs.replace(settings, secret_key=_given_key(settings.secret_key_file))
    path = settings.data_dir / SECRET_FILE
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return msgspec.structs.replace(settings, secret_key=_kept_key(path))
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(key + "\n")
    return msgspec.structs.replace(settings, secret_key=key)


def read_backup_key(settings: Settings) -> str | None:
    """Return the passphrase of backups, None when they are not encrypted; SetupError when its file cannot be used."""
    if settings.backup_key or settings.backup_key_file is None:
        return settings.backup_key
    name = f"{PREFIX}BACKUP_KEY_FILE"
    try:
        return _read(name, settings.backup_key_file.read_text(encoding="utf-8").strip(), _passphrase)
    except OSError as error:
        hint = "It takes the path of a text file with the passphrase in it."
        raise errors.SetupError(f"{name} cannot be read: {error}.", hint=hint, code="setting-invalid") from error


def _given_key(path: Path) -> str:
    name = f"{PREFIX}SECRET_KEY_FILE"
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        hint = "It takes the path of a text file with the key in it."
        raise errors.SetupError(f"{name} cannot be read: {error}.", hint=hint, code="setting-invalid") from error
    return keys.join([_read(name, line, _secret) for line in lines or [""]])


def _kept_key(path: Path) -> str:
    key = path.read_text().strip()
    if not key:
        hint = "Put the key of a backup there, or remove the file: then everybody signs in anew."
        raise errors.SetupError(f"{path} is empty; it should hold the secret key.", hint=hint, code="setting-invalid")
    return key


def _own_url(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  (compared, not bound)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _read(name: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except ValueError as error:
        # The text itself may hold a password: it is never repeated.
        message, hint = f"{name} cannot be right: {error}.", "docs/reference/settings.md says what it takes."
        raise errors.SetupError(message, hint=hint, code="setting-invalid") from error


def _port(text: str) -> int:
    return _number(text, 1, 65_535)


def _concurrency(text: str) -> int:
    return _number(text, 1, 64)


def _processes(text: str) -> int:
    return _number(text, 0, 64)


def _rate(text: str) -> int:
    return 0 if text.lower() == "off" else _number(text, 1, 10_000_000)


def _answers(text: str) -> int:
    return _number(text, 0, 1_000_000)


def _count(text: str) -> int:
    return _number(text, 0, 1000)


def _cron(text: str) -> str:
    fields = text.split()
    numbers = [
        (number, most) for field, most in zip(fields, _CRON, strict=False) for number in re.findall(r"\d+", field)
    ]
    is_cron = len(fields) == len(_CRON) and all(
        re.fullmatch(r"(\*|\d+(-\d+)?)(/[1-9]\d*)?(,\d+(-\d+)?)*", each) for each in fields
    )
    if not is_cron or any(int(number[:9]) > most for number, most in numbers):
        raise ValueError("it takes five fields as cron does: minute, hour, day, month, day of the week")
    return " ".join(fields)


def _passphrase(text: str) -> str:
    if len(text) < 16:  # noqa: PLR2004
        raise ValueError("it takes at least 16 characters")
    return text


def _number(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"it takes a whole number from {low} to {high}")
    return int(text)


def _size(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,15}) ?([KMGT]iB)?", text, re.IGNORECASE)
    if match is None or int(match[1]) == 0:
        raise ValueError("it takes a number of bytes, or one with KiB, MiB, GiB or TiB behind it")
    return int(match[1]) * _UNITS[(match[2] or "").upper()]


def _secret(text: str) -> str:
    if len(text) < keys.SHORTEST or text.split() != [text]:
        raise ValueError(f"it takes at least {keys.SHORTEST} characters without spaces")
    return text


def _secrets(text: str) -> tuple[str, ...]:
    return tuple(_secret(each.strip()) for each in text.split(","))


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(each.strip().rstrip("/") for each in text.split(","))
    if not all(re.fullmatch(r"https?://[^/\s*@?#]+", each) for each in origins):
        raise ValueError("it takes origins as in https://portal.example.org, each by name: * is none")
    return origins


def _url(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            parts = urlsplit(text)
        except ValueError:
            raise ValueError("its host cannot be one") from None  # Python's own words repeat the password before it
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(f"it takes a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return text.rstrip("/") if parts.scheme.startswith("http") else text

    return read


def _choice(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"it takes one of {', '.join(words)}")
        return text.lower()

    return read


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,189}", text):
        raise ValueError("it takes an e-mail address")
    return text.lower()


def _private(text: str) -> tuple[str, ...]:
    known: dict[str, tuple[str, ...]] = {"refuse": (), "allow": addresses.EVERY_NETWORK}
    if text.lower() in known:
        return known[text.lower()]
    try:
        return _networks(text)
    except ValueError as error:
        raise ValueError(str(error).replace("it takes", "it takes refuse, allow, or")) from None


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(each.strip())) for each in text.split(","))
    except ValueError:
        raise ValueError("it takes networks as in 10.1.0.0/16, fd12::/32") from None


_POSTGRES = _url("postgresql", "postgres")
_VARIABLES: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "DATA": ("data_dir", Path),
    "DATABASE_URL": ("database_url", _POSTGRES),
    "DATABASE_DIRECT_URL": ("database_direct_url", _POSTGRES),
    "REDIS_URL": ("redis_url", _url("redis", "rediss", "valkey")),
    "BLOB_URL": ("blob_url", _url("file", "s3", "gs", "az", "abfs")),
    "HOST": ("host", str),
    "PORT": ("port", _port),
    "ADMIN_EMAIL": ("admin_email", _email),
    "ADMIN_PASSWORD": ("admin_password", str),
    "SECRET_KEY": ("secret_key", _secret),
    "SECRET_KEY_FILE": ("secret_key_file", Path),
    "PREVIOUS_SECRET_KEYS": ("previous_secret_keys", _secrets),
    "PUBLIC_URL": ("public_url", _url("http", "https")),
    "SMTP_URL": ("smtp_url", _url("smtp", "smtps")),
    "MAIL_FROM": ("mail_from", str),
    "OUTGOING_PRIVATE": ("outgoing_private", _private),
    "UPLOAD_LIMIT": ("upload_limit_bytes", _size),
    "WORKER_CONCURRENCY": ("worker_concurrency", _concurrency),
    "WORKER_PROCESSES": ("worker_processes", _processes),
    "RATE_READ": ("rate_read", _rate),
    "RATE_WRITE": ("rate_write", _rate),
    "RATE_UPLOAD": ("rate_upload", _rate),
    "RATE_PUBLIC": ("rate_public", _rate),
    "RATE_SIGN_IN": ("rate_sign_in", _rate),
    "RATE_EXPORT": ("rate_export", _rate),
    "TRUSTED_PROXIES": ("trusted_proxies", _networks),
    "CORS_ORIGINS": ("cors_origins", _origins),
    "KEPT_ANSWERS": ("kept_answers", _answers),
    "BACKUP_DIR": ("backup_dir", Path),
    "BACKUP_CRON": ("backup_cron", _cron),
    "BACKUP_DAILY": ("backup_daily", _count),
    "BACKUP_WEEKLY": ("backup_weekly", _count),
    "BACKUP_MONTHLY": ("backup_monthly", _count),
    "BACKUP_KEY": ("backup_key", _passphrase),
    "BACKUP_KEY_FILE": ("backup_key_file", Path),
    "METRICS_TOKEN": ("metrics_token", str),
    "LOG_LEVEL": ("log_level", _choice(_LEVELS)),
    "LOG_FORMAT": ("log_format", _choice(_FORMATS)),
}
VARIABLES: Final = tuple(PREFIX + name for name in _VARIABLES)
