"""A provider of text messages on this machine: what it was asked, and what it answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Asked:
    """One call."""

    method: str
    target: str
    headers: dict[str, str]
    body: str


@dataclass
class Provider:
    """Answers everything alike; one that `hangs` never answers."""

    status: int = 200
    body: str = '{"sid": "SM1"}'
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: Request) -> Response:
        body = (await request.body()).decode()
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.asked.append(Asked(request.method, target, dict(request.headers), body))
        if self.hangs:
            await asyncio.sleep(2)
        return Response(self.body, self.status, self.headers)


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """A provider that listens on this machine."""
    made = Provider()
    app = Starlette(routes=[Route("/send", made.answer, methods=["GET", "POST", "PUT"])])
    config = uvicorn.Config(app, log_level="critical", date_header=False)
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made.url = f"http://127.0.0.1:{listening.getsockname()[1]}/send"
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield made
        finally:
            server.should_exit = True
            await serving
