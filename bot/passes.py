"""Names and passes of files and places: no address can be guessed, and a pass soon ends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LASTS = timedelta(minutes=10)
FILES = "/files"
PLACES = "/place"
_NAME = re.compile(r"([0-9]{1,9})-([A-Za-z0-9_-]{22})")
_PASS = re.compile(r"([0-9]{1,9})\.([0-9]{1,11})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class Pass:
    """For whom a link was made, and until when it opens."""

    account_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Passes:
    """Holds the keys: the first signs, all of them vouch.

    `url` is what the server is called, and `public` that it is called so from outside, too.
    """

    keys: tuple[bytes, ...]
    url: str = ""
    public: bool = True

    def path(self, file_id: int) -> str:
        """Where a file is, for those who are let in there."""
        return f"{FILES}/{file_id}-{self._mark(self.keys[0], f'file {file_id}')}"

    def named(self, name: str) -> int | None:
        """The file of a name that we gave."""
        found = _NAME.fullmatch(name)
        if found is None or not self._vouched(f"file {found[1]}", found[2]):
            return None
        return int(found[1])

    def link(self, file_id: int, account_id: int, now: datetime) -> str:
        """An address that shows a file to the owner of an account, for a few minutes."""
        until = int((now + LASTS).timestamp())
        mark = self._mark(self.keys[0], f"pass {file_id} {account_id} {until}")
        return f"{self.url}{self.path(file_id)}?pass={account_id}.{until}.{mark}"

    def opened(self, file_id: int, text: str) -> Pass | None:
        """The pass that we gave for this file; it may have ended."""
        found = _PASS.fullmatch(text)
        if found is None:
            return None
        if not self._vouched(f"pass {file_id} {found[1]} {found[2]}", found[3]):
            return None
        return Pass(int(found[1]), datetime.fromtimestamp(int(found[2]), UTC))

    def place_link(self, draft_id: int, account_id: int, now: datetime) -> str:
        """An address at which the owner of an account sends where they are, for a few minutes."""
        until = int((now + LASTS).timestamp())
        mark = self._mark(self.keys[0], f"place {draft_id} {account_id} {until}")
        return f"{self.url}{PLACES}/{draft_id}.{account_id}.{until}.{mark}"

    def place_of(self, text: str) -> tuple[int, Pass] | None:
        """The draft that a place is for, and for whom the address was made; it may have ended."""
        draft, _, rest = text.partition(".")
        found = _PASS.fullmatch(rest) if draft.isascii() and draft.isdecimal() else None
        if found is None or not self._vouched(f"place {draft} {found[1]} {found[2]}", found[3]):
            return None
        return int(draft), Pass(int(found[1]), datetime.fromtimestamp(int(found[2]), UTC))

    def _vouched(self, text: str, mark: str) -> bool:
        return any(hmac.compare_digest(self._mark(key, text), mark) for key in self.keys)

    def _mark(self, key: bytes, text: str) -> str:
        digest = hmac.new(key, f"files\n{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
