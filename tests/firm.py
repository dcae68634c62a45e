"""A company of fifty people and four hundred customers, made up; the same for the same seed."""

from __future__ import annotations

from datetime import datetime
from random import Random

from bot import sample
from bot.sample import account_of
from commands.customers import open_file
from commands.kit.desk import Desk, Source
from commands.kit.people import Actor, Department
from commands.kit.policy import load
from storage import customers, house, people, places
from storage.customers import Contact
from storage.database import Transaction
from storage.people import Person
from storage.places import Place
from tests.house import ZONE

# How many work in each department besides its head.
SIZES = {
    Department.SALES: 15,
    Department.QUALITY: 7,
    Department.PURCHASING: 5,
    Department.PRODUCTION: 7,
    Department.MARKETING: 3,
    Department.FINANCE: 2,
    Department.LEGAL: 1,
    Department.ARCHIVE: 1,
}
CUSTOMERS = 400
CITIES = [
    "宁波",
    "深圳",
    "苏州",
    "无锡",
    "乐清",
    "重庆",
    "佛山",
    "青岛",
    "杭州",
    "温州",
    "常州",
    "台州",
    "嘉兴",
    "东莞",
    "天津",
]
MARKS = [
    "精工",
    "华强",
    "恒达",
    "长城",
    "永固",
    "正源",
    "嘉陵",
    "南海",
    "海岳",
    "西溪",
    "泰和",
    "鼎盛",
    "宏图",
    "瑞丰",
    "金鹏",
    "立信",
]
TRADES = ["机械", "电子", "铸造", "铝业", "橡胶", "包装", "五金", "模具"]
FAMILIES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英"


def founded(db: Transaction, now: datetime, *, seed: int = 1, by_contact: float = 0.8) -> None:
    """Put everybody into an empty database, as a sample that can be played."""
    chance = Random(seed)
    house.put(db, sample.SAMPLE, value=True)
    boss = _person(db, now, chance, 1, None, Department.MANAGEMENT, head=True)
    sellers: list[int] = []
    for department, size in SIZES.items():
        head = _person(db, now, chance, 0, boss, department, head=True)
        team = [_person(db, now, chance, 0, head, department) for _ in range(size)]
        sellers += team if department is Department.SALES else []
    _customers(db, now, chance, sellers, by_contact)
    _room(db, now, boss)


def _person(
    db: Transaction,
    now: datetime,
    chance: Random,
    admin: int,
    superior: int | None,
    department: Department,
    *,
    head: bool = False,
) -> int:
    name = chance.choice(FAMILIES) + chance.choice(GIVEN) + chance.choice(GIVEN)
    row = Person(name=name, superior_id=superior, admin=bool(admin), created_at=now)
    made = people.add(db, row)
    people.place(db, made, {department.value: head})
    people.add_account(db, account_of(f"p{made}", name, now, person_id=made))
    return made


def _customers(
    db: Transaction, now: datetime, chance: Random, sellers: list[int], by_contact: float
) -> None:
    desk = Desk(
        db=db,
        actor=Actor(account_id=0, name="Headwater"),
        source=Source("", "", ""),
        now=now,
        recorded_at=now,
        machine_now=now,
        zone=ZONE,
        policy=load(),
        deed="firm",
    )
    for number in range(CUSTOMERS):
        name = chance.choice(CITIES) + chance.choice(MARKS) + chance.choice(TRADES)
        made = open_file(
            desk,
            f"{name}第{number}有限公司",
            short=f"{name}{number}",
            owner_id=chance.choice(sellers),
            important=chance.random() < 0.3,
        )
        if chance.random() < by_contact:
            contact = Contact(customer_id=made.id, name=f"{name}联系人", created_at=now)
            customers.add_contact(db, contact)


def _room(db: Transaction, now: datetime, admin: int) -> None:
    row = Place(
        platform=sample.PLATFORM,
        workspace=sample.WORKSPACE,
        chat="room:cases",
        title="质量与个案",
        purpose="cases",
        audience=[Department.QUALITY.value, Department.SALES.value],
        bound_by=admin,
        bound_at=now,
    )
    places.bind(db, row)
