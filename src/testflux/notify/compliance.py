"""Rows of the database as the sections of a compliance report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from testflux.model.acts import ACTS
from testflux.model.compliance import Section

CHANGES: Final = ("member", "grant", "role", "invitation", "organisation")
TOKENS: Final = ("token",)
WAYS: Final = ("provider", "domain", "second_factor", "password")
REMOVALS: Final = ("project", "run", "retention", "audit", "stream", "secret_key")
_LONGEST: Final = 300
_Row = Mapping[str, Any]


def access(rows: Iterable[_Row], last: date) -> Section:
    """Say who has access to what; what began after the period is marked."""
    return Section(
        title="Who has access",
        about=(
            "Members and their roles when this report was made. What began after the period says so; what ended"
            " meanwhile stands under the changes below."
        ),
        head=("Person", "Role", "Where", "Since", "Given by", "State"),
        widths=(0.28, 0.11, 0.15, 0.14, 0.18, 0.14),
        rows=[_access(row, last) for row in rows],
        nothing="Nobody belongs to this organisation.",
    )


def tokens(rows: Iterable[_Row], last: date) -> Section:
    """Say which tokens work."""
    return Section(
        title="Tokens that work",
        about="Tokens that were neither revoked nor expired when this report was made.",
        head=("Token", "Of", "May", "Projects", "Made", "Expires", "Last used"),
        widths=(0.18, 0.2, 0.18, 0.12, 0.12, 0.1, 0.1),
        rows=[
            (
                f"{row['name']} ({row['kind']})",
                row["owner"] or "",
                ", ".join([*([row["role"]] if row["role"] else []), *row["scopes"]]),
                "all" if row["projects"] is None else ", ".join(row["projects"]),
                _since(row["created_at"], last),
                _day(row["expires_at"]) or "never",
                _day(row["last_used_at"]) or "never",
            )
            for row in rows
        ],
        nothing="No token works.",
    )


def events(title: str, about: str, rows: Sequence[_Row], most: int) -> Section:
    """Say what the log holds of something."""
    more = f" Only the first {most:,} are shown; the log has all." if len(rows) > most else ""
    return Section(
        title=title,
        about=about + more,
        head=("#", "When (UTC)", "Who", "What", "Details"),
        widths=(0.07, 0.15, 0.2, 0.28, 0.3),
        rows=[_event(row) for row in rows[:most]],
        nothing="Nothing of this kind happened in the period.",
    )


def failed_sign_ins(rows: Iterable[_Row]) -> Section:
    """Say who failed to sign in."""
    return Section(
        title="Sign-ins that failed",
        about="By the name that was given and the address it came from, the most frequent first.",
        head=("Name", "Address", "Times", "First (UTC)", "Last (UTC)"),
        widths=(0.36, 0.2, 0.1, 0.17, 0.17),
        rows=[
            (
                row["target_name"] or row["actor_name"],
                row["address"],
                f"{row['count']:,}",
                _moment(row["first"]),
                _moment(row["last"]),
            )
            for row in rows
        ],
        nothing="No sign-in failed in the period.",
    )


def counts(rows: Mapping[str, Mapping[bool, int]]) -> Section:
    """Say how often each act was done and refused."""
    return Section(
        title="All acts",
        about="How often each act stands in the log of the period.",
        head=("Act", "What it says", "Done", "Refused"),
        widths=(0.28, 0.5, 0.11, 0.11),
        rows=[
            (act, ACTS.get(act, ""), f"{by.get(False, 0):,}", f"{by.get(True, 0):,}")
            for act, by in sorted(rows.items())
        ],
        nothing="Nothing happened in the period.",
    )


def _access(row: _Row, last: date) -> tuple[str, ...]:
    state = "switched off" if row["disabled_at"] else "second factor" if row["has_second_factor"] else "password only"
    name = row["email"] if row["name"] in ("", row["email"]) else f"{row['name']}\n{row['email']}"
    if row["role"] is None:
        return (name, "none", "", _since(row["joined_at"], last), "", state)
    giver = f"single sign-on: {row['provider']}" if row["provider"] else row["given_by"] or "TestFlux"
    return (name, row["role"], row["project"] or "everywhere", _since(row["since"], last), giver, state)


def _event(row: _Row) -> tuple[str, ...]:
    about = ACTS.get(row["act"], row["act"]).rstrip(".")
    refused = " (refused)" if row["is_refused"] else ""
    target = row["target_name"] or f"{row['target_kind']} {row['target_id']}"
    where = f"\nfrom {row['address']}" if row["address"] else ""
    details = "\n".join(_changes(row["before"], row["after"]))
    return (
        f"{row['number']}",
        _moment(row["happened_at"]),
        f"{row['actor_name']}{where}",
        f"{about}{refused}: {target}",
        details if len(details) <= _LONGEST else f"{details[:_LONGEST]}…",
    )


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterable[str]:
    old, new = before or {}, after or {}
    for name in dict.fromkeys([*old, *new]):
        if name in old and name in new:
            yield f"{name}: {_value(old[name])} → {_value(new[name])}"
        else:
            yield f"{name}: {_value(old.get(name, new.get(name)))}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _since(at: datetime | None, last: date) -> str:
    if at is None:
        return ""
    return f"{_day(at)}, after the period" if at.date() > last else _day(at)


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
