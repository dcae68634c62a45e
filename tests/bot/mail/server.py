"""A real mail server on this machine, and what it was handed."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER, PASSWORD = "robot", "p@ss/word-of-ours"


@dataclass
class Mailroom:
    """What the server answers, and what came. Empty answers mean that all is well."""

    at_rcpt: str = ""
    at_data: str = ""
    envelopes: list[Envelope] = field(default_factory=list)
    logins: list[bool] = field(default_factory=list)

    def lets_in(
        self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: object
    ) -> AuthResult:
        """Whether these are the right user and password."""
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        self.logins.append(data == right)
        return AuthResult(success=data == right, handled=data == right)

    @property
    def letters(self) -> list[EmailMessage]:
        """What came, read as a mail program reads it."""
        return [self.read(one) for one in self.envelopes]

    @staticmethod
    def read(envelope: Envelope) -> EmailMessage:
        """One letter."""
        content = envelope.original_content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass(frozen=True)
class Counter:
    """Where letters are handed in: the server reads all that is here whenever somebody calls."""

    room: Mailroom

    async def handle_RCPT(  # noqa: N802 -- the server's own name for it
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if self.room.at_rcpt:
            return self.room.at_rcpt
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- the same
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        said = self.room.at_data
        if not said.startswith("4") and not said.startswith("5"):
            self.room.envelopes.append(envelope)
        if said == "drop":
            assert server.transport is not None
            server.transport.close()
        if said == "slow":
            await asyncio.sleep(1)
        return "250 OK" if said in {"", "drop", "slow"} else said


@contextmanager
def mailroom(
    *, asks: bool = False, upgrades: SSLContext | None = None, wrapped: SSLContext | None = None
) -> Iterator[tuple[Mailroom, str]]:
    """A server, and where it is. It may ask for a password, offer STARTTLS, speak TLS alone."""
    room = Mailroom()
    controller = Controller(
        Counter(room),
        hostname="127.0.0.1",
        port=free_port(),
        auth_require_tls=False,
        tls_context=upgrades,
        ssl_context=wrapped,
        authenticator=room.lets_in if asks else None,
    )
    controller.start()
    try:
        yield room, f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def certified(folder: Path) -> tuple[SSLContext, Path]:
    """How a server on this machine proves itself, and the certificate to trust for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "headwater tests")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    trusted, secret = folder / "trusted.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, secret)
    return context, trusted


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def hanging_up() -> Iterator[str]:
    """Where somebody answers every call by hanging up at once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            try:
                while True:
                    listening.accept()[0].close()
            except OSError:
                return

        threading.Thread(target=answer, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
