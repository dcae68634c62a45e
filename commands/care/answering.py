"""What customers' people answer to a greeting reaches whoever looks after them (clause 3.2)."""

from __future__ import annotations

from commands import customers as customer_noun
from commands.care.planning import KIND
from commands.kit.card import STAFF, Card, Quote, Ref
from commands.kit.desk import Desk
from commands.kit.people import Role, ToAccount, ToPerson, load
from commands.kit.words import T, sentence
from storage import care
from storage.talk import Talk


def heard(desk: Desk, id_: int, remark: Talk) -> None:
    """Its owner reads it, and who wrote it that it was passed on; colleagues' talk stays here."""
    made = care.get(desk.db, id_)
    owner = load(desk.db, made.owner_id) if made and made.owner_id else None
    if made is None or owner is None or desk.actor.role is Role.STAFF:
        return
    customer_id = desk.actor.customer_id
    title = T(
        "💬 {name} of {customer} answers the greeting: {what}",
        name=remark.name,
        customer=(customer_noun.name_of(desk.db, customer_id) if customer_id else None) or "?",
        what=sentence(made.what),
    )
    said = Quote(remark.text or "📷", remark.name, STAFF)
    desk.tell(ToPerson(owner.id), Card(title, (said,), Ref(KIND, id_)))
    passed = Card(T("Thank you! I have passed it on to {name}.", name=owner.name))
    desk.tell(ToAccount(desk.actor.account_id), passed)
