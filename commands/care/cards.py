"""What its owner reads of an occasion: the day, the greeting, who gets it, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commands.care import arriving, years
from commands.care.planning import KIND
from commands.care.recipients import named
from commands.care.rules import goes_at
from commands.kit.card import STAFF, Button, Buttons, Card, Line, Note, Part, Quote, Ref
from commands.kit.noun import Look
from commands.kit.words import T, listed, sentence
from commands.said import said_lately
from storage import care, people
from storage.care import Care, Greeting
from storage.database import Transaction

SHOWN = 8


def card(look: Look, id_: int) -> Card:
    """The occasion, and what can be done about it while nothing has gone out."""
    made = care.get(look.db, id_)
    if made is None:
        return Card(T("This is no longer here."))
    about, all_ = Ref(KIND, id_), care.greetings(look.db, id_)
    text = sentence(made.text)
    draft = Quote(text, to=STAFF) if isinstance(text, str) else Line(text, STAFF)
    rest = (*said_lately(look, about), *years.parts(look, made))
    if made.state == care.OPEN:
        parts = (*_listed(look.db, all_), *_verbs(about, all_))
        return Card(_title(made), (draft, *parts, *rest), about)
    if _goes_later(look, made):
        at = goes_at(made.day, look.zone)
        title = T("⏳ Goes out {at}: {what}", at=at, what=sentence(made.what))
        back = Buttons((Button(T("Call greetings off"), "care_recall", {}, about),), STAFF)
        parts = (*_by(look, made), *_listed(look.db, all_), back)
        return Card(title, (draft, *parts, *rest), about)
    return Card(_title(made), (draft, *_outcome(look, made, all_), *rest), about)


def _goes_later(look: Look, made: Care) -> bool:
    return made.state == care.SENT and look.now < goes_at(made.day, look.zone)


def _title(made: Care) -> T:
    what = sentence(made.what)
    match made.state:
        case care.SENT:
            return T("✅ Greetings sent: {what}", what=what)
        case care.BY_HAND:
            return T("✅ Done by hand: {what}", what=what)
        case care.SKIPPED:
            return T("⏹ Not greeted: {what}", what=what)
        case care.MOVED:
            return T("⏹ It is on another day: {what}", what=what)
        case care.DROPPED:
            return T("🔴 Too late, nothing was sent: {what}", what=what)
        case _:
            return T("🎁 {day:near}: {what}", day=made.day, what=what)


def _listed(db: Transaction, all_: Sequence[Greeting]) -> Iterable[Part]:
    """Who gets it, and who does not."""
    ticked = [one for one in all_ if one.ticked]
    names = [named(db, one) for one in ticked[:SHOWN]]
    more = len(ticked) - len(names)
    yield Line(T("To: {names}", names=listed(names) if names else T("nobody")), STAFF)
    if more:
        yield Note(T("and {n} more person", "and {n} more people", n=more), STAFF)
    yield from _left_out(db, all_)


def _left_out(db: Transaction, all_: Sequence[Greeting]) -> Iterable[Part]:
    left = [one for one in all_ if not one.ticked]
    for one in left[:SHOWN]:
        name = named(db, one)
        if one.why:
            yield Note(T("☐ {name}: {why}", name=name, why=sentence(one.why)), STAFF)
        else:
            yield Note(T("☐ {name}", name=name), STAFF)
    if more := len(left[SHOWN:]):
        yield Note(T("☐ and {n} more person", "☐ and {n} more people", n=more), STAFF)


def _verbs(about: Ref, all_: Sequence[Greeting]) -> Iterable[Part]:
    send = (Button(T("Send greetings"), "care_send", {}, about, style="primary"),)
    sends = send if any(one.ticked for one in all_) else ()
    yield Buttons(
        (
            *sends,
            Button(T("Change the words"), "care_text", {}, about),
            Button(T("Add or leave out"), "care_tick", {}, about),
            Button(T("Done by hand"), "care_done", {}, about),
            Button(T("Do not greet"), "care_skip", {}, about),
            Button(T("Why this day?"), "care_why", {}, about),
        ),
        STAFF,
    )


def _by(look: Look, made: Care) -> Iterable[Part]:
    if made.by_id:
        by = people.get(look.db, made.by_id)
        yield Note(T("By {name}, {at:clock}", name=by.name if by else "?", at=made.at), STAFF)


def _outcome(look: Look, made: Care, all_: Sequence[Greeting]) -> Iterable[Part]:
    """How many were reached, and by name those of whom that is not known."""
    yield from _by(look, made)
    if made.reason:
        yield Quote(made.reason, to=STAFF)
    if made.state != care.SENT:
        return
    states = care.outcomes(look.db, made.id or 0)
    ticked = [one for one in all_ if one.ticked]
    yield Line(T("To {n} contact", "To {n} contacts", n=len(ticked)), STAFF)
    yield from _left_out(look.db, all_)
    yield from arriving.told_of(look.db, arriving.lost_of(all_, states))
