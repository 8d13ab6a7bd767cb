from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notify_house import House
from receivers import MailReceiver, WebhookReceiver, running
from testflux.kit import addresses, clock
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import partitions
from testflux.store.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with this month's partitions."""
    database = Database(database_url)
    await database.open()
    try:
        async with database.write(EVERYBODY) as writer:
            await partitions.ensure_ahead(writer, clock.now().date())
        yield database
    finally:
        await database.close()


@pytest.fixture
def webhook_receiver() -> Iterator[WebhookReceiver]:
    with running(WebhookReceiver) as receiver:
        yield receiver


@pytest.fixture
def mail_receiver() -> Iterator[MailReceiver]:
    with running(MailReceiver) as receiver:
        yield receiver


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate (with its key in the same file) of localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = clock.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server needs to show the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
async def house(database: Database, mail_receiver: MailReceiver, tmp_path: Path) -> House:
    async with database.write(EVERYBODY) as writer:
        await writer.run("insert into org (slug, name) select 'main', 'Main' where not exists (select from org)")
        await writer.run("insert into project (org_id, slug, name) values (1, 'webshop', 'Web shop')")
    return House(
        database,
        Settings(
            data_dir=tmp_path,
            secret_key="k" * 40,
            public_url="https://tests.example",
            smtp_url=f"smtp://127.0.0.1:{mail_receiver.port}",
            mail_from="TestFlux <ci@example.org>",
            outgoing_private=addresses.EVERY_NETWORK,
        ),
    )
