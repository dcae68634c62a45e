"""What keeps a platform from being heard is told once, and by another platform if there is one."""

from __future__ import annotations

import pytest

from bot.watch import Watch
from storage import letters, people
from storage.database import Transaction
from storage.letters import Letter
from storage.people import Account
from tests.house import BEGUN, TestClock
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
        await watch(house).notice("token", reason)
    (told,) = await alarms(house)
    assert "invalid_auth" in str(told.body)
    await watch(house).over("token")
    await watch(house).over("token")
    assert len(await alarms(house)) == 2
    await watch(house).notice("token", "invalid_auth")
    assert len(await alarms(house)) == 3


async def test_another_platform_brings_it(house: House) -> None:
    def elsewhere(db: Transaction) -> int:
        admin = people.administrators(db)[0]
        account = Account(
            platform="telegram", workspace="7", user="1", person_id=admin.id, used_at=BEGUN
        )
        return people.add_account(db, account)

    account_id = await house.write(elsewhere)
    await watch(house).notice("token", "invalid_auth")
    (told,) = await alarms(house)
    assert (told.account_id, told.person_id) == (account_id, None)


async def test_where_there_is_no_other_it_waits_for_the_person(house: House) -> None:
    await watch(house).notice("token", "invalid_auth")
    (told,) = await alarms(house)
    assert told.account_id is None
    assert told.person_id is not None
