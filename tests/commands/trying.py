"""One company, one request, and people who try things at the desk, perhaps only to see (2.2.4)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis.stateful import RuleBasedStateMachine

from commands.kit.command import Command
from commands.kit.desk import Desk, Source
from commands.kit.errors import Refused
from commands.kit.form import ApprovalId
from commands.kit.people import Actor, load
from commands.kit.policy import load as policy
from commands.kit.words import T
from storage import approvals, people
from storage.approvals import Approval, Seat
from storage.database import Database, Transaction, known
from storage.people import Account
from tests.commands.entitled import EVERYBODY, Now, now_of
from tests.house import BEGUN, ZONE, prepared

POLICY = policy()
Work = Callable[[Desk], object]


class Undone(Exception):
    """Somebody only tried."""


def founded(path: Path) -> None:
    """The sample company in a file; everybody has a second account."""
    prepared(f"sqlite:///{path}", "web", "en")
    database = Database(f"sqlite:///{path}")
    for person in EVERYBODY:
        second = Account(
            platform="web",
            workspace="rehearsal",
            user=f"second{person}",
            person_id=person,
            used_at=BEGUN,
        )
        database.write_now(lambda db, second=second: people.add_account(db, second))  # type: ignore[misc]
    database.close()


class Trying(RuleBasedStateMachine):
    """The company of one run, in a file of its own."""

    company: Path

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "one.db"
        shutil.copy(self.company, path)
        self.database = Database(f"sqlite:///{path}")
        self.at = BEGUN
        self.begun = False
        self.one = ApprovalId(0)

    def teardown(self) -> None:
        self.database.close()
        self._folder.cleanup()

    # --- at the desk ------------------------------------------------------------------------------

    def desk(self, db: Transaction, person: int, *, second: bool = False) -> Desk:
        who = load(db, person)
        account = people.accounts_of(db, person)[-1 if second else 0]
        return Desk(
            db=db,
            actor=Actor(known(account.id), who.name if who else "?", who),
            source=Source("web", "rehearsal", "dm"),
            now=self.at,
            recorded_at=self.at,
            machine_now=self.at,
            zone=ZONE,
            policy=POLICY,
            deed="test",
        )

    def does(self, person: int, work: Work, *, second: bool = False) -> bool:
        """Somebody tries something; whether it was accepted."""

        def run(db: Transaction) -> bool:
            if load(db, person) is None:  # the door knows nobody who has left
                return False
            try:
                with db.savepoint():
                    work(self.desk(db, person, second=second))
            except Refused:
                return False
            return True

        done, _ = self.database.write_now(run)
        self.at += timedelta(seconds=1)
        return done

    def runs(self, person: int, command: Command, *, second: bool = False) -> bool:
        return self.does(person, command.run, second=second)

    def seats(self) -> list[Seat]:
        return self.database.read_now(lambda db: approvals.seats(db, self.one))

    def request(self) -> Approval:
        found = self.database.read_now(lambda db: approvals.get(db, self.one))
        assert found is not None
        return found

    def now(self) -> Now:
        return self.database.read_now(lambda db: now_of(db, self.one, self.at))

    def could(self, tried: Mapping[int, tuple[int, Command]]) -> set[int]:
        """What of this would be accepted now; none of it is done."""

        def tries(db: Transaction) -> set[int]:
            return {one for one, (who, does) in tried.items() if self._could(db, who, does)}

        return self.database.write_now(tries)[0]

    def _could(self, db: Transaction, who: int, command: Command) -> bool:
        try:
            with db.savepoint():
                self._only_tries(db, who, command)
        except Undone:
            return True
        except Refused:
            pass
        return False

    def _only_tries(self, db: Transaction, who: int, command: Command) -> None:
        if load(db, who) is None:  # the door knows nobody who has left
            raise Refused(T("of {name}", name="?"))
        command.run(self.desk(db, who))
        raise Undone
