"""How an organisation lets its people in: by password, or by its own provider; with a second factor or without."""

from __future__ import annotations

import msgspec

from testflux.kit import errors


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What an organisation decided, and whether the person is one of its owners."""

    name: str
    is_password_allowed: bool
    required_provider_id: int | None
    is_owner: bool


def check(rules: Rules, provider_id: int | None) -> None:
    """Raise ForbiddenError when the organisation does not let people in this way: `provider_id`, None for a password.

    Its owners always may, to mend the way in when the provider is away.
    """
    if rules.is_owner or is_regular(rules, provider_id):
        return
    if rules.required_provider_id is not None:
        reason = "asks its people to sign in with its own provider"
    else:
        reason = "does not let people in by password"
    hint = "Sign in the way it asks: the sign-in page offers it."
    raise errors.ForbiddenError(f"{rules.name} {reason}.", hint=hint, code="sign-in-elsewhere")


def is_regular(rules: Rules, provider_id: int | None) -> bool:
    """Return whether everybody may enter like this; an owner who enters otherwise breaks the glass."""
    if rules.required_provider_id is not None:
        return provider_id == rules.required_provider_id
    return provider_id is not None or rules.is_password_allowed
