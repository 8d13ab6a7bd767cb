"""Where one is signed in, and ending that from here."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.access import devices
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import declare, oneself
from testflux.serve.shapes.sign_in import OwnSignIn, OwnSignIns
from testflux.store import audit, database, sessions

_MOST = 100


@get("/me/sign-ins", **declare.route("listMySignIns", Permission.SELF, is_open=True))
async def list_my_sign_ins(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> OwnSignIns:
    """List where one is signed in, last used first."""
    async with database.read(EVERYBODY) as reader:
        rows = await sessions.list_sign_ins(reader, actor.user_id, clock.now(), _MOST)
    return OwnSignIns(items=[_shape(row, actor) for row in rows])


@delete("/me/sign-ins/{sign_in_id:str}", **declare.route("endMySignIn", Permission.SELF, 404, is_open=True))
async def end_my_sign_in(
    sign_in_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """End a sign-in of one's own: that browser is signed out at once."""
    oneself.check_person(actor)
    async with database.write(EVERYBODY) as writer:
        row = await sessions.drop_own_sign_in(writer, actor.user_id, _read_id(sign_in_id), clock.now())
        target = audit.Target("sign_in", sign_in_id, actor.email)
        told = {"device": devices.describe(row["user_agent"]), "address": row["address"]}
        audit.note(writer, actor.org_id, "sign_in.revoke", target, before=told)


@delete("/me/sign-ins", **declare.route("endMyOtherSignIns", Permission.SELF, is_open=True))
async def end_my_other_sign_ins(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> None:
    """End every other sign-in of one's own at once."""
    oneself.check_person(actor)
    async with database.write(EVERYBODY) as writer:
        ended = await sessions.drop_sign_ins_of(writer, actor.user_id, clock.now(), but=actor.sign_in_id)
        told = {"ended_sign_ins": ended}
        audit.note(writer, actor.org_id, "sign_in.revoke", oneself.target_of(actor), after=told)


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise errors.NotFoundError("There is no such sign-in.", hint="Copy the id from the list.") from error


def _shape(row: database.Row, actor: Actor) -> OwnSignIn:
    return OwnSignIn(
        id=str(row["sign_in_id"]),
        device=devices.describe(row["user_agent"]),
        address=row["address"],
        method=row["provider"] or row["method"],
        has_second_factor=row["has_second_factor"],
        organisation=row["organisation"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        is_this=row["sign_in_id"] == actor.sign_in_id,
    )


ROUTES = [list_my_sign_ins, end_my_sign_in, end_my_other_sign_ins]
