"""Signing in at a directory (LDAP, Active Directory): find the person, bind as them, ask for their groups.

Everything here blocks; call it in a thread. Connections are encrypted before anything is said, or not made at all.
"""

from __future__ import annotations

import contextlib
import importlib
import re
import secrets
import ssl
import warnings
from collections.abc import Generator, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from testflux.kit import errors
from testflux.model.access import Person

CONNECT_S: Final = 5
ANSWER_S: Final = 10
_PORTS: Final = {"ldap": 389, "ldaps": 636}
_IN_CHAIN: Final = "(member:1.2.840.113556.1.4.1941:={dn})"
"""Active Directory's rule for members of members; other directories find nobody by it."""
_MOST_GROUPS: Final = 2000
_TOO_MANY: Final = 4
_GUID: Final = "objectguid"
_GUID_BYTES: Final = 16
_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@ ")
_ESCAPED: Final = re.compile(rb"\\([0-9a-fA-F]{2}|.)")
_COMMON_NAME: Final = re.compile(r"cn=((?:\\.|[^,+\\])*)", re.IGNORECASE)


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """A directory and how people are found in it. `ldap://` turns TLS on before anything else; `ldaps://` begins so.

    `addresses` are where its host was found; `ca_certificates` (PEM) replace the machine's own trust when given.
    `user_filter` holds {username}, `group_filter` {dn} or {username}: they are put in escaped.
    """

    url: str
    addresses: tuple[str, ...]
    base_dn: str
    bind_dn: str = ""
    bind_password: str = ""
    ca_certificates: str = ""
    user_filter: str = "(&(objectClass=person)(|(uid={username})(mail={username})))"
    id_attribute: str = "entryUUID"
    email_attribute: str = "mail"
    name_attribute: str = "displayName"
    groups_by: Literal["member_of", "search", "nested", "none"] = "member_of"
    group_base_dn: str = ""
    group_filter: str = "(member={dn})"
    group_names: Literal["dn", "cn"] = "dn"


class Found(msgspec.Struct, frozen=True):
    """A person in the directory, and all that was read of them."""

    dn: str
    person: Person
    attributes: dict[str, list[str]]


def host_of(url: str) -> tuple[str, int]:
    """Return host and port of a directory's address; InvalidError about `url` when it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in _PORTS or not parts.hostname or not port or not is_bare:
        message = "The address has to be ldap:// or ldaps:// with a host, and nothing after it."
        raise errors.InvalidError(message, field="url", hint="For example ldaps://ldap.example.org.")
    return parts.hostname, port


def escape(value: str) -> str:
    """Write a value so that in a filter it is nothing but a value (RFC 4515)."""
    return "".join(chr(byte) if byte in _PLAIN else f"\\{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))


def sign_in(directory: Directory, username: str, password: str) -> Person:
    """Return who that is; UnauthenticatedError when it is nobody's name and password.

    An empty password is refused before the directory is asked: many take it as a wish to be nobody, and say yes.
    """
    if not username.strip() or not password or "\x00" in username + password:
        raise _wrong()
    with _connected(directory) as (connection, rebind):
        entry = _find(directory, connection, username)
        dn = entry["dn"] if entry else f"cn=nobody-{secrets.token_hex(8)},{directory.base_dn}"
        if not rebind(dn, password) or entry is None:
            raise _wrong()
        return _person(directory, entry, _groups(directory, connection, entry, username))


def look_up(directory: Directory, username: str) -> Found:
    """Find a person by the account that searches, without their password; InvalidError when there is not one."""
    with _connected(directory) as (connection, _):
        entry = _find(directory, connection, username)
        if entry is None:
            message = f"{directory.user_filter} finds not exactly one entry below {directory.base_dn} for that name."
            raise errors.InvalidError(message, field="username", code="ldap-not-found")
        groups = _groups(directory, connection, entry, username)
    attributes = {name: [_text(value, name) for value in values] for name, values in entry["raw_attributes"].items()}
    return Found(entry["dn"], _person(directory, entry, groups), attributes)


def check(directory: Directory) -> str:
    """Connect, encrypt and bind; return what the connection is encrypted with. UnavailableError says what fails."""
    with _connected(directory) as (connection, _):
        return str(connection.socket.version())


def library() -> Any:
    """Import ldap3; UnavailableError when it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # names of pyasn1 that will go; pinned for that
            return importlib.import_module("ldap3")
    except ImportError as error:
        raise errors.UnavailableError(
            "LDAP needs a package that is not installed on this server.",
            hint="On the server: pip install 'testflux[ldap]', then start it again.",
            code="extra-missing",
        ) from error


@contextlib.contextmanager
def _connected(directory: Directory) -> Generator[tuple[Any, Any]]:
    """Connect, encrypt, and bind with the account that searches; yield the connection, and how to try a password."""
    ldap3 = library()
    with contextlib.ExitStack() as open_ones:

        def bind(dn: str, password: str) -> Any:
            connection = _open(ldap3, directory, dn, password, open_ones)
            return connection if connection.bind() and connection.result["result"] == 0 else None

        try:
            searching = bind(directory.bind_dn, directory.bind_password)
            if searching is None:
                raise _unavailable("refuses the account that searches", "its name or password is wrong")
            yield searching, bind
        except ldap3.core.exceptions.LDAPException as error:
            raise _unavailable("cannot be used", str(error) or type(error).__name__) from error
        except (OSError, ValueError) as error:
            raise _unavailable("cannot be used", str(error)) from error


def _open(ldap3: Any, directory: Directory, dn: str, password: str, open_ones: contextlib.ExitStack) -> Any:
    """Connect to the first address that answers, and encrypt; nothing has been said on it yet."""
    host, port = host_of(directory.url)
    is_ldaps = directory.url.startswith("ldaps:")
    tls = _tls(ldap3, directory, host)
    for number, address in enumerate(directory.addresses, 1):
        server = ldap3.Server(address, port, use_ssl=is_ldaps, tls=tls, get_info=ldap3.NONE, connect_timeout=CONNECT_S)
        credentials = {"user": dn, "password": password} if dn else {"authentication": ldap3.ANONYMOUS}
        connection = ldap3.Connection(
            server, auto_referrals=False, receive_timeout=ANSWER_S, read_only=True, check_names=False, **credentials
        )
        open_ones.callback(_close, ldap3, connection)
        try:
            connection.open(read_server_info=False)
        except ldap3.core.exceptions.LDAPSocketOpenError:
            if number == len(directory.addresses):
                raise
            continue
        if not is_ldaps:
            connection.start_tls(read_server_info=False)
        _check_encrypted(connection)
        return connection
    raise ValueError("its host has no address")


def _close(ldap3: Any, connection: Any) -> None:
    plain = connection.socket
    with contextlib.suppress(ldap3.core.exceptions.LDAPException, OSError):
        connection.unbind()
    if plain is not None:
        plain.close()


def _check_encrypted(connection: Any) -> None:
    is_encrypted = isinstance(connection.socket, ssl.SSLSocket)
    if not is_encrypted:
        raise ValueError("the connection is not encrypted")


def _tls(ldap3: Any, directory: Directory, host: str) -> Any:
    """Return what encrypts: the certificate has to be trusted, and to name the host, wherever that was found."""
    context = ssl.create_default_context(cadata=directory.ca_certificates or None)
    tls = ldap3.Tls()

    def wrap_socket(connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002  (ldap3's)
        connection.socket = context.wrap_socket(connection.socket, server_hostname=host)

    tls.wrap_socket = wrap_socket
    return tls


def _find(directory: Directory, connection: Any, username: str) -> Any:
    """Return the one entry of that name, None when there is none, or more than one."""
    wanted = [directory.id_attribute, directory.email_attribute, directory.name_attribute]
    if directory.groups_by == "member_of":
        wanted.append("memberOf")
    asked = directory.user_filter.replace("{username}", escape(username))
    entries = _search(connection, directory.base_dn, asked, wanted, 2)
    return entries[0] if len(entries) == 1 and entries[0]["dn"] else None


def _groups(directory: Directory, connection: Any, entry: Any, username: str) -> tuple[str, ...]:
    match directory.groups_by:
        case "none":
            return ()
        case "member_of":
            names = [_text(value) for value in entry["raw_attributes"].get("memberOf", [])]
        case "search" | "nested":
            asked = _IN_CHAIN if directory.groups_by == "nested" else directory.group_filter
            asked = asked.replace("{username}", escape(username)).replace("{dn}", escape(entry["dn"]))
            base = directory.group_base_dn or directory.base_dn
            found = _search(connection, base, asked, ["1.1"], _MOST_GROUPS)
            names = [str(group["dn"]) for group in found]
    return tuple(short_name(name) if directory.group_names == "cn" else name for name in names)


def _search(connection: Any, base: str, asked: str, wanted: Sequence[str], most: int) -> list[Any]:
    """Return the entries that are there; where else the directory points (referrals) is not asked."""
    connection.search(base, asked, attributes=list(wanted), size_limit=most, time_limit=ANSWER_S)
    if connection.result["result"] not in (0, _TOO_MANY):
        raise _unavailable(f"cannot search {base} for {asked}", connection.result["description"])
    answers: list[Any] = connection.response or []
    return [answer for answer in answers if answer["type"] == "searchResEntry"]


def _person(directory: Directory, entry: Any, groups: tuple[str, ...]) -> Person:
    said = entry["raw_attributes"]
    subject, email, name = (
        next((_text(value, attribute) for value in said.get(attribute, []) if value), "")
        for attribute in (directory.id_attribute, directory.email_attribute, directory.name_attribute)
    )
    missing = directory.id_attribute if not subject else directory.email_attribute if "@" not in email else ""
    if missing:
        message = f"The directory has no usable {missing} for this person."
        raise errors.ForbiddenError(message, hint="Ask whoever set up the directory here.", code="ldap-incomplete")
    return Person(subject=subject, email=email.lower(), name=name or email, groups=groups, is_email_verified=True)


def short_name(dn: str) -> str:
    """Return the common name that a DN starts with, the whole of it when it starts with another attribute."""
    found = _COMMON_NAME.match(dn)
    return _ESCAPED.sub(_unescaped, found[1].encode()).decode("utf-8", "replace") if found else dn


def _unescaped(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode()) if len(escape[1]) > 1 else escape[1]


def _text(value: bytes, attribute: str = "") -> str:
    if attribute.lower() == _GUID and len(value) == _GUID_BYTES:
        return str(UUID(bytes_le=value))
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _wrong() -> errors.UnauthenticatedError:
    message = "The name or the password is wrong."
    return errors.UnauthenticatedError(message, hint="It is the one of your directory.", code="wrong-password")


def _unavailable(what: str, reason: str) -> errors.UnavailableError:
    hint = "An owner of the organisation can test the connection where single sign-on is set up."
    return errors.UnavailableError(f"The directory {what}: {reason[:300]}.", hint=hint, code="ldap-unavailable")
