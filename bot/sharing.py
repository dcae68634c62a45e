"""Places that other companies read too: whatever was posted there is cut to the public."""

from __future__ import annotations

from bot.platform import Address
from commands.kit.words import T
from scheduler.alarm import Clocks, raise_alarm
from storage import places, postings
from storage.database import Transaction, known


def learned(db: Transaction, clock: Clocks, address: Address, *, external: bool) -> None:
    """A bound place is shared from now on, or is ours alone again: its cards are drawn anew."""
    here = (address.platform, address.workspace, address.chat)
    place = places.at(db, *here)
    if place is None or place.shared == external:
        return
    places.share(db, known(place.id), shared=external)
    postings.redraw_in(db, *here)
    raise_alarm(
        db, clock, f"shared:{place.id}", *_told(place.title or place.chat, external=external)
    )


def _told(title: str, *, external: bool) -> tuple[T, T]:
    if external:
        return (
            T("⚠ Other companies read “{place}” now", place=title),
            T("Its cards are cut to what anybody may see, those already posted too."),
        )
    return (
        T("“{place}” is read by our company alone again", place=title),
        T("Its cards show again what those for whom it was bound may see."),
    )
