"""What keeps a platform from being heard is told once, and once when it is over."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

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


@pytest.mark.parametrize(
    ("kind", "setting", "said"),
    [
        ("token", "WEB_BOT_TOKEN", "refuses the bot's token"),
        ("conflict", "WEB_BOT_TOKEN", "Somebody else takes"),
        ("socket", "WEB_APP_TOKEN", "does not let me hear"),
        ("deaf", "WEB_API_URL", "I can't reach"),
    ],
)
async def test_it_is_logged_once_with_the_setting_to_look_at(
    house: House, kind: str, setting: str, said: str
) -> None:
    with capture_logs() as logged:
        await watch(house).notice(kind, "because")
        await watch(house).notice(kind, "because")
        await watch(house).over(kind)
    begun, ended = [line for line in logged if line["event"].startswith("trouble")]
    assert begun == {
        "event": "trouble",
        "log_level": "error",
        "name": f"web:{kind}",
        "setting": setting,
        "reason": "because",
    }
    assert (ended["event"], ended["name"]) == ("trouble_over", f"web:{kind}")
    assert said in str((await alarms(house))[0].body)


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
