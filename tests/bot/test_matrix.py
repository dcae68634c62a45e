"""The permission matrix, whole: every command for every department, role and relation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.discovery import commands
from bot.permission import may
from commands.kit.card import Ref
from commands.kit.noun import Involved, Matches, Noun, Nouns
from commands.kit.people import Actor, Department, Person
from commands.kit.words import T
from storage.database import Database, Transaction
from tests.house import seeded

DEPARTMENTS = [d.value for d in Department]
RELATIONS = ["owner", "submitter", "superior"]
OTHERS = ["administrator", "contact", "contact of another", "stranger", "has left"]
EVERYBODY = [*DEPARTMENTS, *RELATIONS, "administrator"]
ANYBODY = [*EVERYBODY, "contact", "contact of another", "stranger", "has left"]
HANDLERS = ["quality", "sales", "management", "owner"]
KEEPERS = ["management", "sales", "marketing", "purchasing"]

# Who may run a command; everybody else is refused.
MATRIX: dict[str, list[str]] = {
    "bind": ["administrator"],
    "case": [*EVERYBODY, "contact", "contact of another"],
    "case_customer": HANDLERS,
    "case_future": EVERYBODY,
    "case_later": EVERYBODY,
    "case_pass": [*HANDLERS, "superior"],
    "case_phoned": HANDLERS,
    "case_reply": HANDLERS,
    "case_solve": HANDLERS,
    "case_take": HANDLERS,
    "case_why": EVERYBODY,
    "complaint": ANYBODY,
    "contact_add": EVERYBODY,
    "customer": EVERYBODY,
    "customer_add": KEEPERS,
    "customer_invite": ["sales", "marketing", "quality"],
    "customer_name": EVERYBODY,
    "customer_owner": ["management", "sales"],
    "export": ["management", "sales", "marketing", "administrator"],
    "help": ANYBODY,
    "import_customers": [*KEEPERS, "administrator"],
    "import_go": ["owner", "administrator"],
    "import_people": ["administrator"],
    "import_stop": ["owner", "administrator"],
    "import_undo": ["owner", "administrator"],
    "join": ANYBODY,
    "language": ANYBODY,
    "people": EVERYBODY,
    "person_add": ["administrator"],
    "person_invite": ["administrator"],
    "today": EVERYBODY,
    "visit": ["sales", "management"],
    "visit_day": ["owner"],
    "visit_notes": ["owner"],
    "visit_photo": ["owner"],
    "visit_remind": ["owner"],
    "visit_undo": ["owner"],
    "visits": EVERYBODY,
}

OWNER, SUBMITTER, SUPERIOR = 3, 5, 2  # of the sample company; 2 is the superior of 3
ABOUT = 1


def actor(who: str) -> Actor:
    """Somebody who is nothing but this: the archive has no rights of its own."""
    archive = frozenset({Department.ARCHIVE})
    match who:
        case "owner":
            return Actor(1, who, Person(OWNER, who, archive))
        case "submitter":
            return Actor(1, who, Person(SUBMITTER, who, archive))
        case "superior":
            return Actor(1, who, Person(SUPERIOR, who, archive))
        case "administrator":
            return Actor(1, who, Person(99, who, archive, admin=True))
        case "contact":
            return Actor(50, who, contact_id=1, customer_id=2)
        case "contact of another":
            return Actor(51, who, contact_id=2, customer_id=3)
        case "stranger" | "has left":
            return Actor(52, who)
        case _:
            return Actor(1, who, Person(98, who, frozenset({Department(who)})))


def nouns() -> Nouns:
    """Every kind of subject, each with the same people around it."""
    involved = Involved(OWNER, frozenset({SUBMITTER}), frozenset({50}))
    kinds = {command.declared.on for command in commands()} - {""}
    return Nouns(
        tuple(
            Noun(
                kind,
                T(kind),
                lambda _look, _text, _actor: Matches(),
                lambda _db, _id: None,
                involved=lambda _db, _id: involved,
            )
            for kind in sorted(kinds)
        )
    )


def test_every_command_has_its_cells() -> None:
    assert sorted(command.declared.name for command in commands()) == sorted(MATRIX)


def cells(db: Transaction) -> Iterator[tuple[str, str, bool]]:
    """Every cell as the door decides it."""
    known = nouns()
    for command in commands():
        declared = command.declared
        about = Ref(declared.on, ABOUT) if declared.on else None
        for who in [*DEPARTMENTS, *RELATIONS, *OTHERS]:
            yield declared.name, who, may(db, known, actor(who), declared, about)


def test_the_matrix_whole(database_url: str) -> None:
    database = Database(database_url)
    seeded(database, "web", "en")
    try:
        found = database.read_now(lambda db: list(cells(db)))
    finally:
        database.close()
    assert len(found) == len(MATRIX) * len([*DEPARTMENTS, *RELATIONS, *OTHERS])
    wrong = [
        f"{name} by {who}: {'allowed' if allowed else 'refused'}"
        for name, who, allowed in found
        if allowed != (who in MATRIX[name])
    ]
    assert wrong == []


@pytest.mark.parametrize("who", ["stranger", "has left"])
def test_strangers_may_do_little(who: str) -> None:
    assert sorted(name for name, allowed in MATRIX.items() if who in allowed) == [
        "complaint",
        "help",
        "join",
        "language",
    ]
