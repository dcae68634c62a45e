"""Shows a calendar to whoever has its link, and nothing to anybody else.

The link is the key: it stands in no log of ours, and what opens nothing looks the same whether it
was ended, or never was.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.agenda import Scribe
from bot.house import Glance, House
from commands import calendars
from commands.calendars import FeedPolicy
from commands.kit.calendar import local_day
from commands.kit.people import Person, load, standing_in
from storage import feeds
from storage import house as facts
from storage.database import Database, Gone, Transaction
from storage.feeds import Feed

MEDIA = "text/calendar; charset=utf-8"
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """Opens calendars by the secret in their link."""

    database: Database
    house: House

    def route(self) -> Route:
        """Where they are."""
        return Route(f"{calendars.PATH}/{{secret}}.ics", self.show)

    async def show(self, request: Request) -> Response:
        """The calendar as it is now; nothing anew to whoever has it as it is."""
        mark = calendars.digest(request.path_params["secret"])
        try:
            content = await self.database.read(lambda db: self._written(db, mark))
        except Gone:
            return PlainTextResponse("try again later\n", 503, headers=HEADERS)
        if content is None:
            return PlainTextResponse("not here\n", 404, headers=HEADERS)
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {**HEADERS, "ETag": tag}
        if tag in _tags(request):
            return Response(status_code=304, headers=headers)
        return Response(content, headers={**headers, "Content-Type": MEDIA})

    def _written(self, db: Transaction, mark: str) -> bytes | None:
        feed = feeds.find(db, mark)
        person = load(db, feed.person_id) if feed else None
        return self._of(db, feed, person) if feed and person else None

    def _of(self, db: Transaction, feed: Feed, person: Person) -> bytes:
        house, now = self.house, self.house.clock.now()
        person = replace(person, stands_in_for=standing_in(db, person.id, now))
        policy = house.policy.of(FeedPolicy)
        until = local_day(now, house.zone) + timedelta(days=policy.ahead_days)
        scribe = Scribe(
            house.reader_for(person),
            str(facts.get(db, calendars.INSTALLATION)),
            feed.changed_at,
            timedelta(minutes=policy.alarm_minutes),
            timedelta(minutes=policy.refresh_minutes),
        )
        look = Glance(db, now, house.zone, house.policy)
        return scribe.written(house.nouns.entries(look, person, until))


def _tags(request: Request) -> set[str]:
    """Which versions a caller has already."""
    said = request.headers.get("if-none-match", "")
    return {one.strip().removeprefix("W/") for one in said.split(",")}
