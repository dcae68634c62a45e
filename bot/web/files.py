"""Shows a kept file to somebody who may see it, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.house import House
from bot.knowing import actor_of_account
from bot.passes import FILES
from bot.web import company
from bot.web.access import Answer
from commands.files import PICTURE, seen_by
from commands.kit.words import T
from storage import files, people
from storage.database import Database, Gone, Transaction
from storage.files import File
from storage.people import Account

ENDED = T("This link has ended. Please ask for a new one.")
NOT_THERE = T("There is no such file, or it is not yours to see.")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Guard = Callable[[Answer], Answer]


@dataclass(frozen=True, slots=True)
class FilePage:
    """Opens files by a pass; in a rehearsal (`played`) also for whoever is being played."""

    database: Database
    house: House
    played: bool = False

    def route(self, guard: Guard = lambda answer: answer) -> Route:
        """Where files are."""
        return Route(f"{FILES}/{{name}}", guard(self.show))

    async def show(self, request: Request) -> Response:
        """The file, if this request may have it: that is asked anew each time."""
        file_id = self.house.passes.named(request.path_params["name"])
        try:
            given = "pass" in request.query_params
            account = self._by_pass if given else self._by_play
            found = await self.database.read(lambda db: self._found(db, request, file_id, account))
        except Gone:
            return self._said(T("Please try again in a moment."), 503)
        if isinstance(found, T):
            return self._said(found, 410 if found is ENDED else 404)
        return served(*found)

    def _found(
        self,
        db: Transaction,
        request: Request,
        file_id: int | None,
        who: Callable[[Transaction, Request, int], Account | T],
    ) -> tuple[File, bytes] | T:
        if file_id is None:
            return NOT_THERE
        account = who(db, request, file_id)
        file = files.get(db, file_id)
        if isinstance(account, T) or file is None or file.state != files.HERE:
            return account if isinstance(account, T) else NOT_THERE
        if not self._may_see(db, account, file):
            return NOT_THERE
        content = self.house.vault.get(db, file.vault)
        return NOT_THERE if content is None else (file, content)

    def _may_see(self, db: Transaction, account: Account, file: File) -> bool:
        """The rule as it stands now; whoever has left the company sees nothing."""
        actor = actor_of_account(db, account, self.house.clock.now())
        left = account.person_id is not None and actor.person is None
        return not left and seen_by(db, self.house.nouns.get(file.kind), actor, file)

    def _by_pass(self, db: Transaction, request: Request, file_id: int) -> Account | T:
        given = self.house.passes.opened(file_id, request.query_params["pass"])
        if given is None:
            return NOT_THERE
        if given.until < self.house.clock.machine():
            return ENDED
        return people.account_by_id(db, given.account_id) or NOT_THERE

    def _by_play(self, db: Transaction, request: Request, file_id: int) -> Account | T:
        user = request.query_params.get("as", "") if self.played else ""
        found = people.account(db, company.PLATFORM, company.WORKSPACE, user) if user else None
        return found or NOT_THERE

    def _said(self, words: T, status: int) -> Response:
        text = self.house.reader_for(None).say(words)
        return PlainTextResponse(f"{text}\n", status, headers=HEADERS)


def served(file: File, content: bytes) -> Response:
    """A picture to be looked at; anything else is saved, and never runs."""
    shown = "inline" if file.media.startswith(PICTURE) else "attachment"
    headers = {**HEADERS, "Content-Disposition": disposition(shown, file.name)}
    return Response(content, media_type=file.media, headers=headers)


def disposition(shown: str, name: str) -> str:
    """What a file is to be called (RFC 6266): plain letters for old browsers, and all of them."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    whole = quote(name, safe="")
    return f"{shown}; filename=\"{plain or 'file'}\"; filename*=UTF-8''{whole or 'file'}"
