"""A prospect is corrected, before it is decided and after (clauses 2.2.1 and 2.2.4)."""

from __future__ import annotations

from storage import admissions, customers, profiles, readings
from tests.house import TestHouse
from tests.stories.admitting import NAME, brought, judged
from tests.stories.test_tables import imports

RIGHT = "宁海铭达模具有限公司"


async def name_of(house: TestHouse) -> str:
    found = await house.read(lambda db: admissions.get(db, 1))
    assert found is not None
    return found.name


async def test_what_changes_after_the_approval_stands_on_both_cards(house: TestHouse) -> None:
    await brought(house, house.liuyang, house.lina)
    await house.zhao.says("/approve A-2026-0001")
    await house.settle()
    await house.advance(minutes=3)
    assert not house.zhao.sees("批准后有变更"), house.zhao.reads()
    await house.liuyang.says("/admission_info A-2026-0001 contact: 郑工")
    await house.settle()
    assert not house.zhao.sees("批准后有变更"), house.zhao.reads()
    await house.liuyang.says("/admission_info A-2026-0001 products: 压铸模具")
    await house.settle()
    assert house.zhao.sees("✅ 赵总已批准", "⚠ 批准后有变更：产品"), house.zhao.reads()
    await house.lina.says("/admission A-2026-0001")
    await house.settle()
    assert house.lina.sees("A-2026-0001", "⚠ 批准后有变更：产品", "压铸模具"), house.lina.reads()


async def test_a_name_is_corrected_while_it_is_decided(house: TestHouse) -> None:
    await brought(house, house.liuyang, house.lina)
    await house.liuyang.says(f"/admission_name A-2026-0001 {RIGHT}")
    await house.settle()
    assert await name_of(house) == RIGHT
    assert house.zhao.sees("🔷 请您决定", RIGHT), house.zhao.reads()
    await house.lina.says("/today")
    await house.zhao.says("/approvals")
    await house.settle()
    assert house.zhao.sees("1项等您审批", RIGHT), house.zhao.reads()


async def test_a_name_that_is_known_already_is_pointed_out(house: TestHouse) -> None:
    await house.liuyang.says(f"/prospect {NAME}")
    await house.settle()
    await house.liuyang.says(f"/admission_name {NAME} name: 无锡永固紧固件有限公司")
    await house.settle()
    assert house.liuyang.sees("已有记录：客户永固"), house.liuyang.reads()
    await house.liuyang.answers(other="否")
    await house.settle()
    assert await name_of(house) == NAME


async def test_added_information_is_compared_with_everybody_known(house: TestHouse) -> None:
    await house.liuyang.says(f"/prospect {NAME} phone: 13800138000 registration: 91330226X")
    await house.settle()
    await house.liuyang.says("/prospect 象山宏远铸造有限公司")
    await house.settle()
    await house.liuyang.says("/admission_info 象山宏远铸造有限公司 phone: 13800138000")
    await house.settle()
    assert house.liuyang.sees("已有记录", NAME), house.liuyang.reads()
    await house.liuyang.answers(other="是")
    await house.settle()
    other = await house.read(lambda db: admissions.get(db, 2))
    assert other is not None
    assert other.phone == "13800138000"
    await house.liuyang.says(f"/admission_info {NAME} registration: 91330226X phone: 13800138000")
    await house.settle()
    await house.liuyang.says(f"/admission_info {NAME} products: 模具")
    await house.settle()
    one = await house.read(lambda db: admissions.get(db, 1))
    assert one is not None
    assert one.products == "模具"


async def test_a_table_that_changes_what_was_decided_on_is_seen(house: TestHouse) -> None:
    await brought(house, house.liuyang, house.lina)
    await house.zhao.says("/approve A-2026-0001")
    await house.settle()
    await house.advance(minutes=3)
    await imports(house, f"客户名称,产品\n{NAME},压铸模具\n".encode())
    assert house.zhao.sees("✅ 赵总已批准", "⚠ 批准后有变更：产品"), house.zhao.reads()
    await house.zhao.presses("撤销")
    await house.settle()
    assert not house.zhao.sees("批准后有变更"), house.zhao.reads()


async def test_a_dash_clears_a_field_by_word_and_by_table(house: TestHouse) -> None:
    await house.liuyang.says("/customer_business 永固 products: 螺栓 terms: 月结")
    await house.settle()
    await house.liuyang.says("/customer_business 永固 terms: -")
    await house.settle()
    held = await house.read(lambda db: profiles.of(db, 5))
    assert set(held) == {"products"}, house.liuyang.reads()
    await imports(house, "客户名称,产品\n永固,-\n".encode())
    assert await house.read(lambda db: profiles.of(db, 5)) == {}, house.zhao.reads()
    await house.zhao.presses("撤销")
    await house.settle()
    assert set(await house.read(lambda db: profiles.of(db, 5))) == {"products"}


async def test_a_table_does_not_walk_past_an_admission_under_way(house: TestHouse) -> None:
    await brought(house, house.liuyang, house.lina)
    await imports(house, f"客户名称,产品\n{NAME},压铸模具\n".encode())
    assert house.zhao.sees("正在办理准入：A-2026-0001"), house.zhao.reads()
    assert await house.read(lambda db: customers.known_as(db, readings.bare(NAME))) == []


async def test_another_registration_number_is_another_company(house: TestHouse) -> None:
    await house.liuyang.says(f"/prospect {NAME} registration: 91330226A")
    await house.settle()
    await judged(house, house.liuyang, house.lina)
    await house.zhao.says("/approve A-2026-0001")
    await house.settle()
    await house.advance(minutes=3)
    await house.liuyang.says(f"/customer_basic {NAME} registration: 91330226A")
    await house.settle()
    assert not house.zhao.sees("批准后有变更"), house.zhao.reads()
    await house.liuyang.says(f"/customer_basic {NAME} registration: 91330226B")
    await house.settle()
    assert house.zhao.sees("⚠ 批准后有变更"), house.zhao.reads()
