"""Blots secrets out of what somebody else wrote: errors of libraries, which may repeat them.

A password within an address is known by where it stands, however short it is. Other secrets are
known by their value: a long one wherever it stands, a shorter one only as a word of its own, and
what is shorter still is not looked for, because it would be found in every sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bot.settings import Settings

BLOT = "…"
LONG, SHORT = 8, 4
Hide = Callable[[str], str]
# A database's password may hold what addresses may not: until the last @ it is the password.
_IN_ADDRESSES = (
    re.compile(r"(\bpostgres\w*(?:\+\w+)?://[^\s:/@]*:)[!-~]*@"),
    re.compile(r"(\b[a-z][\w+.-]*://[^\s:/@]*:)[^\s/@]*@", re.IGNORECASE),
)
_NAMED = re.compile(r"(\bpassword=)('[^']*'|[^\s&'\"]+)", re.IGNORECASE)


def without_passwords(text: str) -> str:
    """The text, with the passwords of addresses blotted out."""
    for pattern in _IN_ADDRESSES:
        text = pattern.sub(rf"\1{BLOT}@", text)
    return _NAMED.sub(rf"\1{BLOT}", text)


def hider(settings: Settings) -> Hide:
    """Blots out every secret of the settings too."""
    patterns = [_known_by(secret) for secret in _secrets(settings) if len(secret) >= SHORT]

    def hide(text: str) -> str:
        text = without_passwords(text)
        for pattern in patterns:
            text = pattern.sub(BLOT, text)
        return text

    return hide


def _known_by(secret: str) -> re.Pattern[str]:
    value = re.escape(secret)
    return re.compile(value if len(secret) >= LONG else rf"(?<!\w){value}(?!\w)")


def _secrets(settings: Settings) -> Iterable[str]:
    """Each as it is set, the longest first, so that none leaves a part of another behind."""
    found = {
        value.get_secret_value()
        for name in Settings.model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
    }
    found |= {key.decode() for key in settings.keys}
    found.update(settings.sms_gateway.secrets())
    for address in (settings.database_url, settings.smtp_url.get_secret_value()):
        password = urlsplit(address).password or ""
        found |= {password, unquote(password)}
    return sorted(found, key=len, reverse=True)
