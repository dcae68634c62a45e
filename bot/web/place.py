"""A page with one button that sends where somebody is, for platforms that send no places."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request as Get
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.house import House
from bot.passes import PLACES
from bot.platform import Address, Gate, Request, Spot, Typed
from bot.web.access import secured
from bot.web.pages import STATIC, templates
from bot.words import Reader
from commands.kit.drafting import KIND
from commands.kit.people import load
from commands.kit.words import T
from storage import drafts, people, postings
from storage.database import Database, Gone, Transaction
from storage.drafts import Draft
from storage.people import Account

STATICS = f"{PLACES}/static"
ENDED = T("This link has ended. Please ask for a new one.")
POLE, DATE_LINE = 90, 180  # degrees
MOST = 1000  # bytes that a place takes at most
# The page alone asks where somebody is; nothing else may.
ALLOWED = {"Permissions-Policy": "geolocation=(self)"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """For which draft a place is sent, by whom, and in which language they read."""

    draft: Draft
    account: Account
    reader: Reader


@dataclass(frozen=True, slots=True)
class PlacePage:
    """Opens for whoever has the address that was made for them; what it sends goes to the door."""

    gate: Gate
    database: Database
    house: House

    def routes(self) -> list[BaseRoute]:
        """The page, its script, and what it sends."""
        return [
            Mount(STATICS, StaticFiles(directory=STATIC)),
            Route(f"{PLACES}/{{name}}", self.show),
            Route(f"{PLACES}/{{name}}", self.take, methods=["POST"]),
        ]

    async def show(self, request: Get) -> Response:
        """The page with its one button."""
        wanted = await self._wanted(request)
        if wanted is None:
            return self._said(self.house.reader_for(None), ENDED, 410)
        say = wanted.reader.say
        page = templates().get_template("place.html")
        words = {
            "title": say(T("Where are you?")),
            "send": say(T("Send where I am")),
            "failed": say(T("Your phone did not tell where it is. Please allow it, or try again.")),
            "asking": say(T("One moment …")),
        }
        html = page.render(words=words, language=wanted.reader.language, statics=STATICS, asks=True)
        return secured(HTMLResponse(html, headers=ALLOWED))

    async def take(self, request: Get) -> Response:
        """The place, as if it had been sent in the chat."""
        wanted = await self._wanted(request)
        if wanted is None:
            return self._said(self.house.reader_for(None), ENDED, 410)
        spot = _spot((await request.body())[: MOST + 1])
        if spot is None:
            return self._said(wanted.reader, T("That is no place on earth. Please try again."), 400)
        at = await self.database.read(lambda db: self._request(db, wanted, spot))
        try:
            await self.gate.handle(at)
        except Gone:
            return self._said(wanted.reader, T("Please try again in a moment."), 503)
        return self._said(wanted.reader, T("✔ Thank you. You can go back to the chat."), 200)

    async def _wanted(self, request: Get) -> Wanted | None:
        given = self.house.passes.place_of(request.path_params["name"])
        if given is None or given[1].until < self.house.clock.machine():
            return None
        return await self.database.read(lambda db: self._of(db, given[0], given[1].account_id))

    def _of(self, db: Transaction, draft_id: int, account_id: int) -> Wanted | None:
        draft, account = drafts.get(db, draft_id), people.account_by_id(db, account_id)
        if draft is None or account is None or draft.account_id != account_id:
            return None
        if draft.state not in {drafts.OPEN, drafts.GATHERING, drafts.ASIDE}:
            return None
        person = load(db, account.person_id) if account.person_id else None
        return Wanted(draft, account, self.house.reader_for(person, account.language))

    def _request(self, db: Transaction, wanted: Wanted, spot: Spot) -> Request:
        draft, account = wanted.draft, wanted.account
        shown = postings.of(db, KIND, draft.id or 0)
        key = f"place:{draft.id}:{spot.latitude}:{spot.longitude}"
        return Request(
            Address(draft.platform, draft.workspace, draft.chat, draft.thread),
            account.user,
            Typed(spot=spot),
            self.house.clock.now(),
            key=key,
            message=key,
            reply_to=shown[-1].message if shown else "",
            direct=account.chat == draft.chat,
        )

    def _said(self, reader: Reader, words: T, status: int) -> Response:
        page = templates().get_template("place.html")
        said = {"title": reader.say(words)}
        html = page.render(words=said, language=reader.language, statics=STATICS, asks=False)
        return secured(HTMLResponse(html, status, headers=ALLOWED))


def _spot(body: bytes) -> Spot | None:
    """Two numbers with a space between: degrees north and east."""
    try:
        north, east = (float(part) for part in body.decode("ascii").split(" "))
    except ValueError:
        return None
    inside = abs(north) <= POLE and abs(east) <= DATE_LINE
    return Spot(north, east) if inside and len(body) <= MOST else None
