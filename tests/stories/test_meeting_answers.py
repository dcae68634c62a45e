"""What customers answer to an invitation reaches the organiser, however they say it (3.1.1b)."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlmodel import col

from storage import cases, customers, meetings, talk
from storage.customers import Contact
from storage.database import Deed, Transaction
from storage.meetings import COMING, INVITED, NOT_COMING, TO_INVITE
from storage.people import Account
from tests.house import BEGUN, TestHouse

HUAQIANG, HEFANG = 2, 2
_WORKS_AT = Deed(
    update(Account)
    .where(col(Account.contact_id) == bindparam("was"))
    .values(contact_id=bindparam("now"))
)


async def invited(house: TestHouse, day: str = "10月28日") -> None:
    """张伟 of 华强 has got the invitation."""
    await house.wang.says(f"/meeting {day} 14:00 华强 地点：二楼会议室")
    await house.settle()
    await house.wang.says("/meeting_send M-2026-0001")
    await house.settle()


async def standing(house: TestHouse) -> str:
    found = await house.read(lambda db: meetings.participants(db, 1))
    return next(one.state for one in found if one.customer_id == HUAQIANG)


async def case(house: TestHouse, id_: int = 1) -> cases.Case | None:
    return await house.read(lambda db: cases.get(db, id_))


# --- with a button --------------------------------------------------------------------------------


async def test_a_customer_accepts_with_one_tap(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.presses("参加", on="诚邀您参加")
    await house.settle()
    assert await standing(house) == COMING
    assert house.zhangwei.sees("谢谢！已告诉王经理您参加10月28日14:00的会议。"), (
        house.zhangwei.reads()
    )
    assert house.wang.sees("💬 M-2026-0001 华强：张伟答复参加"), house.wang.reads()
    await house.wang.presses("邀请情况", on="💬 M-2026-0001")
    await house.settle()
    assert house.wang.sees("📨 M-2026-0001", "☑ 华强（张伟 质量经理）：参加，张伟答复"), (
        house.wang.reads()
    )
    await house.zhangwei.presses("参加", on="诚邀您参加")
    await house.settle()
    assert house.wang.count("张伟答复参加") == 1, "the same is not told twice"


async def test_and_declines_and_thinks_better_of_it(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.presses("不参加", on="诚邀您参加")
    await house.settle()
    assert await standing(house) == NOT_COMING
    assert house.zhangwei.sees("谢谢告知！已告诉王经理您不能参加10月28日14:00的会议。")
    assert house.wang.sees("💬 M-2026-0001 华强：张伟答复不参加"), house.wang.reads()
    await house.zhangwei.presses("参加", on="诚邀您参加")
    await house.settle()
    assert await standing(house) == COMING


async def test_the_tap_on_an_invitation_that_holds_no_more(house: TestHouse) -> None:
    await invited(house)
    await house.wang.says("/meeting_move M-2026-0001 10月30日 9:30")
    await house.settle()
    await house.zhangwei.presses("参加", on="诚邀您参加")
    await house.settle()
    assert house.zhangwei.sees("会议时间正在调整，定下来会通知您。"), house.zhangwei.reads()
    assert await standing(house) == TO_INVITE
    await house.wang.says("/meeting_send M-2026-0001")
    await house.settle()
    await house.zhangwei.presses("参加", on="改到10月30日09:30")
    await house.settle()
    assert house.zhangwei.sees("已告诉王经理您参加10月30日09:30的会议。"), house.zhangwei.reads()
    await house.wang.says("/meeting_cancel M-2026-0001 reason: 工厂检修")
    await house.settle()
    await house.zhangwei.presses("不参加", on="改到10月30日09:30")
    await house.settle()
    assert house.zhangwei.sees("10月30日09:30的客户会议已取消。"), house.zhangwei.reads()


async def test_one_of_two_colleagues_is_enough(house: TestHouse) -> None:
    def at_huaqiang(db: Transaction) -> None:
        row = Contact(customer_id=HUAQIANG, name="陈工", title="", created_at=BEGUN)
        _WORKS_AT.run(db, was=HEFANG, now=customers.add_contact(db, row))

    await house.write(at_huaqiang)
    await invited(house)
    await house.zhangwei.presses("参加", on="诚邀您参加")
    await house.settle()
    await house.hefang.presses("不参加", on="陈工，诚邀您参加")
    await house.settle()
    assert await standing(house) == COMING, "one of theirs is coming"
    assert house.wang.sees("华强：陈工答复不参加", "张伟仍会参加"), house.wang.reads()


# --- in their own words ---------------------------------------------------------------------------


async def test_a_plain_yes_right_after_the_invitation(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.says("好的")
    await house.settle()
    assert await standing(house) == COMING
    assert house.wang.sees("💬 M-2026-0001 华强：张伟答复参加", "好的"), house.wang.reads()
    assert house.zhangwei.sees("谢谢！已告诉王经理您参加10月28日14:00的会议。"), (
        house.zhangwei.reads()
    )
    assert not house.zhangwei.sees("如果是别的事"), house.zhangwei.reads()
    await house.zhangwei.says("嗯，好的")
    await house.settle()
    assert house.wang.count("张伟答复参加") == 1, "the same is not told twice"
    await house.zhangwei.says("不好意思，写错了，是不参加")
    await house.settle()
    assert house.wang.sees("华强：客户留言", "是不参加"), "what is not plain is for people"


async def test_words_that_speak_of_coming_are_understood_later_too(house: TestHouse) -> None:
    await invited(house)
    await house.advance(days=4)
    await house.zhangwei.says("好的")
    await house.settle()
    assert await standing(house) == INVITED, "that long ago it may answer anything"
    await house.zhangwei.says("不好意思，那天出差，去不了")
    await house.settle()
    assert await standing(house) == NOT_COMING
    assert house.wang.sees("华强：张伟答复不参加", "那天出差"), house.wang.reads()


async def test_a_quoted_answer_is_marked_and_confirmed(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.says("我们来两个人", reply_to="诚邀您参加")
    await house.settle()
    assert await standing(house) == COMING
    assert house.wang.sees("💬 M-2026-0001 华强：张伟答复参加", "我们来两个人"), house.wang.reads()
    assert house.zhangwei.sees("已告诉王经理您参加"), house.zhangwei.reads()
    assert house.wang.sees("📅 M-2026-0001", "我们来两个人"), "it stands on the card"


async def test_what_is_neither_is_for_the_organiser_to_read(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.says("能不能改到30号？", reply_to="诚邀您参加")
    await house.settle()
    assert await standing(house) == INVITED
    assert house.wang.sees("💬 M-2026-0001 华强：客户留言", "能不能改到30号"), house.wang.reads()
    assert house.zhangwei.sees("已转告10月28日14:00会议的组织人王经理。"), house.zhangwei.reads()
    await house.zhangwei.says("会议几点结束")
    await house.settle()
    assert house.wang.sees("💬 M-2026-0001 华强：客户留言", "会议几点结束"), house.wang.reads()


async def test_thanks_disturb_nobody(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.says("收到，谢谢")
    await house.settle()
    assert not house.wang.sees("💬 M-2026-0001"), house.wang.reads()
    assert house.wang.sees("📅 M-2026-0001", "收到，谢谢"), "it stands on the card all the same"
    assert await standing(house) == INVITED


async def test_who_was_called_may_write(house: TestHouse) -> None:
    await house.wang.says("/meeting 10月28日 14:00 华强")
    await house.wang.says("/meeting_invited M-2026-0001 华强")
    await house.settle()
    await house.zhangwei.says("好的")
    await house.settle()
    assert await standing(house) == INVITED, "that answers nothing that was said here"
    await house.zhangwei.says("我们参加")
    await house.settle()
    assert await standing(house) == COMING


async def test_which_of_two_meetings_is_not_guessed(house: TestHouse) -> None:
    await house.wang.says("/meeting 10月28日 14:00 华强")
    await house.wang.says("/meeting 11月28日 14:00 华强")
    for number in ("M-2026-0001", "M-2026-0002"):
        await house.wang.says(f"/meeting_invited {number} 华强")
    await house.settle()
    await house.zhangwei.says("我们参加")
    await house.settle()
    assert await standing(house) == INVITED


# --- a complaint stays a complaint ----------------------------------------------------------------


async def test_a_complaint_under_an_invitation_opens_a_case(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.says("投诉 第3批螺栓锈蚀", reply_to="诚邀您参加")
    await house.settle()
    made = await case(house)
    assert made is not None
    assert made.text == "第3批螺栓锈蚀"
    assert house.zhangwei.sees("C-2026-0001"), house.zhangwei.reads()
    assert not house.wang.sees("💬 M-2026-0001"), house.wang.reads()
    await house.zhangwei.says("投诉 又来了一批锈的")
    await house.settle()
    assert await case(house, 2) is not None, "unquoted as always"


async def test_and_under_a_greeting_but_not_under_a_case_of_theirs(house: TestHouse) -> None:
    await house.lina.says("/contact_birthday 华强 contact: 张伟 birthday: 10月17日")
    await house.advance(days=1)
    await house.lina.presses("发送祝福", on="华强张伟生日")
    await house.advance(days=2)
    await house.zhangwei.says("投诉 第3批螺栓锈蚀", reply_to="生日快乐")
    await house.settle()
    assert await case(house) is not None
    await house.zhangwei.says("投诉 还没有人来", reply_to="C-2026-0001")
    await house.settle()
    assert await case(house, 2) is None, "it belongs to the case"
    said = await house.read(lambda db: talk.on(db, "case", 1))
    assert [one.text for one in said] == ["投诉 还没有人来"]


async def test_what_was_passed_on_can_still_become_a_complaint(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.says("第3批螺栓锈蚀约200件")
    await house.settle()
    assert await case(house) is None
    assert house.wang.sees("💬 M-2026-0001 华强：客户留言", "第3批螺栓锈蚀约200件")
    await house.zhangwei.presses("提交投诉", on="已转告10月28日14:00会议的组织人王经理。")
    await house.settle()
    made = await case(house)
    assert made is not None
    assert made.text == "第3批螺栓锈蚀约200件"


async def test_a_photo_is_no_answer(house: TestHouse) -> None:
    await invited(house)
    await house.zhangwei.sends_photo("参加")
    await house.settle()
    assert await standing(house) == INVITED


# --- in English -----------------------------------------------------------------------------------


async def test_in_english(english: TestHouse) -> None:
    await english.wang.says("/meeting 28 Oct 14:00 华强")
    await english.wang.says("/meeting_send M-2026-0001")
    await english.settle()
    await english.zhangwei.says("Sorry, we can't come")
    await english.settle()
    assert await standing(english) == NOT_COMING
    assert english.wang.sees("💬 M-2026-0001 华强: 张伟 is not coming"), english.wang.reads()
    await english.zhangwei.presses("I am coming", on="you are invited")
    await english.settle()
    assert english.wang.sees("💬 M-2026-0001 华强: 张伟 is coming"), english.wang.reads()
    await english.wang.says("/meeting_guests M-2026-0001")
    await english.settle()
    assert english.wang.sees("coming, answered by 张伟"), english.wang.reads()
