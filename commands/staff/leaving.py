"""Leaving: somebody is marked as leaving, and what they had in hands is followed to its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk, Urgency
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask, PersonId
from commands.kit.noun import Involved, Look, Matches, Noun
from commands.kit.people import Relation, Role, ToPerson, superior_of
from commands.kit.words import T, sentence
from commands.staff import away
from commands.staff.changing import refuse_leaver, somebody
from commands.staff.handover import (
    CHASE,
    DEPARTURE,
    EVERY,
    HANDOVER,
    OFFER,
    OPEN,
    end_access,
    finish,
    gather,
    offer_for,
    passed_over,
    refresh,
)
from commands.staff.notes import called, stands
from commands.staff.rules import KIND, check_administered
from storage import departures, people
from storage.database import Transaction, known
from storage.departures import DECLINED, OFFERED, SETTLED, TAKEN, Departure, Handover
from storage.timers import Timer

SHOWN = 20
AT_ONCE = 5
_MARKS = {OFFERED: "☐", DECLINED: "✗", TAKEN: "☑", SETTLED: "☑"}


# --- commands -------------------------------------------------------------------------------------


class Leave(
    Command,
    name="person_leave",
    aliases=("离职",),
    who={Role.ADMINISTRATOR, Relation.SUPERIOR},
    on=KIND,
):
    """Mark as leaving."""

    person: Annotated[PersonId, Ask("Who leaves?", "Person")]
    successor: Annotated[PersonId, Ask("Who is to take over their work?", "Successor")]
    at_once: Annotated[bool, Ask("Does their access end at once?", "At once")]

    def run(self, desk: Desk) -> Ref:
        """Their work goes to their superior, and is offered to the successor piece by piece."""
        leaver = somebody(desk, self.person)
        successor = somebody(desk, self.successor)
        if leaver.id == successor.id:
            raise Invalid("successor", T("Nobody takes over from themselves."))
        if _leaves(desk.db, leaver.id):
            raise Refused(T("{name} is leaving already.", name=leaver.name))
        if _leaves(desk.db, successor.id):
            raise refuse_leaver(successor.name)
        if leaver.admin:
            check_administered(desk.db, besides=leaver.id)
        departure = _begin(desk, leaver.id, successor.id)
        if self.at_once:
            end_access(desk, leaver.id)
        _announce(desk, departure)
        return Ref(DEPARTURE, known(departure.id))


def _leaves(db: Transaction, person_id: int) -> bool:
    departure = departures.of(db, person_id)
    return departure is not None and departure.done_at is None


def _begin(desk: Desk, leaver_id: int, successor_id: int) -> Departure:
    """Every seat and every promise of theirs is somebody else's from now on."""
    above = superior_of(desk.db, leaver_id)
    holder_id = above.id if above else successor_id
    departure = Departure(
        person_id=leaver_id,
        successor_id=successor_id,
        holder_id=holder_id,
        begun_by=desk.person.id,
        begun_at=desk.recorded_at,
    )
    departures.begin(desk.db, departure)
    after = {"person": leaver_id, "successor": successor_id, "holder": holder_id}
    desk.begin(Ref(DEPARTURE, known(departure.id)), after)
    passed_over(desk, leaver_id, holder_id)
    away.moved_on(desk, leaver_id, successor_id, holder_id)
    for row in people.reporting_to(desk.db, leaver_id):
        above_them = holder_id if row.id != holder_id else None
        people.set_superior(desk.db, known(row.id), above_them)
        desk.touch(Ref(KIND, known(row.id)))
    gather(desk, departure)
    desk.touch(Ref(KIND, leaver_id))
    return departure


def _announce(desk: Desk, departure: Departure) -> None:
    """The successor is asked, the superior told, and both reminded, unless nothing is left."""
    if finish(desk, departure):
        return
    about = Ref(DEPARTURE, known(departure.id))
    offer = offer_for(desk, departure, departure.successor_id)
    desk.tell(ToPerson(offer.to_id), Ref(OFFER, known(offer.id)))
    if departure.holder_id != desk.person.id:
        desk.tell(ToPerson(departure.holder_id), about)
    desk.at(desk.recorded_at + EVERY, about, CHASE)


class EndAccess(
    Command,
    name="person_out",
    aliases=("停用账号",),
    who={Role.ADMINISTRATOR, Relation.SUPERIOR},
    on=KIND,
):
    """End access now."""

    person: Annotated[PersonId, Ask("Whose access ends?", "Person")]

    def run(self, desk: Desk) -> Ref:
        """Of somebody who is leaving: their work is on its way already."""
        leaver = somebody(desk, self.person)
        departure = departures.of(desk.db, leaver.id)
        if departure is None or departure.done_at:
            raise Refused(T("{name} is not leaving. Mark them as leaving first.", name=leaver.name))
        gather(desk, departure)
        end_access(desk, leaver.id)
        about = Ref(DEPARTURE, known(departure.id))
        desk.touch(about)
        return about


# --- the departure's card -------------------------------------------------------------------------


def card(look: Look, id_: int) -> Card:
    """What somebody leaves behind, and who has which piece."""
    departure = departures.get(look.db, id_)
    if departure is None:
        return Card(T("This is no longer here."))
    pieces = departures.pieces(look.db, id_)
    left = [piece for piece in pieces if piece.state in OPEN]
    name = called(look.db, departure.person_id)
    gone = _gone(look.db, departure)
    lines = tuple(Line(stands(look.db, piece), STAFF) for piece in pieces[:SHOWN])
    rest = (Note(T("and {n} more", n=len(pieces) - SHOWN)),) if len(pieces) > SHOWN else ()
    verbs = _verbs(departure, left, gone=gone)
    title = _title(departure, name, len(left), gone=gone)
    return Card(title, (*_holds(look, departure), *lines, *rest, *verbs), _ref(id_))


def _gone(db: Transaction, departure: Departure) -> bool:
    """Whether access has ended, which may be long before everything is taken over."""
    row = people.get(db, departure.person_id)
    return row is not None and not row.active


def _title(departure: Departure, name: str, left: int, *, gone: bool) -> T:
    if departure.done_at:
        return T("{name} has left; everything is taken over", name=name)
    if gone:
        return T("{name} has left: {n} to be taken over", name=name, n=left)
    return T("{name} is leaving: {n} to be taken over", name=name, n=left)


def _ref(id_: int) -> Ref:
    return Ref(DEPARTURE, id_)


def _holds(look: Look, departure: Departure) -> Iterable[Part]:
    if _gone(look.db, departure):
        yield Line(T("Access has ended"), STAFF)
    if not departure.done_at:
        holder = called(look.db, departure.holder_id)
        yield Line(T("{holder} has what is not taken over yet", holder=holder), STAFF)


def _verbs(departure: Departure, left: list[Handover], *, gone: bool) -> Iterable[Part]:
    again = [piece for piece in left if piece.state == DECLINED][:AT_ONCE]
    for piece in again:
        about = Ref(HANDOVER, known(piece.id))
        what = sentence(piece.what)
        keep = {"to": departure.holder_id}
        yield Buttons(
            (
                Button(T("Ask another: {what}", what=what), "handover_offer", {}, about),
                Button(T("Keep: {what}", what=what), "handover_offer", keep, about),
            )
        )
    if not (departure.done_at or gone):
        out = Button(T("End access now"), "person_out", {}, Ref(KIND, departure.person_id))
        yield Buttons((out,))


# --- the offer's card -----------------------------------------------------------------------------


def offer_card(look: Look, id_: int) -> Card:
    """What one person is asked to take over, and the next piece to decide on."""
    offer = departures.offer(look.db, id_)
    departure = departures.get(look.db, offer.departure_id) if offer else None
    if offer is None or departure is None:
        return Card(T("This is no longer here."))
    pieces = departures.offered(look.db, id_)
    waiting = [piece for piece in pieces if piece.state == OFFERED]
    name = called(look.db, departure.person_id)
    title = T("Handed over from {name}", name=name)
    if waiting and _gone(look.db, departure):
        title = T("{name} has left: {n} for you to take over", name=name, n=len(waiting))
    elif waiting:
        title = T("{name} is leaving: {n} for you to take over", name=name, n=len(waiting))
    lines = tuple(Line(_marked(piece), STAFF) for piece in pieces[:SHOWN])
    rest = (Note(T("and {n} more", n=len(pieces) - SHOWN)),) if len(pieces) > SHOWN else ()
    return Card(title, (*lines, *rest, *_decide(id_, waiting)), Ref(OFFER, id_))


def _marked(piece: Handover) -> T:
    return T("{mark} {what}", mark=_MARKS[piece.state], what=sentence(piece.what))


def _decide(offer_id: int, waiting: list[Handover]) -> Iterable[Part]:
    if not waiting:
        return
    piece = Ref(HANDOVER, known(waiting[0].id))
    yield Line(T("Do you take over {what}?", what=sentence(waiting[0].what)), STAFF)
    yield Buttons(
        (
            Button(T("I take it over"), "handover_accept", {}, piece, style="primary"),
            Button(T("I can't"), "handover_decline", {}, piece),
        )
    )
    if len(waiting) > 1:
        every = Button(T("Take over all {n}", n=len(waiting)), "offer_accept", {}, _offer(offer_id))
        yield Buttons((every,))


def _offer(id_: int) -> Ref:
    return Ref(OFFER, id_)


# --- the nouns ------------------------------------------------------------------------------------


def chase(desk: Desk, timer: Timer) -> None:
    """Each day that something is left, whoever has it and whoever is asked are reminded."""
    departure = departures.get(desk.db, timer.subject_id)
    if departure is None or departure.done_at:
        return
    refresh(desk, departure)
    if finish(desk, departure):
        return
    about = Ref(DEPARTURE, timer.subject_id)
    desk.tell(ToPerson(departure.holder_id), about, urgency=Urgency.WAKING, merges=True)
    for to_id, offer_id in _asked(desk.db, timer.subject_id):
        ref = Ref(OFFER, offer_id)
        desk.tell(ToPerson(to_id), ref, urgency=Urgency.WAKING, merges=True)
    desk.at(desk.recorded_at + EVERY, about, CHASE)


def _asked(db: Transaction, departure_id: int) -> Iterable[tuple[int, int]]:
    """Who has not answered yet, and on which offer."""
    open_ = {p.offer_id for p in departures.pieces(db, departure_id) if p.state == OFFERED}
    for offer_id in sorted(open_):
        offer = departures.offer(db, offer_id)
        if offer:
            yield offer.to_id, offer_id


def _piece_involved(db: Transaction, id_: int) -> Involved | None:
    """Whoever is asked owns the answer; whoever has it meanwhile stands for it."""
    piece = departures.piece(db, id_)
    departure = departures.get(db, piece.departure_id) if piece else None
    offer = departures.offer(db, piece.offer_id) if piece else None
    if departure is None or offer is None:
        return None
    return Involved(owner_id=offer.to_id, submitter_ids=frozenset({departure.holder_id}))


def _offer_involved(db: Transaction, id_: int) -> Involved | None:
    offer = departures.offer(db, id_)
    return Involved(owner_id=offer.to_id) if offer else None


def _departure_involved(db: Transaction, id_: int) -> Involved | None:
    departure = departures.get(db, id_)
    return Involved(owner_id=departure.holder_id) if departure else None


def _piece_name(db: Transaction, id_: int) -> str | None:
    piece = departures.piece(db, id_)
    return f"#{piece.id}" if piece else None


def _leavers_name(db: Transaction, id_: int) -> str | None:
    departure = departures.get(db, id_)
    return called(db, departure.person_id) if departure else None


def _offers_name(db: Transaction, id_: int) -> str | None:
    offer = departures.offer(db, id_)
    return _leavers_name(db, offer.departure_id) if offer else None


def _none(_look: Look, _text: str, _actor: object) -> Matches:
    return Matches()


DEPARTURES = Noun(
    kind=DEPARTURE,
    words=T("departure"),
    find=_none,
    name_of=_leavers_name,
    card=card,
    involved=_departure_involved,
    timers={CHASE: chase},
)
OFFERS = Noun(
    kind=OFFER,
    words=T("offer"),
    find=_none,
    name_of=_offers_name,
    card=offer_card,
    involved=_offer_involved,
)
HANDOVERS = Noun(
    kind=HANDOVER,
    words=T("handover"),
    find=_none,
    name_of=_piece_name,
    involved=_piece_involved,
)
