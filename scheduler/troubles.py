"""Tells an administrator of what is wrong until somebody acts: once, and once when it is over."""

from __future__ import annotations

import structlog

from commands.kit.reasons import of_platform
from commands.kit.words import T, Words
from scheduler.alarm import Clocks, raise_alarm
from storage import customers, people, troubles
from storage.database import Transaction
from storage.people import Account
from storage.troubles import CONFLICT, DEAF, SOCKET, TOKEN, Trouble

log = structlog.get_logger("troubles")

# What is wrong with a platform, as an operator reads it, and the setting to look at.
KNOWN = {
    TOKEN: ("the token is refused", "{}_BOT_TOKEN"),
    CONFLICT: ("another program takes the messages", "{}_BOT_TOKEN"),
    SOCKET: ("listening is refused", "{}_APP_TOKEN"),
    DEAF: ("it can't be reached", "{}_API_URL"),
}
# Those that only go out are kept by other settings.
_SETTINGS = {"mail": "SMTP_URL", "sms": "SMS_HEADERS"}
_NAMES = {"mail": T("e-mail"), "sms": T("text message")}


def begin(db: Transaction, clock: Clocks, name: str, what: T, why: Words, reason: str = "") -> bool:
    """Something is wrong. Who knew that already is not told again: False then."""
    begun = troubles.begin(db, name, clock.machine(), reason)
    if begun:
        log.error("trouble", name=name, setting=setting_of(name), reason=reason)
        raise_alarm(db, clock, name, what, why)
    return begun


def end(db: Transaction, clock: Clocks, name: str, what: T, why: Words) -> bool:
    """It is over; False when nothing was wrong."""
    ended = troubles.end(db, name, clock.machine())
    if ended:
        log.info("trouble_over", name=name)
        raise_alarm(db, clock, f"{name}:over", what, why)
    return ended


def setting_of(name: str) -> str:
    """The setting to look at for a platform's trouble; "" for an account's or a place's."""
    platform, _, kind = name.partition(":")
    if kind not in KNOWN:
        return ""
    return _SETTINGS.get(platform) or KNOWN[kind][1].format(platform.upper())


def _called(platform: str) -> Words:
    return _NAMES.get(platform, platform.capitalize())


def told(trouble: Trouble) -> str:
    """A line for whoever runs the machine: platform, what is wrong, setting, since when, why."""
    platform, _, kind = trouble.name.partition(":")
    what = KNOWN[kind][0] if kind in KNOWN else kind
    where = f" ({setting_of(trouble.name)})" if kind in KNOWN else ""
    return f"{platform}: {what}{where}, since {trouble.since:%Y-%m-%d %H:%M} UTC: {trouble.reason}"


def token_refused(db: Transaction, clock: Clocks, platform: str, reason: str) -> bool:
    """A platform does not know the bot any more."""
    if platform in _SETTINGS:
        return _password_refused(db, clock, platform, reason)
    what = T(
        "⚠ {platform} refuses the bot's token: nothing can be sent or heard there",
        platform=platform.capitalize(),
    )
    cure = T("Make a new token there, put it into the settings and start the bot again.")
    return begin(db, clock, f"{platform}:{TOKEN}", what, cure, reason)


def _password_refused(db: Transaction, clock: Clocks, platform: str, reason: str) -> bool:
    what = T(
        "⚠ Nothing can be sent by {platform}: our password is refused", platform=_called(platform)
    )
    cure = T("Correct {setting} and start the bot again.", setting=_SETTINGS[platform])
    return begin(db, clock, f"{platform}:{TOKEN}", what, cure, reason)


def token_taken(db: Transaction, clock: Clocks, platform: str) -> bool:
    """A platform knows the bot again."""
    what = T("✅ {platform} takes the bot's token again", platform=platform.capitalize())
    if platform in _SETTINGS:
        what = T("✅ Sending by {platform} works again", platform=_called(platform))
    why = T("What waited is being sent.")
    return end(db, clock, f"{platform}:{TOKEN}", what, why)


def unreachable(db: Transaction, clock: Clocks, account: Account, reason: str) -> bool:
    """An account refuses what it is sent."""
    what = T(
        "⚠ {name} can't be reached on {platform} any more",
        name=_whose(db, account),
        platform=_called(account.platform),
    )
    return begin(db, clock, _of(account), what, of_platform(reason), reason)


def reachable(db: Transaction, clock: Clocks, account: Account) -> bool:
    """An account can be written to again."""
    what = T(
        "✅ {name} can be reached on {platform} again",
        name=_whose(db, account),
        platform=_called(account.platform),
    )
    return end(db, clock, _of(account), what, T("The bot is no longer blocked."))


def _of(account: Account) -> str:
    return f"{account.platform}:account:{account.id}"


def _whose(db: Transaction, account: Account) -> str:
    person = people.get(db, account.person_id) if account.person_id else None
    contact = customers.contact(db, account.contact_id) if account.contact_id else None
    owner = person or contact
    return owner.name if owner else account.name or account.user


def removed(db: Transaction, clock: Clocks, platform: str, chat: str, place: Words) -> bool:
    """A place can't be written to any more."""
    why = T("No card is posted there until somebody lets the bot in again.")
    what = T("⚠ I was removed from {place}", place=place)
    return begin(db, clock, f"{platform}:place:{chat}", what, why)


def back(db: Transaction, clock: Clocks, platform: str, chat: str, place: Words) -> bool:
    """It can again."""
    why = T("Cards are posted there again.")
    return end(
        db, clock, f"{platform}:place:{chat}", T("✅ I am in {place} again", place=place), why
    )
