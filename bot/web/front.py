"""The page at the root: what this is, and where the local chat's link is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.web import chrome
from bot.web.access import secured
from bot.web.pages import templates


def route(*, rehearsal: bool) -> Route:
    """`GET /`."""
    words = chrome.FRONT if rehearsal else chrome.FRONT_AT_WORK
    page = templates().get_template("front.html").render(words=words, styled=rehearsal)

    async def front(_request: Request) -> Response:
        return secured(HTMLResponse(page))

    return Route("/", front)
