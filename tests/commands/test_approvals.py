"""Approvals by their rules: who may, who decided, and that nothing gets past them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from commands.approvals import asking
from commands.approvals.asking import Decider, Procedure
from commands.approvals.rules import Rule, outcome
from commands.approvals.verbs import (
    AddDecider,
    Approve,
    HandOn,
    Reject,
    SendBack,
    TakeBack,
    When,
    Withdraw,
)
from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk, Source
from commands.kit.errors import Refused
from commands.kit.form import ApprovalId, PersonId
from commands.kit.people import Actor, Department, load
from commands.kit.policy import load as policy
from commands.kit.words import T
from storage import absences, approvals, people
from storage.absences import Absence
from storage.approvals import ASKED, NO, WAITING, YES, Approval, Seat
from storage.database import Database, Transaction
from tests.house import BEGUN, ZONE, prepared

ZHAO, WANG, LINA, ZHOU, CHEN, WU, SUN, LIU = range(1, 9)
EVERYBODY = range(1, 9)
HOMES = {
    ZHAO: Department.MANAGEMENT,
    WANG: Department.SALES,
    CHEN: Department.QUALITY,
    SUN: Department.PURCHASING,
}
SUBMITTER, ALSO_BARRED = LINA, LIU
POLICY = policy()
ONE = ApprovalId(1)
Work = Callable[[Desk], object]


def seat(state: str, *, must: bool = False) -> Seat:
    """A seat that stands so."""
    return Seat(approval_id=1, person_id=1, state=state, must=must)


@pytest.mark.parametrize(
    ("kind", "need", "states", "expected"),
    [
        (Rule.ANY, 1, [YES, ASKED], "approved"),
        (Rule.ANY, 1, [NO, ASKED], "rejected"),
        (Rule.ANY, 1, [ASKED, ASKED], None),
        (Rule.ALL, 2, [YES, ASKED], None),
        (Rule.ALL, 2, [YES, YES], "approved"),
        (Rule.ALL, 2, [YES, NO], "rejected"),
        (Rule.ORDER, 2, [YES, WAITING], None),
        (Rule.COUNT, 2, [YES, NO, ASKED], None),
        (Rule.COUNT, 2, [YES, NO, YES], "approved"),
        (Rule.COUNT, 2, [NO, NO, ASKED], "rejected"),
    ],
)
def test_what_is_decided(kind: Rule, need: int, states: list[str], expected: str | None) -> None:
    asked = Approval(kind="case", subject_id=1, rule=kind.value, need=need, submitter_id=1)
    assert outcome(asked, [seat(state) for state in states]) == expected


def test_who_was_added_must_agree_whatever_the_rule() -> None:
    asked = Approval(kind="case", subject_id=1, rule="any", need=1, submitter_id=1)
    assert outcome(asked, [seat(YES), seat(ASKED, must=True)]) is None
    assert outcome(asked, [seat(YES), seat(NO, must=True)]) == "rejected"
    assert outcome(asked, [seat(YES), seat(YES, must=True)]) == "approved"


@pytest.fixture(scope="module")
def company() -> Iterator[Path]:
    """The sample company, ready to be copied."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / "company.db"
        prepared(f"sqlite:///{made}", "web", "en")
        yield made


class Decided(RuleBasedStateMachine):
    """People try everything on one request, while others come, go and stand in.

    What was accepted is written down beside it, and judged by itself: whoever agreed had, at that
    moment, a right that this machine gave them.
    """

    company: Path

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "one.db"
        shutil.copy(self.company, path)
        self.database = Database(f"sqlite:///{path}")
        self.at = BEGUN
        self.begun = False
        self.agreed: dict[int, datetime] = {}
        self.away: dict[int, int] = {}

    def teardown(self) -> None:
        self.database.close()
        self._folder.cleanup()

    def desk(self, db: Transaction, person: int) -> Desk:
        who = load(db, person)
        return Desk(
            db=db,
            actor=Actor(person, who.name if who else "?", who),
            source=Source("web", "rehearsal", "dm"),
            now=self.at,
            recorded_at=self.at,
            machine_now=self.at,
            zone=ZONE,
            policy=POLICY,
            deed="test",
        )

    def does(self, person: int, work: Work) -> bool:
        """Somebody tries something; whether it was accepted."""

        def run(db: Transaction) -> bool:
            if load(db, person) is None:  # the door knows nobody who has left
                return False
            try:
                with db.savepoint():
                    work(self.desk(db, person))
            except Refused:
                return False
            return True

        done, _ = self.database.write_now(run)
        return done

    def runs(self, person: int, command: Command) -> bool:
        return self.does(person, command.run)

    def seats(self) -> list[Seat]:
        return self.database.read_now(lambda db: approvals.seats(db, 1))

    def request(self) -> Approval:
        found = self.database.read_now(lambda db: approvals.get(db, 1))
        assert found is not None
        return found

    # --- what happens -----------------------------------------------------------------------------

    @initialize(
        kind=st.sampled_from(list(Rule)),
        named=st.lists(st.sampled_from([ZHAO, WANG, CHEN, SUN, LINA]), min_size=1, max_size=4),
        wanted=st.integers(1, 3),
    )
    def asks(self, kind: Rule, named: list[int], wanted: int) -> None:
        def work(desk: Desk) -> None:
            deciders = [Decider(found) for one in named if (found := load(desk.db, one))]
            roles = [Decider(one.person, _role(one)) for one in deciders]
            how = Procedure("X-1", "2.2.4", roles, kind, wanted, frozenset({ALSO_BARRED}))
            asking.ask(desk, Ref("case", 1), Card(T("of {name}", name="X-1")), {}, how)

        self.begun = self.does(SUBMITTER, work)

    @precondition(lambda self: self.begun)
    @rule(some=st.lists(st.sampled_from(EVERYBODY), min_size=1, max_size=5))
    def approve(self, some: list[int]) -> None:
        for who in some:
            before = {s.id: s.state for s in self.seats()}
            if self.runs(who, Approve(approval=ONE)):
                assert self._may(who, before), f"{who} had no right to agree"
                assert who not in self.agreed
                self.agreed[who] = self.at

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(EVERYBODY))
    def rejects(self, who: int) -> None:
        self.runs(who, Reject(approval=ONE, reason="no"))

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(EVERYBODY))
    def sends_back(self, who: int) -> None:
        self.runs(who, SendBack(approval=ONE, reason="mend"))

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(EVERYBODY), to=st.sampled_from(EVERYBODY))
    def hands_on(self, who: int, to: int) -> None:
        self.runs(who, HandOn(approval=ONE, to=PersonId(to)))

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(EVERYBODY), to=st.sampled_from(EVERYBODY), when=st.sampled_from(When))
    def adds(self, who: int, to: int, when: When) -> None:
        self.runs(who, AddDecider(approval=ONE, to=PersonId(to), when=when))

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(EVERYBODY))
    def takes_back(self, who: int) -> None:
        if self.runs(who, TakeBack(approval=ONE)):
            self.agreed.pop(who, None)

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(EVERYBODY))
    def withdraws(self, who: int) -> None:
        if who == SUBMITTER:  # the door lets nobody else
            self.runs(who, Withdraw(approval=ONE))

    @precondition(lambda self: self.begun)
    @rule()
    def changes(self) -> None:
        """What is decided on reads otherwise: whoever agreed is asked again."""
        card = Card(T("of {name}", name="X-1"))
        self.does(SUBMITTER, lambda desk: asking.changed(desk, Ref("case", 1), card, {"a": "b"}))
        if self.request().state == approvals.OPEN:
            self.agreed.clear()

    @rule(minutes=st.sampled_from([1, 3, 600]))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule(who=st.sampled_from(EVERYBODY), deputy=st.sampled_from(EVERYBODY))
    def goes_away(self, who: int, deputy: int) -> None:
        if who == deputy or who in self.away:
            return
        until = self.at + timedelta(days=90)
        row = Absence(person_id=who, deputy_id=deputy, since=self.at, until=until, made_at=self.at)
        self.away[who] = self.database.write_now(lambda db: absences.add(db, row))[0]

    @rule(who=st.sampled_from(EVERYBODY))
    def comes_back(self, who: int) -> None:
        absence = self.away.pop(who, None)
        if absence:
            self.database.write_now(lambda db: absences.end(db, absence, self.at))
            self.at += timedelta(seconds=1)

    @rule(who=st.sampled_from([ZHAO, WANG, CHEN, SUN]), there=st.booleans())
    def moves(self, who: int, *, there: bool) -> None:
        """To the archive, or back to where they were."""
        department = HOMES[who] if there else Department.ARCHIVE
        self.database.write_now(lambda db: people.place(db, who, {department.value: True}))

    @rule(who=st.sampled_from([WU, ZHOU, SUN, CHEN]))
    def leaves(self, who: int) -> None:
        self.database.write_now(lambda db: people.set_active(db, who, active=False))

    # --- what must hold ---------------------------------------------------------------------------

    def _may(self, who: int, before: dict[int | None, str]) -> bool:
        """Whether somebody had a right: a seat of their own, or the place of who is not there."""
        if who in {SUBMITTER, ALSO_BARRED}:
            return False
        now = self.seats()
        taken = next(s for s in now if s.by_id == who and s.state == YES)
        if before[taken.id] != ASKED:
            return False
        if taken.person_id == who:
            return self.database.read_now(lambda db: _is_still(db, taken))
        if taken.person_id in self.away:
            return True
        return not self.database.read_now(lambda db: _is_still(db, taken))

    @precondition(lambda self: self.begun)
    @invariant()
    def approved_only_by_those_who_agreed(self) -> None:
        request, seats = self.request(), self.seats()
        yes = [s for s in seats if s.state == YES]
        assert {s.by_id for s in yes} == set(self.agreed)
        assert len({s.by_id for s in yes}) == len(yes)
        assert not {s.by_id for s in yes} & {SUBMITTER, ALSO_BARRED}
        if request.state == approvals.APPROVED:
            assert len([s for s in yes if not s.must]) >= request.need
            assert all(s.state == YES for s in seats if s.must)


def _role(decider: Decider) -> str:
    """The first department that somebody is in."""
    return min(d.value for d in decider.person.departments)


def _is_still(db: Transaction, taken: Seat) -> bool:
    """Whether whoever has a seat works here, in the position for which they have it."""
    person = load(db, taken.person_id)
    return person is not None and (not taken.role or Department(taken.role) in person.departments)


def _played(company: Path, examples: int) -> None:
    machine = type("Decided", (Decided,), {"company": company})
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=50, deadline=None)
    )


def test_nothing_is_approved_but_by_the_rule(company: Path) -> None:
    _played(company, 60)


@pytest.mark.torture
def test_nothing_is_approved_but_by_the_rule_in_ten_thousand_steps(company: Path) -> None:
    _played(company, 200)
