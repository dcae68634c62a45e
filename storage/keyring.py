"""Seals what must not be read in the database file (clause 7.3.2), with keys that can be changed.

The first key seals and every key opens, so a key is changed by putting a new one before it. What
is sealed says under which key, without giving the key away; `storage.resealing` moves it to the
first key, after which the old one may go.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK = "sealed:"
LOCKED = "🔒"
_ID_LETTERS = 8


class Unreadable(Exception):
    """It was sealed with a key that is not among ours, or was altered since."""


class Keyring:
    """Secret keys, the newest first."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        derived = [(_derived(key, b"name").hex()[:_ID_LETTERS], key) for key in keys]
        self._boxes = {name: Fernet(_fernet_key(key)) for name, key in derived}
        self.newest = f"{MARK}{derived[0][0]}:" if derived else ""

    def seal(self, text: str) -> str:
        """The text sealed with the newest key; what says nothing stays so."""
        if not text:
            return ""
        if not self.newest:
            raise Unreadable("there is no key to seal with")
        box = self._boxes[self.newest[len(MARK) : -1]]
        return self.newest + box.encrypt(text.encode()).decode()

    def open(self, kept: str) -> str:
        """What was sealed; what never was is given as it is. Raises `Unreadable`."""
        if not is_sealed(kept):
            return kept
        name, _, token = kept[len(MARK) :].partition(":")
        box = self._boxes.get(name)
        if box is None:
            raise Unreadable(f"sealed with the key {name}, which is not among SECRET_KEYS")
        try:
            return box.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise Unreadable("what was sealed has been altered") from error

    def seal_bytes(self, content: bytes) -> bytes:
        """Bytes sealed with the newest key. Raises `Unreadable` where there is none."""
        if not self.newest:
            raise Unreadable("there is no key to seal with")
        return self.newest.encode() + self._boxes[self.newest[len(MARK) : -1]].encrypt(content)

    def open_bytes(self, kept: bytes) -> bytes:
        """What was sealed; other bytes are given as they are. Raises `Unreadable`."""
        mark = MARK.encode()
        if not kept.startswith(mark):
            return kept
        name, _, token = kept[len(mark) :].partition(b":")
        box = self._boxes.get(name.decode("ascii", "replace"))
        try:
            return box.decrypt(token) if box else _unknown(name)
        except InvalidToken as error:
            raise Unreadable("what was sealed has been altered") from error

    def shown(self, kept: str) -> str:
        """The same, with a lock in place of what cannot be opened."""
        try:
            return self.open(kept)
        except Unreadable:
            return LOCKED

    def knows(self, kept: str) -> bool:
        """Whether there is a key that opens this."""
        return not is_sealed(kept) or kept[len(MARK) :].partition(":")[0] in self._boxes


def _unknown(name: bytes) -> bytes:
    raise Unreadable(f"sealed with the key {name!r}, which is not among SECRET_KEYS")


def is_sealed(kept: object) -> bool:
    """Whether something kept is sealed text."""
    return isinstance(kept, str) and kept.startswith(MARK)


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key for one purpose, from which neither the secret nor its other keys can be told."""
    made = HKDF(hashes.SHA256(), length=32, salt=None, info=b"headwater " + purpose)
    return made.derive(key)


def _fernet_key(key: bytes) -> bytes:
    return base64.urlsafe_b64encode(_derived(key, b"fields"))
