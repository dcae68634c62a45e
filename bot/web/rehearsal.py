"""The local chat as a whole: its lock, its pages, its posts and its streams, as routes."""

from __future__ import annotations

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.platform import Gate
from bot.web import listen
from bot.web.access import Access, Answer
from bot.web.files import FilePage
from bot.web.listen import Listener
from bot.web.live import Live
from bot.web.looking import Look, View
from bot.web.pages import STATIC, Pages
from bot.web.setting import Clock, Setting
from bot.web.uploads import served
from storage import rooms
from storage.database import Database, Gone

SMALL = 2**19
MOVES = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class Rehearsal:
    """Serves the local chat. `secret` signs sessions and tokens."""

    def __init__(
        self,
        gate: Gate,
        database: Database,
        clock: Clock,
        live: Live,
        secret: bytes,
        setting: Setting,
        *,
        files: FilePage,
    ) -> None:
        self._database = database
        self._clock = clock
        self._live = live
        self._setting = setting
        self._access = Access(secret, self._locked)
        self._pages = Pages(setting, clock)
        self._files = files
        path = files.house.passes.path
        self._listener = Listener(gate, database, clock, live, self._pages, path)

    def link(self) -> str:
        """A path that opens the chat once; print it behind the server's address."""
        return self._access.link()

    def routes(self) -> list[BaseRoute]:
        """Everything below `/chat`, and files."""
        reads, heard = self._access.reads, self._listener
        return [
            Route("/chat", self._access.enters(_kept(self._chat))),
            Mount("/chat/static", StaticFiles(directory=STATIC)),
            Route("/chat/news", reads(_kept(self._news))),
            Route("/chat/events", reads(self._events)),
            Route("/chat/file/{id}", reads(_kept(self._file))),
            self._files.route(reads),
            self._post("/chat/say", heard.say, listen.MOST_POSTED),
            self._post("/chat/submit", heard.submit, listen.MOST_POSTED),
            self._post("/chat/press", heard.press),
            self._post("/chat/begin", heard.begin),
            self._post("/chat/language", heard.choose_language),
            self._post("/chat/options", heard.options),
            self._post("/chat/see", heard.see),
            self._post("/chat/clock", self._move),
        ]

    def _post(self, path: str, deed: Answer, most: int = SMALL) -> Route:
        return Route(path, self._access.writes(_kept(deed), most), methods=["POST"])

    # --- pages ------------------------------------------------------------------------------------

    async def _locked(self, request: Request) -> Response:
        again = request.query_params.get("opened") == "1"
        return HTMLResponse(self._pages.locked(again=again), 401)

    async def _chat(self, request: Request) -> Response:
        view = await self._look(request, after=-1)
        if view is None and request.query_params:
            return RedirectResponse("/chat", 303)
        if view is None:
            raise HTTPException(404, "Nobody can be played here.")
        token = self._access.token(self._access.session(request))
        step = request.query_params.get("step", "")
        return HTMLResponse(await self._pages.chat(view, token, step))

    async def _news(self, request: Request) -> Response:
        after = request.query_params.get("after", "")
        if not (after.isascii() and after.isdecimal()):
            raise HTTPException(400)
        view = await self._look(request, after=int(after))
        if view is None:
            raise HTTPException(404)
        return JSONResponse(await self._pages.news(view))

    async def _look(self, request: Request, after: int) -> View | None:
        asked = request.query_params
        look = Look(asked.get("as", ""), asked.get("in", ""), after)
        return await self._database.read(lambda db: look.at(db, self._setting.guide))

    async def _events(self, request: Request) -> Response:
        return StreamingResponse(self._live.stream(), media_type="text/event-stream")

    # --- files ------------------------------------------------------------------------------------

    async def _file(self, request: Request) -> Response:
        name = request.path_params["id"]
        file = await self._database.read(lambda db: rooms.file(db, name))
        if file is None:
            raise HTTPException(404)
        return served(file.content)

    # --- the clock --------------------------------------------------------------------------------

    async def _move(self, request: Request) -> Response:
        """Put the company's clock forward."""
        form = await request.form(max_files=0, max_fields=20)
        by = await self._distance(str(form.get("by", "")))
        await self._clock.move(by)
        self._live.ring()
        return JSONResponse({"kind": "silent"})

    async def _distance(self, wanted: str) -> timedelta:
        if wanted in MOVES:
            return MOVES[wanted]
        due = await self._clock.next_due(self._setting.language) if wanted == "next" else None
        if due is None:
            raise HTTPException(400)
        return max(due[0] - self._clock.now(), timedelta())


def _kept(answer: Answer) -> Answer:
    """Say so when nothing could be kept; the page then posts the same again."""

    async def guarded(request: Request) -> Response:
        try:
            return await answer(request)
        except Gone:
            return JSONResponse({"kind": "failed"}, 503)

    return guarded
