"""What people of a company do in a fortnight, drawn by chance from a seed.

Visits, complaints by customers, answers that mostly come in time, talk, cases passed on, days off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import TypeVar

from bot.playing import Part, Stage
from bot.sample import PLATFORM, WORKSPACE, account_of
from commands.kit.card import Button, Ref
from commands.kit.people import Department, Person, acting, load
from commands.kit.words import T
from storage import absences, cases, customers, people, postings, visits
from storage.cases import Case
from storage.database import Transaction, known

WORKED = 5
MONTH = 30
# How likely things are, and how often they happen on a working day.
LOOKS, ASKS_BACK, TAKES, PASSES, REMINDED, OFF = 0.2, 0.2, 0.6, 0.1, 0.1, 0.12
DIRECT, AT_NIGHT, AT_WEEKENDS = 0.8, 0.12, 0.3
VISITS_A_DAY = 1.5
BUSIEST = 2.0  # complaints a day for each colleague, whatever their customers' number
# Hours until the first reply and until the solution, and how many are so quick.
REPLIES = ((0.70, 0.3, 8.0), (0.22, 8.0, 20.0), (0.08, 25.0, 31.0))
SOLUTIONS = ((0.70, 4.0, 36.0), (0.22, 30.0, 44.0), (0.08, 49.0, 60.0))
MORNING, EVENING = time(8, 15), time(21, 0)
Spans = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What people write, in one language."""

    visits: tuple[str, ...]
    complaints: tuple[str, ...]
    reply: str
    measures: str
    more: str


WORDS = {
    "zh": Words(
        visits=("谈了下季度的价格", "看了新产线，样品下周寄出", "对了上月的账", "谈了交期"),
        complaints=("这批货表面有锈", "到货少了两箱", "尺寸超差，装不上", "包装破损，要求换货"),
        reply="已收到，正在查，今天给您答复",
        measures="换货并加检",
        more="客户线上还有库存也是这样，请尽快",
    ),
    "en": Words(
        visits=("talked about next quarter", "saw the new line", "went over the account"),
        complaints=("this lot is rusty", "two boxes are missing", "the size is out of tolerance"),
        reply="We have it and are looking into it",
        measures="replaced, and inspected twice from now on",
        more="Our stock on the line looks the same, please hurry",
    ),
}
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the company who acts, and the customers that are theirs."""

    person: Person
    part: Part
    owned: tuple[int, ...] = ()

    @property
    def sells(self) -> bool:
        """Whether visits are theirs to make."""
        return Department.SALES in self.person.departments


@dataclass
class Script:
    """Plans what people do. `monthly` is how many complaints a customer has in a month."""

    stage: Stage
    seed: int
    monthly: float
    staff: dict[int, Colleague] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Everything that is left to chance comes from the seed."""
        self.chance = Random(self.seed)  # noqa: S311 -- a play, no secret
        self.house = self.stage.core.house
        self.words = WORDS[self.house.language]

    async def plan(self, first: date, days: int) -> None:
        """Plan so many days, beginning with this one."""
        self.staff = {c.person.id: c for c in await self._read(_colleagues)}
        all_days = [first + timedelta(days=n) for n in range(days)]
        self._days_off([day for day in all_days if day.weekday() < WORKED])
        for day in all_days:
            if day.weekday() < WORKED:
                self._worked(day)
            self._complained(day)

    async def _read(self, work: Callable[[Transaction], V]) -> V:
        return await self.stage.core.database.read(work)

    # --- a day ------------------------------------------------------------------------------------

    def _worked(self, day: date) -> None:
        for one in self.staff.values():
            if self._likely(LOOKS):
                self.stage.plan(self._at(day, 8, 10), partial(self._looks, one))
            if one.sells and one.owned:
                for _ in range(self._times(VISITS_A_DAY)):
                    deed = partial(self._visits, one, self.chance.choice(one.owned), self._one())
                    self.stage.plan(self._at(day, 10, 20), deed)

    def _complained(self, day: date) -> None:
        owned = [customer for one in self.staff.values() for customer in one.owned]
        often = min(self.monthly / MONTH * len(owned), BUSIEST * len(self.staff))
        for _ in range(self._times(often * (1 if day.weekday() < WORKED else AT_WEEKENDS))):
            hours = (0, 24) if self._likely(AT_NIGHT) else (8, 18)
            deed = partial(self._complains, self.chance.choice(owned), self._one())
            self.stage.plan(self._at(day, *hours), deed)

    def _one(self) -> Random:
        """Chance for one thing that will happen, whatever else happens before."""
        return Random(self.chance.random())  # noqa: S311 -- a play, no secret

    def _days_off(self, days: list[date]) -> None:
        """Some are away for a few days, and a colleague of their department stands in."""
        off: set[int] = set()
        for one in self.staff.values():
            deputies = [d for d in self._beside(one) if d.person.id not in off]
            if days and deputies and self._likely(OFF):
                off.add(one.person.id)
                first, length = self.chance.choice(days), self.chance.randint(1, 3)
                deputy = self.chance.choice(deputies)
                text = (
                    f"/away until: {first + timedelta(days=length - 1)} deputy: #{deputy.person.id}"
                )
                self.stage.plan(self._at(first, 7, 8), partial(self._says, one, text))

    def _beside(self, one: Colleague) -> list[Colleague]:
        mine = one.person.departments
        return [c for c in self.staff.values() if c is not one and c.person.departments & mine]

    # --- what colleagues do -----------------------------------------------------------------------

    async def _says(self, one: Colleague, text: str) -> None:
        await self.stage.says(one.part, text)

    async def _is_away(self, one: Colleague) -> bool:
        now = self.stage.clock.now()
        return await self._read(lambda db: absences.of(db, one.person.id, now)) is not None

    async def _looks(self, one: Colleague) -> None:
        if not await self._is_away(one):
            await self._says(one, "/today")

    async def _visits(self, one: Colleague, customer: int, chance: Random) -> None:
        reminded, notes = chance.random() < REMINDED, chance.choice(self.words.visits)
        if await self._is_away(one):
            return
        await self._says(one, f"/visit customer: #{customer} notes: {notes} same: no")
        if reminded:
            since = date.min
            made = await self._read(lambda db: visits.by_person(db, one.person.id, since, 1))
            about = Ref("visit", known(made[0].id))
            await self.stage.presses(
                one.part, Button(T("{name}", name="visit_remind"), "visit_remind", {}, about)
            )

    # --- a case -----------------------------------------------------------------------------------

    async def _complains(self, customer: int, chance: Random) -> None:
        """A customer writes, or calls the colleague who looks after them."""
        direct, later = chance.random() < DIRECT, Random(chance.random())  # noqa: S311 -- a play
        text = chance.choice(self.words.complaints)
        contact = await self._contact(customer) if direct else None
        if contact:
            await self.stage.says(contact, f"/complaint {text}")
        else:
            owner = next(one for one in self.staff.values() if customer in one.owned)
            await self._says(owner, f"/complaint customer: #{customer} text: {text}")
        case = await self._read(lambda db: _newest(db, customer))
        if case is not None:
            self._handled(known(case.id), case.received_at, contact, later)

    def _handled(self, id_: int, received: datetime, contact: Part | None, chance: Random) -> None:
        """What becomes of a case is drawn when it begins, whatever else happens meanwhile."""
        replied = received + _drawn(chance, REPLIES)
        solved = max(received + _drawn(chance, SOLUTIONS), replied + timedelta(hours=1))
        plan = self.stage.plan
        if chance.random() < TAKES:
            plan(
                self._awake(received + timedelta(hours=0.5)), partial(self._does, id_, "case_take")
            )
        if chance.random() < PASSES:
            to = chance.choice(sorted(self.staff))
            text = f"/case_pass case: #{id_} to: #{to}"
            plan(self._awake(received + timedelta(hours=1)), partial(self._acts, id_, text))
        plan(self._awake(replied), partial(self._replies, id_, reached=contact is not None))
        if contact and chance.random() < ASKS_BACK:
            plan(self._awake(replied + timedelta(hours=1)), partial(self._adds, id_, contact))
        plan(self._awake(solved), partial(self._solves, id_))

    async def _handler(self, id_: int) -> Colleague | None:
        """Whoever answers for a case now, or stands in for them; None once it is solved."""
        now = self.stage.clock.now()

        def look(db: Transaction) -> int:
            case = cases.get(db, id_)
            acts = acting(db, case.owner_id, now) if case and case.state == cases.OPEN else None
            return acts.person.id if acts else 0

        return self.staff.get(await self._read(look))

    async def _acts(self, id_: int, text: str) -> None:
        one = await self._handler(id_)
        if one:
            await self._says(one, text)

    async def _does(self, id_: int, verb: str) -> None:
        one = await self._handler(id_)
        if one:
            await self.stage.presses(
                one.part, Button(T("{name}", name=verb), verb, {}, Ref("case", id_))
            )

    async def _replies(self, id_: int, *, reached: bool) -> None:
        said = self.words.reply
        written, phoned = (
            f"/case_reply case: #{id_} text: {said}",
            f"/case_phoned case: #{id_} at: ",
        )
        at = self.stage.clock.now().astimezone(self.house.zone)
        await self._acts(id_, written if reached else f"{phoned}{at:%Y-%m-%d %H:%M}")

    async def _solves(self, id_: int) -> None:
        day = self.stage.clock.now().astimezone(self.house.zone).date() + timedelta(days=7)
        measures = self.words.measures
        text = f"/case_solve case: #{id_} department: quality measures: {measures} by_day: {day}"
        await self._acts(id_, text)

    async def _adds(self, id_: int, contact: Part) -> None:
        """The customer answers the card of their case with more words."""
        found = await self._read(lambda db: postings.of(db, "case", id_))
        card = next((one.message for one in found if one.chat == contact.chat), "")
        if card:
            await self.stage.says(contact, self.words.more, answering=card)

    async def _contact(self, customer: int) -> Part | None:
        found, _ = await self.stage.core.database.write(
            lambda db: _contact_of(db, customer, self.stage.clock.now())
        )
        return found

    # --- chance -----------------------------------------------------------------------------------

    def _likely(self, chance: float) -> bool:
        return self.chance.random() < chance

    def _times(self, mean: float) -> int:
        """How often something happens that happens so often on average."""
        whole = int(mean)
        return self.chance.randint(0, 2 * whole) + int(self._likely(mean - whole))

    def _at(self, day: date, since: int, before: int) -> datetime:
        minutes = self.chance.randrange(since * 60, before * 60)
        return datetime.combine(day, time(), self.house.zone) + timedelta(minutes=minutes)

    def _awake(self, at: datetime) -> datetime:
        """The same moment, or the next morning where people sleep."""
        local = at.astimezone(self.house.zone)
        if MORNING <= local.time() < EVENING:
            return at
        day = local.date() + timedelta(days=local.time() >= EVENING)
        return datetime.combine(day, MORNING, self.house.zone) + timedelta(minutes=local.minute)


def _drawn(chance: Random, spans: Spans) -> timedelta:
    likely = chance.choices(spans, [share for share, _, _ in spans])[0]
    return timedelta(hours=chance.uniform(likely[1], likely[2]))


def _colleagues(db: Transaction) -> list[Colleague]:
    """Everybody who can be played, with the customers that they look after."""
    found = []
    for account in people.linked(db, PLATFORM, WORKSPACE):
        person = load(db, account.person_id) if account.person_id else None
        if person:
            part = Part(account.user, account.chat)
            found.append(Colleague(person, part, tuple(customers.all_owned_by(db, person.id))))
    return found


def _newest(db: Transaction, customer: int) -> Case | None:
    return next(iter(cases.of_customer(db, customer, 1)), None)


def _contact_of(db: Transaction, customer: int, now: datetime) -> Part | None:
    """The first contact of a customer, who gets an account here when they first write."""
    contact = next(iter(customers.contacts(db, customer)), None)
    if contact is None:
        return None
    known_as = people.accounts_of_contact(db, known(contact.id))
    if known_as:
        return Part(known_as[0].user, known_as[0].chat)
    made = account_of(f"c{contact.id}", contact.name, now, contact_id=contact.id)
    people.add_account(db, made)
    return Part(made.user, made.chat)
