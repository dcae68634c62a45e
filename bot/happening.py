"""What happens to the bot in a chat: it is let in or thrown out, blocked, or the chat has moved."""

from __future__ import annotations

from bot.house import House
from bot.platform import Event, Moved, Standing
from commands.kit import card as cards
from commands.kit.card import PUBLIC, Card, Line, Note
from commands.kit.words import T
from scheduler import troubles
from scheduler.moving import Limits, moved
from scheduler.sending import Where
from scheduler.topics import titled
from storage import deliveries, footings, letters, people, places
from storage.database import Transaction, known
from storage.deliveries import Delivery
from storage.footings import Footing
from storage.letters import Letter


def take(db: Transaction, house: House, limits: Limits, event: Event, answer: object) -> None:
    """Remember it, once however often it is delivered."""
    at = event.address
    if deliveries.find(db, at.platform, at.workspace, event.key) is not None:
        return
    match event.what:
        case Moved(to=chat):
            moved(db, limits, Where(at.platform, at.workspace, at.chat), chat)
        case Standing() if event.direct:
            _direct(db, house, event, event.what)
        case Standing():
            _in_a_group(db, house, event, event.what)
    deliveries.add(
        db,
        Delivery(
            platform=at.platform,
            workspace=at.workspace,
            key=event.key,
            at=house.clock.now(),
            answer=answer,
        ),
    )


def _direct(db: Transaction, house: House, event: Event, now: Standing) -> None:
    """Somebody has blocked the bot, or does not any more."""
    at = event.address
    account = people.account_in(db, at.platform, at.workspace, at.chat)
    if account is None:
        return
    if now.inside:
        people.use_account(db, known(account.id), account.used_at, at.chat)
        troubles.reachable(db, house.clock, account)
        return
    people.lose_account(db, known(account.id))
    if account.person_id or account.contact_id:
        troubles.unreachable(db, house.clock, account, "the bot was blocked")


def _in_a_group(db: Transaction, house: House, event: Event, now: Standing) -> None:
    at = event.address
    here = (at.platform, at.workspace, at.chat)
    known_so = footings.of(db, *here) or Footing(
        platform=at.platform, workspace=at.workspace, chat=at.chat
    )
    known_so.inside = now.inside
    footings.keep(db, known_so)
    footings.ask(db, *here)
    if now.inside and not now.was:
        _greet(db, house, event)
    if places.at(db, *here):
        _bound(db, house, event, now)


def _bound(db: Transaction, house: House, event: Event, now: Standing) -> None:
    """A place that is bound can't be written to any more, or again."""
    at = event.address
    place = titled(db, at.platform, at.workspace, at.chat)
    turn = troubles.back if now.inside else troubles.removed
    turn(db, house.clock, at.platform, at.chat, place)


def _greet(db: Transaction, house: House, event: Event) -> None:
    """Say what makes a chat a place; nothing of ours is posted in one that nobody has bound."""
    at = event.address
    parts = (
        Line(
            T(
                "An administrator binds this place to a purpose and to those who read here: {how}",
                how="/bind",
            ),
        ),
        Note(T("Until then only what anybody may see is shown here."), PUBLIC),
    )
    clock = house.clock
    letters.add(
        db,
        Letter(
            lane=f"chat:{at.platform}:{at.workspace}:{at.chat}",
            platform=at.platform,
            workspace=at.workspace,
            chat=at.chat,
            body=cards.encode(Card(T("Hello, I am here now"), parts)),
            repeats=False,
            created_at=clock.now(),
            not_before=clock.now(),
            next_at=clock.machine(),
        ),
    )
