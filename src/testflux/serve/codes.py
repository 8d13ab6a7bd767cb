"""Codes of a second factor, spent as they are checked."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from testflux.access import recovery, totp
from testflux.kit import seal, settings
from testflux.store import database, second_factors

PURPOSE: Final = "second factor"
APP: Final = "app"
RECOVERY_CODE: Final = "recovery code"


def open_secret(settings: settings.Settings, row: database.Row) -> bytes:
    """Return the secret of a person's authenticator app."""
    return seal.unseal(settings.secret_key, PURPOSE, row["totp_secret"])


async def spend(
    settings: settings.Settings, writer: database.Writer, user_id: int, code: str, now: datetime
) -> str | None:
    """Spend a code; return what kind it was, None for a wrong or spent one."""
    if recovery.is_one(code):
        is_good = await second_factors.use_code(writer, user_id, recovery.digest(code), now)
        return RECOVERY_CODE if is_good else None
    row = await second_factors.get_second_factor(writer, user_id)
    if row["totp_confirmed_at"] is None:
        return None
    step = totp.find_step(open_secret(settings, row), code, now, row["totp_last_step"])
    is_good = step is not None and await second_factors.save_step(writer, user_id, step)
    return APP if is_good else None
