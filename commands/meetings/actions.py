"""Actions agreed at a meeting: owed by somebody by a day, followed like any deadline (3.1.1b)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated

from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Part, Quote, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Invalid, Refused, no_such
from commands.kit.form import ActionId, Ask, MeetingId, PersonId
from commands.kit.ladder import ABOVE, BREACH, WARN, those_told
from commands.kit.limits import OPTION, shortened
from commands.kit.noun import Found, Involved, Look, Matches, Noun
from commands.kit.people import Actor, Department, Relation, Role, ToPerson, load, superior_of
from commands.kit.words import T, Value, Words
from commands.kit.workdays import working_days
from commands.meetings.planning import found as meeting_found
from commands.meetings.rules import (
    ACTION,
    ACTION_WORDS,
    CLAUSE,
    KIND,
    ORGANISERS,
    MeetingPolicy,
    evening_of,
)
from storage import actions, dues, meetings, people, readings, subjects
from storage.actions import DONE, EXCUSED, OPEN, Action
from storage.database import Json, Transaction, known
from storage.dues import Due
from storage.timers import Timer

NOTICE = "notice"
DOERS = {Relation.OWNER, Relation.SUPERIOR}
LATER = {Relation.SUBMITTER, Relation.SUPERIOR, Department.MANAGEMENT}


def called(action: Action) -> str:
    """What people call an action: its words, not too many of them."""
    return shortened(" ".join(action.text.split()), OPTION)


def due_of(db: Transaction, action: Action) -> Due | None:
    """What is owed of it still."""
    owed = dues.still_on(db, ACTION, known(action.id))
    return owed[0] if owed else None


def _owe(desk: Desk, action: Action, by: datetime) -> None:
    """Its owner owes it by a moment: warned before, then those above are told."""
    about = Ref(ACTION, known(action.id))
    what = T("{text}", text=called(action))
    due = desk.owe(about, ACTION, what, clause=CLAUSE, by=by, owner=action.owner_id)
    warn = by - timedelta(hours=desk.policy.of(MeetingPolicy).action_warn_hours)
    if warn > desk.recorded_at:
        desk.at(warn, about, WARN, due=due)
    desk.at(by, about, BREACH, due=due)
    desk.at(working_days(desk, by, 1), about, ABOVE, due=due)


def owe_anew(desk: Desk, excused: Due, left: timedelta) -> datetime:
    """The same is owed again: with the time that was left, but not less than a working day."""
    action = actions.get(desk.db, excused.subject_id)
    assert action is not None
    by = max(desk.now + left, working_days(desk, desk.now, 1))
    _owe(desk, action, by)
    return by


def fire(desk: Desk, timer: Timer) -> None:
    """Its moment nears, or has passed: whoever owes it is told, and then those above them."""
    about = Ref(ACTION, timer.subject_id)
    subjects.lock(desk.db, ACTION, about.id)
    due = dues.get(desk.db, timer.due_id) if timer.due_id else None
    if due is None or due.state not in dues.STILL_OWED:
        return
    if timer.name == BREACH:
        dues.miss(desk.db, known(due.id))
        desk.note(about, None, {"missed": due.name})
    for acts in those_told(desk.db, due.person_id, timer.name, timer.at):
        instead = acts.instead_of.id if acts.instead_of else None
        view = Ref(ACTION, about.id, f"{NOTICE}:{timer.name},{due.id}")
        to = ToPerson(acts.person.id, instead)
        desk.tell(to, view, replaces=f"{about}:{acts.person.id}")
    _touch(desk, about.id)


def _touch(desk: Desk, id_: int) -> None:
    """It looks different, and so does its meeting."""
    desk.touch(Ref(ACTION, id_))
    action = actions.get(desk.db, id_)
    if action:
        desk.touch(Ref(KIND, action.meeting_id))


# --- shown ----------------------------------------------------------------------------------------


def card(look: Look, id_: int) -> Card:
    """What is to be done, by whom and when, and where it was agreed."""
    action = actions.get(look.db, id_)
    if action is None:
        return Card(T("This is no longer here."))
    about = Ref(ACTION, id_)
    how = (Quote(action.how, to=STAFF),) if action.how else ()
    text = (Quote(action.text, to=STAFF),) if called(action) != action.text else ()
    parts = (*text, _facts(look, action), *how, *_verbs(look, action, about))
    return Card(_title(look, action), parts, about)


def _title(look: Look, action: Action) -> T:
    text = called(action)
    due = due_of(look.db, action)
    if action.state == DONE:
        return T("☑ Action done: {text}", text=text)
    if action.state == EXCUSED:
        return T("○ Action excused: {text}", text=text)
    if due and due.due_at < look.now:
        return T("🔴 Action overdue: {text}", text=text)
    return T("📌 Action: {text}", text=text)


def _facts(look: Look, action: Action) -> Facts:
    owner = people.get(look.db, action.owner_id) if action.owner_id else None
    meeting = meetings.get(look.db, action.meeting_id)
    rows: list[tuple[Words, Words]] = [
        (T("Owner"), owner.name if owner else T("nobody yet")),
        (T("By when"), T("{day:weekday}", day=action.by_day)),
    ]
    if meeting:
        agreed = T("{number}, {at}", number=meeting.number, at=meeting.at)
        rows.append((T("Agreed at"), agreed))
    return Facts(tuple(rows), STAFF)


def _verbs(look: Look, action: Action, about: Ref) -> Iterable[Part]:
    meeting = Button(T("The meeting"), "meeting_show", {}, Ref(KIND, action.meeting_id))
    if action.state != OPEN:
        yield Buttons((meeting,), STAFF)
        return
    done = Button(T("It is done"), "action_done", {}, about, style="primary")
    change = Button(T("Other person or day…"), "action_change", {}, about)
    excuse = Button(T("Excuse…"), "action_excuse", {}, about)
    yield Buttons((done, change, excuse, meeting), STAFF)


def notice(look: Look, id_: int, told: str) -> Card:
    """A warning, or what comes after it, as it stands now."""
    step, _, due_id = told.partition(",")
    action, due = actions.get(look.db, id_), dues.get(look.db, int(due_id))
    if action is None or due is None:
        return Card(T("This is no longer here."))
    shown = card(look, id_)
    if due.state not in dues.STILL_OWED:
        return shown
    values: dict[str, Value] = {"text": called(action), "due": due.due_at}
    if step == WARN and due.state == dues.OPEN:
        title = T("⏰ {text}: due {due:clock}", **values)
    else:
        title = T("🚨 {text}: missed, it was due {due:clock}", **values)
    return Card(title, shown.parts, shown.about)


# --- the noun -------------------------------------------------------------------------------------


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """Open ones by a part of their words; where nothing is typed, one's own."""
    if actor is None or actor.person is None:
        return Matches()
    said = readings.bare(text)
    own = [actions.get(look.db, id_) for id_ in actions.open_of(look.db, actor.person.id)]
    some = [one for one in own if one] if not said else actions.open_ones(look.db, 100)
    hit = tuple(
        Found(known(one.id), called(one)) for one in some if said in readings.bare(one.text)
    )
    return Matches(hit, clear=bool(said) and len(hit) == 1)


def name_of(db: Transaction, id_: int) -> str | None:
    """Its words."""
    action = actions.get(db, id_)
    return called(action) if action else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Who does it, and who noted it down."""
    action = actions.get(db, id_)
    if action is None:
        return None
    noted = {action.created_by_id} if action.created_by_id else set()
    return Involved(owner_id=action.owner_id, submitter_ids=frozenset(noted))


def hand(desk: Desk, id_: int, _from_id: int, to_id: int) -> None:
    """Somebody else does it from now on; its day stays."""
    action = actions.get(desk.db, id_)
    if action:
        before = _kept(action)
        action.owner_id = to_id
        actions.save(desk.db, action)
        desk.change(Ref(ACTION, id_), before, _kept(action))
        desk.touch(Ref(KIND, action.meeting_id))


NOUN = Noun(
    kind=ACTION,
    words=ACTION_WORDS,
    find=find,
    name_of=name_of,
    card=card,
    views={NOTICE: notice},
    involved=involved,
    held=actions.open_of,
    hand=hand,
    owe_anew=owe_anew,
    timers={WARN: fire, BREACH: fire, ABOVE: fire},
)


# --- commands -------------------------------------------------------------------------------------


def _kept(action: Action) -> dict[str, Json]:
    return {
        "meeting": action.meeting_id,
        "owner": action.owner_id,
        "by": action.by_day.isoformat(),
        "state": action.state,
    }


def _open(desk: Desk, id_: int) -> Action:
    action = actions.get(desk.db, id_)
    if action is None:
        raise no_such(ACTION_WORDS)
    if action.state != OPEN:
        raise Refused(T("This action is settled already."))
    return action


def _check_day(day: date, today: date) -> None:
    if day < today:
        raise Invalid("by_day", T("{day:weekday} is past. By when is it to be done?", day=day))


class Agree(
    Command, name="meeting_action", aliases=("登记行动",), who=ORGANISERS, clause=CLAUSE, on=KIND
):
    """Note an action."""

    meeting: Annotated[MeetingId, Ask("Which meeting?", "Meeting")]
    owner: Annotated[PersonId, Ask("Who does it?", "Colleague")]
    by_day: Annotated[date, Ask("By when?", "By", ahead=True)]
    text: Annotated[str, Ask("What is to be done?", "What", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Whoever does it is told, and owes it until the evening of that day."""
        meeting = meeting_found(desk, self.meeting)
        owner = load(desk.db, self.owner)
        if owner is None:
            raise Invalid("owner", T("That person does not work here any more."))
        _check_day(self.by_day, desk.today)
        action = Action(
            meeting_id=self.meeting,
            text=self.text.strip(),
            owner_id=owner.id,
            by_day=self.by_day,
            created_by_id=desk.person.id,
            created_at=desk.recorded_at,
        )
        about = Ref(ACTION, actions.add(desk.db, action))
        desk.begin(about, _kept(action))
        _owe(desk, action, _by(desk, self.by_day))
        if owner.id != desk.person.id:
            desk.tell(ToPerson(owner.id), about)
        desk.touch(Ref(KIND, self.meeting))
        desk.done = T(
            "{number}: {name} has it until {day:weekday}",
            number=meeting.number,
            name=owner.name,
            day=self.by_day,
        )
        return Ref(KIND, self.meeting)


def _by(desk: Desk, day: date) -> datetime:
    """On the evening of its day, but never sooner than a working hour or two from now."""
    return max(evening_of(day, desk.zone), desk.recorded_at + timedelta(hours=2))


class ShowAction(
    Command, name="action_show", aliases=("查看行动",), who={Role.STAFF}, clause=CLAUSE, on=ACTION
):
    """Show an action."""

    action: Annotated[ActionId, Ask("Which action?", "Action")]

    def run(self, desk: Desk) -> Ref:
        """Its card."""
        if actions.get(desk.db, self.action) is None:
            raise no_such(ACTION_WORDS)
        return Ref(ACTION, self.action)


class Done(Command, name="action_done", aliases=("行动完成",), who=DOERS, clause=CLAUSE, on=ACTION):
    """It is done."""

    action: Annotated[ActionId, Ask("Which action?", "Action")]
    how: Annotated[str | None, Ask("What came of it?", "Result", long=True)] = None

    def run(self, desk: Desk) -> Ref:
        """In time or late; whoever noted it down is told."""
        action = _open(desk, self.action)
        due = due_of(desk.db, action)
        if due:
            desk.keep(due, at=desk.now, evidence=str(Ref(ACTION, self.action)))
        return _end(desk, action, DONE, (self.how or "").strip(), action.created_by_id)


class Excuse(
    Command,
    name="action_excuse",
    aliases=("免做行动",),
    who={Relation.SUPERIOR, Department.MANAGEMENT},
    clause=CLAUSE,
    on=ACTION,
):
    """Excuse an action."""

    action: Annotated[ActionId, Ask("Which action?", "Action")]
    reason: Annotated[str, Ask("Why need it not be done?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Keep the reason; its owner is told."""
        action = _open(desk, self.action)
        if action.owner_id == desk.person.id:
            raise Denied(T("It is yours to do, so somebody else excuses it."))
        due, reason = due_of(desk.db, action), self.reason.strip()
        if due:
            dues.settle(desk.db, due, dues.EXCUSED, None, desk.recorded_at, reason=reason)
        return _end(desk, action, EXCUSED, reason, action.owner_id)


def _end(desk: Desk, action: Action, state: str, how: str, told_id: int | None) -> Ref:
    before, about = _kept(action), Ref(ACTION, known(action.id))
    action.state, action.how, action.ended_at = state, how, desk.now
    actions.save(desk.db, action)
    desk.change(about, before, _kept(action) | {"how": how})
    desk.touch(Ref(KIND, action.meeting_id))
    told = load(desk.db, told_id) if told_id else None
    if told and told.id != desk.person.id:
        desk.tell(ToPerson(told.id), about)
    return about


class Change(
    Command,
    name="action_change",
    aliases=("改行动",),
    who=LATER,
    clause=CLAUSE,
    on=ACTION,
    fills=True,
):
    """Other person or day."""

    action: Annotated[ActionId, Ask("Which action?", "Action")]
    owner: Annotated[PersonId | None, Ask("Who does it?", "Colleague")] = None
    by_day: Annotated[date | None, Ask("By when?", "By", ahead=True)] = None

    def run(self, desk: Desk) -> Ref:
        """What was owed is dropped, and owed anew; whoever has it now is told."""
        action = _open(desk, self.action)
        before, day = _kept(action), self.by_day or action.by_day
        owner = load(desk.db, self.owner or action.owner_id or 0) or superior_of(
            desk.db, action.owner_id
        )
        if owner is None:
            raise Invalid("owner", T("That person does not work here any more."))
        _check_day(day, desk.today)
        due = due_of(desk.db, action)
        if due:
            dues.settle(desk.db, due, dues.DROPPED, None, desk.recorded_at)
        action.owner_id, action.by_day = owner.id, day
        actions.save(desk.db, action)
        _owe(desk, action, _by(desk, day))
        about = Ref(ACTION, self.action)
        desk.change(about, before, _kept(action))
        desk.touch(Ref(KIND, action.meeting_id))
        if owner.id != desk.person.id:
            desk.tell(ToPerson(owner.id), about)
        return about
