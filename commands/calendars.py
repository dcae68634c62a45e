"""A private link per person, under which their phone's calendar reads what is theirs to do.

Whoever has the link reads the calendar, so it is shown in the direct chat alone, drawn when it is
sent and kept nowhere as it is drawn. Another link, or none, ends the one before.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

from pydantic import Field

from commands.kit.card import STAFF, Button, Buttons, Card, Line, Link, Note, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.noun import Involved, Look, Noun, nothing_found
from commands.kit.people import Role
from commands.kit.policy import Clause, Days, Section
from commands.kit.words import T
from storage import feeds, house
from storage.database import Transaction, known
from storage.feeds import Feed
from storage.keyring import Unreadable

KIND = "calendar"
PATH = "/calendar"
INSTALLATION = "calendars"  # what makes the names of entries ours alone, in every calendar
BYTES = 32


class FeedPolicy(Section, section="feeds"):
    """What everybody's calendar shows, and when it reminds."""

    ahead_days: Annotated[int, Clause("3.2.2"), Days]
    alarm_minutes: Annotated[int, Clause("3.1.2b"), Field(ge=1, le=7 * 24 * 60)]
    refresh_minutes: Annotated[int, Clause("3.1.2b"), Field(ge=5, le=7 * 24 * 60)]


def digest(secret: str) -> str:
    """What a link's secret is known by. It is long and random, so no slower digest is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


# --- commands -------------------------------------------------------------------------------------


class ShowCalendar(Command, name="calendar", aliases=("日历订阅", "我的日历"), who={Role.STAFF}):
    """Your calendar link."""

    def run(self, desk: Desk) -> Ref:
        """Show it in the direct chat; make one first where there is none."""
        _refuse_unreachable(desk)
        feed = feeds.of(desk.db, desk.person.id)
        if feed is None or feed.digest is None:
            return _renew(desk, feed)
        return Ref(KIND, known(feed.id))


class NewCalendar(Command, name="calendar_new", aliases=("更换日历链接",), who={Role.STAFF}):
    """New calendar link."""

    def run(self, desk: Desk) -> Ref:
        """The link before opens nothing any more."""
        _refuse_unreachable(desk)
        return _renew(desk, feeds.of(desk.db, desk.person.id))


class EndCalendar(Command, name="calendar_end", aliases=("停用日历链接",), who={Role.STAFF}):
    """End your calendar link."""

    def run(self, desk: Desk) -> Ref:
        """It opens nothing any more."""
        about = end(desk, desk.person.id)
        if about is None:
            raise Refused(T("You have no calendar link."))
        return about


def end(desk: Desk, person_id: int) -> Ref | None:
    """Somebody's link opens nothing any more; None where there was none."""
    feed = feeds.of(desk.db, person_id)
    if feed is None or feed.digest is None:
        return None
    feeds.end(desk.db, known(feed.id), desk.recorded_at)
    about = Ref(KIND, known(feed.id))
    desk.change(about, {"link": True}, {"link": False})
    return about


def _refuse_unreachable(desk: Desk) -> None:
    if not desk.server:
        raise Refused(
            T(
                "Your calendar cannot be read from outside yet, because {setting} is not set. "
                "Please ask your administrator to set it.",
                setting="PUBLIC_URL",
            )
        )


def _renew(desk: Desk, feed: Feed | None) -> Ref:
    secret = secrets.token_urlsafe(BYTES)
    mark, sealed = digest(secret), desk.db.keyring.seal(secret)
    if house.get(desk.db, INSTALLATION) is None:
        house.put(desk.db, INSTALLATION, secrets.token_hex(8))
    if feed is None:
        row = Feed(
            person_id=desk.person.id, digest=mark, sealed=sealed, changed_at=desk.recorded_at
        )
        about = Ref(KIND, feeds.add(desk.db, row))
        desk.begin(about, {"link": True})
        return about
    about = Ref(KIND, known(feed.id))
    feeds.renew(desk.db, about.id, mark, sealed, desk.recorded_at)
    desk.change(about, {"link": feed.digest is not None}, {"link": True})
    return about


# --- its card -------------------------------------------------------------------------------------


def card(look: Look, id_: int) -> Card:
    """The link, and what can be done with it."""
    feed = feeds.get(look.db, id_)
    if feed is None:
        return Card(T("This is no longer here."))
    again = Button(T("New link"), "calendar_new")
    if feed.digest is None:
        return Card(
            T("🗓 Your calendar link is ended"),
            (Line(T("It opens nothing any more."), STAFF), Buttons((again,), STAFF)),
            Ref(KIND, id_),
        )
    ends = Button(T("End link"), "calendar_end", style="danger")
    return Card(
        T("🗓 Your calendar, for your phone"),
        (*_link(look.db, feed), Buttons((again, ends), STAFF)),
        Ref(KIND, id_),
    )


def _link(db: Transaction, feed: Feed) -> tuple[Part, ...]:
    try:
        secret = db.keyring.open(feed.sealed)
    except Unreadable:
        said = T("The link still works, but cannot be shown again. A new one ends it.")
        return (Line(said, STAFF),)
    return (
        Line(T("Add this address in your phone's calendar as a subscription:"), STAFF),
        Link(f"{PATH}/{secret}.ics"),
        Note(T("Whoever has it reads your deadlines, visits and birthdays. Give it to nobody.")),
    )


def _involved(db: Transaction, id_: int) -> Involved | None:
    feed = feeds.get(db, id_)
    return Involved(owner_id=feed.person_id, personal=True) if feed else None


NOUN = Noun(
    kind=KIND,
    words=T("calendar link"),
    find=nothing_found,
    name_of=lambda _db, _id: None,
    card=card,
    involved=_involved,
    private=True,
)
