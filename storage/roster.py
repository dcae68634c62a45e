"""The people of the company as a whole: what imports write and exports read.

A person's record is plain data: name, phone, email, departments (each with whether they head it),
and superior (a person's id or None).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import col

from storage import people, subjects
from storage.database import Deed, Json, Query, Transaction, known
from storage.people import Membership, Named, Person

Record = dict[str, Json]
PLAIN = ("name", "phone", "email")

_NAMES = Query(Named, select(col(Person.id), col(Person.name)).order_by(col(Person.id)))
_MEMBERSHIPS = Query(
    Membership,
    select(Membership).order_by(col(Membership.person_id), col(Membership.department)),
)
_REWRITE = Deed(
    update(Person)
    .where(col(Person.id) == bindparam("b_id"))
    .values({"name": bindparam("to_name"), "superior_id": bindparam("to_above")})
)
_LEAVE = Deed(delete(Membership).where(col(Membership.person_id) == bindparam("b_id")))
_DROP = Deed(delete(Person).where(col(Person.id) == bindparam("b_id")))


def names(db: Transaction) -> list[Named]:
    """Ids and names of everybody who was ever entered."""
    return _NAMES.all(db)


def held(db: Transaction) -> dict[int, Record]:
    """The records of everybody who works here now, the first entered first."""
    found: dict[int, Record] = {
        known(row.id): {
            **{name: getattr(row, name) for name in PLAIN},
            "departments": {},
            "superior": row.superior_id,
        }
        for row in people.active(db)
    }
    for member in _MEMBERSHIPS.all(db):
        if member.person_id in found:
            found[member.person_id]["departments"][member.department] = member.head
    return found


def enter(db: Transaction, record: Record, at: datetime) -> int:
    """Enter somebody; give their id."""
    plain = {name: record[name] for name in PLAIN}
    made = people.add(db, Person(**plain, superior_id=record["superior"], created_at=at))
    people.place(db, made, record["departments"])
    return made


def rewrite(db: Transaction, id_: int, after: Record) -> None:
    """Make somebody's record say this."""
    _REWRITE.run(db, b_id=id_, to_name=after["name"], to_above=after["superior"])
    people.reach(db, id_, phone=after["phone"], email=after["email"])
    people.place(db, id_, after["departments"])


def remove(db: Transaction, id_: int) -> None:
    """Take somebody out, as if never entered; a database error if anything points at them."""
    _LEAVE.run(db, b_id=id_)
    subjects.forget(db, people.KIND, id_)
    _DROP.run(db, b_id=id_)
