"""Sends pages by SMTP, and says of every failure whether the mail may have gone."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address as Mailbox

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from bot.gateways import MailServer
from bot.mail import draw
from bot.mail.draw import Paper
from bot.platform import Address, Landed, Parcel
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from commands.kit.limits import shortened
from commands.kit.words import T
from scheduler.sending import Rate

PLATFORM = "mail"
# Together they stay below the lease of a letter.
SECONDS_IN_LINE, SECONDS_TO_ASK, SECONDS_TO_HAND = 15.0, 15.0, 25.0
SECONDS_TO_PART = 2.0
AT_ONCE = 4  # connections: providers count them
# A server that says "later" means minutes: greylisting refuses whoever comes back at once.
PAUSE = 300.0
# While nobody mends the password it is tried once a minute.
PASSWORD_PAUSE = 60.0
NOT_NOW, CLOSING, FOR_GOOD, WANTS_PASSWORD = 400, 421, 500, 530
# RFC 3463: what begins so is against a policy, such as no relaying, and no fault of the address.
POLICY = "5.7."
REASON = 200
_LOCAL = re.compile(r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+(\.[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+)*")
_MAILBOX = re.compile(r"[^\s@<>]+@[^\s@<>]+")
Say = Callable[[T, str], str]


class MailPlatform:
    """The company's voice by e-mail. `say` puts words into a language."""

    name = PLATFORM
    carries = True

    def __init__(
        self, server: MailServer, sender: Mailbox, now: Callable[[], datetime], say: Say
    ) -> None:
        self._server = server
        self._sender = sender
        self._now = now
        self._say = say
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def direct(self, user: str) -> str:
        """An account's chat is its address."""
        return user

    async def send(self, parcel: Parcel) -> Landed:
        """Hand a page in. Raises `Later`, `Never`, `Unclear`."""
        to = mailbox(parcel.address.chat)
        letter = draw.letter(parcel, self._paper(parcel, to))
        async with self._turn():
            await self._hand_in(to.addr_spec, letter.as_bytes())
        return Landed(parcel.address.chat, str(letter["Message-ID"]))

    async def redraw(self, parcel: Parcel, message: str) -> None:
        """What lies in somebody's mailbox is theirs."""
        raise Never("what was sent stays as it is")

    async def find(self, parcel: Parcel) -> Landed | None:
        """Nobody sees into another's mailbox."""
        raise Unclear("what was sent cannot be read back here")

    async def fetch(self, remote: str) -> bytes:
        """Nothing comes in this way."""
        raise Never("nothing comes in here")

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """Ten a second over all, one a second to each; whose address it is stands in no row."""
        whose = hashlib.sha256(address.chat.encode()).hexdigest()[:16]
        return (Rate(f"{PLATFORM}:all", 10, 1.0), Rate(f"{PLATFORM}:{whose}", 1, 1.0))

    def _paper(self, parcel: Parcel, to: Mailbox) -> Paper:
        words = T(
            "You get this because {company} has you as a contact. If you would rather not, answer "
            "this e-mail.",
            company=self._sender.display_name,
        )
        return Paper(self._sender, to, self._now(), self._say(words, parcel.language))

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(SECONDS_IN_LINE):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Later("the mail server is slow", away=True) from error
        try:
            yield
        finally:
            self._turns.release()

    async def _hand_in(self, to: str, content: bytes) -> None:
        client = connection(self._server, self._sender)
        try:
            with unsent():
                async with asyncio.timeout(SECONDS_TO_ASK):
                    await client.connect()
                    await client.mail(self._sender.addr_spec)
                    await client.rcpt(to)
            with _handed():
                async with asyncio.timeout(SECONDS_TO_HAND):
                    await client.data(content)
            with suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(SECONDS_TO_PART):
                    await client.quit()
        finally:
            client.close()


def mailbox(written: str) -> Mailbox:
    """An account's address as it stands in an envelope. Raises `Never`."""
    local, _, domain = written.rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not _LOCAL.fullmatch(local) or not re.fullmatch(r"[0-9A-Za-z.-]+", host):
        raise Never("this is no address that mail can be sent to", account=True)
    return Mailbox(username=local, domain=host)


def connection(server: MailServer, sender: Mailbox) -> SMTP:
    """A connection yet to be made; it refuses to go on where STARTTLS is wanted and lacking."""
    return SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password or None,
        local_hostname=sender.domain,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=SECONDS_TO_ASK,
    )


@contextmanager
def unsent() -> Iterator[None]:
    """Whatever fails here, no letter has gone."""
    try:
        yield
    except SMTPResponseException as error:
        raise _refusal(error) from error
    except (SMTPException, OSError, TimeoutError) as error:
        # The library's own words name its case; a certificate's fault is its cause.
        reason = f"no connection: {type(error.__cause__ or error).__name__}"
        raise Later(reason, away=True) from error


@contextmanager
def _handed() -> Iterator[None]:
    """From here on the server may have taken it, unless it says that it has not."""
    try:
        yield
    except SMTPDataError as error:
        if error.code < NOT_NOW:
            raise Unclear(_told(error)) from error
        raise _refusal(error) from error
    except (SMTPException, OSError, TimeoutError) as error:
        raise Unclear("the connection was lost while the mail was handed in") from error


def _refusal(error: SMTPResponseException) -> Undeliverable:
    """What a server's answer means: 4yz not now, 5yz not at all (RFC 5321, 4.2.1)."""
    reason = _told(error)
    password = isinstance(error, SMTPAuthenticationError) or error.code == WANTS_PASSWORD
    if password and error.code >= FOR_GOOD:
        return Later(
            "the password was refused", PASSWORD_PAUSE, everyone=True, asked=True, token=True
        )
    if error.code == CLOSING or isinstance(error, SMTPConnectResponseError | SMTPHeloError):
        return Later(reason, away=True)
    if error.code < FOR_GOOD:
        return Later(reason, PAUSE)
    mistaken = isinstance(error, SMTPRecipientRefused) and POLICY not in reason
    return Never(reason, account=mistaken)


def _told(error: SMTPResponseException) -> str:
    """The server's words in one line, without anybody's address."""
    said = draw.one_line(_MAILBOX.sub("…", str(error.message)))
    return shortened(f"{error.code} {said}", REASON)
