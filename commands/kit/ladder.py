"""Who is told as a deadline nears, has passed, and is still not kept: upwards, step by step."""

from __future__ import annotations

from datetime import datetime

from commands.kit.people import Acting, Person, acting, load, superior_of
from storage.database import Transaction

WARN, BREACH, ABOVE = "warn", "breach", "above"


def those_told(db: Transaction, owner_id: int | None, step: str, at: datetime) -> list[Acting]:
    """Whom a step tells at a moment, once each; who is away is stood in for.

    Whoever owes it is warned; where it was missed they and their superior are told, and then the
    next above. Where nobody owes it, it begins with the superior.
    """
    found: dict[int, Acting] = {}
    for person in _meant(db, owner_id, step):
        acts = acting(db, person.id, at) if person else None
        if acts:
            found.setdefault(acts.person.id, acts)
    return list(found.values())


def _meant(db: Transaction, owner_id: int | None, step: str) -> tuple[Person | None, ...]:
    owner = load(db, owner_id) if owner_id else None
    above = superior_of(db, owner_id)
    match step:
        case "warn":
            return (owner or above,)
        case "breach":
            return owner, above
        case _:
            return (superior_of(db, above.id) if above else None,)
