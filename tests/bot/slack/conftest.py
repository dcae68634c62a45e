"""Fixtures of the Slack adapter's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.slack.scene import Scene, slack_scene


@pytest.fixture(params=["http", "socket"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with slack_scene(request.param) as found:
        yield found


@pytest.fixture
async def http_scene() -> AsyncIterator[Scene]:
    async with slack_scene("http") as found:
        yield found
