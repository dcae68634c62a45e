"""Posts to the bot's webhook, at an address or straight into an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import httpx

from tests.fakes.telegram.values import Answer

AsgiApp = Callable[..., Awaitable[None]]
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Posts:
    def __init__(self, target: str | AsgiApp, path: str) -> None:
        self.path = path
        if isinstance(target, str):
            self._client = httpx.AsyncClient(base_url=target, timeout=30)
        else:
            inside = httpx.ASGITransport(app=target, raise_app_exceptions=False)
            self._client = httpx.AsyncClient(transport=inside, base_url="http://bot.test")

    async def post(self, body: bytes, headers: Mapping[str, str | bytes], path: str = "") -> Answer:
        raw = [
            (key.encode(), value.encode() if isinstance(value, str) else value)
            for key, value in ({"Content-Type": "application/json"} | dict(headers)).items()
        ]
        try:
            response = await self._client.post(path or self.path, content=body, headers=raw)
        except httpx.TransportError as error:
            return Answer(0, reason=type(error).__name__)
        return Answer(response.status_code, response.content)

    async def close(self) -> None:
        await self._client.aclose()
