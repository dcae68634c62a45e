"""The bot's pulse: after a silence it says once what it missed, and makes its own breaches good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from commands.kit.card import Line, Note, Part, Ref
from commands.kit.desk import Desk
from commands.kit.people import load
from commands.kit.words import T, Words, decode
from scheduler.alarm import raise_alarm
from scheduler.timers import Timers
from storage import backlog, dues, house, timers
from storage.database import Transaction, known
from storage.dues import Due
from storage.timers import Timer

log = structlog.get_logger("pulse")
HEARTBEAT = "heartbeat"
BEAT = timedelta(minutes=1)
# A restart takes less: longer than this nobody was there.
SILENCE = timedelta(minutes=5)
AT_MOST = 12
# Why a due is excused: kept in English, translated when it is shown.
OUT_OF_ORDER = T("I was out of order")


@dataclass(frozen=True, slots=True)
class Silence:
    """From when until when nobody was there, by the company's clock."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """What was to happen meanwhile: breaches of the bot's own, what comes late, what is dropped."""

    own: tuple[Due, ...]
    late: tuple[Timer, ...]
    letters: int
    dropped: int

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.own or self.late or self.letters or self.dropped)


class Pulse:
    """Beats before timers fire, so that what was missed is known before anything is said late."""

    def __init__(self, ticking: Timers, wake: Callable[[frozenset[str]], None]) -> None:
        self.timers = ticking
        self.database = ticking.database
        self.clock = ticking.clock
        self.wake = wake
        self._beaten: datetime | None = None

    async def tick(self) -> None:
        """Beat, unless it did a moment ago."""
        now = self.clock.machine()
        if self._beaten and timedelta() <= now - self._beaten < BEAT:
            return
        _, after = await self.database.write(self._beat)
        self._beaten = now
        self.wake(after)

    # --- in the transaction -----------------------------------------------------------------------

    def _beat(self, db: Transaction) -> None:
        """Of several replicas that come back together, one notices the silence."""
        now = self.clock.machine()
        before = house.get(db, HEARTBEAT)
        if before is None:
            house.put(db, HEARTBEAT, now.isoformat())
            return
        swapped = house.swap(db, HEARTBEAT, before, now.isoformat())
        silent = now - datetime.fromisoformat(before)
        if swapped and silent > SILENCE:
            self._back(db, Silence(self.clock.now() - silent, self.clock.now()))

    def _back(self, db: Transaction, silence: Silence) -> None:
        missed = _missed(db, silence)
        log.warning("was_silent", since=silence.since.isoformat(), own=len(missed.own))
        if not missed:
            return
        desk = self.timers.desk(db, silence.until, "silence")
        said = [*self._excused(desk, missed, silence), *self._told(db, missed)]
        title = T(
            "⚠ I was out of order from {since:clock} to {until:clock}",
            since=silence.since,
            until=silence.until,
        )
        words = T("What was to happen in that time:")
        kind = f"silence:{silence.since.isoformat()}"
        raise_alarm(db, self.clock, kind, title, words, tuple(said))

    def _excused(self, desk: Desk, missed: Missed, silence: Silence) -> Iterable[Part]:
        """Deadlines that passed while nobody could be warned or heard; they are owed anew."""
        lines = [self._anew(desk, due, silence) for due in missed.own]
        if lines:
            yield Line(T("Excused, because it was my fault, and owed anew:"))
            yield from _some(lines)

    def _anew(self, desk: Desk, due: Due, silence: Silence) -> Line:
        db, about = desk.db, Ref(due.kind, due.subject_id)
        dues.settle(db, due, dues.EXCUSED, None, desk.recorded_at, reason=OUT_OF_ORDER.text)
        timers.drop_for(db, known(due.id))
        noun = self.timers.nouns[due.kind]
        by = noun.owe_anew(desk, due, due.due_at - silence.since)
        desk.note(about, {"due": due.name, "by": due.due_at.isoformat()}, {"excused": due.name})
        desk.touch(about)
        owner = load(db, due.person_id) if due.person_id else None
        return Line(
            T(
                "{what}, due {due:clock}, owed by {owner}: now due {by:clock}",
                what=decode(due.what),
                due=due.due_at,
                owner=owner.name if owner else T("nobody"),
                by=by,
            )
        )

    def _told(self, db: Transaction, missed: Missed) -> Iterable[Part]:
        if missed.late:
            yield Line(T("Comes late, and says so:"))
            yield from _some([self._late(db, timer) for timer in missed.late])
        if missed.letters:
            n = missed.letters
            yield Line(T("{n} message is sent late", "{n} messages are sent late", n=n))
        if missed.dropped:
            yield Line(
                T(
                    "{n} message is of no use any more and is not sent",
                    "{n} messages are of no use any more and are not sent",
                    n=missed.dropped,
                )
            )

    def _late(self, db: Transaction, timer: Timer) -> Line:
        name: Words = self.timers.nouns.name_of(db, Ref(timer.kind, timer.subject_id))
        return Line(T("{about}, which was to come {at:clock}", about=name, at=timer.at))


def _missed(db: Transaction, silence: Silence) -> Missed:
    """Sort what waits. A warning of a deadline that has passed by now is dropped with it."""
    waiting = timers.overdue(db, silence.until)
    found = {t.due_id: dues.get(db, t.due_id) for t in waiting if t.due_id}
    own = {id_: due for id_, due in found.items() if due and _is_own(due, silence)}
    late = tuple(t for t in waiting if t.due_id not in own)
    warnings = [t for t in waiting if t.due_id in own and t.at < own[t.due_id].due_at]
    stale = backlog.useless(db, silence.until)
    sent_late = backlog.overdue(db, silence.until) - stale
    return Missed(tuple(own.values()), late, sent_late, stale + len(warnings))


def _is_own(due: Due, silence: Silence) -> bool:
    return due.state == dues.OPEN and silence.since <= due.due_at <= silence.until


def _some(lines: list[Line]) -> Iterable[Part]:
    yield from lines[:AT_MOST]
    if len(lines) > AT_MOST:
        yield Note(T("and {n} more", n=len(lines) - AT_MOST))
