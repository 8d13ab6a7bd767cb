"""Links by which somebody sets a new password, made by who manages people: where no mail is sent, or none arrives."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.access import giving, tokens
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import declare, users
from testflux.serve import members as member_routes
from testflux.serve.house import House
from testflux.serve.shapes.sign_in import PasswordLink
from testflux.store import audit, database, entry, members, resets

_LIFE: Final = timedelta(hours=1)


@post("/members/{member_id:str}/password-link", **declare.route("makePasswordLink", Permission.MEMBER_MANAGE, 404, 409))
async def make_password_link(
    member_id: FromPath[str], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Response[PasswordLink]:
    """Make a link by which a member sets a new password, good once and for an hour; pass it on by a way you trust.

    Only for members who may no more than oneself, and whose account belongs to no other organisation.
    """
    token, ends = tokens.make_refresh_token(), clock.now() + _LIFE
    async with house.database.write(EVERYBODY) as writer:
        member = await members.get_member(writer, actor.org_id, users.number_of(member_id))
        await _check_reach(writer, actor, member)
        await resets.add_reset(writer, member["user_id"], tokens.digest(token), ends)
        target = audit.Target("person", member["user_id"], member["email"])
        audit.note(writer, actor.org_id, "password.ask", target, after={"by": "link"})
    link = PasswordLink(url=f"{house.settings.public_url}/reset#{token}", expires_at=ends)
    return Response(link, headers={"Cache-Control": "no-store"})


async def _check_reach(reader: database.Reader, actor: Actor, member: database.Row) -> None:
    """Raise unless the whole account is the actor's to open: whoever has the link becomes that person."""
    giving.check(actor, member_routes.grants_of(member))
    if member["is_operator"] and Permission.ORG_CREATE not in actor.permissions:
        message, hint = "They run this installation.", "Only who does so as well can make a link for them."
        raise errors.ForbiddenError(message, hint=hint, code="outranked")
    if len(await entry.list_ways(reader, member["user_id"])) > 1:
        message = "This account belongs to another organisation, too."
        hint = "Its person can ask for a link by mail; who runs the server can make one at its command line."
        raise errors.ConflictError(message, hint=hint, code="account-shared")
    if not member["has_password"]:
        message, hint = "They have no password here.", "Their identity provider looks after how they sign in."
        raise errors.ConflictError(message, hint=hint, code="no-password")


ROUTES = [make_password_link]
