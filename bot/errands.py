"""Runs errands: asks platforms after the commit what a request could not wait for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.house import House
from bot.platform import Address, Gate, Marked, Platform, Request, Typed
from bot.telling import Profile, Telling
from commands.kit import card as cards
from commands.kit.card import Card
from commands.kit.errors import Later, Never, Unclear
from commands.kit.words import T
from commands.people import recognised
from scheduler.sending import backoff
from storage import drafts, errands, letters, pacing, people, vouched
from storage.database import Database, Transaction, known
from storage.errands import Errand
from storage.letters import Letter
from storage.people import Account

log = structlog.get_logger("errands")
HOLD = timedelta(minutes=1)
GIVE_UP_AFTER = 12
# Fifty a minute is what the strictest platform answers.
BETWEEN = timedelta(seconds=1.2)


class Errands:
    """One replica's messenger."""

    def __init__(
        self, database: Database, house: House, platforms: Mapping[str, Platform], gate: Gate
    ) -> None:
        self.database = database
        self.house = house
        self.clock = house.clock
        self.platforms = platforms
        self.gate = gate

    async def tick(self) -> timedelta | None:
        """Ask what is to be asked, one thing after the other; give when there is more."""
        while await self.database.read(self._any_due) and (errand := await self._claim()):
            await self._run(errand)
        return await self.next_in()

    async def next_in(self) -> timedelta | None:
        """How long until the next errand, or None when there is none."""
        following = await self.database.read(errands.next_at)
        return max(following - self.clock.machine(), timedelta()) if following else None

    def _any_due(self, db: Transaction) -> bool:
        return errands.any_due(db, self.clock.machine())

    async def _claim(self) -> Errand | None:
        found, _ = await self.database.write(self._take)
        return found

    def _take(self, db: Transaction) -> Errand | None:
        """The next errand, when its platform may be asked; else all of them wait."""
        now = self.clock.machine()
        errand = errands.claim(db, now, now + HOLD)
        if errand is None:
            return None
        destination = f"{errand.platform}:{errand.workspace}:asked"
        free = pacing.next_at(db, destination)
        if free and free > now:
            errands.later(db, known(errand.id), free)
            return self._take(db)
        pacing.set_next(db, destination, now + BETWEEN)
        return errand

    async def _run(self, errand: Errand) -> None:
        platform = self._telling(errand.platform)
        if platform is None:
            await self._done(errand)
            return
        try:
            await self._ask(platform, errand)
        except Never as never:
            log.info("errand_given_up", kind=errand.kind, reason=never.reason)
            await self._give_up(errand)
        except (Later, Unclear) as later:
            await self._later(errand, later)
        else:
            await self._done(errand)

    def _telling(self, name: str) -> Telling | None:
        for platform in self.platforms.values():
            if platform.name == name and isinstance(platform, Telling):
                return platform
        return None

    async def _ask(self, platform: Telling, errand: Errand) -> None:
        match errand.kind:
            case errands.PROFILE:
                await self._meet(platform, errand)
            case errands.MESSAGE:
                await self._read(platform, errand)
            case errands.WRITER:
                await self._name_writer(platform, errand)
            case _:
                external = await platform.external(errand.chat)
                await self.gate.shared(_address(errand), external=external)

    async def _meet(self, platform: Telling, errand: Errand) -> None:
        """Who an account is: what it has not told us itself."""
        account_id = errand.account_id or 0
        account = await self.database.read(lambda db: people.account_by_id(db, account_id))
        if account is None:
            return
        found = await platform.profile(errand.workspace, account.user)
        await self.database.write(lambda db: self._met(db, account, found))

    def _met(self, db: Transaction, account: Account, found: Profile) -> None:
        """Keep it; somebody whom their workspace vouches to be one of ours is asked if they are."""
        account_id = known(account.id)
        people.introduce(db, account_id, found.name, found.language)
        if found.email and account.person_id is None:
            vouched.vouch(db, account, email=found.email)
            card = recognised(db, account_id)
            if card:
                self._say(db, account_id, card)

    async def _name_writer(self, platform: Telling, errand: Errand) -> None:
        """What the writer of a marked message is called, for the draft that passes it on."""
        draft_id, user = errand.about
        found = await platform.profile(errand.workspace, user)
        await self.database.write(lambda db: drafts.name_writer(db, draft_id, found.name))

    async def _read(self, platform: Telling, errand: Errand) -> None:
        """A message that somebody marked: it goes through the door as if they had passed it on."""
        command, user, direct, external = errand.about
        written = await platform.written(_address(errand), errand.message)
        if written is None:
            raise Never("the message can't be read")
        found = Typed(written.text, written.files, origin=written.origin)
        at = errand.message if written.thread == "" else written.thread
        request = Request(
            Address(errand.platform, errand.workspace, errand.chat, "" if direct else at),
            user,
            Marked(command, found),
            errand.at,
            f"errand:{errand.id}",
            message=errand.message,
            direct=direct,
            mentions=False,
            external=external,
        )
        await self.gate.handle(request)

    # --- how it ends ------------------------------------------------------------------------------

    async def _done(self, errand: Errand) -> None:
        await self.database.write(lambda db: errands.done(db, known(errand.id)))

    async def _later(self, errand: Errand, later: Later | Unclear) -> None:
        """Ask again, as often as letters are tried; being told to wait counts for nothing."""
        asked = isinstance(later, Later) and later.asked
        if errand.attempts + 1 >= GIVE_UP_AFTER and not asked:
            await self._give_up(errand)
            return
        after = later.after if isinstance(later, Later) else None
        wait = after if after is not None else backoff(errand.attempts + 1)
        at = self.clock.machine() + timedelta(seconds=wait)
        await self.database.write(lambda db: errands.later(db, known(errand.id), at))

    async def _give_up(self, errand: Errand) -> None:
        _, _ = await self.database.write(lambda db: self._end(db, errand))

    def _end(self, db: Transaction, errand: Errand) -> None:
        """Whoever waits for something learns that it does not come."""
        errands.done(db, known(errand.id))
        if errand.kind != errands.MESSAGE or errand.account_id is None:
            return
        said = T(
            "I can't read the message that you marked. Invite me to that channel and mark it "
            "again, or tell me what it says."
        )
        self._say(db, errand.account_id, Card(said))

    def _say(self, db: Transaction, account_id: int, card: Card) -> None:
        letters.add(
            db,
            Letter(
                lane=f"account:{account_id}",
                account_id=account_id,
                body=cards.encode(card),
                created_at=self.clock.now(),
                not_before=self.clock.now(),
                next_at=self.clock.machine(),
            ),
        )


def _address(errand: Errand) -> Address:
    return Address(errand.platform, errand.workspace, errand.chat, errand.thread)
