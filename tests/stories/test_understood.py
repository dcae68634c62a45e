"""What people type loosely is understood, or answered with what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import (
    cases,
    customers,
    departures,
    drafts,
    files,
    lookup,
    people,
    sheets,
    talk,
    visits,
)
from tests.house import TestHouse
from tests.samples import pdf

RUST = "螺栓锈蚀"
ZHAO, LINA, ZHOUQIANG = 1, 3, 4
HUAQIANG = 2


async def test_a_verb_with_a_number_needs_no_card(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.wulei.says("答复 C-2026-0001 已换货")
    await house.settle()
    replies = await house.read(lambda db: cases.replies(db, 1))
    assert [reply.text for reply in replies] == ["已换货"]


@pytest.mark.parametrize("words", ["转给周强", "转交给周强处理一下", "转交 周强"])
async def test_a_case_is_passed_on_in_plain_words(house: TestHouse, words: str) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.says(words, reply_to="C-2026-0001")
    await house.settle()
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.owner_id == ZHOUQIANG


async def test_a_number_that_is_none_is_named_and_the_words_stay(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.says("/case_reply C-2026-0009 已换货")
    await house.settle()
    await house.lina.answers(case="C-2026-0001")
    await house.settle()
    replies = await house.read(lambda db: cases.replies(db, 1))
    assert [reply.text for reply in replies] == ["已换货"]


async def test_a_day_alone_corrects_the_visit_that_it_answers(house: TestHouse) -> None:
    await house.lina.says("拜访永固 谈了Q3")
    await house.settle()
    await house.lina.says("昨天", reply_to="谈了Q3")
    await house.settle()
    visit = await house.read(lambda db: visits.get(db, 1))
    assert visit is not None
    assert f"{visit.day}" == "2026-10-13"
    assert await house.read(lambda db: talk.last_on(db, "visit", 1, 5)) == []


async def test_a_command_that_is_none_is_like_nothing(english: TestHouse) -> None:
    await english.lina.says("/zzzz 永固")
    await english.settle()
    assert english.lina.sees("There is no command /zzzz")
    assert not english.lina.sees("Did you mean")


async def test_a_number_alone_shows_the_case(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.sunmin.says("C-2026-0001")
    await house.settle()
    assert house.sunmin.sees("C-2026-0001 华强", RUST)


async def test_a_customer_says_more_about_their_own_case(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.zhangwei.says("C-2026-0001 什么时候答复？")
    await house.settle()
    assert house.zhangwei.sees("已记到C-2026-0001")
    said = await house.read(lambda db: talk.last_on(db, "case", 1, 5))
    assert [one.text for one in said] == ["什么时候答复？"]
    assert house.lina.sees("C-2026-0001", "什么时候答复？")


async def test_a_customer_learns_nothing_of_anothers_case(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.zhangwei.says("C-2026-0001")
    await house.settle()
    assert "永固" not in house.zhangwei.reads()
    assert RUST not in house.zhangwei.reads()


async def test_a_slash_is_never_an_answer(house: TestHouse) -> None:
    await house.lina.says("拜访永固")
    await house.settle()
    if house.platform == "slack":
        await house.lina.says("/headwater nosuch")
    else:
        await house.lina.says("/vist")
    await house.settle()
    assert await house.read(lambda db: visits.get(db, 1)) is None
    if house.platform != "slack":  # Slack itself lets nobody send a command that it does not know
        assert house.lina.sees("没有 /vist 这个命令")
        assert house.lina.sees("/visit")


async def test_only_what_one_may_do_is_offered(house: TestHouse) -> None:
    await house.sunmin.says("华强")
    await house.settle()
    assert house.sunmin.sees("华强：要做什么？")
    assert "记录客户拜访" not in house.sunmin.buttons(on="华强：要做什么？")


async def test_the_direct_chat_is_refused_before_anything_is_asked(house: TestHouse) -> None:
    await house.zhao.says("/bind")
    await house.settle()
    assert house.zhao.sees("这里是您和我的私聊")
    assert await house.read(lambda db: drafts.get(db, 1)) is None


async def test_a_stranger_who_writes_is_told_both_ways_on(house: TestHouse) -> None:
    await house.stranger.says("hello")
    await house.settle()
    assert house.stranger.sees("我们还不认识", "加入 邀请码")
    await house.stranger.presses("提交投诉")
    await house.settle()
    found = await house.read(lambda db: cases.get(db, 1))
    assert found is not None
    assert found.text == "hello"


async def test_a_correction_begins_with_what_stands(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3涨价3%")
    await house.settle()
    await house.lina.presses("改内容")
    await house.settle()
    assert house.lina.reads().count("谈了Q3涨价3%") >= 2


async def test_what_was_understood_stays_when_one_answer_is_wrong(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 2月30日 谈了Q3")
    await house.settle()
    await house.lina.answers(day="2026-10-12")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert (found.customer_id, f"{found.day}", found.notes) == (5, "2026-10-12", "谈了Q3")


async def test_a_verb_that_names_its_customer_needs_no_slash(house: TestHouse) -> None:
    await house.zhao.says("客户负责人 华强 周强 important: 是")
    await house.settle()
    now = await house.read(lambda db: customers.stewardship(db, HUAQIANG))
    assert (now and now.owner_id, now and now.important) == (ZHOUQIANG, True)


async def test_what_follows_the_colleague_answers_the_only_question_left(house: TestHouse) -> None:
    await house.zhao.says("手机号 李娜 13812345678")
    await house.zhao.says("/person_superior 李娜 赵总")
    await house.settle()
    row = await house.read(lambda db: people.get(db, LINA))
    assert (row and row.phone, row and row.superior_id) == ("13812345678", ZHAO)


async def test_something_new_is_called_as_it_is_written(house: TestHouse) -> None:
    await house.lina.says("/customer_add 李娜食品有限公司")
    await house.settle()
    found = await house.read(lambda db: lookup.find(db, "李娜食品"))
    assert found


async def test_words_too_many_are_no_photo(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 昨天 样品 notes: 谈了Q3 place: 29.868, 121.544")
    await house.settle()
    found = await house.read(lambda db: visits.get(db, 1))
    assert found is not None
    assert found.notes == "谈了Q3"


async def test_a_moment_is_taken_from_the_words(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.advance(hours=2)
    await house.lina.says("已电话答复 C-2026-0001 20分钟前 周五补货")
    await house.settle()
    reply = (await house.read(lambda db: cases.replies(db, 1)))[0]
    assert reply.text == "周五补货"
    assert house.core.clock.now() - reply.at >= timedelta(minutes=20)


async def test_what_a_verb_does_not_ask_for_is_kept_with_its_subject(house: TestHouse) -> None:
    await house.zhangwei.says(f"投诉 {RUST}")
    await house.settle()
    await house.lina.says("我来处理 C-2026-0001 明天去现场看")
    await house.settle()
    said = await house.read(lambda db: talk.last_on(db, "case", 1, 5))
    assert [one.text for one in said] == ["明天去现场看"]
    case = await house.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.owner_id == LINA


async def test_whoever_may_not_do_it_leaves_no_word_behind(house: TestHouse) -> None:
    await house.lina.says(f"/complaint 永固 {RUST}")
    await house.settle()
    await house.zhangwei.says("/case_take C-2026-0001 我来")
    await house.settle()
    assert await house.read(lambda db: talk.last_on(db, "case", 1, 5)) == []


async def test_a_choice_is_called_by_its_name(house: TestHouse) -> None:
    await house.zhao.says("导出 人员 CSV")
    await house.settle()
    job = await house.read(lambda db: sheets.get(db, 1))
    assert job is not None
    assert (job.sheet, job.form) == ("people", "csv")


async def test_a_choice_of_several_stays_one_of_several(house: TestHouse) -> None:
    await house.zhao.says("/person_departments 李娜 质量")
    await house.settle()
    quality, sales = await house.read(
        lambda db: [people.members(db, name) for name in ("quality", "sales")]
    )
    assert LINA in [person.id for person in quality]
    assert LINA not in [person.id for person in sales]


async def test_a_choice_that_there_is_not_is_said(house: TestHouse) -> None:
    await house.zhao.says("/export 合同")
    await house.settle()
    assert house.zhao.sees("“合同”不在选项中")
    assert await house.read(lambda db: sheets.get(db, 1)) is None


async def test_two_colleagues_in_a_row_answer_two_questions(house: TestHouse) -> None:
    await house.zhao.says("/person_leave 李娜 周强 at_once: 否")
    await house.settle()
    assert house.zhao.sees("李娜", "周强")
    left = await house.read(lambda db: departures.of(db, LINA))
    assert left is not None
    assert left.successor_id == ZHOUQIANG


# --- files while a question is open ---------------------------------------------------------------


async def test_a_table_is_taken_although_a_question_is_open(house: TestHouse) -> None:
    await house.zhao.says("/customer_add")
    await house.settle()
    await house.zhao.sends_file("客户.csv", "客户名称\n新光\n".encode())
    await house.settle()
    await house.zhao.presses("按客户导入")
    await house.settle()
    job = await house.read(lambda db: sheets.get(db, 1))
    assert job is not None
    assert job.state == sheets.CHECKED
    draft = await house.read(lambda db: drafts.get(db, 1))
    assert draft is not None
    assert draft.state == drafts.OPEN


async def test_a_file_that_answers_no_question_is_kept_and_asked_about(house: TestHouse) -> None:
    await house.lina.says("/customer")
    await house.settle()
    await house.lina.sends_file("样本.pdf", pdf())
    await house.settle()
    assert house.lina.sees("这条消息怎么处理")
    kept = await house.read(lambda db: files.get(db, 1))
    assert kept is not None
    assert kept.state == files.HERE
