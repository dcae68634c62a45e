"""The rules of people: who may be whose superior or deputy, and that an administrator stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from commands.kit.calendar import local_day, start_of_day
from commands.kit.errors import Invalid, Refused
from commands.kit.money import Money, NotMoney, parse_money
from commands.kit.people import Labelled
from commands.kit.times import parse_clock
from commands.kit.words import T
from storage import absences, people
from storage.absences import Absence
from storage.database import Transaction, known

KIND = "person"
WORDS = T("person")
_INSTANT = timedelta(microseconds=1)
_NEVER = {"none", "off", "no", "never", "无", "没有", "不要", "不用", "关", "关掉", "关闭"}
_FROM = re.compile(r"(?:from |between |从)\s*", re.IGNORECASE)
_TO = re.compile(
    r"\s*(?:[-–—~～,，、]+|[到至和]|\b(?:to|until|till|and)\b|(?<=\d)\s(?=\s*\d))\s*(?:次日|第二天)?\s*",
    re.IGNORECASE,
)
_POINT = re.compile(r"(?<=\d)[.．](?=\d)")
_UP_TO = re.compile(r"^(?:不超过|最多|up to\s+)|(?:以内|以下|之内)$", re.IGNORECASE)
_PART_OF_DAY = re.compile(r"[ap]\.?m|noon|midday|[晨早上中正下傍晚]", re.IGNORECASE)


class Matter(Labelled):
    """What a deputy may be given to decide on: kinds of requests, or nothing at all."""

    ADMISSION = "admission", "Admissions"
    NOTHING = "nothing", "Nothing"


# --- seats ----------------------------------------------------------------------------------------


def reaches(start: int, goal: int, following: Callable[[int], Iterable[int]]) -> bool:
    """Whether somebody is met when one goes from person to person."""
    waiting, passed = [start], set[int]()
    while waiting:
        one = waiting.pop()
        if one == goal:
            return True
        if one not in passed:
            passed.add(one)
            waiting.extend(following(one))
    return False


def check_superior(db: Transaction, person_id: int, superior_id: int) -> None:
    """Nobody is above themselves, however many stand between."""

    def above(id_: int) -> list[int]:
        row = people.get(db, id_)
        return [row.superior_id] if row and row.superior_id else []

    if person_id == superior_id:
        raise Invalid("superior", T("Nobody reports to themselves."))
    if reaches(superior_id, person_id, above):
        raise Invalid("superior", T("They report to this person already; it would be a circle."))


def check_administered(db: Transaction, besides: int) -> None:
    """Somebody else administers and can be reached, or this person must go on doing so."""
    rows = people.lock_administrators(db)
    if any(known(row.id) == besides for row in rows) and not any(
        known(row.id) != besides and people.accounts_of(db, known(row.id)) for row in rows
    ):
        raise Refused(
            T(
                "This is the last administrator who can be reached. "
                "Make somebody else administrator first, and let them join."
            )
        )


# --- being away -----------------------------------------------------------------------------------


def span(since: date, until: date, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first day, or from now on if that is today, to the end of the last."""
    today = local_day(now, zone)
    if until < today:
        raise Invalid("until", T("{day:weekday} is past. Until when are you away?", day=until))
    if since < today or since > until:
        raise Invalid(
            "since", T("The first day must lie between today and {day:weekday}.", day=until)
        )
    begins = now if since == today else start_of_day(since, zone)
    return begins, start_of_day(until + timedelta(days=1), zone)


def last_day(absence: Absence, zone: ZoneInfo) -> date:
    """The last day on which somebody is away."""
    return local_day(absence.until - _INSTANT, zone)


def check_deputy(
    db: Transaction, person_id: int, deputy_id: int, since: datetime, until: datetime
) -> None:
    """Somebody else stands in, and in the end somebody who is there."""

    def deputies(id_: int) -> list[int]:
        return [absence.deputy_id for absence in absences.within(db, id_, since, until)]

    if person_id == deputy_id:
        raise Invalid("deputy", T("Nobody stands in for themselves. Who else does?"))
    if reaches(deputy_id, person_id, deputies):
        raise Invalid(
            "deputy", T("They count on you while they are away themselves. Who else can stand in?")
        )


def scope(given: frozenset[Matter]) -> list[str] | None:
    """The kinds of requests that a deputy decides on; None where nothing was said: on all."""
    if Matter.NOTHING in given and len(given) > 1:
        raise Invalid("decides", T("Nothing, and something besides: which of them?"))
    return sorted(given - {Matter.NOTHING}) if given else None


def limit(written: str | None) -> Money | None:
    """Up to which amount a deputy decides."""
    said = _UP_TO.sub("", written.strip()) if written else ""
    if not said or said.casefold() in _NEVER | {"不限", "unlimited", "no limit"}:
        return None
    try:
        return parse_money(said)
    except NotMoney as error:
        raise Invalid("limit", T("Please write an amount, like 50000 or 50k.")) from error


# --- quiet hours ----------------------------------------------------------------------------------


def quiet_hours(written: str) -> tuple[str, str]:
    """From when until when somebody is not disturbed, as "22:00"; equal ones mean never."""
    if written.strip(" .。!！").casefold() in _NEVER:
        return "00:00", "00:00"
    found = [_clock(said, written) for said in _TO.split(_FROM.sub("", written.strip(), count=1))]
    if len(found) != 2 or None in found or found[0] == found[1]:  # noqa: PLR2004 (from and to)
        raise Invalid("hours", T("Please write it like 22:00-7:30, or “none”."))
    begins, ends = (one for one in found if one)
    return f"{begins:%H:%M}", f"{ends:%H:%M}"


def _clock(said: str, written: str) -> time | None:
    """A time of day; a number alone is an hour where no part of the day is named beside it."""
    alone = said.strip().isdecimal() and not _PART_OF_DAY.search(written)
    return parse_clock(f"{said}:00" if alone else _POINT.sub(":", said))
