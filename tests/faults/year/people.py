"""What colleagues say and press on a day, through the door; each deed has a key of its own.

Whoever gets no answer says it again, as platforms deliver again: what was recorded is not done
again, so that a day can be gone through as often as the bot is killed in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import partial

from bot.core import Core
from bot.platform import Address, Pressed, Request, Said, Typed
from bot.sample import PLATFORM, WORKSPACE
from commands.kit.card import Button, Ref
from commands.kit.words import T
from storage import care, cases, visits
from storage.care import Care
from storage.database import Transaction, known
from tests.faults.year import cast
from tests.faults.year.cast import DAY, HEAD, LEAVE, REWORD, Cast, Complaint, Plan, Visit, called
from tests.faults.year.records import token

MORNING, AFTERNOON = time(10, 30), time(15)


@dataclass(frozen=True, slots=True)
class Seen:
    """An occasion as its owner sees it: its card, and who is on it."""

    card: Care
    contacts: tuple[int, ...]

    @property
    def id(self) -> int:
        """Its number."""
        return known(self.card.id)

    def plan(self, everybody: Cast) -> Plan:
        """What is done about it."""
        return everybody.plan(
            self.card.kind, self.card.day, self.card.customer_id or 0, self.contacts
        )

    @property
    def name(self) -> str:
        """What tells it from others."""
        card = self.card
        return called(card.kind, card.day, card.customer_id or 0, self.contacts)


@dataclass(frozen=True)
class People:
    """Everybody of the company, at the door of one life of the bot."""

    cast: Cast
    core: Core

    async def do(self, day: date, part: time) -> None:
        """What is done in the morning, or in the afternoon, of a day."""
        deeds = self._morning if part == MORNING else self._afternoon
        for deed in deeds(day):
            await deed()

    def _morning(self, day: date) -> Sequence[Callable[[], Awaitable[None]]]:
        found: list[Callable[[], Awaitable[None]]] = []
        if day == self.cast.first:
            found.append(self._tell_days)
        return [
            *found,
            lambda: self._change(day),
            lambda: self._report(day),
            lambda: self._see(day),
        ]

    def _afternoon(self, day: date) -> Sequence[Callable[[], Awaitable[None]]]:
        return [lambda: self._solve(day), lambda: self._take_back(day), lambda: self._excuse(day)]

    # --- at the door ------------------------------------------------------------------------------

    async def _says(self, person: int, key: str, text: str) -> None:
        await self._handle(f"p{person}", key, Typed(text))

    async def _presses(self, user: str, key: str, command: str, about: Ref) -> None:
        button = Button(T("{name}", name=command), command, {}, about)
        data = self.core.house.seal.sealed(button, _address(user))
        await self._handle(user, key, Pressed(data))

    async def _handle(self, user: str, key: str, said: Said) -> None:
        at = self.core.clock.now()
        request = Request(_address(user), user, said, at, key=f"{user}:{key}", message=key)
        await self.core.door.handle(request)

    # --- what is told -----------------------------------------------------------------------------

    async def _tell_days(self) -> None:
        """Birthdays, and since when we cooperate: what is in the files is not told once more."""
        told = await self.core.database.read(_told)
        for contact in self.cast.contacts:
            if contact.birthday and (contact.customer, contact.id) not in told:
                text = (
                    f"/contact_birthday customer: #{contact.customer} contact: {contact.name} "
                    f"birthday: {contact.birthday.told()}"
                )
                await self._says(HEAD, f"born{contact.id}", text)
        for one in self.cast.customers:
            if one.since and (one.id, 0) not in told:
                text = f"/customer_since customer: #{one.id} since: {one.since.told()}"
                await self._says(HEAD, f"since{one.id}", text)

    async def _change(self, day: date) -> None:
        """Who owns a customer, whether it is important, who has left."""
        for one in self.cast.customers:
            for change in (change for change in one.changes if change.on == day):
                important = "yes" if change.important else "no"
                text = (
                    f"/customer_owner customer: #{one.id} owner: #{change.owner} "
                    f"important: {important}"
                )
                await self._says(HEAD, f"change{one.id}", text)
        for contact in self.cast.contacts:
            if contact.left == day:
                text = f"/contact_left customer: #{contact.customer} contact: {contact.name}"
                await self._says(HEAD, f"left{contact.id}", text)

    async def _report(self, day: date) -> None:
        """Complaints and visits."""
        for one in self.cast.complaints:
            if one.opened == day:
                text = f"/complaint customer: #{one.customer} text: 螺栓锈蚀{one.mark}"
                await self._says(self._owner(one.customer, day), f"opened{one.number}", text)
        for visit in self.cast.visits:
            if visit.logged == day:
                text = (
                    f"/visit customer: #{visit.customer} notes: 谈了交期{visit.mark} "
                    f"day: {visit.met} same: no"
                )
                await self._says(self._owner(visit.customer, day), visit.mark, text)

    def _owner(self, customer: int, day: date) -> int:
        return self.cast.customers[customer - 1].owned(day) or HEAD

    async def _solve(self, day: date) -> None:
        """A reply by phone, and a solution."""
        for one in self.cast.complaints:
            if one.solved == day:
                case = await self._case(one)
                who = self._owner(one.customer, one.opened)
                phoned = f"/case_phoned case: #{case} at: {day} 14:30"
                await self._says(who, f"phoned{one.number}", phoned)
                solution = (
                    f"/case_solve case: #{case} department: quality measures: 换货 "
                    f"by_day: {day + 7 * DAY}"
                )
                await self._says(who, f"solved{one.number}", solution)

    async def _case(self, one: Complaint) -> int:
        found = await self.core.database.read(
            lambda db: [c for c in cases.of_customer(db, one.customer, 99) if one.mark in c.text]
        )
        return known(found[0].id)

    async def _take_back(self, day: date) -> None:
        """Visits that were logged by mistake in the morning."""
        for visit in self.cast.visits:
            if visit.logged == day and visit.undone:
                about = Ref("visit", await self._visit(visit))
                who = self._owner(visit.customer, day)
                await self._presses(f"p{who}", f"undo{visit.number}", "visit_undo", about)

    async def _visit(self, visit: Visit) -> int:
        def look(db: Transaction) -> list[int]:
            found = visits.by_person(db, self._owner(visit.customer, visit.logged), visit.met, 999)
            return [known(one.id) for one in found if visit.mark in one.notes]

        made = await self.core.database.read(look)
        return made[0] if made else 0

    async def _excuse(self, day: date) -> None:
        for one in self.cast.excuses:
            if one.on == day:
                text = (
                    f"/visit_excuse customer: #{one.customer} reason: 停产 month: {one.month:%Y-%m}"
                )
                await self._says(HEAD, f"excuse{one.customer}:{one.month}", text)

    # --- occasions --------------------------------------------------------------------------------

    async def _see(self, day: date) -> None:
        """Everybody sees to what is open and whose day it is."""
        for person in self.cast.staff:
            for seen in await self.core.database.read(partial(_open_of, person=person)):
                plan = seen.plan(self.cast)
                if plan.way != LEAVE and plan.on <= day <= seen.card.day + DAY:
                    who = self.cast.superior(person) if plan.by_superior else person
                    await self._see_to(seen, plan, who)

    async def _see_to(self, seen: Seen, plan: Plan, who: int) -> None:
        about, number = Ref("care", seen.id), seen.id
        match plan.way:
            case cast.BY_HAND:
                await self._says(who, f"done{number}", f"/care_done care: #{number} how: 打了电话")
            case cast.SKIP:
                text = f"/care_skip care: #{number} reason: 客户停业"
                await self._says(who, f"skip{number}", text)
            case _:
                await self._words_and_names(seen, plan, who)
                users = (f"p{who}", f"q{who}") if plan.twice else (f"p{who}",)
                taps = [self._presses(u, f"send{number}", "care_send", about) for u in users]
                await asyncio.gather(*taps)

    async def _words_and_names(self, seen: Seen, plan: Plan, who: int) -> None:
        if plan.way == REWORD:
            text = f"/care_text care: #{seen.id} text: 祝一切顺利{token(seen.name)}"
            await self._says(who, f"text{seen.id}", text)
        if plan.toggled:
            name = self._contact_name(plan.toggled)
            await self._says(who, f"tick{seen.id}", f"/care_tick care: #{seen.id} who: {name}")

    def _contact_name(self, contact: int) -> str:
        return self.cast.contacts[contact - 1].name


def _told(db: Transaction) -> set[tuple[int, int]]:
    found = db.run("SELECT customer_id, contact_id FROM occasion").fetchall()
    return {(customer, contact or 0) for customer, contact in found}


def _open_of(db: Transaction, person: int) -> list[Seen]:
    return [
        Seen(one, tuple(sorted(g.contact_id for g in care.greetings(db, known(one.id)))))
        for one in care.open_of(db, person)
    ]


def _address(user: str) -> Address:
    return Address(PLATFORM, WORKSPACE, f"dm:{user}")
