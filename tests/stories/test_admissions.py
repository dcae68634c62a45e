"""From a prospect to a customer's file (clauses 2.1 to 2.2.4), told on every platform."""

from __future__ import annotations

from storage import admissions, care, customers, dues, files
from storage.admissions import Admission
from tests.house import ZONE, TestHouse

NAME = "宁海明达模具有限公司"
MET = {
    "credentials": "达标",
    "capacity": "达标",
    "quality": "待改进",
    "price": "达标",
    "service": "达标",
}


async def filed(house: TestHouse) -> None:
    """刘洋 of marketing files a prospect."""
    await house.liuyang.says(f"/prospect {NAME}")
    await house.settle()
    assert house.liuyang.sees("🌱", NAME, "意向客户，待评估", "准入评估："), house.liuyang.reads()


async def applied(house: TestHouse) -> None:
    """It is evaluated, and the application is with sales."""
    await filed(house)
    await house.liuyang.presses("评估", on=NAME)
    await house.settle()
    await house.liuyang.answers(**MET)
    await house.settle()
    assert house.wang.sees("📄 A-2026-0001", NAME, "待安排现场考察"), house.wang.reads()


async def planned(house: TestHouse) -> None:
    """王经理 sends 李娜."""
    await applied(house)
    await house.wang.says("/admission_plan A-2026-0001 明天 visitor: 李娜")
    await house.settle()
    assert house.wang.sees("🚗 A-2026-0001", "李娜"), house.wang.reads()


async def reported(house: TestHouse, opinion: str = "建议准入") -> None:
    """She has been there."""
    await planned(house)
    await house.advance(days=1)
    await house.lina.says(
        f"/admission_report A-2026-0001 opinion: {opinion} report: 设备新，质检完整"
    )
    await house.settle()


async def one(house: TestHouse) -> Admission:
    """The first admission as it stands."""
    found = await house.read(lambda db: admissions.get(db, 1))
    assert found is not None
    return found


async def test_a_prospect_becomes_a_customer(house: TestHouse) -> None:
    await reported(house)
    assert house.zhao.sees("🔷 请您决定", NAME, "A-2026-0001", "销售意见：建议准入"), (
        house.zhao.reads()
    )
    assert house.zhao.sees("5项中4项达标，待改进：产品质量"), house.zhao.reads()
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    assert house.zhao.sees("✅ 赵总已批准", NAME), house.zhao.reads()
    assert (await one(house)).customer_id is None
    await house.advance(minutes=3)
    admitted = await one(house)
    assert admitted.state == admissions.ADMITTED
    assert admitted.customer_id
    assert house.lina.sees("✅ 赵总已批准", NAME), house.lina.reads()
    assert house.liuyang.sees("🗂 A-2026-0001", "客户档案已建立"), house.liuyang.reads()
    named = await house.read(lambda db: customers.get(db, admitted.customer_id or 0))
    assert named
    assert named.name == NAME
    (since,) = await house.read(
        lambda db: care.occasions(db, admitted.customer_id or 0, care.COOPERATION)
    )
    assert since.day == f"{house.clock.at.astimezone(ZONE):%Y-%m-%d}"
    assert since.next_on.year == house.clock.at.year + 1


async def test_a_tap_can_be_taken_back_for_two_minutes(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    await house.zhao.presses("撤回决定", on="已批准")
    await house.settle()
    assert house.zhao.sees("🔷 请您决定", NAME), house.zhao.reads()
    await house.advance(minutes=5)
    assert (await one(house)).state == admissions.DECIDING
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    await house.advance(minutes=5)
    await house.zhao.says("/approval_undo A-2026-0001")
    await house.settle()
    assert (await one(house)).state == admissions.ADMITTED


async def test_a_rejection_gives_its_reason_to_whoever_submitted(house: TestHouse) -> None:
    await reported(house, "不建议准入")
    await house.zhao.presses("驳回…", on="请您决定")
    await house.settle()
    await house.zhao.answers(reason="价格没有优势")
    await house.settle()
    await house.advance(minutes=3)
    assert house.lina.sees("❌ 赵总已驳回", "价格没有优势"), house.lina.reads()
    assert house.liuyang.sees("❌ A-2026-0001", "未通过", "价格没有优势"), house.liuyang.reads()
    assert (await one(house)).state == admissions.REJECTED


async def test_a_question_is_answered_on_the_card(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.presses("提问", on="请您决定")
    await house.settle()
    await house.zhao.answers(text="产能有多少？")
    await house.settle()
    assert house.lina.sees("❓ 赵总就", "产能有多少？"), house.lina.reads()
    await house.lina.presses("回答", on="产能有多少")
    await house.settle()
    await house.lina.answers(text="每月两万套")
    await house.settle()
    assert house.zhao.sees("🔷 请您决定", "产能有多少？", "每月两万套"), house.zhao.reads()


async def test_sent_back_it_is_corrected_and_decided_anew(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.presses("退回…", on="请您决定")
    await house.settle()
    await house.zhao.answers(reason="报告里没有供货能力")
    await house.settle()
    await house.advance(minutes=3)
    assert house.lina.sees(f"A-2026-0001 {NAME}：考察报告待修改后重新提交", "报告里没有供货能力"), (
        house.lina.reads()
    )
    await house.lina.says("/admission_report A-2026-0001 opinion: 建议准入 report: 月供两万套")
    await house.settle()
    assert house.zhao.sees("🔷 请您决定", NAME, "月供两万套"), house.zhao.reads()
    await house.zhao.presses("批准", on="月供两万套")
    await house.settle()
    await house.advance(minutes=3)
    assert (await one(house)).state == admissions.ADMITTED


async def test_nobody_decides_on_what_they_submitted(house: TestHouse) -> None:
    await reported(house)
    await house.lina.says("/approve A-2026-0001")
    await house.settle()
    assert house.lina.sees("这是您本人提交的，须由他人审批"), house.lina.reads()
    await house.wang.says("/approve A-2026-0001")
    await house.settle()
    assert house.wang.sees("您不是这项审批的审批人", "赵总"), house.wang.reads()
    assert (await one(house)).state == admissions.DECIDING


async def test_whoever_comes_too_late_is_told_who_decided(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    await house.zhao.says("/approve A-2026-0001")
    await house.settle()
    assert house.zhao.sees("赵总已经批准"), house.zhao.reads()


async def test_a_known_company_is_pointed_out_before_work_is_wasted(house: TestHouse) -> None:
    await house.liuyang.says("/prospect 无锡永固紧固件有限公司")
    await house.settle()
    assert house.liuyang.sees("已有记录：客户永固"), house.liuyang.reads()
    await house.liuyang.answers(other="否")
    await house.settle()
    assert house.liuyang.sees("未登记"), house.liuyang.reads()
    assert await house.read(admissions.count_under_way) == 0


async def test_a_prospect_that_fails_is_closed_and_can_be_reopened(house: TestHouse) -> None:
    await filed(house)
    await house.liuyang.presses("评估", on=NAME)
    await house.settle()
    await house.liuyang.answers(**{**MET, "quality": "不达标"})
    await house.settle()
    assert house.liuyang.sees("⏹", NAME, "✗ 产品质量：不达标"), house.liuyang.reads()
    assert (await one(house)).state == admissions.CLOSED
    await house.liuyang.presses("重新启动", on=NAME)
    await house.settle()
    assert (await one(house)).state == admissions.PROSPECT


async def test_a_condition_is_owed_after_the_approval(house: TestHouse) -> None:
    await planned(house)
    await house.advance(days=1)
    await house.lina.says(
        "/admission_report A-2026-0001 opinion: 有条件准入 report: 设备新 "
        "condition: 取得IATF 16949证书 by_day: 2026-12-31"
    )
    await house.settle()
    assert house.zhao.sees("🔷 请您决定", "有条件准入", "取得IATF 16949证书", "12月31日"), (
        house.zhao.reads()
    )
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    await house.advance(minutes=3)
    owed = await house.read(lambda db: dues.of(db, "admission", 1))
    assert [due.state for due in owed if due.name == "condition"] == [dues.OPEN]
    assert house.lina.sees("📌 A-2026-0001", "取得IATF 16949证书"), house.lina.reads()
    await house.lina.presses("条件已满足", on="📌")
    await house.settle()
    assert house.lina.sees("☑ A-2026-0001", "准入条件已满足"), house.lina.reads()


async def test_an_undecided_one_is_reminded_and_escalates_in_working_hours(
    house: TestHouse,
) -> None:
    await reported(house)
    before = house.zhao.count("🔷 请您决定")
    await house.advance(hours=30)
    assert house.zhao.count("🔷 请您决定") == before + 1
    await house.lina.says("/approval_remind A-2026-0001")
    await house.settle()
    assert house.lina.sees("🔔 已催办：赵总"), house.lina.reads()


async def test_what_waits_is_listed(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.says("/approvals")
    await house.settle()
    assert house.zhao.sees("1项等您审批", NAME), house.zhao.reads()
    await house.wang.says("/admission")
    await house.settle()
    assert house.wang.sees("1张准入单进行中", "待管理层决定"), house.wang.reads()


async def test_what_changed_since_the_card_was_drawn_is_told_and_decided_anew(
    house: TestHouse,
) -> None:
    await reported(house)
    await house.liuyang.says("/admission_info A-2026-0001 products: 注塑模具")
    await house.zhao.presses("批准", on="请您决定")  # his card is not redrawn yet
    await house.settle()
    assert house.zhao.sees("您看过之后有变化的内容", "产品", "注塑模具"), house.zhao.reads()
    assert (await one(house)).state == admissions.DECIDING


async def test_whoever_stands_in_decides_and_it_says_for_whom(house: TestHouse) -> None:
    await house.zhao.says("/away 10月20日 deputy: 孙敏")
    await house.settle()
    await reported(house)
    assert house.sunmin.sees("代赵总", "🔷 请您决定", NAME), house.sunmin.reads()
    await house.sunmin.presses("批准", on="请您决定")
    await house.settle()
    assert house.sunmin.sees("孙敏（代赵总）已同意"), house.sunmin.reads()
    await house.advance(minutes=3)
    assert (await one(house)).state == admissions.ADMITTED


async def test_a_deputy_who_is_none_any_more_is_refused_with_the_reason(house: TestHouse) -> None:
    await house.zhao.says("/away 10月20日 deputy: 孙敏")
    await house.settle()
    await reported(house)
    await house.zhao.says("/back")
    await house.settle()
    await house.sunmin.presses("批准", on="请您决定")
    await house.settle()
    assert house.sunmin.sees("您已不再代理赵总"), house.sunmin.reads()
    assert (await one(house)).state == admissions.DECIDING


async def test_who_is_in_that_position_no_more_is_refused_with_the_reason(
    house: TestHouse,
) -> None:
    await reported(house)
    await house.zhao.says("/person_departments 赵总 departments: 采购")
    await house.settle()
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    assert house.zhao.sees("您已不在这个岗位"), house.zhao.reads()
    assert (await one(house)).state == admissions.DECIDING


async def test_handed_on_and_added(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.says("/approval_transfer A-2026-0001 to: 陈静")
    await house.settle()
    assert house.chenjing.sees("🔷 请您决定", NAME), house.chenjing.reads()
    await house.zhao.says("/approve A-2026-0001")
    await house.settle()
    assert house.zhao.sees("您已转给陈静审批"), house.zhao.reads()
    await house.chenjing.says("/approval_add A-2026-0001 to: 孙敏 when: 在我之后")
    await house.settle()
    await house.chenjing.presses("批准", on="请您决定")
    await house.settle()
    assert house.sunmin.sees("🔷 请您决定", "陈静已同意"), house.sunmin.reads()
    await house.sunmin.presses("批准", on="请您决定")
    await house.settle()
    await house.advance(minutes=3)
    assert (await one(house)).state == admissions.ADMITTED


async def test_withdrawn_nobody_has_to_decide_any_more(house: TestHouse) -> None:
    await reported(house)
    await house.lina.says("/approval_withdraw A-2026-0001")
    await house.settle()
    assert house.zhao.sees("⏹ 已撤回", NAME), house.zhao.reads()
    await house.zhao.says("/approve A-2026-0001")
    await house.settle()
    assert house.zhao.sees("已经撤回"), house.zhao.reads()
    await house.advance(minutes=3)
    assert (await one(house)).state == admissions.RETURNED


async def test_an_answer_under_the_card_decides_too(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.says("价格再谈谈", reply_to="请您决定")
    await house.settle()
    assert house.zhao.sees("🔷 请您决定", "价格再谈谈"), house.zhao.reads()
    await house.zhao.says("驳回 价格没有优势", reply_to="请您决定")
    await house.settle()
    assert house.zhao.sees("❌ 赵总已驳回", "价格没有优势"), house.zhao.reads()


async def test_a_prospect_is_named_by_the_beginning_of_its_name(house: TestHouse) -> None:
    await filed(house)
    said = " ".join(f"{name}: {verdict}" for name, verdict in MET.items())
    await house.liuyang.says(f"准入评估 宁海明达 {said}")
    await house.settle()
    assert house.wang.sees("📄 A-2026-0001", NAME), house.liuyang.reads()
    await house.wang.says("准入单 宁海明达")
    await house.settle()
    assert house.wang.sees("📄 A-2026-0001", NAME), house.wang.reads()


async def test_a_quarter_tells_its_outcomes_and_the_time_each_step_took(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    await house.advance(minutes=3)
    await house.liuyang.says("/prospect 余姚另一家塑料有限公司")
    await house.settle()
    await house.lina.says("/admissions")
    await house.settle()
    assert house.lina.sees("2026-Q4：2家意向客户", "已准入1家，未通过0家，已终止0家，进行中1家")
    assert house.lina.sees("A-2026-0001", "已准入 · 考察及报告1.0天"), house.lina.reads()
    await house.lina.says("/admissions 第三季度")
    await house.settle()
    assert house.lina.sees("2026-Q3：0家意向客户"), house.lina.reads()
    await house.lina.presses("看图", on="2026-Q4")
    await house.settle()
    assert house.lina.sees("正在画图"), house.lina.reads()
    assert house.lina.sees("2026-Q4准入：各步骤用时"), house.lina.reads()


async def test_what_waits_is_drawn_as_a_chart_too(house: TestHouse) -> None:
    await reported(house)
    await house.advance(days=5)
    await house.zhao.says("/approvals")
    await house.settle()
    await house.zhao.presses("看图", on="等您审批")
    await house.settle()
    await house.wang.says("/approvals days: 3")
    await house.settle()
    assert house.wang.sees("超过3天", NAME), house.wang.reads()
    await house.wang.presses("看图", on="超过3天")
    await house.settle()
    made = await house.read(lambda db: [*files.of(db, "paper", 1), *files.of(db, "paper", 2)])
    assert [one.media for one in made] == ["image/png", "image/png"]


async def test_the_duty_to_complete_a_file_is_kept_once_nothing_is_missing(
    house: TestHouse,
) -> None:
    await reported(house)
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    await house.advance(minutes=3)
    assert house.liuyang.sees("🗂 A-2026-0001", "待市场补充：", "待采购补充："), (
        house.liuyang.reads()
    )
    await house.liuyang.says(
        f"/customer_basic {NAME} 法定代表人：王建国 地址：宁海 经营范围：模具 注册资本：500万元 "
        "统一社会信用代码：91330226MA2AAAA11X"
    )
    await house.settle()
    await house.lina.says(f"/contact_add {NAME} name: 钱多多 phone: 13800001234")
    await house.settle()
    await house.sunmin.says(
        f"/customer_business {NAME} 产品：模具 价格：面议 销售政策：月结 市场份额：3% "
        "主要客户：公牛"
    )
    await house.settle()
    owed = await house.read(lambda db: dues.of(db, "admission", 1))
    assert [due.state for due in owed if due.name == "complete"] == ["done"]
    assert not house.liuyang.buttons(on="已准入")[-1].startswith("档案已齐")


async def test_what_the_file_says_otherwise_later_flags_the_approval(house: TestHouse) -> None:
    await reported(house)
    await house.zhao.presses("批准", on="请您决定")
    await house.settle()
    await house.advance(minutes=3)
    assert not house.zhao.sees("批准后有变更")
    await house.lina.says(f"/customer_business {NAME} 产品：注塑件")
    await house.settle()
    assert house.zhao.sees("⚠ 批准后有变更：产品"), house.zhao.reads()
