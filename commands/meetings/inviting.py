"""Whom a meeting is for: customers as they were named, and colleagues (clause 3.1.1b)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from commands import customers as customer_noun
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.people import ToPerson, load
from commands.kit.words import T, listed
from commands.meetings.rules import KIND
from storage import customers, meetings
from storage.database import Transaction, known
from storage.meetings import Meeting, Participant

AT_ONCE = 200
_ALL = re.compile(
    r"(?:全部|所有)?(?:的)?重点客户|全部客户|all\s+important(?:\s+(?:ones|customers))?",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:和|与|及|跟|、|,|，|;|；|&|\+|and\s)\s*", re.IGNORECASE)
_PLACE = re.compile(r"(?:地点|place|where|在|at\s|@)\s*[:：]?\s*", re.IGNORECASE)
_EXACT = 100.0


def named(desk: Desk, text: str) -> tuple[list[int], str]:
    """The customers that a text begins with, and the place that is named behind them.

    Raises `Invalid` where a name is none, or several are meant by it.
    """
    rest = text.strip()
    if every := _ALL.match(rest):
        return important(desk.db), _place(rest[every.end() :])
    found: list[int] = []
    joined = True
    while rest and (following := _next(desk, rest, joined=joined)):
        id_, rest = following
        found += [id_] if id_ not in found else []
        link = _AND.match(rest)
        joined, rest = bool(link), rest[link.end() if link else 0 :].strip()
    if rest and joined and not _PLACE.match(rest):
        raise Invalid("customers", T("There is no customer called “{said}”.", said=rest))
    return found, _place(rest)


def _next(desk: Desk, text: str, *, joined: bool) -> tuple[int, str] | None:
    """The customer that comes next: behind a space only one that is named in full."""
    if _PLACE.match(text):
        return None
    matches, rest = customer_noun.leads(desk, text, whole=not joined)
    if matches.clear and (joined or matches.found[0].score >= _EXACT):
        return matches.found[0].id, rest
    if matches.found and joined:
        names = listed([one.name for one in matches.found])
        raise Invalid("customers", T("Several are meant: {names}. Pick one.", names=names))
    return None


def _place(text: str) -> str:
    said = text.strip(" ,，;；。")
    start = _PLACE.match(said)
    return said[start.end() :] if start else said


def important(db: Transaction) -> list[int]:
    """Every important customer."""
    found: list[int] = []
    while some := customers.important(db, found[-1] if found else 0, AT_ONCE):
        found += [one.customer_id for one in some]
    return found


def invite(desk: Desk, meeting: Meeting, ids: Sequence[int]) -> int:
    """These customers are to be invited; gives how many were not yet. Their owners are told."""
    all_ = meetings.participants(desk.db, known(meeting.id))
    have = {one.customer_id for one in all_}
    new = [id_ for id_ in dict.fromkeys(ids) if id_ not in have]
    for id_ in new:
        meetings.join(desk.db, Participant(meeting_id=known(meeting.id), customer_id=id_))
    held = customers.stewardships(desk.db, new)
    for owner_id in sorted({one.owner_id for one in held.values() if one.owner_id}):
        if owner_id != desk.person.id and load(desk.db, owner_id):
            desk.tell(ToPerson(owner_id), Ref(KIND, known(meeting.id)))
    return len(new)


def colleagues(db: Transaction, meeting: Meeting) -> list[int]:
    """Everybody of the company who takes part: the organiser first."""
    all_ = meetings.participants(db, known(meeting.id))
    ids = [meeting.owner_id, *(one.person_id for one in all_)]
    return [id_ for id_ in dict.fromkeys(ids) if id_ and load(db, id_)]


def tell_colleagues(desk: Desk, meeting: Meeting, view: str = "") -> None:
    """Everybody of the company who takes part, but whoever does this, reads its card."""
    me = desk.actor.person.id if desk.actor.person else None
    for id_ in colleagues(desk.db, meeting):
        if id_ != me:
            desk.tell(ToPerson(id_), Ref(KIND, known(meeting.id), view))
