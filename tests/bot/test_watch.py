"""What keeps a platform from being heard is told once, and once when it is over."""

from __future__ import annotations

import pytest

from bot.watch import Watch
from storage import letters
from storage.letters import Letter
from tests.house import TestClock
from tests.house import TestHouse as House


@pytest.fixture(params=["web"])
def platform(request: pytest.FixtureRequest) -> str:
    """One is enough."""
    return str(request.param)


async def alarms(house: House) -> list[Letter]:
    """What administrators are told."""
    return await house.read(lambda db: [one for n in range(1, 9) if (one := letters.get(db, n))])


def watch(house: House) -> Watch:
    """Over the platform that is on."""
    return Watch(house.core.database, house.clock, lambda _names: None, "web")


async def test_it_is_told_once_until_it_is_over(house: House) -> None:
    assert isinstance(house.clock, TestClock)
    for reason in ("invalid_auth", "token_revoked"):
        await watch(house).notice("socket", reason)
    (told,) = await alarms(house)
    assert "invalid_auth" in str(told.body)
    await watch(house).over("socket")
    await watch(house).over("socket")
    assert len(await alarms(house)) == 2
    await watch(house).notice("socket", "invalid_auth")
    assert len(await alarms(house)) == 3
