"""What of greetings did not arrive is no secret, and is not counted as done (clause 3.2)."""

from __future__ import annotations

from bot.platform import Platform
from storage import care, dues
from tests.house import TestHouse


async def born(house: TestHouse, name: str, ways: str) -> None:
    """Somebody's birthday is on Saturday; they use no chat of ours."""
    await house.lina.says(f"/contact_add 华强 name: {name} {ways}")
    await house.settle()
    await house.lina.says(f"/contact_birthday 华强 contact: {name} birthday: 10月17日")
    await house.settle()
    await house.advance(days=1)


async def states(house: TestHouse) -> tuple[str, list[str]]:
    made = await house.read(lambda db: care.get(db, 1))
    assert made is not None
    return made.state, [due.state for due in await house.read(lambda db: dues.of(db, "care", 1))]


def without(house: TestHouse, *names: str) -> dict[str, Platform]:
    """These channels are not set up."""
    platforms = house.core.platforms
    return {name: platforms.pop(name) for name in names if name in platforms}


async def test_whom_no_channel_reaches_is_unticked_with_the_reason(house: TestHouse) -> None:
    without(house, "mail", "sms")
    await born(house, "钱进", "phone: 13900001111 email: qian@huaqiang.example")
    assert house.lina.sees("华强钱进生日", "☐ 钱进（华强）：没有联系方式"), house.lina.reads()


async def test_a_greeting_that_reached_nobody_is_told_and_owed_still(house: TestHouse) -> None:
    without(house, "mail", "sms")
    await born(house, "钱进", "phone: 13900001111")
    await house.lina.says("/care_tick care: #1 who: 钱进")
    await house.settle()
    await house.lina.presses("发送祝福", on="华强钱进生日")
    await house.settle()
    assert await states(house) == (care.SENT, [dues.DONE])
    await house.advance(days=1, hours=23, minutes=30)  # 9:30 on Saturday
    card = "⚠ 祝福没有送达任何人：华强钱进生日"
    assert house.lina.sees(card, "⚠ 钱进（华强）：未送达"), house.lina.reads()
    assert house.lina.count(card) == 1
    assert await states(house) == (care.OPEN, [dues.OPEN])
    await house.lina.presses("已人工祝福", on=card)
    await house.settle()
    assert await states(house) == (care.BY_HAND, [dues.DONE])


async def test_a_greeting_that_reached_nobody_and_is_left_so_is_not_kept(house: TestHouse) -> None:
    without(house, "mail", "sms")
    await born(house, "钱进", "phone: 13900001111")
    await house.lina.says("/care_tick care: #1 who: 钱进")
    await house.settle()
    await house.lina.presses("发送祝福", on="华强钱进生日")
    await house.advance(days=5)
    assert await states(house) == (care.DROPPED, [dues.LAPSED])


async def test_who_of_several_was_not_reached_is_told(house: TestHouse) -> None:
    without(house, "mail", "sms")
    await house.lina.says("/contact_add 华强 name: 钱进 phone: 13900001111")
    await house.settle()
    await house.lina.says("/customer_since 华强 2019-10-17")
    await house.settle()
    await house.advance(days=1)
    await house.lina.says("/care_tick care: #1 who: 钱进")
    await house.settle()
    await house.lina.presses("发送祝福", on="合作7周年")
    await house.advance(days=3)
    card = "⚠ 有人没有收到祝福：与华强合作7周年"
    assert house.lina.sees(card, "⚠ 钱进（华强）：未送达"), house.lina.reads()
    assert house.zhangwei.count("感谢7年来的携手合作") == 1
    assert await states(house) == (care.SENT, [dues.DONE])
    await house.lina.presses("已人工祝福", on=card)
    await house.settle()
    assert house.lina.sees("✅ 祝福已发送", "☐ 钱进（华强）：已人工祝福"), house.lina.reads()


async def test_a_long_greeting_is_read_whole(house: TestHouse) -> None:
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await house.settle()
    await house.advance(days=1)
    words = "感谢您多年来的信任与支持，祝您身体健康、阖家幸福、万事如意。" * 7 + "周末来喝茶"
    await house.lina.says(f"/care_text care: #1 text: {words}")
    await house.settle()
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=2)
    assert house.zhangwei.sees("张伟，您好！", words), house.zhangwei.reads()


async def test_what_is_answered_to_a_greeting_reaches_its_owner(house: TestHouse) -> None:
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await house.settle()
    await house.advance(days=1)
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=2)
    await house.zhangwei.says("谢谢李娜，周一请回电", reply_to="张伟，您好！")
    await house.settle()
    told = "💬 华强张伟回复了祝福：华强张伟生日"
    assert house.lina.sees(told, "谢谢李娜，周一请回电"), house.lina.reads()
    assert house.zhangwei.sees("谢谢！已转告李娜"), house.zhangwei.reads()
    assert house.lina.sees("✅ 祝福已发送：华强张伟生日", "周一请回电"), house.lina.reads()
