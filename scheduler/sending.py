"""What delivery hands to the platforms, and what it expects of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from commands.kit.card import Card
from commands.kit.errors import Later, Unclear
from commands.kit.words import T

FIRST_WAIT = 2.0
LONGEST_WAIT = 900.0
DOUBLED = 16  # times: longer than the longest wait, and no number too large to be one
# While nobody answers at a platform it is asked more often: what waits goes soon after it is back.
AWAY_WAIT = 60.0
KEYS = "+"
# Why a letter was lost: kept in English, translated when it is shown.
NOBODY = T("nobody can be reached there")
UNDRAWABLE = T("the card could not be drawn")
STOPPED = T("the sender stopped while sending")
# What a bug in drawing or handling raises; caught so that one poisoned row stops no other.
BUGS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Where:
    """A conversation as rows name it."""

    platform: str
    workspace: str
    chat: str
    thread: str = ""


# As a share of a limit: messages leave further apart than they may arrive, for they do not all take
# equally long on the way. Part of it is spent on those that leave late.
APART, LATE = 0.06, 0.03


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `many` messages to `destination` in `per` seconds."""

    destination: str
    many: int
    per: float

    @property
    def gap(self) -> timedelta:
        """Between one message and the next."""
        return timedelta(seconds=self.per / self.many) * (1 + APART)

    def after(self, now: datetime, turn: datetime | None) -> datetime:
        """When the next may go after one that goes now and whose turn it was at `turn`.

        Who comes late keeps the turn, so that what each message is late does not add up.
        """
        begun = max(turn, now - timedelta(seconds=self.per) * LATE) if turn else now
        return begun + self.gap


@dataclass(frozen=True, slots=True)
class Envelope:
    """A card on its way: to somebody in their direct chat, or to a chat of many.

    `key` names the letter, or all those that were merged, with `KEYS` between them.
    """

    where: Where
    card: Card
    key: str
    person_id: int | None = None
    account_id: int | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a card was shown: the chat, the message's id, and a digest of how it looked.

    One that is not `whole` lacks pictures, and is redrawn.
    """

    chat: str
    message: str
    look: str
    whole: bool = True


class Sender(Protocol):
    """The platforms, as delivery sees them.

    Every call raises `Later`, `Never` or `Unclear`, and nothing else.
    """

    async def direct(self, platform: str, user: str) -> str:
        """The direct chat with an account."""

    async def send(self, envelope: Envelope) -> Shown:
        """Post a card."""

    async def redraw(self, envelope: Envelope, message: str, look: str) -> str:
        """Show a card in place of an earlier one, unless it looks the same; give its look."""

    async def find(self, envelope: Envelope) -> Shown | None:
        """Look for a card that may have been posted; None when it surely was not.

        Raises `Unclear` when that can't be known.
        """

    async def open_topic(self, where: Where, title: str) -> str:
        """Make a thread with a title in a chat; give its number."""

    async def close_topic(self, where: Where, *, closed: bool) -> None:
        """Close or reopen a thread; to do so twice is harmless."""

    def rates(self, where: Where) -> tuple[Rate, ...]:
        """The limits that a message to this chat counts against."""

    def knows(self, platform: str) -> bool:
        """Whether this platform is switched on here."""


def backoff(attempts: int, *, away: bool = False) -> float:
    """Seconds to wait after so many attempts; `away` says that nobody answered."""
    longest = AWAY_WAIT if away else LONGEST_WAIT
    return float(min(FIRST_WAIT * 2 ** min(max(0, attempts - 1), DOUBLED), longest))


def wait_after(failure: Later | Unclear, attempts: int) -> timedelta:
    """How long to wait after so many: what the platform asks for, or longer each time.

    What is unclear was not answered; it is asked again only where that does no harm.
    """
    if isinstance(failure, Unclear):
        return timedelta(seconds=backoff(attempts, away=True))
    return timedelta(seconds=failure.after or backoff(attempts, away=failure.away))
