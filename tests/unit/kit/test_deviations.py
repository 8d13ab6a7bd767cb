from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from testflux.kit import addresses, deviations
from testflux.kit.settings import Settings

SECURE: dict[str, Any] = {"data_dir": Path("/srv"), "public_url": "https://tests.example.org"}


def names(**changes: Any) -> list[str]:
    return [each.name for each in deviations.find(Settings(**{**SECURE, **changes}))]


def test_the_defaults_are_secure() -> None:
    assert names() == []
    assert [
        each.name for each in deviations.find(Settings(data_dir=Path("/srv"), public_url="http://127.0.0.1:8080"))
    ] == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"public_url": "http://tests.example.org"}, "Public URL"),
        ({"public_url": "http://10.0.0.7:8080"}, "Public URL"),
        ({"cors_origins": ("https://a.example", "http://b.example")}, "Other sites"),
        ({"database_url": "postgresql://u:hunter2@db.example/t"}, "Way to the database"),
        ({"database_url": "postgresql://u:hunter2@db.example/t?sslmode=prefer"}, "Way to the database"),
        ({"redis_url": "redis://:hunter2@cache.example:6379"}, "Way to Redis"),
        ({"rate_sign_in": 0}, "Rate limits"),
        ({"outgoing_private": addresses.EVERY_NETWORK}, "Outgoing addresses"),
        ({"outgoing_private": ("10.0.0.0/8", "0.0.0.0/0")}, "Outgoing addresses"),
        ({"admin_password": "hunter2"}, "First password"),
        ({"previous_secret_keys": ("hunter2" * 6,)}, "Previous secret keys"),
        ({"backup_dir": Path("/backups")}, "Backups"),
    ],
)  # fmt: skip
def test_each_weakening_is_named_without_its_secret(changes: dict[str, Any], name: str) -> None:
    (found,) = deviations.find(Settings(**{**SECURE, **changes}))
    assert found.name == name
    assert found.advice
    assert "hunter2" not in f"{found.detail} {found.advice}"


@pytest.mark.parametrize(
    "changes",
    [
        {"database_url": "postgresql:///t?host=/run/postgresql"},
        {"database_url": "postgresql://u@127.0.0.1/t"},
        {"database_url": "postgresql://u@db.example/t?sslmode=verify-full"},
        {"redis_url": "rediss://cache.example"},
        {"redis_url": "redis://localhost"},
        {"outgoing_private": ("10.1.0.0/16",)},
        {"admin_password": "a long enough password"},
        {"backup_dir": Path("/backups"), "backup_key": "a long passphrase"},
        {"cors_origins": ("https://a.example", "http://localhost:5173")},
    ],
)
def test_what_is_safe_enough_is_not_named(changes: dict[str, Any]) -> None:
    assert names(**changes) == []


def test_a_key_that_everybody_can_read(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("k" * 40)
    path.chmod(0o644)
    assert names(secret_key_file=path) == ["TESTFLUX_SECRET_KEY_FILE"]
    path.chmod(0o600)
    assert names(secret_key_file=path) == []
