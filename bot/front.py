"""Front pages: what somebody sees first of the bot, drawn anew when it may look different."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from bot.draw import Pen
from bot.hearing import Hearing
from bot.house import Glance, House
from bot.pages import Page
from bot.permission import may
from bot.platform import Address, Platform
from bot.telling import Fronted
from commands import day
from commands.kit import welcome
from commands.kit.card import PUBLIC, Button, Buttons, Card, Line, Ref
from commands.kit.errors import Later, Never, Unclear
from commands.kit.people import Actor, Person, load
from commands.kit.words import T
from scheduler.sending import backoff
from storage import cases, customers, fronts, people
from storage.database import Database, Transaction, known
from storage.fronts import Front
from storage.people import Account

log = structlog.get_logger("front")
# How often an open page may change under its reader's eyes.
EVERY = timedelta(minutes=1)
# What one begins with; whoever may not do one of these is not offered it.
BEGINNINGS = ("visit", "complaint", "customer", "case", "help")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def opened(hearing: Hearing) -> None:
    """Somebody looks at their page: it is drawn after the commit."""
    at = hearing.request.address
    front = Front(
        account_id=hearing.actor.account_id,
        platform=at.platform,
        workspace=at.workspace,
        user=hearing.request.user,
        chat=at.chat,
        drawn_at=LONG_AGO,
    )
    fronts.opened(hearing.db, front)


class Fronts:
    """Shows every front page that was opened, and shows it again when it has changed."""

    def __init__(self, database: Database, house: House, platforms: Mapping[str, Platform]) -> None:
        self.database = database
        self.house = house
        self.platforms = platforms
        self._changed_at = LONG_AGO

    def changed(self) -> None:
        """Something was committed that a page may show."""
        self._changed_at = self.house.clock.machine()

    async def tick(self) -> None:
        """Draw what was opened or may have changed; show what looks different."""
        while await self.database.read(self._any_due) and (found := await self._claim()):
            for front in found:
                await self._show(front)

    def _any_due(self, db: Transaction) -> bool:
        return fronts.any_due(db, self.house.clock.machine(), self._changed_at)

    async def _claim(self) -> list[Front]:
        now = self.house.clock.machine()
        found, _ = await self.database.write(
            lambda db: fronts.claim(db, now, self._changed_at, now + EVERY)
        )
        return found

    async def _show(self, front: Front) -> None:
        drawn_at = self.house.clock.machine()
        page = await self.database.read(lambda db: self._page(db, front))
        platform = self._fronted(front.platform)
        if page is None or platform is None:
            await self.database.write(lambda db: fronts.forget(db, front.account_id))
            return
        look = hashlib.sha256(repr(page).encode()).hexdigest()[:16]
        if look == front.look or await self._published(platform, front, page):
            await self.database.write(lambda db: fronts.drawn(db, front.account_id, drawn_at, look))

    def _fronted(self, name: str) -> Fronted | None:
        for platform in self.platforms.values():
            if platform.name == name and isinstance(platform, Fronted):
                return platform
        return None

    async def _published(self, platform: Fronted, front: Front, page: Page) -> bool:
        try:
            await platform.publish(front.user, _address(front), page)
        except Never as never:
            log.info("front_given_up", reason=never.reason)
            await self.database.write(lambda db: fronts.forget(db, front.account_id))
            return False
        except (Later, Unclear) as later:
            after = later.after if isinstance(later, Later) and later.after else backoff(1)
            at = self.house.clock.machine() + timedelta(seconds=after)
            await self.database.write(lambda db: fronts.later(db, front.account_id, at))
            return False
        return True

    # --- what it shows ----------------------------------------------------------------------------

    def _page(self, db: Transaction, front: Front) -> Page | None:
        account = people.account_by_id(db, front.account_id)
        if account is None:
            return None
        person = load(db, account.person_id) if account.person_id else None
        reader = self.house.reader_for(person, account.language)
        card = self._card(db, account, person)
        return Pen(reader, _address(front), self.house.seal).page(card)

    def _card(self, db: Transaction, account: Account, person: Person | None) -> Card:
        contact = customers.contact(db, account.contact_id) if account.contact_id else None
        name = person.name if person else contact.name if contact else account.name
        actor = Actor(known(account.id), name, person, account.contact_id)
        if person:
            return self._of_staff(db, actor, person)
        return self._of_contact(db, actor) if contact else welcome.stranger(name or "👋")

    def _of_staff(self, db: Transaction, actor: Actor, person: Person) -> Card:
        now, zone = self.house.clock.now(), self.house.zone
        mine = day.of(db, person, now, zone)
        look = Glance(db, now, zone, self.house.policy)
        return mine.page(lambda about: self._verbs(look, actor, about)) + self._begin(db, actor)

    def _of_contact(self, db: Transaction, actor: Actor) -> Card:
        lines = tuple(
            Line(T("{number}: received {at:clock}", number=one.number, at=one.received_at))
            for one in cases.reported_by(db, actor.account_id)
            if one.state == cases.OPEN
        )
        return Card(T("Hello {name}", name=actor.name), (*lines, *self._begin(db, actor)))

    def _verbs(self, look: Glance, actor: Actor, about: Ref) -> tuple[Button, ...]:
        """The first buttons on a subject's own card, as far as this person may press them."""
        draw = self.house.nouns[about.kind].card
        parts = draw(look, about.id).parts if draw else ()
        rows: Iterable[tuple[Button, ...]] = (p.row for p in parts if isinstance(p, Buttons))
        return next((fit for row in rows if (fit := self._fitting(look.db, actor, row))), ())

    def _fitting(
        self, db: Transaction, actor: Actor, row: tuple[Button, ...]
    ) -> tuple[Button, ...]:
        return tuple(one for one in row if self._may(db, actor, one.does, one.about))

    def _begin(self, db: Transaction, actor: Actor) -> tuple[Buttons]:
        """What can be begun from here."""
        offered = (
            Button(command.declared.words, name)
            for name in BEGINNINGS
            if (command := self.house.catalogue.get(name)) and self._may(db, actor, name, None)
        )
        return (Buttons(tuple(offered), PUBLIC),)

    def _may(self, db: Transaction, actor: Actor, name: str, about: Ref | None) -> bool:
        command = self.house.catalogue.get(name)
        return command is not None and may(db, self.house.nouns, actor, command.declared, about)


def _address(front: Front) -> Address:
    return Address(front.platform, front.workspace, front.chat)
