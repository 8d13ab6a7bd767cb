"""A forgotten password: a link by mail, and the new password; how strong one is, asked while it is typed."""

from __future__ import annotations

import asyncio

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from testflux.access import passwords, strength, tokens
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY
from testflux.serve import declare, entrance, request_id, tries
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.shapes.sign_in import Forgotten, PasswordReset, PasswordStrength, PasswordTried
from testflux.store import audit, entry, jobs, resets, sessions, sign_in_waits


@post("/auth/password-strength", **declare.route("judgePassword", None, 413, 415, status_code=200))
async def judge_password(data: JSONBody[PasswordTried]) -> PasswordStrength:
    """Judge a new password before it is taken. Nothing of it is kept or logged."""
    judged = await asyncio.to_thread(strength.judge, data.password, data.about)
    return PasswordStrength(score=judged.score, is_enough=judged.is_enough, reasons=list(judged.reasons))


@post("/auth/forgotten", **declare.route("forgetPassword", None, 409, 413, 415, status_code=202))
async def forget_password(request: AnyRequest, data: JSONBody[Forgotten], house: NamedDependency[House]) -> None:
    """Ask for a link to set a new password, by mail. The answer is the same whether anybody has that address.

    It is the worker that looks: nothing here depends on who exists.
    """
    entrance.refuse_foreign(request, house.settings.public_url)
    if not house.settings.smtp_url or not house.settings.mail_from:
        hint = "Ask an administrator for a link: `testflux admin user password --link` makes one."
        raise errors.ConflictError("This server sends no mail.", hint=hint, code="no-mail")
    email = data.email.strip().lower()
    await house.limiter.check(entrance.address_of(request), email)
    await house.limiter.note_failure(entrance.address_of(request), email)
    async with house.database.write(EVERYBODY) as writer:
        if await tries.may_mail(writer, email):
            await jobs.add_mail_reset(writer, email, entrance.address_of(request), request_id.current())


@post("/auth/reset", **declare.route("resetPassword", None, 404, 413, 415, status_code=204))
async def reset_password(request: AnyRequest, data: JSONBody[PasswordReset], house: NamedDependency[House]) -> None:
    """Set a new password by a link, which is good once. Every sign-in of the person ends; waits end, too."""
    entrance.refuse_foreign(request, house.settings.public_url)
    digest, now = tokens.digest(data.token), clock.now()
    async with house.database.write(EVERYBODY) as writer:
        row = await resets.find_reset(writer, digest, now)
    if row is None:
        raise _spent()
    await asyncio.to_thread(strength.check, data.password, (row["name"], row["email"]))
    password_hash = await asyncio.to_thread(passwords.make_hash, data.password)
    entrance.walk(request, row["email"], row["user_id"])
    async with house.database.write(EVERYBODY) as writer:
        if await resets.find_reset(writer, digest, now) is None:
            raise _spent()
        await resets.save_password(writer, row["user_id"], password_hash, now)
        ended = await sessions.drop_sign_ins_of(writer, row["user_id"], now)
        await sign_in_waits.drop_waits(writer, row["email"])
        target, told = audit.Target("person", row["user_id"], row["email"]), {"ended_sign_ins": ended}
        for way in await entry.list_ways(writer, row["user_id"]):
            audit.note(writer, way["org_id"], "password.reset", target, after=told)


def _spent() -> errors.NotFoundError:
    message = "This link was used already, or is too old."
    return errors.NotFoundError(message, hint="Ask for a new one on the sign-in page.", code="link-spent")


ROUTES = [judge_password, forget_password, reset_password]
