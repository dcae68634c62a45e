"""The root says what this is, and no secret; every other path is unknown as before."""

from __future__ import annotations

import httpx2
import pytest

from bot.wiring import assemble
from tests.house import settings_for

TELEGRAM = {"telegram_bot_token": "700:secret"}


@pytest.mark.parametrize("token", [{}, TELEGRAM], ids=["rehearsal", "work"])
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_root_says_what_this_is(database_url: str, token: dict[str, str]) -> None:
    running = assemble(settings_for(database_url, "zh", **token))
    transport = httpx2.ASGITransport(app=running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as visitor:
        page = await visitor.get("/")
        assert (await visitor.get("/nothing")).status_code == 404
    running.core.database.close()
    assert page.status_code == 200
    assert "这里是源头" in page.text
    assert "This is Headwater" in page.text
    assert ("printed" in page.text or "terminal" in page.text) == (not token)
    assert "key=" not in page.text
