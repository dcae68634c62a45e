"""The desk: everything a command may do; what it says is written down, and sent afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from commands.kit import card as cards
from commands.kit.calendar import is_quiet, local_day, quiet_began, quiet_ends
from commands.kit.card import Card, Ref
from commands.kit.people import (
    Actor,
    Person,
    To,
    ToAccount,
    ToChat,
    ToContact,
    ToPerson,
    acting,
    load,
)
from commands.kit.policy import Policy
from commands.kit.words import T, Words, encode
from storage import (
    absences,
    dues,
    footings,
    journal,
    letters,
    orders,
    places,
    postings,
    subjects,
    timers,
)
from storage.database import Json, Transaction, known
from storage.files import File

MERGE_WITHIN = timedelta(minutes=1)


class Urgency(StrEnum):
    """When a letter may be sent."""

    NOW = "now"
    WAKING = "waking"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose words were passed on, and when they were written; `account_id` is theirs, if known."""

    name: str
    at: datetime
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where and how something was said; kept with every fact made from it.

    `begun` is when its first message came, which questions and answers may have followed; `writer`
    is who wrote it, where somebody else's words were passed on. `external` says that other
    companies read there too.
    """

    platform: str
    workspace: str
    chat: str
    thread: str = ""
    message: str = ""
    direct: bool = True
    title: str = ""
    begun: datetime | None = None
    writer: Writer | None = None
    external: bool = False

    def kept(self) -> Json:
        """As it stands in a row."""
        return [self.platform, self.workspace, self.chat, self.message]


class Holdings(Protocol):
    """What people have in hands, of every kind."""

    def held_by(self, db: Transaction, person_id: int) -> list[Ref]:
        """Every open subject that a person answers for, owes something on, or asked about."""

    def hand(self, desk: Desk, about: Ref, from_id: int, to_id: int) -> None:
        """One of them is another's from now on, with what is owed on it."""

    def turned(self, desk: Desk, person_id: int) -> None:
        """Somebody has gone away or is back."""

    def name_of(self, db: Transaction, about: Ref) -> Words:
        """What people call a subject."""


class _Nothing:
    """Nobody holds anything: the desk of a house without nouns."""

    def held_by(self, db: Transaction, person_id: int) -> list[Ref]:
        """Nothing."""
        return []

    def hand(self, desk: Desk, about: Ref, from_id: int, to_id: int) -> None:
        """Nothing changes hands."""

    def turned(self, desk: Desk, person_id: int) -> None:
        """Nobody acts for anybody."""

    def name_of(self, db: Transaction, about: Ref) -> Words:
        """Its address."""
        return str(about)


@dataclass
class Desk:
    """One request's desk.

    `now` is the company's clock at the moment the person spoke; `machine_now` paces letters.
    `server` is what our own web server is called where its links open; empty where they do not.
    `guide` lists the commands that this actor may use, `verbs` those on a subject by what it is,
    `links` where a code can be opened, `reaches` says which platforms are on, `may_open` which
    files they may see, `nouns` what people have in hands. A deed may say in `done` what came of it;
    `moved` are the subjects that it began, changed or touched. `again` says that they meant it once
    more, though it was said before.
    """

    db: Transaction
    actor: Actor
    source: Source
    now: datetime
    recorded_at: datetime
    machine_now: datetime
    zone: ZoneInfo
    policy: Policy
    deed: str = ""
    clause: str = ""
    server: str = ""
    guide: Callable[[], Iterable[tuple[str, str, T]]] = tuple
    verbs: Callable[[], Iterable[tuple[T, Iterable[tuple[str, str]]]]] = tuple
    links: Callable[[str], Iterable[str]] = lambda _code: ()
    reaches: Callable[[str], bool] = lambda _platform: True
    may_open: Callable[[File], bool] = lambda _file: False
    nouns: Holdings = field(default_factory=_Nothing)
    told: set[tuple[int, str]] = field(default_factory=set)
    moved: set[Ref] = field(default_factory=set)
    done: T | None = None
    again: bool = False

    @property
    def today(self) -> date:
        """The company's day when this was said."""
        return local_day(self.now, self.zone)

    @property
    def received(self) -> datetime:
        """When this reached the company.

        With its first message; where a colleague passes it on, when it was written to them.
        """
        writer = self.source.writer if self.actor.person else None
        return min(self.now, writer.at if writer else self.source.begun or self.now)

    @property
    def person(self) -> Person:
        """The person of the company who speaks; nobody else gets to a command for staff."""
        if self.actor.person is None:
            raise TypeError(f"{self.deed} was run for somebody outside the company")
        return self.actor.person

    # --- saying -----------------------------------------------------------------------------------

    def tell(  # noqa: PLR0913 -- the ways a letter can differ are few, and each is named
        self,
        to: To,
        what: Card | Ref,
        *,
        urgency: Urgency = Urgency.NOW,
        merges: bool = False,
        replaces: str = "",
        not_before: datetime | None = None,
        useful_until: datetime | None = None,
        repeats: bool = True,
    ) -> None:
        """Write a letter in this transaction; delivery sends it.

        A Ref is drawn when it is sent, and redrawn after. What is urgent goes to whoever stands in
        for somebody away; the rest waits for their return.
        """
        about = what if isinstance(what, Ref) else what.about
        ready = self._not_before(to, urgency, merges=merges)
        ready = max(ready, not_before) if not_before else ready
        to, for_id, at = self._standing_in(to, urgency, ready)
        letters.add(
            self.db,
            letters.Letter(
                **self._addressed(to),
                for_id=for_id,
                subject_kind=about.kind if about else "",
                subject_id=about.id if about else None,
                view=about.view if about else "",
                body=None if isinstance(what, Ref) else cards.encode(what),
                urgency=urgency.value,
                merges=merges or urgency is Urgency.DIGEST,
                repeats=repeats,
                replaces=replaces,
                useful_until=useful_until,
                created_at=self.recorded_at,
                not_before=at,
                next_at=self.machine_now,
            ),
        )

    def tell_once(
        self, person: Person | None, what: Card, *, urgency: Urgency = Urgency.NOW
    ) -> None:
        """The same to a person of several roles: one deed tells nobody of a subject twice."""
        mark = (person.id if person else 0, str(what.about))
        if person is None or mark in self.told:
            return
        self.told.add(mark)
        self.tell(ToPerson(person.id), what, urgency=urgency)

    def post(self, purpose: str, about: Ref) -> None:
        """Post a subject's card in every place bound to a purpose, once each."""
        posted = {
            (p.platform, p.workspace, p.chat) for p in postings.of(self.db, about.kind, about.id)
        }
        here = (self.source.platform, self.source.workspace, self.source.chat)
        for place in places.bound_to(self.db, purpose):
            address = (place.platform, place.workspace, place.chat)
            if address not in posted and self._worth(address, said_here=address == here):
                self.tell(ToChat(*address, own_thread=True), about)

    def _worth(self, address: tuple[str, str, str], *, said_here: bool) -> bool:
        """Not where we were thrown out; where it was said only if it gets a thread of its own."""
        footing = footings.of(self.db, *address)
        if footing is None:
            return not said_here
        return footing.inside and (footing.topics or not said_here)

    def _addressed(self, to: To) -> dict[str, Json]:
        match to:
            case ToPerson(id=id_):
                return {"lane": f"person:{id_}", "person_id": id_}
            case ToContact(id=id_):
                return {"lane": f"contact:{id_}", "contact_id": id_}
            case ToAccount(id=id_):
                return {
                    "lane": f"account:{id_}",
                    "account_id": id_,
                    "person_id": to.person_id,
                }
            case ToChat():
                lane = f"chat:{to.platform}:{to.workspace}:{to.chat}"
                return {
                    "lane": f"person:{to.person_id}" if to.person_id else lane,
                    "person_id": to.person_id,
                    "platform": to.platform,
                    "workspace": to.workspace,
                    "chat": to.chat,
                    "thread": to.thread,
                    "own_thread": to.own_thread,
                }

    def _standing_in(
        self, to: To, urgency: Urgency, at: datetime
    ) -> tuple[To, int | None, datetime]:
        """To whom a letter goes, in whose place, and not before when."""
        if not isinstance(to, ToPerson):
            return to, None, at
        absence = absences.of(self.db, to.id, at)
        if absence is None:
            return to, to.instead_of, at
        if urgency is not Urgency.NOW:
            return to, to.id, absence.until
        acts = acting(self.db, to.id, at)
        if acts is None or acts.instead_of is None:
            return to, to.instead_of, at
        return ToPerson(acts.person.id), to.id, at

    def _not_before(self, to: To, urgency: Urgency, *, merges: bool) -> datetime:
        at = self.recorded_at + (MERGE_WITHIN if merges else timedelta())
        if urgency is Urgency.NOW or not isinstance(to, ToPerson):
            return at
        person = load(self.db, to.id)
        if person is None:
            return at
        zone = person.zone_or(self.zone)
        if urgency is Urgency.DIGEST:
            return _next_morning(person, at, zone)
        return max(at, quiet_ends(person.quiet, at, zone))

    def order(self, about: Ref, paper: str, told: str = "") -> None:
        """Have a paper drawn that the subject's noun names; it comes to this account by itself."""
        order = orders.PaperOrder(
            paper=paper,
            told=told,
            kind=about.kind,
            subject_id=about.id,
            person_id=self.person.id,
            account_id=self.actor.account_id,
            at=self.now,
            next_at=self.machine_now,
        )
        orders.add(self.db, order)
        self.note(about if about.id else None, None, {"paper": paper, "told": told})

    # --- subjects ---------------------------------------------------------------------------------

    def begin(self, about: Ref, after: Json, shown: Json = None) -> None:
        """A subject exists from now on; journal it."""
        self.moved.add(about)
        subjects.begin(self.db, about.kind, about.id, self.recorded_at, shown or after)
        self.note(about, None, after)

    def change(self, about: Ref, before: Json, after: Json, *, shown: Json | None = None) -> None:
        """A subject changed: its cards are redrawn.

        With `shown` the change is material and makes a new revision.
        """
        self.moved.add(about)
        subjects.change(self.db, about.kind, about.id, self.recorded_at, shown)
        self.note(about, before, after)

    def touch(self, about: Ref) -> None:
        """A subject's cards look different now, though nothing of it changed."""
        self.moved.add(about)
        subjects.change(self.db, about.kind, about.id, self.recorded_at, None)

    def note(self, about: Ref | None, before: Json, after: Json, *, deed: str = "") -> None:
        """Write the journal: who did what, under which clause, with before and after."""
        journal.add(
            self.db,
            journal.Entry(
                at=self.recorded_at,
                happened_at=self.now,
                person_id=self.actor.person.id if self.actor.person else None,
                account_id=self.actor.account_id or None,
                deed=deed or self.deed,
                clause=self.clause,
                kind=about.kind if about else "",
                subject_id=about.id if about else None,
                before=before,
                after=after,
                source=":".join(self.source.kept()),
            ),
        )

    # --- the future -------------------------------------------------------------------------------

    def owe(
        self, about: Ref, name: str, what: T, *, clause: str, by: datetime, owner: int | None
    ) -> int:
        """Somebody owes something by a moment; give the due's id, on which timers can hang."""
        return dues.add(
            self.db,
            dues.Due(
                clause=clause,
                kind=about.kind,
                subject_id=about.id,
                name=name,
                what=encode(what),
                person_id=owner,
                begun_at=self.now,
                due_at=by,
            ),
        )

    def keep(self, due: dues.Due, *, at: datetime, evidence: str) -> bool:
        """A duty was done at `at`, in time or late, whenever we learn of it; its timers go."""
        state = dues.DONE if at <= due.due_at else dues.LATE
        done = dues.settle(self.db, due, state, at, self.recorded_at, evidence=evidence)
        timers.drop_for(self.db, known(due.id))
        return done

    def at(
        self,
        moment: datetime,
        about: Ref,
        name: str,
        *,
        due: int | None = None,
        person: int | None = None,
        extra: Json = None,
    ) -> None:
        """At a moment, hand a timer to the subject's noun under this name.

        `person` is who asked for it.
        """
        timers.add(
            self.db,
            timers.Timer(
                kind=about.kind,
                subject_id=about.id,
                name=name,
                due_id=due,
                person_id=person,
                at=moment,
                extra=extra,
            ),
        )

    def before_quiet(
        self, moment: datetime, person: Person | None, *, not_before: datetime
    ) -> datetime:
        """When to warn somebody: before their quiet hours, but not before `not_before`."""
        if person is None:
            return moment
        zone = person.zone_or(self.zone)
        if not is_quiet(person.quiet, moment, zone):
            return moment
        return max(quiet_began(person.quiet, moment, zone) - MERGE_WITHIN * 5, not_before)

    def as_of(self, moment: datetime) -> Desk:
        """The same desk at another moment of the company's clock."""
        return replace(self, now=moment)


def _next_morning(person: Person, at: datetime, zone: ZoneInfo) -> datetime:
    """When a person's quiet hours next end, whether or not they have begun."""
    local = at.astimezone(zone)
    morning = datetime.combine(local.date(), person.quiet.end, zone)
    return morning if morning > local else morning + timedelta(days=1)
