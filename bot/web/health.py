"""Says whether the process runs, whether it can work, and how it is doing."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

LOOPBACK = frozenset({"127.0.0.1", "::1"})
# What a proxy leaves on a request that it passes on: then it did not begin on this machine.
PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


def routes(look: Callable[[], Awaitable[list[str] | None]], token: str = "") -> list[Route]:
    """`/healthz` answers as long as anything does; `/readyz` looks.

    Ready is who could serve a request: without a database nobody (`look` gives None). What troubles
    a single platform is said below, to whoever may read the metrics, and holds nobody up.
    """

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        found = await look()
        if found is None:
            return PlainTextResponse("not ready: the database does not answer\n", 503)
        said = found if _may_read(request, token) else []
        return PlainTextResponse("\n".join(["ready", *said, ""]))

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def metrics(page: Callable[[], Awaitable[bytes]], token: str) -> Route:
    """`/metrics`, for this machine alone, or for whoever shows the token if there is one."""

    async def measured(request: Request) -> Response:
        if not _may_read(request, token):
            return PlainTextResponse("not here\n", 404)
        return Response(await page(), media_type=PLAIN)

    return Route("/metrics", measured)


def _may_read(request: Request, token: str) -> bool:
    if token:
        shown = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(shown, f"Bearer {token}".encode())
    near = request.client is not None and request.client.host in LOOPBACK
    return near and not any(name in request.headers for name in PASSED_ON)
