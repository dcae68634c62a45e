"""Examines what only e-mail needs: a server that answers, and takes the password."""

from __future__ import annotations

import asyncio
from email.headerregistry import Address

from bot.finding import Finding, broken, fine
from bot.gateways import MailServer
from bot.mail.send import SECONDS_TO_ASK, connection, unsent
from commands.kit.errors import Undeliverable
from commands.kit.reasons import of_platform
from commands.kit.words import T

CHECK = T("mail server")


async def examine(server: MailServer, sender: Address) -> list[Finding]:
    """Call the mail server as for a letter, and hand none in."""
    client = connection(server, sender)
    try:
        with unsent():
            async with asyncio.timeout(SECONDS_TO_ASK):
                await client.connect()
    except Undeliverable as error:
        return [_unusable(server, error)]
    finally:
        client.close()
    said = T("{host} takes e-mails from {address}", host=server.host, address=sender.addr_spec)
    return [fine(CHECK, said)]


def _unusable(server: MailServer, error: Undeliverable) -> Finding:
    if getattr(error, "token", False):
        return broken(
            CHECK,
            T("{host} refuses the user or the password in SMTP_URL", host=server.host),
            T("Ask your provider for a password that mail programs may use, and set it again."),
        )
    return broken(
        CHECK,
        T("{host} could not be asked: {why}", host=server.host, why=of_platform(error.reason)),
        T(
            "Let this machine reach it, or correct SMTP_URL: most servers want port 587, or "
            "smtps:// and port 465."
        ),
    )
