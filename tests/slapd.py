"""A directory of a test's own: OpenLDAP's slapd on the loopback, with people, groups and a certificate of a test CA."""

from __future__ import annotations

import ipaddress
import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from running import PATIENCE, find_free_port

PROGRAM = shutil.which("slapd", path="/usr/sbin:/usr/lib/openldap:/usr/libexec")
SCHEMAS = Path("/etc/ldap/schema")
needs_slapd = pytest.mark.skipif(
    PROGRAM is None or not SCHEMAS.exists(), reason="no directory server: apt-get install slapd"
)

BASE = "dc=example,dc=org"
ADMIN_DN = f"cn=admin,{BASE}"
ADMIN_PASSWORD = "searches only"
PASSWORD = "Ada's own password"

_CONFIG = """{includes}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
disallow bind_anon
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""
_PEOPLE = """dn: {base}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{base}
objectClass: organizationalUnit
ou: groups

dn: uid=ada,ou=people,{base}
objectClass: inetOrgPerson
uid: ada
cn: Ada
sn: L
displayName: Ada L.
mail: Ada@example.org
userPassword: {password}

dn: uid=twin1,ou=people,{base}
objectClass: inetOrgPerson
uid: twin1
cn: Twin
sn: T
mail: twin@example.org
userPassword: {password}

dn: uid=twin2,ou=people,{base}
objectClass: inetOrgPerson
uid: twin2
cn: Twin
sn: T
mail: twin@example.org
userPassword: {password}

dn: uid=nomail,ou=people,{base}
objectClass: inetOrgPerson
uid: nomail
cn: No mail
sn: N
userPassword: {password}

dn: uid=o\\2cdd (*) \\5c,ou=people,{base}
objectClass: inetOrgPerson
uid: o,dd (*) \\
cn: Odd
sn: O
mail: odd@example.org
userPassword: {password}

dn: cn=qa\\, lead,ou=groups,{base}
objectClass: groupOfNames
cn: qa, lead
member: uid=ada,ou=people,{base}

dn: cn=dev,ou=groups,{base}
objectClass: groupOfNames
cn: dev
member: uid=ada,ou=people,{base}
member: uid=o\\2cdd (*) \\5c,ou=people,{base}

dn: cn=others,ou=groups,{base}
objectClass: groupOfNames
cn: others
member: uid=twin1,ou=people,{base}
"""
_AD_PEOPLE = """
dn: cn=Grace,ou=people,{base}
objectClass: user
objectClass: extensibleObject
cn: Grace
sn: H
instanceType: 4
nTSecurityDescriptor: none
objectCategory: cn=person
sAMAccountName: grace
displayName: Grace H.
mail: grace@example.org
objectGUID:: AAECAwQFBgcICQoLDA0ODw==
memberOf: CN=QA Team,OU=Groups,DC=example,DC=org
memberOf: CN=Ops\\2C night,OU=Groups,DC=example,DC=org
userPassword: {password}
"""


class Slapd:
    """The running directory. `url` needs StartTLS, `tls_url` begins with TLS; `ca` is who signed its certificate."""

    def __init__(self, folder: Path, more: str = "", schemas: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._plain, self._tls = find_free_port(), find_free_port()
        self.url, self.tls_url = f"ldap://127.0.0.1:{self._plain}", f"ldaps://127.0.0.1:{self._tls}"
        self.ca = make_certificates(folder)
        self._more = more
        self._schemas = ("core", "cosine", "inetorgperson", *schemas)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        assert PROGRAM is not None
        (self._folder / "data").mkdir()
        config = self._folder / "slapd.conf"
        includes = "\n".join(f"include {SCHEMAS}/{name}.schema" for name in self._schemas)
        config.write_text(
            _CONFIG.format(includes=includes, folder=self._folder, base=BASE, admin=ADMIN_DN, password=ADMIN_PASSWORD)
        )
        people = self._folder / "people.ldif"
        people.write_text((_PEOPLE + self._more).format(base=BASE, password=PASSWORD))
        subprocess.run([PROGRAM, "-T", "add", "-f", config, "-l", people], check=True, capture_output=True)
        addresses = f"{self.url}/ {self.tls_url}/"
        self._process = subprocess.Popen(
            [PROGRAM, "-f", config, "-h", addresses, "-d", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + PATIENCE
        while not (is_open(self._plain) and is_open(self._tls)):
            assert self._process.poll() is None, "slapd ended by itself"
            assert time.monotonic() < deadline, "slapd does not answer"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(PATIENCE)


def is_open(port: int) -> bool:
    """Say whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def open_ad(folder: Path) -> Slapd:
    """Return a directory that also knows people as Active Directory does."""
    return Slapd(folder, _AD_PEOPLE, ("nis", "msuser"))


def make_certificates(folder: Path, host: str = "127.0.0.1") -> str:
    """Write a CA and a server's certificate by it into a folder; return the CA's (PEM)."""
    ca_key, ca = _certificate("a test's CA", None)
    names = [x509.IPAddress(ipaddress.ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
    key, server = _certificate(host, (ca_key, ca), names)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "server.key").write_bytes(pem)
    return (folder / "ca.pem").read_text()


def _certificate(name: str, by: tuple[Any, Any] | None, names: list[Any] | None = None) -> tuple[Any, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer_key, issuer = (key, subject) if by is None else (by[0], by[1].subject)
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())
