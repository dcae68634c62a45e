"""Handing over: each piece of work is offered, accepted or declined, and never without an owner.

While nobody has accepted a piece, the superior has it: it is theirs, and its card says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from commands import calendars
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask, HandoverId, OfferId, PersonId
from commands.kit.people import Relation, Role, ToPerson
from commands.kit.words import T, encode
from commands.staff.changing import refuse_leaver, somebody
from storage import departures, letters, people, postings
from storage.database import known
from storage.departures import DECLINED, OFFERED, SETTLED, TAKEN, Departure, Handover, Offer

DEPARTURE, OFFER, HANDOVER = "departure", "offer", "handover"
OPEN = {OFFERED, DECLINED}
CHASE, EVERY = "chase", timedelta(days=1)


# --- how pieces come about ------------------------------------------------------------------------


def gather(desk: Desk, departure: Departure) -> int:
    """Everything that a leaver has in hands goes to the superior, and is offered to the successor.

    Gives how many pieces there were.
    """
    held = desk.nouns.held_by(desk.db, departure.person_id)
    known_before = {Ref(p.kind, p.subject_id): p for p in _pieces(desk, departure)}
    for about in held:
        desk.nouns.hand(desk, about, departure.person_id, departure.holder_id)
        offer = offer_for(desk, departure, departure.successor_id)
        if about in known_before:
            _settled(desk, known_before[about], OFFERED, offer)
        else:
            _add(desk, departure, about, offer)
    return len(held)


def _pieces(desk: Desk, departure: Departure) -> list[Handover]:
    return departures.pieces(desk.db, known(departure.id))


def _add(desk: Desk, departure: Departure, about: Ref, offer: Offer) -> None:
    piece = Handover(
        departure_id=known(departure.id),
        offer_id=known(offer.id),
        kind=about.kind,
        subject_id=about.id,
        what=encode(desk.nouns.name_of(desk.db, about)),
        at=desk.recorded_at,
    )
    departures.add(desk.db, piece)
    desk.begin(Ref(HANDOVER, known(piece.id)), {"what": str(about), "to": offer.to_id})
    desk.touch(about)


def offer_for(desk: Desk, departure: Departure, to_id: int) -> Offer:
    """What somebody is asked to take over of a departure, on one card."""
    found = departures.offer_to(desk.db, known(departure.id), to_id)
    if found is None:
        found = Offer(departure_id=known(departure.id), to_id=to_id)
        departures.add_offer(desk.db, found)
        desk.begin(Ref(OFFER, known(found.id)), {"to": to_id})
    return found


def _settled(desk: Desk, piece: Handover, state: str, offer: Offer) -> None:
    """A piece stands differently: every card that shows it is drawn anew."""
    before, earlier = piece.state, piece.offer_id
    departures.settle(desk.db, piece, state, known(offer.id), desk.recorded_at)
    piece.state, piece.offer_id = state, known(offer.id)
    desk.note(Ref(HANDOVER, known(piece.id)), before, {"state": state, "to": offer.to_id})
    desk.touch(Ref(DEPARTURE, piece.departure_id))
    for offer_id in {earlier, known(offer.id)}:
        desk.touch(Ref(OFFER, offer_id))
    desk.touch(Ref(piece.kind, piece.subject_id))


# --- how they end ---------------------------------------------------------------------------------


def _at_hand(desk: Desk, handover_id: int) -> tuple[Handover, Departure, Offer]:
    """A piece that is still open, its departure, and the offer it stands in."""
    piece = departures.piece(desk.db, handover_id)
    departure = departures.get(desk.db, piece.departure_id) if piece else None
    offer = departures.offer(desk.db, piece.offer_id) if piece else None
    if piece is None or departure is None or offer is None or piece.state not in OPEN:
        raise Refused(T("This is settled already."))
    return piece, departure, offer


def _take(desk: Desk, piece: Handover, departure: Departure, offer: Offer) -> None:
    """It is theirs from now on; other departures that left the same thing have nothing to do."""
    about = Ref(piece.kind, piece.subject_id)
    if about in desk.nouns.held_by(desk.db, departure.holder_id):
        desk.nouns.hand(desk, about, departure.holder_id, offer.to_id)
        _settled(desk, piece, TAKEN, offer)
    else:
        _settled(desk, piece, SETTLED, offer)
    for other in departures.open_on(desk.db, about.kind, about.id):
        its = departures.offer(desk.db, other.offer_id)
        left = departures.get(desk.db, other.departure_id)
        if its and left:
            _settled(desk, other, SETTLED, its)
            finish(desk, left)


def finish(desk: Desk, departure: Departure) -> bool:
    """When nothing is left open, not even something new, whoever leaves has left."""
    if departure.done_at or any(piece.state in OPEN for piece in _pieces(desk, departure)):
        return False
    if gather(desk, departure):
        _offered_more(desk, departure)
        return False
    departures.finish(desk.db, known(departure.id), desk.recorded_at)
    end_access(desk, departure.person_id)
    desk.change(Ref(DEPARTURE, known(departure.id)), None, {"done": True})
    return True


def _offered_more(desk: Desk, departure: Departure) -> None:
    offer = offer_for(desk, departure, departure.successor_id)
    desk.touch(Ref(DEPARTURE, known(departure.id)))
    desk.tell(ToPerson(offer.to_id), Ref(OFFER, known(offer.id)))


def end_access(desk: Desk, person_id: int) -> None:
    """From this commit on nothing that they press or send is done, and nothing reaches them."""
    people.set_active(desk.db, person_id, active=False)
    people.set_admin(desk.db, person_id, admin=False)
    postings.stop_for(desk.db, person_id)
    calendars.end(desk, person_id)
    desk.change(Ref("person", person_id), None, {"active": False})


def refresh(desk: Desk, departure: Departure) -> None:
    """What was dealt with otherwise (solved, passed on) is nobody's to take over any more."""
    held = set(desk.nouns.held_by(desk.db, departure.holder_id))
    for piece in _pieces(desk, departure):
        offer = departures.offer(desk.db, piece.offer_id)
        if piece.state in OPEN and Ref(piece.kind, piece.subject_id) not in held and offer:
            _settled(desk, piece, SETTLED, offer)


def passed_over(desk: Desk, leaver_id: int, holder_id: int) -> None:
    """Somebody leaves to whom others' work was offered, or who had it for them meanwhile."""
    for piece in departures.waiting_for(desk.db, leaver_id):
        offer = departures.offer(desk.db, piece.offer_id)
        if offer:
            _settled(desk, piece, DECLINED, offer)
    for departure in departures.unfinished(desk.db):
        if departure.holder_id == leaver_id:
            departures.hold(desk.db, known(departure.id), holder_id)
            desk.touch(Ref(DEPARTURE, known(departure.id)))


# --- commands -------------------------------------------------------------------------------------


class Accept(Command, name="handover_accept", aliases=("接手",), who={Relation.OWNER}, on=HANDOVER):
    """Take a piece over."""

    handover: Annotated[HandoverId, Ask("What do you take over?", "Piece")]

    def run(self, desk: Desk) -> Ref:
        """It is theirs; when it was the last, whoever leaves has left."""
        piece, departure, offer = _at_hand(desk, self.handover)
        _take(desk, piece, departure, offer)
        finish(desk, departure)
        return Ref(OFFER, known(offer.id))


class AcceptAll(
    Command, name="offer_accept", aliases=("全部接手",), who={Relation.OWNER}, on=OFFER
):
    """Take everything over."""

    offer: Annotated[OfferId, Ask("From whom?", "Offer")]

    def run(self, desk: Desk) -> Ref:
        """All that is still offered to them."""
        for piece in departures.offered(desk.db, self.offer):
            if piece.state == OFFERED:
                _take(desk, *_at_hand(desk, known(piece.id)))
        offer = departures.offer(desk.db, self.offer)
        departure = departures.get(desk.db, offer.departure_id) if offer else None
        if departure:
            finish(desk, departure)
        return Ref(OFFER, self.offer)


class Decline(
    Command, name="handover_decline", aliases=("不接手",), who={Relation.OWNER}, on=HANDOVER
):
    """Decline a piece."""

    handover: Annotated[HandoverId, Ask("What do you not take over?", "Piece")]

    def run(self, desk: Desk) -> Ref:
        """The superior keeps it, and learns that somebody else must be found."""
        piece, departure, offer = _at_hand(desk, self.handover)
        _settled(desk, piece, DECLINED, offer)
        _tell_holder(desk, departure)
        return Ref(OFFER, known(offer.id))


def _tell_holder(desk: Desk, departure: Departure) -> None:
    """One letter, however much is declined before it is sent."""
    key = f"{DEPARTURE}{departure.id}"
    letters.withdraw(desk.db, key)
    about = Ref(DEPARTURE, known(departure.id))
    desk.tell(ToPerson(departure.holder_id), about, merges=True, replaces=key)


class OfferAgain(
    Command,
    name="handover_offer",
    aliases=("改派",),
    who={Relation.SUBMITTER, Role.ADMINISTRATOR},
    on=HANDOVER,
):
    """Offer it to another."""

    handover: Annotated[HandoverId, Ask("What is it?", "Piece")]
    to: Annotated[PersonId, Ask("Who is asked to take it over?", "Colleague")]

    def run(self, desk: Desk) -> Ref:
        """Ask somebody else; whoever has it meanwhile may simply keep it."""
        piece, departure, _offer = _at_hand(desk, self.handover)
        to = somebody(desk, self.to)
        if to.id == departure.person_id:
            raise Invalid("to", T("{name} is leaving. Choose somebody else.", name=to.name))
        following = departures.of(desk.db, to.id)
        if following and following.done_at is None:
            raise refuse_leaver(to.name)
        offer = offer_for(desk, departure, to.id)
        _settled(desk, piece, OFFERED, offer)
        if to.id == departure.holder_id:
            _take(desk, piece, departure, offer)
            finish(desk, departure)
        else:
            desk.tell(ToPerson(to.id), Ref(OFFER, known(offer.id)))
        return Ref(DEPARTURE, known(departure.id))
