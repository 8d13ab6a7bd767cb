"""Signing in at a real directory, and at servers that only say they are one."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import msgspec
import pytest

import slapd
from testflux.access import ldap
from testflux.kit import errors

ADA_GROUPS = ("cn=dev,ou=groups,dc=example,dc=org", "cn=qa\\2C lead,ou=groups,dc=example,dc=org")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Slapd]:
    with slapd.open_ad(tmp_path_factory.mktemp("slapd")) as running:
        yield running


@pytest.fixture
def directory(server: slapd.Slapd) -> ldap.Directory:
    return ldap.Directory(
        url=server.url,
        addresses=("127.0.0.1",),
        base_dn=slapd.BASE,
        bind_dn=slapd.ADMIN_DN,
        bind_password=slapd.ADMIN_PASSWORD,
        ca_certificates=server.ca,
        groups_by="search",
    )


def changed(directory: ldap.Directory, **changes: object) -> ldap.Directory:
    return msgspec.structs.replace(directory, **changes)


def check_wrong(directory: ldap.Directory, username: str, password: str = slapd.PASSWORD) -> None:
    with pytest.raises(errors.UnauthenticatedError) as raised:
        ldap.sign_in(directory, username, password)
    assert raised.value.code == "wrong-password"


def check_unavailable(directory: ldap.Directory) -> str:
    with pytest.raises(errors.UnavailableError) as raised:
        ldap.sign_in(directory, "ada", slapd.PASSWORD)
    assert raised.value.code == "ldap-unavailable"
    assert slapd.PASSWORD not in raised.value.message
    assert slapd.ADMIN_PASSWORD not in raised.value.message
    return raised.value.message


pytestmark = slapd.needs_slapd


@pytest.mark.parametrize("username", ["ada", "ada@example.org", "ADA"])
def test_signs_in_by_name_or_address(directory: ldap.Directory, username: str) -> None:
    person = ldap.sign_in(directory, username, slapd.PASSWORD)
    assert (person.email, person.name, person.is_email_verified) == ("ada@example.org", "Ada L.", True)
    assert len(person.subject) == 36
    assert tuple(sorted(group.replace("\\,", "\\2C") for group in person.groups)) == ADA_GROUPS


def test_the_subject_stays(directory: ldap.Directory) -> None:
    first, again = (ldap.sign_in(directory, "ada", slapd.PASSWORD).subject for _ in range(2))
    assert first == again


def test_ldaps(directory: ldap.Directory, server: slapd.Slapd) -> None:
    encrypted = changed(directory, url=server.tls_url)
    assert ldap.sign_in(encrypted, "ada", slapd.PASSWORD).name == "Ada L."
    assert ldap.check(encrypted) == "TLSv1.3"


def test_short_names_of_groups(directory: ldap.Directory) -> None:
    person = ldap.sign_in(changed(directory, group_names="cn"), "ada", slapd.PASSWORD)
    assert set(person.groups) == {"dev", "qa, lead"}


def test_groups_below_a_place_of_their_own(directory: ldap.Directory) -> None:
    elsewhere = changed(directory, group_base_dn=f"ou=people,{slapd.BASE}")
    assert ldap.look_up(elsewhere, "ada").person.groups == ()
    assert ldap.look_up(changed(directory, groups_by="none"), "ada").person.groups == ()


def test_a_name_full_of_signs_is_that_name(directory: ldap.Directory) -> None:
    found = ldap.look_up(directory, "o,dd (*) \\")
    assert found.person.email == "odd@example.org"
    assert [group[:6] for group in found.person.groups] == ["cn=dev"]
    assert ldap.sign_in(directory, "o,dd (*) \\", slapd.PASSWORD).subject == found.person.subject


@pytest.mark.parametrize(
    "username",
    [
        "*",
        "a*",
        "ada)(uid=*",
        "*)(|(uid=*",
        "ada)(&))",
        "ada)(|(objectClass=*)",
        "\\61da",
        "uid=ada,ou=people,dc=example,dc=org",
        "ada\\00",
        "(ada)",
    ],
)
def test_injection_finds_nobody(directory: ldap.Directory, username: str) -> None:
    check_wrong(directory, username)


def test_wrong_passwords_and_unknown_names_are_the_same(directory: ldap.Directory) -> None:
    check_wrong(directory, "ada", "wrong")
    check_wrong(directory, "nobody", slapd.PASSWORD)
    check_wrong(directory, "ada", slapd.ADMIN_PASSWORD)


def test_an_empty_password_never_binds(directory: ldap.Directory) -> None:
    check_wrong(directory, "ada", "")


def test_two_people_of_one_name_are_nobody(directory: ldap.Directory) -> None:
    check_wrong(directory, "twin@example.org")
    with pytest.raises(errors.InvalidError) as raised:
        ldap.look_up(directory, "twin@example.org")
    assert raised.value.code == "ldap-not-found"


def test_somebody_without_an_address(directory: ldap.Directory) -> None:
    with pytest.raises(errors.ForbiddenError) as raised:
        ldap.sign_in(directory, "nomail", slapd.PASSWORD)
    assert raised.value.code == "ldap-incomplete"
    assert "mail" in raised.value.message


def test_active_directory(directory: ldap.Directory) -> None:
    ad = changed(
        directory,
        user_filter="(&(objectClass=user)(cn={username}))",
        id_attribute="objectGUID",
        groups_by="member_of",
        group_names="cn",
    )
    person = ldap.sign_in(ad, "grace", slapd.PASSWORD)
    assert person.subject == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert set(person.groups) == {"QA Team", "Ops, night"}
    check_wrong(ad, "gr*")


def test_members_of_members_are_asked_for_by_active_directorys_rule(directory: ldap.Directory) -> None:
    """This directory does not know the rule, and so finds nobody; it takes the filter."""
    assert ldap.look_up(changed(directory, groups_by="nested"), "ada").person.groups == ()


def test_all_that_was_read_can_be_shown(directory: ldap.Directory) -> None:
    found = ldap.look_up(directory, "ada")
    assert found.dn == f"uid=ada,ou=people,{slapd.BASE}"
    assert found.attributes["mail"] == ["Ada@example.org"]
    assert "userPassword" not in found.attributes


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_certificate_that_is_not_trusted(
    directory: ldap.Directory, server: slapd.Slapd, tmp_path: Path, *, is_tls: bool
) -> None:
    other = slapd.make_certificates(tmp_path)
    url = server.tls_url if is_tls else server.url
    assert "certificate verify failed" in check_unavailable(changed(directory, url=url, ca_certificates=other))
    assert "certificate verify failed" in check_unavailable(changed(directory, url=url, ca_certificates=""))


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_certificate_for_another_host(directory: ldap.Directory, server: slapd.Slapd, *, is_tls: bool) -> None:
    url = (server.tls_url if is_tls else server.url).replace("127.0.0.1", "ldap.example.org")
    assert "ldap.example.org" in check_unavailable(changed(directory, url=url))


def test_the_account_that_searches_is_refused(directory: ldap.Directory) -> None:
    assert "name or password is wrong" in check_unavailable(changed(directory, bind_password="wrong"))
    assert "cannot be used" in check_unavailable(changed(directory, bind_password=""))


def test_a_place_that_is_not_there(directory: ldap.Directory) -> None:
    assert "noSuchObject" in check_unavailable(changed(directory, base_dn="dc=nowhere"))


def test_a_filter_that_is_none(directory: ldap.Directory) -> None:
    assert "cannot be used" in check_unavailable(changed(directory, user_filter="uid={username}"))


def test_nobody_listens(directory: ldap.Directory) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"ldap://127.0.0.1:{taken.getsockname()[1]}"
        assert "cannot be used" in check_unavailable(changed(directory, url=url))


def test_the_next_address_is_tried(directory: ldap.Directory) -> None:
    both = changed(directory, addresses=("127.0.0.9", "127.0.0.1"))
    assert ldap.sign_in(both, "ada", slapd.PASSWORD).name == "Ada L."


@contextlib.contextmanager
def pretending(answer: Callable[[bytes], bytes]) -> Generator[tuple[str, list[bytes]]]:
    """Run a server that answers each message by a function; yield its address and what it was told."""
    heard: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                client.settimeout(5)
                with client, contextlib.suppress(OSError):
                    while data := client.recv(4096):
                        heard.append(data)
                        client.sendall(answer(data))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        yield f"ldap://127.0.0.1:{listening.getsockname()[1]}", heard
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def extended(code: int) -> Callable[[bytes], bytes]:
    """Answer whatever is asked as an extended operation with a result."""
    return lambda data: bytes([0x30, 12, 2, 1, data[4], 0x78, 7, 10, 1, code, 4, 0, 4, 0])


@pytest.mark.parametrize("code", [0, 2, 10, 53], ids=["then no TLS", "protocol error", "referral", "unwilling"])
def test_a_server_that_takes_encryption_away_is_told_nothing(directory: ldap.Directory, code: int) -> None:
    with pretending(extended(code)) as (url, heard):
        check_unavailable(changed(directory, url=url))
    said = b"".join(heard)
    assert b"1.3.6.1.4.1.1466.20037" in said
    assert slapd.ADMIN_PASSWORD.encode() not in said
    assert slapd.PASSWORD.encode() not in said


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\xff\xff\xff\xff", b"\x30\x00"])
def test_a_server_that_speaks_something_else(
    directory: ldap.Directory, garbage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ldap, "ANSWER_S", 1)
    with pretending(lambda _: garbage) as (url, _):
        check_unavailable(changed(directory, url=url))


def test_where_the_directory_points_is_not_asked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        port = elsewhere.getsockname()[1]
        more = (
            "\ndn: ou=far,{base}\nobjectClass: referral\nobjectClass: extensibleObject\nou: far\n"
            f"ref: ldap://127.0.0.1:{port}/ou=far,{{base}}\n"
        )
        with slapd.Slapd(tmp_path, more) as running:
            directory = ldap.Directory(
                url=running.url,
                addresses=("127.0.0.1",),
                base_dn=slapd.BASE,
                bind_dn=slapd.ADMIN_DN,
                bind_password=slapd.ADMIN_PASSWORD,
                ca_certificates=running.ca,
            )
            assert ldap.sign_in(directory, "ada", slapd.PASSWORD).name == "Ada L."
            below = changed(directory, base_dn=f"ou=far,{slapd.BASE}")
            assert "referral" in check_unavailable(below)
            assert "refuses" in check_unavailable(changed(directory, bind_dn=f"cn=x,ou=far,{slapd.BASE}"))
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
