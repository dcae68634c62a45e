"""Claims letters, paces, sends, settles, backs off, gives up loudly; redraws what has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import structlog

from commands.kit.card import Card
from commands.kit.errors import Later, Never, Unclear
from commands.kit.reasons import of_platform
from commands.kit.words import T
from scheduler.addressing import Addressing
from scheduler.alarm import ALARM, raise_alarm
from scheduler.clock import Clock
from scheduler.moving import moved
from scheduler.outages import Outages
from scheduler.picking import Batch, Picking
from scheduler.redrawing import Drawing, Redrawing
from scheduler.sending import (
    BUGS,
    KEYS,
    STOPPED,
    UNDRAWABLE,
    Envelope,
    Sender,
    Shown,
    Where,
    backoff,
    wait_after,
)
from scheduler.tally import Tally
from scheduler.topics import Topics
from scheduler.troubles import token_refused, token_taken, unreachable
from storage import letters, outdated, pacing, people, postings, pushes, subjects, topics
from storage.database import Conflict, Database, Transaction, known
from storage.letters import Letter
from storage.people import Account
from storage.postings import Posting

log = structlog.get_logger("delivery")
GIVE_UP_AFTER = 12
# Nobody answers at the platform: that counts against a letter only so often, and what waits is
# kept until the outage has lasted for a day.
COUNT_AWAY, KEEP_AWAY = 6, timedelta(days=1)


class Waiting(NamedTuple):
    """What there is to do, looked up without writing: the writer is free for who has more."""

    letters: bool
    redraws: bool
    topics: bool
    settled: bool


class Delivery:
    """One replica's postman."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sender: Sender,
        drawing: Drawing,
        *,
        holder: str,
        tally: Tally | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.sender = sender
        self.addressing = Addressing(sender)
        self.drawing = drawing
        self.redrawing = Redrawing(database, clock, sender, drawing)
        self.topics = Topics(database, clock, sender, drawing.nouns)
        self.picking = Picking(clock, sender, self.addressing, drawing, self.topics, holder=holder)
        self.holder = holder
        self.tally = tally or Tally()
        self.outages = Outages()
        self._in_hand: set[int] = set()

    async def tick(self) -> int:
        """Do all that there is to do; give the number of messages handled."""
        handled = 0
        while looked_up := await self.reconcile():
            handled += looked_up
        return handled + await self.send()

    async def send(self) -> int:
        """Send what may go now, and redraw what is behind; give the number of messages handled."""
        waiting = await self.database.read(self.waiting)
        handled = await self._send_all() if waiting.letters else 0
        if waiting.redraws:
            handled += await self.redrawing.tick()
        if waiting.topics:
            handled += await self.topics.tick()
        if waiting.redraws or waiting.topics or waiting.settled:
            await self.database.write(outdated.settle)
        return handled

    def waiting(self, db: Transaction) -> Waiting:
        """What may be done now."""
        machine, company = self.clock.machine(), self.clock.now()
        return Waiting(
            letters=letters.ready(db, company, machine),
            redraws=postings.any_behind(db, machine),
            topics=topics.any_behind(db, machine),
            settled=outdated.any_settled(db),
        )

    async def _send_all(self) -> int:
        handled = 0
        while claimed := await self._claim():
            ready = [batch for batch in claimed if batch is not None]
            await self._at_once(ready, self._deliver)
            handled += len(ready)
        return handled

    async def _at_once(
        self, batches: Sequence[Batch], work: Callable[[Batch], Awaitable[None]]
    ) -> None:
        """Whatever becomes of their leases, these are in our hands meanwhile."""
        ours = {known(letter.id) for batch in batches for letter in batch.letters}
        self._in_hand |= ours
        try:
            await asyncio.gather(*map(work, batches))
        finally:
            self._in_hand -= ours

    async def next_in(self) -> timedelta | None:
        """How long until another letter may go or card be redrawn, or None when none waits."""
        return await self.database.read(self.wait)

    def wait(self, db: Transaction) -> timedelta | None:
        """The same, within a transaction."""
        machine, company = self.clock.machine(), self.clock.now()
        letter, redraw = letters.next_at(db, company), postings.next_at(db)
        waits = [at - machine for at in (letter.at, redraw) if at]
        waits += [letter.company_at - company] if letter.company_at else []
        return max(min(waits), timedelta()) if waits else None

    # --- claiming ---------------------------------------------------------------------------------

    async def _claim(self) -> list[Batch | None]:
        try:
            found, _ = await self.database.write(self.picking.take)
        except Conflict:
            # Another replica was the first to write to a new destination: its turn is seen now.
            found, _ = await self.database.write(self.picking.take)
        return found

    # --- sending ----------------------------------------------------------------------------------

    async def _deliver(self, batch: Batch) -> None:
        if batch.lost:
            await self._settle(batch, letters.DEAD, reason=batch.lost)
            return
        if batch.card is None or batch.where is None:
            await self._settle(batch, letters.DROPPED, reason=batch.dropped)
            return
        try:
            batch = await self._addressed(batch, batch.where)
            shown = await self._send(batch)
        except Later as later:
            await self._later(batch, later)
        except Never as never:
            await self._never(batch, never)
        except Unclear as unclear:
            await self._unclear(batch, unclear.reason)
        except BUGS as bug:
            log.exception("letter_undrawable", letter=batch.head.id, exc_info=bug)
            await self._settle(batch, letters.DEAD, reason=UNDRAWABLE.text)
        else:
            await self._sent(batch, shown)

    async def _addressed(self, batch: Batch, where: Where) -> Batch:
        """With the direct chat or the topic opened, if it was not known yet."""
        if batch.topic:
            thread = await self.topics.thread(where, batch.topic)
            return replace(batch, where=replace(where, thread=thread))
        if where.chat or batch.account is None:
            return batch
        chat = await self.sender.direct(where.platform, batch.account.user)
        return replace(batch, where=replace(where, chat=chat))

    async def _send(self, batch: Batch) -> Shown:
        assert batch.card is not None
        assert batch.where is not None
        return await self.sender.send(self._envelope(batch, batch.card, batch.where))

    def _envelope(self, batch: Batch, card: Card, where: Where) -> Envelope:
        letter = batch.head
        return Envelope(
            where,
            card,
            key=KEYS.join(str(one.id) for one in batch.letters),
            person_id=letter.person_id,
            account_id=letter.account_id,
            quiet=letter.urgency != "now" or pushes.answers(letter),
        )

    async def _sent(self, batch: Batch, shown: Shown) -> None:
        self.outages.forget(known(letter.id) for letter in batch.letters)
        if batch.where:
            self.outages.took(batch.where.platform, self.clock.machine())
        await self.database.write(lambda db: self._record(db, batch, shown))
        self._tell(batch, letters.SENT)

    def _record(self, db: Transaction, batch: Batch, shown: Shown) -> None:
        now = self.clock.machine()
        settled = [
            letters.settle(
                db, known(letter.id), self.holder, letters.SENT, now, message=shown.message
            )
            for letter in batch.letters
        ]
        head, where = batch.head, batch.where
        if where:
            token_taken(db, self.clock, where.platform)
        if not all(settled) or where is None or head.subject_id is None or len(batch.letters) > 1:
            return
        if batch.account and batch.account.chat != shown.chat:
            people.use_account(db, known(batch.account.id), batch.account.used_at, shown.chat)
        postings.add(
            db,
            Posting(
                platform=where.platform,
                workspace=where.workspace,
                chat=shown.chat,
                thread=where.thread,
                message=shown.message,
                look=shown.look,
                kind=head.subject_kind,
                subject_id=head.subject_id,
                view=head.view,
                person_id=head.person_id,
                contact_id=head.contact_id,
                for_id=head.for_id,
                follows=head.body is None,
                drawn=batch.version if shown.whole else 0,
                posted_at=now,
            ),
        )

    async def _settle(self, batch: Batch, state: str, *, reason: str) -> None:
        self.outages.forget(known(letter.id) for letter in batch.letters)
        await self.database.write(lambda db: self._end(db, batch, state, reason))
        self._tell(batch, state)

    def _tell(self, batch: Batch, state: str) -> None:
        for letter in batch.letters:
            self.tally.sent(state, self.clock.now() - _due(letter))

    def _end(
        self, db: Transaction, batch: Batch, state: str, reason: str, *, told: bool = False
    ) -> None:
        """A letter that will not be sent any more is shown on its subject's card and to staff.

        `told` says that staff know already why nothing can be sent there.
        """
        now = self.clock.machine()
        for letter in batch.letters:
            letters.settle(db, known(letter.id), self.holder, state, now, reason=reason)
            if state in {letters.DEAD, letters.UNCLEAR} and letter.subject_id is not None:
                subjects.change(db, letter.subject_kind, letter.subject_id, now, None)
        if state in {letters.DEAD, letters.UNCLEAR}:
            log.warning("letter_lost", letter=batch.head.id, state=state, reason=reason)
            if not told and not batch.head.replaces.startswith(ALARM):
                what = T("⚠ Messages could not be delivered")
                raise_alarm(db, self.clock, "lost", what, of_platform(reason))

    # --- what platforms answer --------------------------------------------------------------------

    async def _later(self, batch: Batch, later: Later) -> None:
        later = self._judged(batch, later)
        if self._hopeless(batch, later):
            await self._settle(batch, letters.DEAD, reason=later.reason)
            return
        at = self.clock.machine() + wait_after(later, batch.head.attempts)
        await self.database.write(lambda db: self._put_back(db, batch, later, at))

    def _judged(self, batch: Batch, later: Later) -> Later:
        """Whether the platform is away, or this letter is to blame."""
        platform, letter = _platform(batch), known(batch.head.id)
        return self.outages.judged(platform, letter, later, self.clock.machine())

    def _hopeless(self, batch: Batch, later: Later) -> bool:
        """Whether it has been tried often enough, or for long enough where nobody answers."""
        if later.away:
            youngest = max(map(_due, batch.letters))
            lasts = self.outages.lasts(_platform(batch), self.clock.machine())
            return lasts > KEEP_AWAY and self.clock.now() - youngest > KEEP_AWAY
        return batch.head.attempts >= GIVE_UP_AFTER and not later.asked

    def _put_back(self, db: Transaction, batch: Batch, later: Later, at: datetime) -> None:
        if later.token and batch.where:
            at = self._past_the_token(db, batch, batch.where, later, at)
        for letter in batch.letters:
            counts = _counts(letter, later)
            letters.again(db, known(letter.id), self.holder, at, later.reason, counts=counts)
        if later.asked and batch.where:
            rates = self.sender.rates(batch.where)
            for rate in rates if later.everyone else rates[:1]:
                pacing.set_next(db, rate.destination, at)

    def _past_the_token(
        self, db: Transaction, batch: Batch, where: Where, later: Later, at: datetime
    ) -> datetime:
        """Tell staff once, and go on at once where the person has an account elsewhere."""
        token_refused(db, self.clock, where.platform, later.reason)
        other = batch.account and self.addressing.account(db, batch.head)
        return self.clock.machine() if other and other.platform != where.platform else at

    async def _never(self, batch: Batch, never: Never) -> None:
        dead, _ = await self.database.write(lambda db: self._elsewhere(db, batch, never))
        if dead:
            self._tell(batch, letters.DEAD)

    def _elsewhere(self, db: Transaction, batch: Batch, never: Never) -> bool:
        """It may go to the chat's new number, to the chat itself, to the person's next account.

        Where nothing else can be tried it is given up, loudly (True).
        """
        if self._readdressed(db, batch, never):
            self._again_now(db, batch, never.reason)
            return False
        account = batch.account
        if not never.account or account is None:
            self._end(db, batch, letters.DEAD, never.reason)
            return True
        told = self._lose(db, account, never.reason)
        if account.reachable and self._another(db, batch.head, account):
            self._again_now(db, batch, never.reason)
            return False
        self._end(db, batch, letters.DEAD, never.reason, told=told)
        return True

    def _lose(self, db: Transaction, account: Account, reason: str) -> bool:
        """Remember that an account can't be reached; whether staff have been told of it."""
        people.lose_account(db, known(account.id))
        if account.person_id or account.contact_id:
            unreachable(db, self.clock, account, reason)
            return True
        return False

    def _readdressed(self, db: Transaction, batch: Batch, never: Never) -> bool:
        """Whether the chat has moved, or only the thread in it is gone."""
        where = batch.where
        if where is None:
            return False
        if never.moved_to:
            moved(db, self.sender, where, never.moved_to)
            return True
        if not never.thread or not where.thread:
            return False
        self.topics.lost(db, where)
        for letter in batch.letters:
            letters.into_the_open(db, known(letter.id))
        return True

    def _again_now(self, db: Transaction, batch: Batch, reason: str) -> None:
        now = self.clock.machine()
        for letter in batch.letters:
            letters.again(db, known(letter.id), self.holder, now, reason, counts=True)

    def _another(self, db: Transaction, letter: Letter, lost: Account) -> bool:
        found = self.addressing.account(db, letter)
        return found is not None and found.id != lost.id and found.reachable

    async def _unclear(self, batch: Batch, reason: str) -> None:
        """It may have been sent: look it up where that can be, else do as the letter declares."""
        try:
            found = await self._look_up(batch)
        except Unclear:
            await self._as_declared(batch, reason)
        except Later as answer:
            later = self._judged(batch, answer)
            if self._hopeless(batch, later):
                await self._as_declared(batch, later.reason)
            else:
                await self._look_again(batch, later)
        except Never as never:
            await self._as_declared(batch, never.reason)
        else:
            if found:
                await self._sent(batch, found)
            else:
                await self._later(batch, Later(reason, away=True))

    async def _look_again(self, batch: Batch, later: Later) -> None:
        """It can't be looked for just now: sending once more meanwhile could double it."""
        until = self.clock.machine() + wait_after(later, batch.head.attempts)
        await self.database.write(lambda db: self._hold(db, batch, later, until))

    def _hold(self, db: Transaction, batch: Batch, later: Later, until: datetime) -> None:
        for letter in batch.letters:
            counts = _counts(letter, later)
            letters.hold(db, known(letter.id), self.holder, until, counts=counts)

    async def _look_up(self, batch: Batch) -> Shown | None:
        if batch.card is None or batch.where is None:
            return None
        there = (await self._addressed(batch, batch.where)).where
        return await self.sender.find(self._envelope(batch, batch.card, there or batch.where))

    async def _as_declared(self, batch: Batch, reason: str) -> None:
        if batch.head.repeats:
            # Each time may be once more for whoever reads it, so it is tried ever more seldom.
            wait = backoff(batch.head.attempts)
            await self._later(batch, Later(reason, wait, away=True))
        else:
            await self._settle(batch, letters.UNCLEAR, reason=reason)

    async def reconcile(self) -> int:
        """A few letters whose sender died are looked up, or done as declared; give how many.

        It goes on beside `send`: only what is behind them in their own lanes waits for it.
        """
        at = await self.database.read(letters.next_expiry)
        if at is None or at >= self.clock.machine():
            return 0
        batches, _ = await self.database.write(lambda db: self.picking.orphans(db, self._in_hand))
        await self._at_once(batches, partial(self._unclear, reason=STOPPED.text))
        return len(batches)

    async def reconcile_in(self) -> timedelta | None:
        """How long until another lease runs out, or None."""
        at, now = await self.database.read(letters.next_expiry), self.clock.machine()
        return at - now if at and at >= now else None


def _due(letter: Letter) -> datetime:
    """When it should have gone, by the company's clock."""
    return max(letter.created_at, letter.not_before)


def _counts(letter: Letter, later: Later) -> bool:
    """Whether this was an attempt that speaks against the letter itself."""
    enough = later.away and later.after is None and letter.attempts >= COUNT_AWAY
    return not later.asked and not enough


def _platform(batch: Batch) -> str:
    return batch.where.platform if batch.where else ""
