"""Fixtures of the Slack adapter's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping

import pytest
import structlog

from tests.bot.slack.scene import Scene, slack_scene


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, object]]]:
    """What is logged, kept instead of printed: printing a traceback takes most of a second."""
    with structlog.testing.capture_logs() as found:
        yield found


@pytest.fixture(params=["http", "socket"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with slack_scene(request.param) as found:
        yield found


@pytest.fixture
async def http_scene() -> AsyncIterator[Scene]:
    async with slack_scene("http") as found:
        yield found
