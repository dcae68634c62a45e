"""Faults a test can order for coming calls, and the pace Slack allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal, get_args

from tests.fakes.slack.values import Json

Plain = Literal[
    "429",
    "500",
    "503",
    "reset_before",
    "reset_after",
    "timeout_before",
    "timeout_after",
    "truncated",
]
ANY = "*"
BETWEEN_POSTS = timedelta(seconds=1)


@dataclass(slots=True)
class Fault:
    """`retry_after` is the header's raw value for a 429; None leaves the header out."""

    method: str
    kind: str
    left: int
    retry_after: str | None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Plain) and not self.kind.startswith("ok_false:"):
            raise ValueError(f"no such fault: {self.kind}")

    @property
    def processed(self) -> bool:
        """Whether Slack does the deed before the fault hides its answer."""
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
    """When enforced: a chat.postMessage a second per channel, no call before a 429's time is up."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.enforced = False
        self._clock = clock
        self._not_before: dict[tuple[str, str], datetime] = {}

    def wait_for(self, method: str, arguments: Json) -> int:
        """Seconds the caller must still wait; 0 lets it through and starts its second."""
        if not self.enforced:
            return 0
        now = self._clock()
        keys = ((method, ""), (method, str(arguments.get("channel"))))
        left = max((self._not_before.get(key, now) - now for key in keys), default=timedelta())
        if left > timedelta():
            return ceil(left.total_seconds())
        if method == "chat.postMessage":
            self._not_before[keys[1]] = now + BETWEEN_POSTS
        return 0

    def told_to_wait(self, method: str, retry_after: str | None) -> None:
        if retry_after is not None and retry_after.isdecimal():
            self._not_before[method, ""] = self._clock() + timedelta(seconds=int(retry_after))
