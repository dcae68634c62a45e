"""What the database holds of a year, and what stands at the wire."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from storage.connections import Connection, connect
from tests.bot.mail.server import Mailroom
from tests.bot.sms.provider import Provider
from tests.fakes.slack import FakeSlack
from tests.faults.year.cast import Cast
from tests.faults.year.records import Done, Greeted, Greeting, Letter, Owed
from tests.house import ZONE

TOKEN = re.compile(r"W\d+W")
YEARS = re.compile(r"\d+年")


@dataclass(frozen=True)
class Found:
    """What came of it."""

    done: Sequence[Done]
    letters: Sequence[Letter]
    owed: Sequence[Owed]
    broken: Sequence[str]


def found(url: str) -> Found:
    """Read the database."""
    with closing(connect(url)) as db:
        return Found(list(_done(db)), list(_letters(db)), list(_owed(db)), list(_broken(db)))


CARES = "SELECT id, kind, day, customer_id, owner_id, state FROM care ORDER BY id"
CONTACTS = "SELECT care_id, contact_id, ticked, why FROM greeting"
DUES = "SELECT subject_id, state FROM due WHERE kind = 'care'"


def _done(db: Connection) -> Iterator[Done]:
    contacts: dict[int, list[Greeted]] = {}
    for id_, contact, ticked, why in db.execute(CONTACTS).fetchall():
        packed = json.loads(why) if why else None
        reason = packed["T"] if packed else ""
        contacts.setdefault(id_, []).append(Greeted(contact, bool(ticked), reason))
    dues: dict[int, list[str]] = {}
    for id_, state in db.execute(DUES).fetchall():
        dues.setdefault(id_, []).append(state)
    for id_, kind, day, customer, owner, state in db.execute(CARES).fetchall():
        on, met = date.fromisoformat(day), tuple(sorted(contacts.get(id_, ())))
        yield Done(kind, on, customer or 0, owner or 0, met, state, "+".join(dues.get(id_, ())))


WRITTEN = (
    "SELECT l.contact_id, c.kind, c.day, l.state, l.sent_at FROM letter l"
    " JOIN care c ON l.subject_kind = 'care' AND l.subject_id = c.id"
    # What was taken back stays as a row until it is swept.
    " WHERE l.contact_id IS NOT NULL AND l.state <> 'replaced'"
)


def _letters(db: Connection) -> Iterator[Letter]:
    for contact, kind, day, state, sent in db.execute(WRITTEN).fetchall():
        went = datetime.fromisoformat(sent).astimezone(ZONE).date() if state == "sent" else None
        yield Letter(contact, kind, date.fromisoformat(day), state, went)


MONTHS = (
    "SELECT subject_id, name, person_id, state FROM due"
    " WHERE clause = '3.1.1a' AND kind = 'customer' AND name LIKE 'visit:%'"
)


def _owed(db: Connection) -> Iterator[Owed]:
    for customer, name, person, state in db.execute(MONTHS).fetchall():
        yield Owed(customer, name.partition(":")[2], person or 0, state)


# What must never be, whatever is killed when.
BROKEN = {
    "a timer whose handler failed": "SELECT id, name FROM timer WHERE state = 'failed'",
    "an input set aside": "SELECT reference, reason FROM set_aside",
    "an occasion not journalled once": """SELECT c.id FROM care c WHERE 1 <>
        (SELECT count(*) FROM journal j WHERE j.kind = 'care' AND j.subject_id = c.id
         AND j.before IS NULL AND j.after IS NOT NULL AND j.deed LIKE 'timer:%')""",
    "a contact twice on an occasion": """SELECT care_id, contact_id FROM greeting
        GROUP BY care_id, contact_id HAVING count(*) > 1""",
    "what SQLite finds": "PRAGMA foreign_key_check",
}


def _broken(db: Connection) -> Iterator[str]:
    for what, sql in BROKEN.items():
        yield from (f"{what}: {row}" for row in db.execute(sql).fetchall())


# --- at the wire ----------------------------------------------------------------------------------


def reached(
    cast: Cast, festivals: Sequence[str], room: Mailroom, provider: Provider, slack: FakeSlack
) -> list[Greeting]:
    """Every greeting that stands in somebody's mailbox, telephone or chat."""
    texts = [*_mails(room), *_messages(provider), *_chats(cast, slack)]
    return [Greeting(address, _told(text, festivals)) for address, text in texts]


def _told(text: str, festivals: Sequence[str]) -> str:
    """What tells the occasion in the words of a greeting."""
    if own := TOKEN.search(text):
        return own[0]
    named = [name for name in festivals if name in text]
    if named:
        return named[0]
    years = YEARS.search(text)
    return years[0] if years else "生日" if "生日" in text else text


def _mails(room: Mailroom) -> Iterator[tuple[str, str]]:
    for one in room.envelopes:
        plain = Mailroom.read(one).get_body(("plain",))
        assert plain is not None
        yield one.rcpt_tos[0], plain.get_content()


def _messages(provider: Provider) -> Iterator[tuple[str, str]]:
    for asked in provider.asked:
        body = json.loads(asked.body)
        yield body["to"], body["text"]


def _chats(cast: Cast, slack: FakeSlack) -> Iterator[tuple[str, str]]:
    for contact in cast.contacts:
        if contact.user:
            for message in slack.messages(slack.dm(contact.user)):
                if message.by_bot:
                    yield contact.user, message.text


def twice(reached: Sequence[Greeting], expected: Sequence[Greeting]) -> list[Greeting]:
    """Those who got more than there were occasions."""
    return list((Counter(reached) - Counter(expected)).elements())
