"""Being away: somebody stands in, nothing is pushed, and one letter tells on return what happened.

An absence begins and ends by itself, at the moments that its timers hang on; `back` ends it early.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from commands.kit import card as cards
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk, Urgency
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask, PersonId
from commands.kit.people import Role, ToPerson, load, superior_of
from commands.kit.words import T, Words
from commands.staff.changing import refuse_leaver, somebody
from commands.staff.notes import called, given
from commands.staff.rules import KIND, Matter, check_deputy, last_day, limit, scope, span
from storage import absences, departures, withheld
from storage.absences import Absence
from storage.database import known
from storage.letters import Letter
from storage.timers import Timer

BEGINS, ENDS = "away", "back"
TOLD = 15


class Away(Command, name="away", aliases=("请假",), who={Role.STAFF}):
    """Say that you are away."""

    until: Annotated[date, Ask("Which is the last day you are away?", "Last day", ahead=True)]
    deputy: Annotated[PersonId, Ask("Who stands in for you?", "Deputy")]
    since: Annotated[date | None, Ask("Which is the first day?", "First day", ahead=True)] = None
    decides: Annotated[
        frozenset[Matter],
        Ask("On what may they decide for you? On everything, if left out", "Scope"),
    ] = frozenset()
    limit: Annotated[
        str | None, Ask("Up to which amount may they decide?", "Limit", named=True)
    ] = None

    def run(self, desk: Desk) -> Card:
        """From then on everything urgent goes to the deputy, and the rest waits."""
        since, until = span(
            self.since or desk.today, self.until, max(desk.now, desk.recorded_at), desk.zone
        )
        me = desk.person.id
        deputy = somebody(desk, self.deputy)
        check_deputy(desk.db, me, deputy.id, since, until)
        if _is_leaving(desk, deputy.id):
            raise refuse_leaver(deputy.name)
        already = absences.within(desk.db, me, since, until)
        if already:
            day = last_day(already[0], desk.zone)
            said = T("You are away until {day:weekday} already. Write “back” first.", day=day)
            raise Refused(said)
        up_to = limit(self.limit)
        absence = Absence(
            person_id=me,
            deputy_id=deputy.id,
            since=since,
            until=until,
            made_at=desk.recorded_at,
            decides=scope(self.decides),
            up_to=up_to.amount if up_to else None,
            currency=up_to.currency if up_to else "",
        )
        if _narrowed(absence):
            _check_above(desk, deputy.id)
        absences.add(desk.db, absence)
        _begun(desk, absence)
        return _confirmed(desk, absence)


def _check_above(desk: Desk, deputy_id: int) -> None:
    """What a deputy may not decide falls to the superior, so there must be one."""
    above = superior_of(desk.db, desk.person.id)
    if above is None or above.id == deputy_id:
        raise Invalid(
            "decides",
            T("Nobody else is above you to decide the rest. Let your deputy decide on everything."),
        )


def _is_leaving(desk: Desk, person_id: int) -> bool:
    departure = departures.of(desk.db, person_id)
    return departure is not None and departure.done_at is None


def _begun(desk: Desk, absence: Absence) -> None:
    about = Ref(KIND, absence.person_id)
    extra = {"absence": absence.id}
    if absence.since > desk.recorded_at:
        desk.at(absence.since, about, BEGINS, extra=extra)
    desk.at(absence.until, about, f"{ENDS}:{absence.id}", extra=extra)
    withheld.withhold(desk.db, absence.person_id, absence.since, absence.until)
    after = {"away": absence.since.isoformat(), "deputy": absence.deputy_id}
    given = {"decides": absence.decides, "up_to": str(absence.up_to), "currency": absence.currency}
    desk.change(about, None, after | (given if _narrowed(absence) else {}))
    _look_anew(desk, absence.person_id)
    desk.tell(ToPerson(absence.deputy_id), _asked(desk, absence), urgency=Urgency.WAKING)
    if absence.since <= desk.recorded_at:
        desk.nouns.turned(desk, absence.person_id)


def _look_anew(desk: Desk, person_id: int) -> None:
    """The cards of what somebody has in hands say who stands in."""
    desk.touch(Ref(KIND, person_id))
    for about in desk.nouns.held_by(desk.db, person_id):
        desk.touch(about)


def _asked(desk: Desk, absence: Absence) -> Card:
    title = T(
        "You stand in for {name} from {at} until {day:weekday}",
        name=called(desk.db, absence.person_id),
        at=absence.since,
        day=last_day(absence, desk.zone),
    )
    held = [desk.nouns.name_of(desk.db, about) for about in _tasks(desk, absence.person_id)]
    lines = tuple(Line(T("☐ {what}", what=what), STAFF) for what in held[:TOLD])
    hint = Note(T("What is urgent comes to you, marked with their name. You may do what they may."))
    name = called(desk.db, absence.person_id)
    return Card(title, (*lines, hint, *given(absence, T("{name}'s superior", name=name))))


def _narrowed(absence: Absence) -> bool:
    return absence.decides is not None or absence.up_to is not None


def _tasks(desk: Desk, person_id: int) -> Iterable[Ref]:
    """What somebody owes, not all that they look after."""
    from storage import dues

    return dict.fromkeys(Ref(d.kind, d.subject_id) for d in dues.owed_by(desk.db, person_id))


def _confirmed(desk: Desk, absence: Absence) -> Card:
    title = T(
        "You are away until {day:weekday}; {deputy} stands in",
        day=last_day(absence, desk.zone),
        deputy=called(desk.db, absence.deputy_id),
    )
    hint = T("You get one letter when you are back. If you are back earlier, say so.")
    back = Buttons((Button(T("I am back"), "back"),))
    return Card(title, (*given(absence, T("your superior")), Line(hint, STAFF), back))


# --- coming back ----------------------------------------------------------------------------------


class Back(Command, name="back", aliases=("销假", "回来了"), who={Role.STAFF}):
    """Say that you are back."""

    def run(self, desk: Desk) -> Card:
        """End the absence, or call off the one to come."""
        ahead = absences.ahead(desk.db, desk.person.id, desk.recorded_at)
        if not ahead:
            raise Refused(T("You are not away."))
        absence = ahead[0]
        if absence.since > desk.recorded_at:
            call_off(desk, absence)
            return Card(T("You are not away after all."))
        absences.end(desk.db, known(absence.id), desk.recorded_at)
        return caught_up(desk, absence) or Card(T("Welcome back, {name}", name=desk.person.name))


def call_off(desk: Desk, absence: Absence) -> None:
    """An absence ends now or never begins, and nobody is told what happened in it."""
    absences.end(desk.db, known(absence.id), min(absence.since, desk.recorded_at))
    absences.told(desk.db, known(absence.id), desk.recorded_at)
    _over(desk, absence)


def _over(desk: Desk, absence: Absence) -> None:
    """Nobody stands in any more: what waits comes to whose it is, and the deputy is told."""
    desk.note(Ref(KIND, absence.person_id), None, {"away": None})
    _look_anew(desk, absence.person_id)
    desk.nouns.turned(desk, absence.person_id)
    name = called(desk.db, absence.person_id)
    said = Card(T("You no longer stand in for {name}", name=name))
    desk.tell(ToPerson(absence.deputy_id), said, urgency=Urgency.WAKING)


def caught_up(desk: Desk, absence: Absence) -> Card | None:
    """What happened meanwhile, told once; what was kept back is in it, and not sent any more."""
    if not absences.told(desk.db, known(absence.id), desk.recorded_at):
        return None
    _over(desk, absence)
    person = load(desk.db, absence.person_id)
    if person is None:
        return None
    happened = list(dict.fromkeys(_titles(desk, absence)))
    lines = tuple(Line(T("· {what}", what=what), STAFF) for what in happened[:TOLD])
    more = len(happened) - len(lines)
    rest = (Note(T("and {n} more", n=more)),) if more else ()
    nothing = () if lines else (Line(T("Nothing needed you."), STAFF),)
    stood_in = T("{deputy} stood in for you.", deputy=called(desk.db, absence.deputy_id))
    next_ = Buttons((Button(T("What I owe"), "today", style="primary"),))
    title = T("Welcome back, {name}", name=person.name)
    return Card(title, (Line(stood_in, STAFF), *lines, *rest, *nothing, next_))


def _titles(desk: Desk, absence: Absence) -> Iterable[Words]:
    for letter in withheld.meant_for(desk.db, absence.person_id, absence.since):
        if letter.person_id == absence.person_id:
            withheld.withdraw_one(desk.db, known(letter.id))
        yield _title(desk, letter)


def _title(desk: Desk, letter: Letter) -> Words:
    if letter.body is not None:
        return cards.decode(letter.body).title
    return desk.nouns.name_of(desk.db, Ref(letter.subject_kind, letter.subject_id or 0))


def begins(desk: Desk, timer: Timer) -> None:
    """Somebody's absence has come: what they look after says who stands in."""
    absence = absences.get(desk.db, timer.extra["absence"])
    if absence and absence.until > timer.at:
        _look_anew(desk, timer.subject_id)
        desk.nouns.turned(desk, timer.subject_id)


def ends(desk: Desk, timer: Timer) -> None:
    """Somebody is back: one letter, when their quiet hours are over."""
    absence = absences.get(desk.db, timer.extra["absence"])
    card = caught_up(desk, absence) if absence else None
    if card:
        desk.tell(ToPerson(timer.subject_id), card, urgency=Urgency.WAKING)


def moved_on(desk: Desk, leaver_id: int, successor_id: int, holder_id: int) -> None:
    """Whoever leaves is away no more, and stands in for nobody: another does."""
    for absence in absences.ahead(desk.db, leaver_id, desk.recorded_at):
        call_off(desk, absence)
    for absence in absences.counting_on(desk.db, leaver_id, desk.recorded_at):
        _deputed(desk, absence, (successor_id, holder_id))


def _deputed(desk: Desk, absence: Absence, candidates: tuple[int, ...]) -> None:
    """The first who can stand in does; where nobody can, the superior does without being named."""
    for candidate in candidates:
        try:
            check_deputy(desk.db, absence.person_id, candidate, absence.since, absence.until)
        except Invalid:
            continue
        absences.depute(desk.db, known(absence.id), candidate)
        absence.deputy_id = candidate
        desk.tell(ToPerson(candidate), _asked(desk, absence), urgency=Urgency.WAKING)
        break
    _look_anew(desk, absence.person_id)
