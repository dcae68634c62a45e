"""What is told between a tap and the morning of the day holds (clause 3.2)."""

from __future__ import annotations

import pytest

from storage import care, dues
from tests.house import TestHouse

GREETED = "生日快乐"
CARD = "华强张伟生日"


async def sent_off(house: TestHouse) -> None:
    """张伟's birthday is on Saturday the 17th; on Thursday 李娜 has tapped."""
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await house.settle()
    await house.advance(days=1)
    await house.lina.presses("发送祝福", on=CARD)
    await house.settle()


async def state(house: TestHouse) -> str:
    made = await house.read(lambda db: care.get(db, 1))
    assert made is not None
    return made.state


async def owed(house: TestHouse) -> list[str]:
    return [due.state for due in await house.read(lambda db: dues.of(db, care.KIND, 1))]


async def test_until_it_goes_the_card_says_when_and_it_can_be_called_off(house: TestHouse) -> None:
    await sent_off(house)
    assert house.lina.sees("⏳ 10月17日", "09:00发出：华强张伟生日"), house.lina.reads()
    assert await owed(house) == [dues.DONE]
    await house.lina.presses("撤回祝福", on=CARD)
    await house.settle()
    assert await state(house) == care.OPEN
    assert await owed(house) == [dues.OPEN]
    await house.lina.presses("发送祝福", on=CARD)
    await house.advance(days=2)
    assert house.zhangwei.count(GREETED) == 1, house.zhangwei.reads()
    assert house.lina.sees("✅ 祝福已发送：华强张伟生日"), house.lina.reads()
    await house.lina.says("/care_recall care: #1")
    await house.settle()
    assert house.lina.sees("已经发出，无法撤回：华强张伟生日"), house.lina.reads()
    assert await state(house) == care.SENT


async def test_what_is_called_off_does_not_go(house: TestHouse) -> None:
    await sent_off(house)
    await house.lina.presses("撤回祝福", on=CARD)
    await house.advance(days=5)
    assert house.zhangwei.count(GREETED) == 0, house.zhangwei.reads()
    assert await state(house) == care.DROPPED


@pytest.mark.parametrize(
    ("who", "said", "why", "stands"),
    [
        ("lina", "/greeting_wish 华强 wish: 不要祝福", "希望不收祝福", dues.EXCUSED),
        ("lina", "/contact_left 华强 contact: 张伟", "已离职", dues.EXCUSED),
        ("wang", "/customer_suspend 华强 reason: 质量", "该客户已暂停合作", dues.EXCUSED),
        ("zhangwei", "投诉 螺栓又锈了", "有未结个案C-2026-0001", dues.OPEN),
    ],
    ids=["wish", "left", "suspended", "complaint"],
)
async def test_whoever_should_not_be_greeted_any_more_is_not(
    house: TestHouse, who: str, said: str, why: str, stands: str
) -> None:
    await sent_off(house)
    await house.players[who].says(said)
    await house.settle()
    assert house.lina.sees(CARD, f"☐ 张伟（华强）：{why}"), house.lina.reads()
    assert await owed(house) == [stands]
    assert await state(house) == care.OPEN
    await house.advance(days=3)
    assert house.zhangwei.count(GREETED) == 0, house.zhangwei.reads()


async def test_the_others_of_a_list_are_greeted_nevertheless(house: TestHouse) -> None:
    await house.settle()
    await house.advance(days=77)  # 30 December
    await house.lina.presses("发送祝福", on="元旦")
    await house.settle()
    await house.zhangwei.says("投诉 螺栓又锈了")
    await house.settle()
    assert await state(house) == care.SENT
    assert house.lina.sees("⏳", "元旦", "☐ 张伟（华强）：有未结个案"), house.lina.reads()
    await house.advance(days=3)
    assert house.zhangwei.count("元旦快乐") == 0, house.zhangwei.reads()
    reached = await house.read(lambda db: care.outcomes(db, 1))
    assert len(reached) == 1


async def test_a_corrected_birthday_is_greeted_on_the_right_day_alone(house: TestHouse) -> None:
    await sent_off(house)
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月19日")
    await house.settle()
    assert house.lina.sees("⏹ 日期已更改：华强张伟生日"), house.lina.reads()
    assert await owed(house) == [dues.EXCUSED]
    await house.advance(days=2)
    assert house.zhangwei.count(GREETED) == 0, house.zhangwei.reads()
    await house.lina.presses("发送祝福", on="🎁")
    await house.advance(days=3)
    assert house.zhangwei.count(GREETED) == 1, house.zhangwei.reads()


async def test_a_day_that_is_told_back_is_planned_again(house: TestHouse) -> None:
    await sent_off(house)
    for day in ("10月19日", "10月17日"):
        await house.lina.says(f"/contact_birthday 华强 contact: 张伟 birthday: {day}")
        await house.settle()
    await house.advance(days=1)
    (made,) = await house.read(lambda db: care.open_of(db, 3))
    assert made.day.isoformat() == "2026-10-17"
