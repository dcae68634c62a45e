"""How a company begins: its first administrator's code, and a fresh one when all is lost."""

from __future__ import annotations

from datetime import UTC, datetime

from bot import sample
from bot.core import Core
from bot.settings import Settings
from bot.start import Refusal
from commands.kit.words import T
from commands.people import invite
from commands.rehearsal import is_rehearsal
from storage import people
from storage.database import Database, Transaction
from storage.migrate import upgrade


def first_code(db: Transaction, settings: Settings, core: Core) -> str:
    """A new database's: a rehearsal gets the sample company instead. Raises `Refusal`."""
    house, now = core.house, core.clock.now()
    empty = people.count(db) == 0
    if settings.rehearsal:
        if empty:
            sample.seed(db, now, house.zone, house.policy)
        elif not sample.is_sample(db):
            raise Refusal(
                T(
                    "No token is set, and this database holds a real company, which the local chat "
                    "does not touch. Set a platform's token, play it on a copy with {rehearse}, or "
                    "name another DATABASE_URL.",
                    rehearse="python -m bot rehearse",
                )
            )
        return ""
    if is_rehearsal(db):
        raise Refusal(
            T(
                "This database is a rehearsal: a copy of your company, to be played, and a "
                "platform's token is set. Name your company's own database in DATABASE_URL; to go "
                "on rehearsing, run {rehearse} there.",
                rehearse="python -m bot rehearse --keep",
            )
        )
    if sample.is_sample(db):
        raise Refusal(
            T(
                "This database was created as a sample company, and a platform's token is set. "
                "Name another DATABASE_URL for your own company."
            )
        )
    return invite(db, now, admin=True) if empty else ""


def admin_code(settings: Settings, name: str = "") -> str:
    """A fresh code by which an administrator joins, whatever else is lost.

    It is the first administrator's who works here, or the named person's, who administers then;
    where nobody was ever entered, it founds the company. Raises `Refusal`.
    """
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        code, _ = database.write_now(lambda db: _recover(db, name, datetime.now(UTC)))
    finally:
        database.close()
    return code


def _recover(db: Transaction, name: str, now: datetime) -> str:
    if people.count(db) == 0:
        return invite(db, now, admin=True)
    called = [person for person in people.active(db) if person.name == name]
    found = next(iter(called if name else people.administrators(db)), None)
    if found is None:
        nobody = T("Nobody called {name} works here.", name=name)
        raise Refusal(nobody if name else _NO_ADMINISTRATOR)
    return invite(db, now, person_id=found.id, admin=True)


_NO_ADMINISTRATOR = T("There is no administrator. Say who becomes one: --for NAME")
