"""Second factors: the sealed secret of an authenticator app, and recovery codes as digests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("second_factors")


async def get_second_factor(reader: Reader, user_id: int) -> Row:
    """Return `totp_secret` (sealed), `totp_confirmed_at`, `totp_last_step` and `codes_left` of a person."""
    return await reader.one(_SQL["get_second_factor"], user_id=user_id)


async def save_secret(writer: Writer, user_id: int, secret: bytes) -> bool:
    """Keep the secret of an app being set up; False when one is in use already."""
    return await writer.run(_SQL["save_secret"], user_id=user_id, secret=secret) > 0


async def save_confirmed(writer: Writer, user_id: int, step: int, now: datetime) -> bool:
    """Ask for codes from now on; `step` is that of the code that proved the app. False when they are asked for."""
    return await writer.run(_SQL["save_confirmed"], user_id=user_id, step=step, now=now) > 0


async def save_step(writer: Writer, user_id: int, step: int) -> bool:
    """Spend the code of a step; False when it was spent."""
    return await writer.run(_SQL["save_step"], user_id=user_id, step=step) > 0


async def save_codes(writer: Writer, user_id: int, digests: Iterable[bytes]) -> None:
    """Replace a person's recovery codes."""
    await writer.run(_SQL["drop_codes"], user_id=user_id)
    await writer.run(_SQL["add_codes"], user_id=user_id, digests=list(digests))


async def use_code(writer: Writer, user_id: int, digest: bytes, now: datetime) -> bool:
    """Spend a recovery code; False when it is none, or spent."""
    return await writer.run(_SQL["use_code"], user_id=user_id, digest=digest, now=now) > 0


async def drop_second_factor(writer: Writer, user_id: int) -> None:
    """Let a password be enough again."""
    await writer.run(_SQL["drop_second_factor"], user_id=user_id)
    await writer.run(_SQL["drop_codes"], user_id=user_id)
