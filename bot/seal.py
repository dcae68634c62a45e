"""Seals what a button holds to its chat, so that a forged, altered or moved one is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from bot.platform import Address
from commands.kit import taps
from commands.kit.card import Button
from commands.kit.limits import SEAL_BYTES, TAP_BYTES
from commands.kit.taps import BadTap, Tap


@dataclass(frozen=True, slots=True)
class Seal:
    """Holds the keys: the first seals, all of them open, so that keys can be rotated."""

    keys: tuple[bytes, ...]

    def sealed(self, button: Button, address: Address) -> str:
        """What a button holds in this chat: the tap, and eight letters that vouch for it."""
        text = taps.encode(taps.of(button))
        sealed = f"{text}~{_mark(self.keys[0], text, address)}"
        if len(sealed.encode()) > TAP_BYTES:
            raise ValueError(f"a button holds more than {TAP_BYTES - SEAL_BYTES} bytes: {text}")
        return sealed

    def opened(self, data: str, address: Address) -> Tap:
        """The tap that a pressed button holds; raises `BadTap` if we did not seal it for here."""
        text, _, mark = data.rpartition("~")
        if not mark.isascii():
            raise BadTap(data)
        if not any(hmac.compare_digest(_mark(key, text, address), mark) for key in self.keys):
            raise BadTap(data)
        return taps.decode(text)


def _mark(key: bytes, text: str, address: Address) -> str:
    chat = f"{address.platform}\n{address.workspace}\n{address.chat}\n{text}"
    digest = hmac.new(key, chat.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()
