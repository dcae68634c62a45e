"""Greetings on their way: some are written with the tap, the rest right after it (clause 3.2.1).

However many get one, nobody else waits for the writing: a transaction writes so many letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from commands.care import pictures
from commands.care.planning import DAY, KIND
from commands.care.recipients import ways
from commands.care.rules import goes_at
from commands.kit.calendar import start_of_day
from commands.kit.card import PUBLIC, Card, Line, Picture, Ref
from commands.kit.desk import Desk
from commands.kit.people import ToContact
from commands.kit.words import T, sentence
from storage import care, customers, files, people, vault
from storage.care import MAIL, Care, Greeting
from storage.customers import Contact
from storage.database import Transaction, known
from storage.files import File
from storage.people import Account
from storage.timers import Timer

WRITE, GONE, ARRIVED = "write", "gone", "arrived"
TIMERS = (WRITE, GONE, ARRIVED)
AT_ONCE = 50
NEVER_USED = datetime(2000, 1, 1, tzinfo=UTC)


def send(desk: Desk, made: Care, ticked: Sequence[Greeting]) -> None:
    """Each of these gets it on the morning of the day; a late one goes at once."""
    _write(desk, made, ticked, _picture(desk, made))
    at = max(goes_at(made.day, desk.zone), desk.recorded_at)
    desk.at(at, Ref(KIND, known(made.id)), GONE)


def write(desk: Desk, timer: Timer) -> None:
    """Write to those who are left."""
    made, told = care.get(desk.db, timer.subject_id), timer.extra or {}
    if made is None or made.state != care.SENT:
        return
    all_ = care.greetings(desk.db, timer.subject_id)
    left = [one for one in all_ if one.ticked and known(one.id) > told["after"]]
    _write(desk, made, left, _pictured(made, told["file"]))


def _write(desk: Desk, made: Care, ticked: Sequence[Greeting], picture: Picture) -> None:
    about = Ref(KIND, known(made.id))
    at = goes_at(made.day, desk.zone)
    until = ends_at(made, desk.zone)
    now = ticked[:AT_ONCE]
    for greeting in now:
        contact = customers.contact(desk.db, greeting.contact_id)
        if contact is None:
            continue
        reach(desk.db, contact)
        # A title is cut where it is long: the words stand below it, whole.
        title = T("Dear {name},", name=contact.name)
        card = Card(title, (Line(sentence(made.text)), picture), about)
        to = ToContact(known(contact.id))
        desk.tell(
            to,
            card,
            replaces=key(about.id, to.id),
            not_before=at,
            useful_until=until,
            repeats=False,
        )
    if len(ticked) > len(now):
        rest = {"after": known(now[-1].id), "file": picture.file_id}
        desk.at(desk.recorded_at, about, WRITE, extra=rest)


def ends_at(made: Care, zone: ZoneInfo) -> datetime:
    """From when on it is too late to greet."""
    return start_of_day(made.day + 2 * DAY, zone)


def key(care_id: int, contact_id: int) -> str:
    """By which one letter is taken back, or takes the place of one that has not gone."""
    return f"{KIND}:{care_id}:{contact_id}"


def _picture(desk: Desk, made: Care) -> Picture:
    """Drawn once for all who get it, and kept as long as the greeting."""
    years = years_told(made) if made.kind == care.COOPERATION else 0
    content = pictures.drawn(made.kind, years)
    row = File(
        platform=desk.source.platform,
        workspace=desk.source.workspace,
        remote="",
        name="greeting.png",
        media=pictures.MEDIA,
        size=len(content),
        kind=KIND,
        subject_id=made.id,
        at=desk.now,
        state=files.HERE,
        vault=vault.made(desk.db, content),
    )
    return _pictured(made, files.add(desk.db, row))


def _pictured(made: Care, file_id: int) -> Picture:
    return Picture(file_id, pictures.ALT[made.kind], PUBLIC)


def years_told(made: Care) -> int:
    """How many years an occasion of cooperation speaks of."""
    what = sentence(made.what)
    told = dict(what.values).get("n") if isinstance(what, T) else None
    return told if isinstance(told, int) else 0


def reach(db: Transaction, contact: Contact) -> None:
    """A contact can be written to by e-mail and by text message, if their file says how.

    Chats that they use themselves come first, e-mail second.
    """
    for platform, address in ways(contact).items():
        if people.account(db, platform, "", address) is None:
            # An e-mail is tried before a text message.
            used = NEVER_USED + DAY if platform == MAIL else NEVER_USED
            row = Account(
                platform=platform,
                workspace="",
                user=address,
                chat=address,
                contact_id=contact.id,
                used_at=used,
            )
            people.add_account(db, row)
