"""One's own second factor: an authenticator app, and recovery codes for when it is gone."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from testflux.access import recovery, totp
from testflux.kit import clock, errors, seal
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import codes, declare, oneself
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.shapes.sign_in import FirstCode, Proof, RecoveryCodes, SecondFactor, SecondFactorSetup
from testflux.store import audit, database, entry, second_factors, sessions, users

_SECRET = {"Cache-Control": "no-store"}


@get("/me/second-factor", **declare.route("getMySecondFactor", Permission.SELF, is_open=True))
async def get_my_second_factor(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> SecondFactor:
    """Answer whether codes are asked for when one signs in."""
    async with database.read(EVERYBODY) as reader:
        row = await second_factors.get_second_factor(reader, actor.user_id)
        ways = await entry.list_ways(reader, actor.user_id)
        stored = await users.get_password_hash(reader, actor.user_id)
    is_on = row["totp_confirmed_at"] is not None
    return SecondFactor(
        is_on=is_on,
        since=row["totp_confirmed_at"],
        recovery_codes_left=row["codes_left"] if is_on else 0,
        is_required=any(way["is_second_factor_required"] for way in ways),
        has_password=stored is not None,
    )


@post("/me/second-factor", **declare.route("beginMySecondFactor", Permission.SELF, 409, 413, 415, is_open=True))
async def begin_my_second_factor(
    request: AnyRequest, data: JSONBody[Proof], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Response[SecondFactorSetup]:
    """Begin to set up an authenticator app. Codes are asked for only once one of them was sent to `…/confirm`."""
    await oneself.prove(request, house.database, actor, data.password)
    secret = totp.make_secret()
    sealed = seal.seal(house.settings.secret_key, codes.PURPOSE, secret)
    async with house.database.write(EVERYBODY) as writer:
        if not await second_factors.save_secret(writer, actor.user_id, sealed):
            raise _already()
    address = totp.address(secret, actor.email)
    setup = SecondFactorSetup(secret=totp.spell(secret), address=address, picture=totp.picture(address))
    return Response(setup, headers=_SECRET)


@post(
    "/me/second-factor/confirm", **declare.route("confirmMySecondFactor", Permission.SELF, 409, 413, 415, is_open=True)
)
async def confirm_my_second_factor(
    data: JSONBody[FirstCode], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Response[RecoveryCodes]:
    """Prove with a code that the app is set up; recovery codes come back. Every other browser signs in anew."""
    oneself.check_person(actor)
    now = clock.now()
    async with house.database.write(EVERYBODY) as writer:
        row = await second_factors.get_second_factor(writer, actor.user_id)
        if row["totp_secret"] is None:
            raise errors.ConflictError("No authenticator app is being set up.", hint="Begin anew.", code="not-begun")
        step = totp.find_step(codes.open_secret(house.settings, row), data.code, now, None)
        if step is None:
            hint = "Wait for the next one; the telephone's clock must be right."
            raise errors.InvalidError("The code is wrong.", field="code", hint=hint, code="wrong-code")
        if not await second_factors.save_confirmed(writer, actor.user_id, step, now):
            raise _already()
        await sessions.drop_sign_ins_of(writer, actor.user_id, now, but=actor.sign_in_id)
        if actor.sign_in_id is not None:
            await sessions.save_second_factor(writer, actor.sign_in_id, has_second_factor=True)
        audit.note(writer, actor.org_id, "second_factor.add", oneself.target_of(actor))
        return await _make_codes(writer, actor)


@post(
    "/me/second-factor/recovery-codes",
    **declare.route("makeMyRecoveryCodes", Permission.SELF, 409, 413, 415),
)
async def make_my_recovery_codes(
    request: AnyRequest, data: JSONBody[Proof], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Response[RecoveryCodes]:
    """Make ten new recovery codes; the ones before are worth nothing."""
    await oneself.prove(request, house.database, actor, data.password)
    async with house.database.write(EVERYBODY) as writer:
        await _check_on(writer, actor)
        audit.note(writer, actor.org_id, "second_factor.change", oneself.target_of(actor), after={"new_codes": True})
        return await _make_codes(writer, actor)


@post(
    "/me/second-factor/remove", **declare.route("removeMySecondFactor", Permission.SELF, 409, 413, 415, status_code=204)
)
async def remove_my_second_factor(
    request: AnyRequest, data: JSONBody[Proof], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> None:
    """Let the password be enough again. Where the organisation asks for a second factor, another has to be set up."""
    await oneself.prove(request, house.database, actor, data.password)
    async with house.database.write(EVERYBODY) as writer:
        await _check_on(writer, actor)
        await second_factors.drop_second_factor(writer, actor.user_id)
        if actor.sign_in_id is not None:
            await sessions.save_second_factor(writer, actor.sign_in_id, has_second_factor=False)
        audit.note(writer, actor.org_id, "second_factor.remove", oneself.target_of(actor))


async def _make_codes(writer: database.Writer, actor: Actor) -> Response[RecoveryCodes]:
    made = recovery.make()
    await second_factors.save_codes(writer, actor.user_id, map(recovery.digest, made))
    return Response(RecoveryCodes(codes=made), headers=_SECRET)


async def _check_on(writer: database.Writer, actor: Actor) -> None:
    row = await second_factors.get_second_factor(writer, actor.user_id)
    if row["totp_confirmed_at"] is None:
        raise errors.ConflictError("You have no second factor.", hint="Set one up first.", code="not-begun")


def _already() -> errors.ConflictError:
    message, hint = "You have a second factor already.", "Remove it first, then set up the new app."
    return errors.ConflictError(message, hint=hint, code="second-factor-present")


ROUTES = [
    get_my_second_factor,
    begin_my_second_factor,
    confirm_my_second_factor,
    make_my_recovery_codes,
    remove_my_second_factor,
]
