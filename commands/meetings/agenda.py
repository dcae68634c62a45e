"""What a meeting speaks of: the policy's points, what people add, and what is open (3.1.1b)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from commands import customers as customer_noun
from commands.admissions.rules import CONDITION, step_of
from commands.admissions.rules import KIND as ADMISSION
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import no_such
from commands.kit.form import Ask, MeetingId
from commands.kit.limits import OPTION, shortened
from commands.kit.noun import Look
from commands.kit.people import Role
from commands.kit.words import T, Words, sentence
from commands.meetings.cards import AGENDA, action_line, guests_of
from commands.meetings.rules import CLAUSE, KIND, WORDS, MeetingPolicy
from commands.visits import duty as visiting
from storage import actions, admissions, cases, dues, meetings, people
from storage.database import Transaction
from storage.dues import Due
from storage.meetings import PLANNED

MOST = 30
TELL, LEARN = "tell", "learn"


def card(look: Look, id_: int, _told: str) -> Card:
    """The agenda as it stands now."""
    meeting = meetings.get(look.db, id_)
    if meeting is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    standing = look.policy.of(MeetingPolicy)
    parts = [*_numbered(standing, meeting.topics.splitlines()), *_open(look, id_)]
    more = (Button(T("Add to the agenda"), "meeting_topic", {}, about),)
    add = (Buttons(more),) if meeting.state == PLANNED else ()
    title = T("📋 {number}: agenda of {at:clock}", number=meeting.number, at=meeting.at)
    return Card(title, (*parts, *add), about)


def _points(policy: MeetingPolicy) -> list[T]:
    """What the policy wants spoken of."""
    told = [T("We tell: {point}", point=one) for one in policy.points(TELL)]
    return told + [T("We want to hear: {point}", point=one) for one in policy.points(LEARN)]


def _numbered(policy: MeetingPolicy, topics: Sequence[str]) -> Iterable[Line]:
    said: list[Words] = [*_points(policy), *topics]
    for number, point in enumerate(said, 1):
        yield Line(T("{number}. {point}", number=number, point=point), STAFF)


# --- open matters ---------------------------------------------------------------------------------


def _open(look: Look, id_: int) -> Iterable[Part]:
    """What is open with those invited, and what earlier meetings left to be done."""
    for one in guests_of(meetings.participants(look.db, id_)):
        matters = list(_matters(look.db, one.customer_id or 0))
        if matters:
            name = customer_noun.name_of(look.db, one.customer_id or 0) or "?"
            yield Note(T("Open with {customer}:", customer=name))
            yield from (Line(words, STAFF) for words in matters)
    left = actions.open_elsewhere(look.db, id_, MOST)
    if left:
        yield Note(T("Left open by earlier meetings:"))
        yield from (Line(action_line(look, action), STAFF) for action in left)


def _matters(db: Transaction, customer_id: int) -> Iterable[Words]:
    """Open cases of a customer, what its file lacks, and the conditions it was admitted on."""
    for case in cases.of_customer(db, customer_id, MOST):
        if case.state == cases.OPEN:
            text = shortened(case.text, OPTION)
            yield T("• Case {number}: {text}", number=case.number, text=text)
    for due in _owed(db, customer_id):
        owner = people.get(db, due.person_id) if due.person_id else None
        yield T(
            "• {what}: {owner}, due {due:near}",
            what=sentence(due.what),
            owner=owner.name if owner else "?",
            due=due.due_at,
        )


def _owed(db: Transaction, customer_id: int) -> Iterable[Due]:
    """What is promised to a customer; the month's visit is no matter for a meeting."""
    for due in dues.still_on(db, customer_noun.KIND, customer_id):
        if not visiting.is_monthly(due):
            yield due
    for id_ in admissions.opened(db, customer_id):
        for due in dues.still_on(db, ADMISSION, id_):
            if step_of(due.name) == CONDITION:
                yield due


# --- commands -------------------------------------------------------------------------------------


class ShowAgenda(
    Command, name="meeting_agenda", aliases=("会议议程",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Show the agenda."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]

    def run(self, desk: Desk) -> Ref:
        """The policy's points, what was added, and what is open with those invited."""
        return Ref(KIND, self.meeting, AGENDA)


class AddTopic(
    Command, name="meeting_topic", aliases=("添加议题",), who={Role.STAFF}, clause=CLAUSE, on=KIND
):
    """Add to the agenda."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    topic: Annotated[str, Ask("What is to be talked about?", "Topic")]

    def run(self, desk: Desk) -> Ref:
        """It stands behind the policy's points."""
        meeting = meetings.get(desk.db, self.meeting)
        if meeting is None:
            raise no_such(WORDS)
        before, topic = meeting.topics, " ".join(self.topic.split())
        meeting.topics = f"{before}\n{topic}".strip()
        meetings.save(desk.db, meeting)
        about = Ref(KIND, self.meeting)
        desk.change(about, {"topics": before}, {"topics": meeting.topics})
        desk.done = T("On the agenda of {number}: {topic}", number=meeting.number, topic=topic)
        shown = Ref(KIND, self.meeting, AGENDA)
        desk.moved.add(shown)
        return shown
