"""Faults a test can order for coming calls, and the pace Telegram allows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal, get_args

Plain = Literal[
    "429",
    "500",
    "502",
    "ok_false",
    "reset_before",
    "reset_after",
    "timeout_before",
    "timeout_after",
    "truncated",
]
ANY = "*"
SENDS = frozenset({"sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup"})
# What the network adds or takes between two sends that left at the right distance.
TOLERANCE = timedelta(milliseconds=50)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
OVERALL = 30
PER_GROUP = 20
_REFUSAL = re.compile(r"(\d{3}):(.+)", re.DOTALL)


@dataclass(slots=True)
class Fault:
    """`retry_after` goes into a 429's parameters as it is; None leaves these out."""

    method: str
    kind: str
    left: int
    retry_after: object

    def __post_init__(self) -> None:
        if self.kind not in get_args(Plain) and self.refusal is None:
            raise ValueError(f"no such fault: {self.kind}")

    @property
    def refusal(self) -> tuple[int, str] | None:
        """Code and words of a kind such as "403:Forbidden: bot was blocked by the user"."""
        found = _REFUSAL.fullmatch(self.kind)
        return (int(found[1]), found[2]) if found else None

    @property
    def processed(self) -> bool:
        """Whether Telegram does the deed before the fault hides its answer."""
        return self.kind in ("reset_after", "timeout_after", "truncated")


class Faults:
    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self.ordered.append(fault)

    def take(self, method: str) -> Fault | None:
        for fault in self.ordered:
            if fault.method in (method, ANY) and fault.left > 0:
                fault.left -= 1
                return fault
        return None


class Pace:
    """When enforced: 30 sends a second, one a second per chat, 20 a minute per group.

    And nothing to a chat before the time that a 429 named is up.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.enforced = False
        self._clock = clock
        self._sent: deque[datetime] = deque(maxlen=OVERALL)
        self._sent_to: dict[int, deque[datetime]] = {}
        self._not_before: dict[int | None, datetime] = {}

    def wait_for(self, method: str, chat: int | None) -> int:
        """Seconds the caller must still wait; 0 lets it through and counts it."""
        if not self.enforced:
            return 0
        now = self._clock()
        left = self._not_before.get(chat, now) - now
        if method in SENDS and chat is not None:
            left = max(left, self._crowded(chat, now))
        if left > timedelta():
            return ceil(left.total_seconds())
        if method in SENDS and chat is not None:
            self._sent.append(now)
            self._sent_to[chat].append(now)
        return 0

    def told_to_wait(self, chat: int | None, retry_after: object) -> None:
        if isinstance(retry_after, int):
            self._not_before[chat] = self._clock() + timedelta(seconds=retry_after) - TOLERANCE

    def _crowded(self, chat: int, now: datetime) -> timedelta:
        to_chat = self._sent_to.setdefault(chat, deque(maxlen=PER_GROUP))
        ends = [times[-most] + span for times, most, span in self._rules(to_chat, chat)]
        return max((end - TOLERANCE - now for end in ends), default=timedelta())

    def _rules(
        self, to_chat: deque[datetime], chat: int
    ) -> list[tuple[deque[datetime], int, timedelta]]:
        """The windows that have been used up at some time, latest use last."""
        rules = [(self._sent, OVERALL, SECOND), (to_chat, 1, SECOND)]
        rules += [(to_chat, PER_GROUP, MINUTE)] if chat < 0 else []
        return [rule for rule in rules if len(rule[0]) >= rule[1]]
