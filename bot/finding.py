"""What an examination finds: whether something is well, why not, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import assert_never

from commands.kit.words import T, Words

CLOCK_WARN = timedelta(seconds=5)
CLOCK_FAIL = timedelta(seconds=60)


class Verdict(Enum):
    """How something is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"

    @property
    def words(self) -> T:
        """The same for a person."""
        match self:
            case Verdict.OK:
                return T("ok")
            case Verdict.WARN:
                return T("warn")
            case Verdict.FAIL:
                return T("fail")
            case _ as never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an examination; what is not well says what to do."""

    check: Words
    verdict: Verdict
    cause: T
    cure: T | None = None

    @property
    def name(self) -> str:
        """What programs call the check."""
        return self.check.text if isinstance(self.check, T) else self.check


def fine(check: Words, cause: T) -> Finding:
    """Nothing to do."""
    return Finding(check, Verdict.OK, cause)


def doubtful(check: Words, cause: T, cure: T) -> Finding:
    """It works, though not for ever or not for everybody."""
    return Finding(check, Verdict.WARN, cause, cure)


def broken(check: Words, cause: T, cure: T) -> Finding:
    """The bot can't work like this."""
    return Finding(check, Verdict.FAIL, cause, cure)


def clock(check: Words, there: datetime | None, here: datetime) -> Finding:
    """Compare this machine's clock with another's."""
    if there is None:
        return fine(check, T("the time was not told"))
    off = abs(there - here)
    seconds = round(off.total_seconds())
    if off < CLOCK_WARN:
        return fine(check, T("the clocks agree"))
    judge = doubtful if off < CLOCK_FAIL else broken
    return judge(
        check,
        T("this machine's clock is {n} seconds off", n=seconds),
        T("Let this machine keep its time by NTP (such as systemd-timesyncd or chrony)."),
    )


def dated(header: str | None) -> datetime | None:
    """The moment that a server put on its answer."""
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
