"""The permission matrix, whole: every command for every department, role and relation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

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
RELATIONS = ["owner", "submitter", "superior", "deputy"]
OTHERS = ["administrator", "contact", "contact of another", "stranger", "has left"]
EVERYBODY = [*DEPARTMENTS, *RELATIONS, "administrator"]
ANYBODY = [*EVERYBODY, "contact", "contact of another", "stranger", "has left"]
HANDLERS = ["quality", "sales", "management", "owner", "deputy"]
TRUSTED = ["management", "finance"]
KEEPERS = ["management", "sales", "marketing", "purchasing"]

ORGANISERS = ["sales", "management", "owner", "superior", "deputy"]

# Who may run a command; everybody else is refused.
MATRIX: dict[str, list[str]] = {
    "account_unlink": ["owner", "administrator"],
    "action_change": ["management", "submitter", "superior"],
    "action_done": ["owner", "superior", "deputy"],
    "action_excuse": ["management", "superior"],
    "action_show": EVERYBODY,
    "admission": EVERYBODY,
    "admission_close": ["marketing", "sales", "management", "owner", "deputy"],
    "admission_complete": ["marketing", "management", "owner", "deputy"],
    "admission_evaluate": ["marketing", "owner", "deputy"],
    "admission_info": KEEPERS,
    "admission_name": KEEPERS,
    "admission_met": EVERYBODY,
    "admission_plan": ["sales", "management", "owner", "deputy"],
    "admission_reopen": ["marketing", "sales", "management", "owner", "deputy"],
    "admissions": EVERYBODY,
    "admissions_chart": EVERYBODY,
    "admission_report": ["sales", "management", "owner", "deputy"],
    "approval_add": EVERYBODY,
    "approval_answer": ["owner", "submitter", "deputy"],
    "approval_ask": EVERYBODY,
    "approval_file": EVERYBODY,
    "approval_remind": ["submitter"],
    "approval_return": EVERYBODY,
    "approval_show": EVERYBODY,
    "approval_transfer": EVERYBODY,
    "approval_undo": EVERYBODY,
    "approval_withdraw": ["submitter"],
    "approvals": EVERYBODY,
    "approvals_chart": EVERYBODY,
    "approve": EVERYBODY,
    "approve_if": EVERYBODY,
    "away": EVERYBODY,
    "back": EVERYBODY,
    "bank_add": [*TRUSTED, "purchasing"],
    "bank_confirm": TRUSTED,
    "bank_end": TRUSTED,
    "bank_number": TRUSTED,
    "bank_refuse": TRUSTED,
    "bind": ["administrator"],
    "calendar": EVERYBODY,
    "calendar_end": EVERYBODY,
    "calendar_new": EVERYBODY,
    "care_done": ["owner", "superior", "deputy"],
    "care_recall": ["owner", "superior", "deputy"],
    "care_send": ["owner", "superior", "deputy"],
    "care_show": ["owner", "superior", "deputy"],
    "care_skip": ["owner", "superior", "deputy"],
    "care_step": ["owner", "superior", "deputy"],
    "care_text": ["owner", "superior", "deputy"],
    "care_tick": ["owner", "superior", "deputy"],
    "care_why": ["owner", "superior", "deputy"],
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
    "contact": ["management", "sales", "purchasing"],
    "contact_add": EVERYBODY,
    "contact_birthday": ["management", "sales", "marketing", "purchasing"],
    "contact_back": ["management", "sales", "marketing", "purchasing"],
    "contact_left": ["management", "sales", "marketing", "purchasing"],
    "contact_undo": ["owner", "deputy"],
    "customer": EVERYBODY,
    "customer_add": KEEPERS,
    "customer_basic": [*KEEPERS, "finance"],
    "customer_business": [*KEEPERS, "finance"],
    "customer_file": EVERYBODY,
    "customer_finance": TRUSTED,
    "customer_invite": ["sales", "marketing", "quality"],
    "customer_name": EVERYBODY,
    "customer_owner": ["management", "sales"],
    "customer_pdf": EVERYBODY,
    "customer_resume": ["management", "superior"],
    "customer_since": ["management", "sales", "marketing", "purchasing"],
    "customer_suspend": ["management", "superior"],
    "export": ["management", "sales", "marketing", "finance", "administrator"],
    "file": [*EVERYBODY, "contact", "contact of another"],
    "finance": TRUSTED,
    "greeting_wish": KEEPERS,
    "handover_accept": ["owner", "deputy"],
    "handover_decline": ["owner", "deputy"],
    "handover_offer": ["submitter", "administrator"],
    "help": ANYBODY,
    "home": EVERYBODY,
    "import_customers": [*KEEPERS, "administrator"],
    "import_go": ["owner", "administrator"],
    "import_finance": TRUSTED,
    "import_people": ["administrator"],
    "import_stop": ["owner", "administrator"],
    "import_undo": ["owner", "administrator"],
    "join": ANYBODY,
    "join_as": ANYBODY,
    "join_not": ANYBODY,
    "language": ANYBODY,
    "meeting": ["sales", "management"],
    "meeting_action": ORGANISERS,
    "meeting_agenda": EVERYBODY,
    "meeting_answer": ["contact"],
    "meeting_all_came": ORGANISERS,
    "meeting_all_invited": ORGANISERS,
    "meeting_absent": ORGANISERS,
    "meeting_came": ORGANISERS,
    "meeting_cancel": ORGANISERS,
    "meeting_colleague": ORGANISERS,
    "meeting_collect": ORGANISERS,
    "meeting_excuse": ["management", "superior"],
    "meeting_coming": ORGANISERS,
    "meeting_guests": EVERYBODY,
    "meeting_held": ORGANISERS,
    "meeting_invite": ORGANISERS,
    "meeting_invite_all": ORGANISERS,
    "meeting_invited": ORGANISERS,
    "meeting_minutes": ORGANISERS,
    "meeting_move": ORGANISERS,
    "meeting_pass": ORGANISERS,
    "meeting_reopen": ORGANISERS,
    "meeting_send": ORGANISERS,
    "meeting_show": EVERYBODY,
    "meeting_told": ORGANISERS,
    "meeting_topic": EVERYBODY,
    "meetings": EVERYBODY,
    "offer_accept": ["owner", "deputy"],
    "people": EVERYBODY,
    "person": EVERYBODY,
    "person_add": ["administrator"],
    "person_admin": ["administrator"],
    "person_departments": ["administrator"],
    "person_email": ["administrator"],
    "person_head": ["administrator"],
    "person_invite": ["administrator"],
    "person_leave": ["administrator", "superior"],
    "person_out": ["administrator", "superior"],
    "person_phone": ["administrator"],
    "person_superior": ["administrator"],
    "plan": ["management", "sales"],
    "plan_brief": ["management", "owner", "submitter", "superior", "deputy"],
    "plan_cancel": ["owner", "superior", "deputy"],
    "plan_hand": ["owner", "superior", "deputy"],
    "plan_move": ["owner", "superior", "deputy"],
    "plan_show": ["management", "owner", "submitter", "superior", "deputy"],
    "plans": ["management", "sales"],
    "policy": EVERYBODY,
    "prospect": KEEPERS,
    "quiet": EVERYBODY,
    "rehearsal": ["administrator"],
    "reject": EVERYBODY,
    "settings": EVERYBODY,
    "today": EVERYBODY,
    "silent": ["management", "sales", "purchasing"],
    "visit": ["sales", "management"],
    "visit_day": ["owner", "deputy"],
    "visit_excuse": ["management", "superior"],
    "visit_notes": ["owner", "deputy"],
    "visit_photo": ["owner", "deputy"],
    "visit_place": ["owner", "deputy"],
    "visit_remind": ["owner", "deputy"],
    "visit_show": EVERYBODY,
    "visit_undo": ["owner", "deputy"],
    "visits": EVERYBODY,
}

OWNER, SUBMITTER, SUPERIOR = 3, 5, 2  # of the sample company; 2 is the superior of 3
ABOUT = 1


ARCHIVE = frozenset({Department.ARCHIVE})
# Those who are nothing but this: the archive has no rights of its own.
PEOPLE = {
    "owner": Person(OWNER, "owner", ARCHIVE),
    "submitter": Person(SUBMITTER, "submitter", ARCHIVE),
    "superior": Person(SUPERIOR, "superior", ARCHIVE),
    "deputy": Person(97, "deputy", ARCHIVE, stands_in_for=frozenset({OWNER})),
    "administrator": Person(99, "administrator", ARCHIVE, admin=True),
}


def actor(who: str) -> Actor:
    """Somebody who is nothing but this."""
    match who:
        case "contact":
            return Actor(50, who, contact_id=1, customer_id=2)
        case "contact of another":
            return Actor(51, who, contact_id=2, customer_id=3)
        case "stranger" | "has left":
            return Actor(52, who)
        case _ if who in PEOPLE:
            return Actor(1, who, PEOPLE[who])
        case _:
            return Actor(1, who, Person(98, who, frozenset({Department(who)})))


def around(involved: Involved) -> Callable[[Transaction, int], Involved]:
    """The same people around every subject of a kind."""
    return lambda _db, _id: involved


def nouns() -> Nouns:
    """Every kind of subject, each with the same people around it."""
    involved = Involved(OWNER, frozenset({SUBMITTER}), frozenset({50}))
    personal = replace(involved, personal=True)
    kinds = {command.declared.on for command in commands()} - {""}
    return Nouns(
        tuple(
            Noun(
                kind,
                T(kind),
                lambda _look, _text, _actor: Matches(),
                lambda _db, _id: None,
                involved=around(personal if kind in {"person", "sheet"} else involved),
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


def related(department: str, relation: str) -> Actor:
    """Somebody of a department who is also this to the subject."""
    who = actor(relation).person
    assert who is not None
    return Actor(1, relation, replace(who, departments=frozenset({Department(department)})))


def product(db: Transaction) -> Iterator[tuple[str, str, str, bool]]:
    """Every command for every department with every relation."""
    known = nouns()
    for command in commands():
        declared = command.declared
        about = Ref(declared.on, ABOUT) if declared.on else None
        for department in DEPARTMENTS:
            for relation in RELATIONS:
                who = related(department, relation)
                yield declared.name, department, relation, may(db, known, who, declared, about)


def test_every_department_with_every_relation(database_url: str) -> None:
    database = Database(database_url)
    seeded(database, "web", "en")
    try:
        found = database.read_now(lambda db: list(product(db)))
    finally:
        database.close()
    assert len(found) == len(MATRIX) * len(DEPARTMENTS) * len(RELATIONS)
    wrong = [
        (name, department, relation)
        for name, department, relation, allowed in found
        if allowed != bool({department, relation} & set(MATRIX[name]))
    ]
    assert wrong == []


@pytest.mark.parametrize("who", ["stranger", "has left"])
def test_strangers_may_do_little(who: str) -> None:
    assert sorted(name for name, allowed in MATRIX.items() if who in allowed) == [
        "complaint",
        "help",
        "join",
        "join_as",
        "join_not",
        "language",
    ]
