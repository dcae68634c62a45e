"""Who takes part in something, such as a visit: a customer's contacts, and our own people."""

from collections.abc import Iterable

from sqlalchemy import Index, bindparam, delete, select
from sqlmodel import col

from storage.columns import key, may_point_at
from storage.database import Deed, Query, Transaction
from storage.rows import Row


class Attendee(Row, table=True):
    """One of a customer's contacts, one of our people, or somebody whom we know by name alone."""

    __table_args__ = (Index("attendee_subject", "kind", "subject_id"),)

    id: int | None = key()
    kind: str
    subject_id: int
    contact_id: int | None = may_point_at("contact")
    person_id: int | None = may_point_at("person")
    name: str = ""

    @property
    def who(self) -> tuple[int | None, int | None, str]:
        """What makes two of them the same."""
        return self.contact_id, self.person_id, self.name


_OF = Query(
    Attendee,
    select(Attendee)
    .where(col(Attendee.kind) == bindparam("kind"), col(Attendee.subject_id) == bindparam("id"))
    .order_by(col(Attendee.id)),
)
_FORGET = Deed(
    delete(Attendee).where(
        col(Attendee.kind) == bindparam("b_kind"), col(Attendee.subject_id) == bindparam("b_id")
    )
)


def of(db: Transaction, kind: str, id_: int) -> list[Attendee]:
    """Who takes part, in the order they were named."""
    return _OF.all(db, kind=kind, id=id_)


def add(db: Transaction, kind: str, id_: int, some: Iterable[Attendee]) -> None:
    """These take part too; nobody is kept twice."""
    have = {one.who for one in of(db, kind, id_)}
    for one in some:
        if one.who not in have:
            have.add(one.who)
            one.kind, one.subject_id = kind, id_
            db.add(one)


def replace(db: Transaction, kind: str, id_: int, some: Iterable[Attendee]) -> None:
    """These take part, and nobody else."""
    _FORGET.run(db, b_kind=kind, b_id=id_)
    add(db, kind, id_, some)
