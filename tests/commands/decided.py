"""A machine that tries everything on one request, beside a model of its own of who may (2.2.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)

from commands.approvals import asking
from commands.approvals.deciders import Decider, Procedure, spoken_to
from commands.approvals.rules import Rule
from commands.approvals.turning import AddDecider, HandOn, When, Withdraw
from commands.approvals.verbs import Approve, Reject, SendBack, TakeBack
from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.form import ApprovalId, PersonId
from commands.kit.money import Money
from commands.kit.people import Department, load
from commands.kit.words import T
from storage import absences, approvals, people, subjects
from storage.absences import Absence
from storage.approvals import ASKED, NO, OPEN, YES, Seat
from storage.database import Transaction, known
from tests.commands.chances import (
    GIVEN,
    PUT,
    SCENES,
    Given,
    Put,
    added,
    amounts,
    anybody,
    colleagues,
    deciders,
    deputies,
    role_of,
    some,
)
from tests.commands.entitled import (
    ALSO_BARRED,
    BARRED,
    CHEN,
    EVERYBODY,
    SUBMITTER,
    SUN,
    WANG,
    WU,
    ZHAO,
    ZHOU,
    Now,
    verdict,
)
from tests.commands.trying import Trying

HOMES = {
    ZHAO: Department.MANAGEMENT,
    WANG: Department.SALES,
    CHEN: Department.QUALITY,
    SUN: Department.PURCHASING,
}
TAKE_BACK = timedelta(minutes=2)
SUBJECT = Ref("case", 1)
WHAT = Card(T("of {name}", name="X-1"))


@dataclass(frozen=True)
class Answer:
    """What the model remembers of an answer."""

    seat: int
    by: int
    at: datetime


class Decided(Trying):
    """People try everything, while others come, go and stand in.

    Whatever anybody tries is accepted if and only if the model says that they may, and what it
    comes to is what the model says.
    """

    def __init__(self) -> None:
        super().__init__()
        self.kind, self.wanted = Rule.ANY, 1
        self.answers: list[Answer] = []
        self.away: dict[int, int] = {}
        self.changes_made = 0
        self.drawn = (1, 0)

    # --- what happens -----------------------------------------------------------------------------

    @initialize(
        away=st.lists(deciders, max_size=3, unique=True),
        deputy=deputies,
        given=GIVEN,
        how=PUT,
        scene=SCENES,
        amount=amounts,
    )
    def begins(
        self,
        away: list[int],
        deputy: int,
        given: Given,
        how: Put,
        scene: str,
        amount: Money | None,
    ) -> None:
        """Some are away already, and one stands in for all of them."""
        for who in away:
            self.goes_away(who, deputy, given)
        self.asks(how, scene, amount)

    @precondition(lambda self: not self.begun or self.request().state != OPEN)
    @rule(how=PUT, scene=SCENES, amount=amounts)
    def asks(self, how: Put, scene: str, amount: Money | None) -> None:
        """It is put to some, and once that is over to others."""
        self.time_passes(3)
        self.kind, named, self.wanted = how

        def work(desk: Desk) -> None:
            deciders = [Decider(found) for one in named if (found := load(desk.db, one))]
            roles = [Decider(one.person, role_of(one)) for one in deciders]
            barred = frozenset({ALSO_BARRED})
            put = Procedure("X-1", "2.2.4", roles, self.kind, self.wanted, barred, amount=amount)
            made.append(asking.ask(desk, SUBJECT, WHAT, {"a": "at first"}, put))

        made: list[Ref] = []
        if self.does(SUBMITTER, work):
            self.begun, self.one = True, ApprovalId(made[0].id)
            self.answers, self.changes_made, self.drawn = [], 0, (1, 0)
            if self.is_open():
                self.plays(scene)

    @precondition(lambda self: self.begun and self.request().state != OPEN)
    @rule(how=PUT, scene=SCENES, amount=amounts)
    def asks_others(self, how: Put, scene: str, amount: Money | None) -> None:
        """The same: what is over is not waited for."""
        self.asks(how, scene, amount)

    def plays(self, scene: str) -> None:
        """What would seldom come about by chance, at the start."""
        scenes: dict[str, Callable[[], None]] = {
            "one refuses": self.one_refuses,
            "an added one refuses": partial(self.is_added_and_answers, 0, refuses=True),
            "an added one agrees": partial(self.is_added_and_answers, 0, refuses=False),
            "an added one is waited for": self.is_waited_for,
            "one for all": partial(self.one_stands_in_for_all, second=True),
            "changed": partial(self.agree_until, "change", 6),
            "taken back": partial(self.agree_until, "undo", 2),
        }
        scenes[scene]()

    def one_refuses(self) -> None:
        for who in sorted(self.now().entitled)[:1]:
            self._answers(who, Reject(approval=self.one, reason="no"), NO)

    def is_waited_for(self) -> None:
        """Everybody agrees but who was added."""
        for who in sorted(self.now().entitled)[:1]:
            self.adds(who, WU, When.AFTER)
        for who in sorted(self.now().entitled):
            self._answers(who, Approve(approval=self.one), YES)

    @precondition(lambda self: self.is_open())
    @rule(which=some, second=st.booleans(), last=st.booleans(), when=added)
    def agrees(self, which: int, *, second: bool, last: bool, when: When | None) -> None:
        """Somebody who may, and who perhaps adds somebody first."""
        seat, now = self.asked(which), self.now()
        for who in sorted(now.may[known(seat.id)] & now.here, reverse=last)[:1]:
            if when:
                self.adds(who, ZHOU if ZHOU in now.new else WU, when)
            if when is not When.BEFORE:
                self._answers(who, Approve(approval=self.one), YES, second=second)

    @precondition(lambda self: self.is_open())
    @rule(which=some, what=st.sampled_from(["away", "away", "moved", "demoted", "back", "left"]))
    def happens(self, which: int, what: str) -> None:
        """To somebody who is asked."""
        who = self.asked(which).person_id
        match what:
            case "away":
                self.goes_away(who, ZHOU)
            case "back":
                self.comes_back(who)
            case "left":
                if who not in {ZHAO, WANG}:
                    self.leaves(who)
            case _:
                self.moves(who, there=what == "demoted", heads=False)

    @precondition(lambda self: self.is_open())
    @rule(which=some, what=st.sampled_from(["away", "demoted", "back"]))
    def happens_too(self, which: int, what: str) -> None:
        """The same: it is what matters."""
        self.happens(which, what)

    @precondition(lambda self: self.is_open())
    @rule(second=st.booleans())
    def one_stands_in_for_all(self, *, second: bool) -> None:
        """Everybody who is asked is away; whoever stands in for them all answers for one."""
        for seat in self.now().seats:
            if seat.state == ASKED:
                self.goes_away(seat.person_id, ZHOU)
        if ZHOU in self.now().entitled:
            self._answers(ZHOU, Approve(approval=self.one), YES, second=second)

    @precondition(lambda self: self.is_open())
    @rule(then=st.sampled_from(["change", "undo", "withdraw"]), most=st.integers(1, 6))
    def agree_until(self, then: str, most: int) -> None:
        """As many agree as it takes, or fewer; and then somebody thinks otherwise at once."""
        for _ in range(most):
            for who in sorted(self.now().entitled)[:1]:
                self._answers(who, Approve(approval=self.one), YES)
        match then:
            case "change":
                self.changes()
            case "undo":
                for answer in self.answers[-1:]:
                    self.takes_back(answer.by)
            case _:
                self.withdraws(SUBMITTER)

    @precondition(lambda self: self.is_open())
    @rule(which=some, refuses=st.booleans())
    def is_added_and_answers(self, which: int, *, refuses: bool) -> None:
        """Somebody who is added before agrees after a decision is taken back, or refuses."""
        if not refuses:
            for first in sorted(self.now().entitled)[:1]:
                self._answers(first, Approve(approval=self.one), YES)
        if not self.is_open():
            return
        seat, now = self.asked(which), self.now()
        for who in sorted(now.may[known(seat.id)] & now.here)[:1]:
            self.adds(who, WU, When.BEFORE)
            if self.answers:
                self.takes_back(self.answers[-1].by)
            does = Reject(approval=self.one, reason="no") if refuses else Approve(approval=self.one)
            self._answers(WU, does, NO if refuses else YES)
            self._answers(who, Approve(approval=self.one), YES)

    def is_open(self) -> bool:
        return (
            self.begun
            and any(seat.state == ASKED for seat in self.now().seats)
            and (self.request().state == OPEN)
        )

    def asked(self, which: int) -> Seat:
        asked = [seat for seat in self.now().seats if seat.state == ASKED]
        return asked[which % len(asked)]

    @precondition(lambda self: self.begun)
    @rule(who=anybody, second=st.booleans())
    def rejects(self, who: int, *, second: bool) -> None:
        self._answers(who, Reject(approval=self.one, reason="no"), NO, second=second)

    @precondition(lambda self: self.is_open())
    @rule(who=anybody)
    def sends_back(self, who: int) -> None:
        self._answers(who, SendBack(approval=self.one, reason="mend"), NO)

    def _answers(self, who: int, command: Command, state: str, *, second: bool = False) -> None:
        may, at = self.now().may, self.at
        entitled = who in self.now().entitled
        assert self.runs(who, command, second=second) == entitled, f"{who}: {may}"
        if not entitled:
            return
        (taken,) = [s for s in self.seats() if s.by_id == who and s.at == at]
        assert taken.state == state
        assert who in may[known(taken.id)]
        self._in_order(taken)
        self.answers.append(Answer(known(taken.id), who, at))
        returned = isinstance(command, SendBack)
        expected = approvals.RETURNED if returned else self._verdict()
        assert self.request().state == expected

    def _verdict(self) -> str:
        return verdict(self.kind, self.wanted, self.seats())

    def _in_order(self, taken: Seat) -> None:
        """One after the other, whoever was added in between."""
        if self.kind is Rule.ORDER and not taken.must:
            earlier = [s for s in self.seats() if not s.must and known(s.id) < known(taken.id)]
            assert all(seat.state == YES for seat in earlier)

    @precondition(lambda self: self.is_open())
    @rule(who=anybody, to=colleagues)
    def hands_on(self, who: int, to: int) -> None:
        entitled = who in self.now().entitled and to in self.now().new
        assert self.runs(who, HandOn(approval=self.one, to=PersonId(to))) == entitled

    @precondition(lambda self: self.is_open())
    @rule(who=anybody, to=colleagues, when=st.sampled_from(When))
    def adds(self, who: int, to: int, when: When) -> None:
        entitled = who in self.now().entitled and to in self.now().new
        assert self.runs(who, AddDecider(approval=self.one, to=PersonId(to), when=when)) == entitled

    @precondition(lambda self: self.begun)
    @rule(who=anybody)
    def takes_back(self, who: int) -> None:
        may = self._may_take_back(who, self.now())
        assert self.runs(who, TakeBack(approval=self.one)) == may
        if may:
            self.answers.pop()
            assert self.request().state == OPEN

    def _may_take_back(self, who: int, now: Now) -> bool:
        """Who answered last, for two minutes, unless it was withdrawn or has taken effect."""
        last = self.answers[-1] if self.answers else None
        if now.request.effective or now.request.state == approvals.WITHDRAWN:
            return False
        mine = last is not None and last.by == who and self.at <= last.at + TAKE_BACK
        return mine and who in now.here

    @precondition(lambda self: self.begun)
    @rule(who=anybody)
    def withdraws(self, who: int) -> None:
        if who == SUBMITTER:  # the door lets nobody else
            was = self.request().state
            assert self.runs(who, Withdraw(approval=self.one)) == (was == OPEN)

    @precondition(lambda self: self.begun)
    @rule()
    def changes(self) -> None:
        """What is decided on reads otherwise: whoever agreed is asked again, or it is flagged."""
        was = self.request()
        facts = {"a": self.at.isoformat()}
        self.does(SUBMITTER, lambda desk: asking.changed(desk, SUBJECT, WHAT, facts))
        now = self.request()
        if was.state == OPEN or (was.state == approvals.APPROVED and not was.effective):
            assert now.state == OPEN
            assert YES not in {seat.state for seat in self.seats()}
            refused = {known(s.id) for s in self.seats() if s.state == NO}
            self.answers = [one for one in self.answers if one.seat in refused]
            self.changes_made += 1
        else:
            assert now.state == was.state
            assert bool(now.flagged) == (was.state == approvals.APPROVED)

    # --- a card that was drawn some time ago ------------------------------------------------------

    @precondition(lambda self: self.begun)
    @rule()
    def card_is_drawn(self) -> None:
        state = self.database.read_now(lambda db: subjects.state(db, "approval", self.one))
        assert state is not None
        self.drawn = (state.revision, self.changes_made)

    @precondition(lambda self: self.begun)
    @rule(who=anybody)
    def taps(self, who: int) -> None:
        """On the card as it was drawn; the door lets a deciding tap in on its own revision only."""
        revision, made = self.drawn
        state = self.database.read_now(lambda db: subjects.state(db, "approval", self.one))
        assert state is not None
        fresh = state.revision == revision
        assert fresh == (made == self.changes_made)
        if fresh:
            self._answers(who, Approve(approval=self.one), YES)

    # --- time, and people -------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 3, 600]))
    def time_passes(self, minutes: int) -> None:
        """What was decided takes effect once it can't be taken back."""
        self.at += timedelta(minutes=minutes)
        if not self.begun:
            return
        now = self.request()
        if now.effective_at and now.effective_at <= self.at and not now.effective:
            self.does(ZHAO, lambda desk: asking.settle(desk, now))

    @rule(who=deciders | anybody, deputy=deputies, given=GIVEN)
    def goes_away(self, who: int, deputy: int, given: Given = (None, None, "")) -> None:
        if who == deputy or who in self.away:
            return
        decides, up_to, currency = given
        row = Absence(
            person_id=who,
            deputy_id=deputy,
            since=self.at,
            until=self.at + timedelta(days=90),
            made_at=self.at,
            decides=decides,
            up_to=up_to,
            currency=currency,
        )
        self.away[who] = self.database.write_now(lambda db: absences.add(db, row))[0]

    @rule(who=anybody)
    def comes_back(self, who: int) -> None:
        absence = self.away.pop(who, None)
        if absence:
            self.database.write_now(lambda db: absences.end(db, absence, self.at))
            self.at += timedelta(seconds=1)

    @rule(who=deciders, there=st.booleans(), heads=st.booleans())
    def moves(self, who: int, *, there: bool, heads: bool) -> None:
        """To the archive, or back to where they were, at its head or not."""
        department = HOMES.get(who, Department.SALES) if there else Department.ARCHIVE
        self.database.write_now(lambda db: people.place(db, who, {department.value: heads}))

    @rule(who=st.sampled_from([SUN, CHEN]))
    def leaves(self, who: int) -> None:
        self.database.write_now(lambda db: people.set_active(db, who, active=False))

    # --- what must hold ---------------------------------------------------------------------------

    @precondition(lambda self: self.begun)
    @invariant()
    def every_answer_is_known(self) -> None:
        """What stands in the seats is what was accepted, each by somebody else."""
        said = {known(s.id): s.by_id for s in self.seats() if s.state in {YES, NO}}
        assert said == {one.seat: one.by for one in self.answers}
        assert len(set(said.values())) == len(said)
        assert not set(said.values()) & BARRED

    @precondition(lambda self: self.begun)
    @invariant()
    def nobody_else_may(self) -> None:
        """Everybody tries, and it is as if they had not."""
        now = self.now()
        assert self.could({who: (who, Approve(approval=self.one)) for who in EVERYBODY}) == (
            now.entitled
        )
        for one in sorted(now.entitled)[:1]:
            hands = {to: HandOn(approval=self.one, to=PersonId(to)) for to in EVERYBODY}
            assert self.could({to: (one, hand) for to, hand in hands.items()}) == now.new

    @precondition(lambda self: self.begun)
    @invariant()
    def nobody_else_takes_it_back(self) -> None:
        now = self.now()
        able = {who for who in EVERYBODY if self._may_take_back(who, now)}
        undo = TakeBack(approval=self.one)
        assert self.could({who: (who, undo) for who in EVERYBODY}) == able

    @precondition(lambda self: self.begun and self.kind is Rule.ORDER)
    @invariant()
    def nobody_is_asked_out_of_turn(self) -> None:
        now = self.now()
        turns = [seat.state for seat in now.seats if not seat.must]
        if now.request.state == OPEN and ASKED in turns:
            assert set(turns[: turns.index(ASKED)]) <= {YES}
            assert turns.count(ASKED) == 1

    @precondition(lambda self: self.begun)
    @invariant()
    def whom_it_turns_to_may_answer(self) -> None:
        now = self.now()
        if now.request.state != OPEN:
            return

        def asked(db: Transaction) -> dict[int, int]:
            found = spoken_to(db, now.request, now.seats, self.at)
            return {known(voice.seat.id): voice.person_id for voice in found}

        turned = self.database.read_now(asked)
        assert all(who in now.may[seat] for seat, who in turned.items())
        assert turned.keys() == {seat for seat, some in now.may.items() if some}
