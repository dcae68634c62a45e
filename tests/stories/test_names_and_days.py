"""What a line names: which customer, and which day, however they run into the other words."""

from __future__ import annotations

import pytest

from tests.house import TestHouse

TODAY, YESTERDAY, MONDAY = "今天（10月14日）", "昨天（10月13日）", "10月12日"
# What is typed, the customer, the day, and what is kept of the words.
CLEAR = [
    ("拜访华强北 昨天谈了A1", "华强北科技", YESTERDAY, "谈了A1"),
    ("拜访华强电话沟通了A2", "华强", TODAY, "电话沟通了A2"),
    ("拜访长城谈了A3", "长城金属", TODAY, "谈了A3"),
    ("拜访华强电子 10月12日 谈了A4", "华强", MONDAY, "谈了A4"),
    ("拜访南海铝业公司，昨天谈了A5", "南海铝业", YESTERDAY, "谈了A5"),
    ("拜访宁波精工机械昨天谈A6", "宁波精工", YESTERDAY, "谈A6"),
    ("拜访永固的张总，昨天谈了A7", "永固", YESTERDAY, "的张总，昨天谈了A7"),
    ("拜访宁波精工（昨天）谈A8", "宁波精工", YESTERDAY, "谈A8"),
    ("拜访【宁波精工】昨天谈A9", "宁波精工", YESTERDAY, "谈A9"),
    ("/visit ningbo jinggong yesterday B1", "宁波精工", YESTERDAY, "B1"),
    ("/visit Yonggu Ltd yesterday B2", "永固", YESTERDAY, "B2"),
    ("/visit 永固 talked yesterday about B3", "永固", YESTERDAY, "talked yesterday about B3"),
    ("拜访永固 15日付款B4", "永固", TODAY, "15日付款B4"),
    ("拜访永固 前天发的货B5已到", "永固", TODAY, "前天发的货B5已到"),
    ("拜访永固 昨天的货有问题，今天去看了B6", "永固", TODAY, "昨天的货有问题，今天去看了B6"),
    ("拜访永固 10月20日交货B7", "永固", TODAY, "10月20日交货B7"),
    ("拜访永固 上周五谈了B8", "永固", "10月9日", "谈了B8"),
    ("拜访华强第3批B9锈了", "华强", TODAY, "第3批B9锈了"),
]
# Names that go on as nobody's does, or are a place and no more.
UNCLEAR = [
    "拜访长城汽车 谈了",
    "拜访嘉陵江公司 锈了",
    "拜访宁波海岳 谈了",
    "/visit shenzhen talked",
]


@pytest.mark.timeout(180)
async def test_a_line_is_taken_apart(house: TestHouse) -> None:
    for said, customer, day, kept in CLEAR:
        await house.lina.says(f"{said} same: no")
        await house.settle()
        assert house.lina.sees(f"已记录：拜访{customer}", day, kept), said


@pytest.mark.parametrize("said", UNCLEAR)
async def test_a_customer_is_not_guessed(house: TestHouse, said: str) -> None:
    await house.lina.says(said)
    await house.settle()
    assert not house.lina.sees("已记录")
    assert await house.read(lambda db: db.run("SELECT count(*) FROM visit").fetchall()) == [(0,)]


async def test_a_complaint_of_somebody_alike_is_filed_under_nobody(house: TestHouse) -> None:
    await house.lina.says("投诉 宁波海岳 第7批锈了")
    await house.settle()
    assert house.lina.sees("C-2026-0001", "宁波海岳 第7批锈了")
    assert not house.lina.sees("宁波精工")
