"""A stage, and somebody who has opened it by its link."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.bot.web.stage import Stage, staged
from tests.players.web_html import Node, parsed

Json = Any
ADDRESS = "http://127.0.0.1:8080"


@dataclass
class Visitor:
    """A browser's requests, made one by one."""

    client: httpx2.AsyncClient
    token: str = ""
    numbers: count[int] = field(default_factory=count)

    async def page(self, **asked: str) -> Node:
        answer = await self.client.get("/chat", params=asked)
        assert answer.status_code == 200, answer.status_code
        return parsed(answer.text)

    async def news(self, user: str = "lina", chat: str = "dm:lina", after: int = 0) -> Json:
        asked = {"as": user, "in": chat, "after": str(after)}
        answer = await self.client.get("/chat/news", params=asked)
        assert answer.status_code == 200, answer.status_code
        return answer.json()

    async def post(
        self, path: str, user: str = "lina", chat: str = "dm:lina", **fields: Json
    ) -> httpx2.Response:
        """Post a deed, under a name of its own unless it is given one."""
        files = fields.pop("files", None)
        sent = {"as": user, "in": chat, "id": f"deed-{next(self.numbers):08}", **fields}
        return await self.client.post(
            f"/chat/{path}", data=sent, files=files, headers={"x-headwater-token": self.token}
        )

    async def answer(self, path: str, *where: str, **fields: Json) -> Json:
        """What a deed that goes well is answered."""
        answer = await self.post(path, *where, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def chat_file(tmp_path: Path, sqlite_template: Path) -> Path:
    """A database for a chat, a copy of the one that this run of the tests has migrated."""
    return Path(shutil.copy(sqlite_template, tmp_path / "chat.db"))


@pytest.fixture
async def stage(chat_file: Path) -> AsyncIterator[Stage]:
    """The chat, in Chinese."""
    async with staged(chat_file) as made:
        yield made


@pytest.fixture
async def outsider(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody on this machine without the link."""
    transport = httpx2.ASGITransport(app=stage.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


@pytest.fixture
async def visitor(stage: Stage, outsider: httpx2.AsyncClient) -> Visitor:
    """Somebody who came by the link."""
    await outsider.get(stage.rehearsal.link())
    made = Visitor(outsider)
    page = await made.page()
    made.token = page.first("meta", name="token")["content"]
    return made
