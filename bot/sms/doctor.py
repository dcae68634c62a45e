"""Looks over what only text messages need; asking a provider would cost a message."""

from __future__ import annotations

from bot.finding import Finding, doubtful, fine
from bot.gateways import SmsGateway
from commands.kit.words import T

CHECK = T("text messages")


def examine(gateway: SmsGateway) -> list[Finding]:
    """Where messages go, and whether others can read them on the way."""
    if gateway.url.startswith("https://"):
        return [fine(CHECK, T("they are sent through {host}", host=gateway.host))]
    return [
        doubtful(
            CHECK,
            T("{host} is asked without encryption: numbers can be read", host=gateway.host),
            T("Ask your provider for an https:// address, and put it into SMS_URL."),
        )
    ]
