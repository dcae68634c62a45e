"""Says whether the process runs, and whether it can work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


def routes(ready: Callable[[], Awaitable[bool]]) -> list[Route]:
    """`/healthz` answers as long as anything does; `/readyz` asks."""

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        if await ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("not ready\n", 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
