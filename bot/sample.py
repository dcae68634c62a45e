"""A sample company for the rehearsal: people, customers, contacts and rooms, all invented."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from commands.customers import open_file
from commands.kit.card import Ref
from commands.kit.desk import Desk, Source
from commands.kit.people import Actor, Department
from commands.kit.policy import Policy
from storage import customers, house, people, places
from storage.customers import Contact
from storage.database import Transaction
from storage.people import Account, Person
from storage.places import Place

PLATFORM, WORKSPACE = "web", "rehearsal"
SAMPLE = "sample"
VISITOR, COMPLAINER = "lina", "zhangwei"

# user, name, department, head, superior's user, administrator
STAFF = (
    ("zhao", "赵总", Department.MANAGEMENT, True, "", True),
    ("wang", "王经理", Department.SALES, True, "zhao", False),
    ("lina", "李娜", Department.SALES, False, "wang", False),
    ("zhouqiang", "周强", Department.SALES, False, "wang", False),
    ("chenjing", "陈静", Department.QUALITY, True, "zhao", False),
    ("wulei", "吴磊", Department.QUALITY, False, "chenjing", False),
    ("sunmin", "孙敏", Department.PURCHASING, True, "zhao", False),
    ("liuyang", "刘洋", Department.MARKETING, True, "zhao", False),
)
# full name, short name, owner, important
CUSTOMERS = (
    ("宁波精工机械有限公司", "宁波精工", "lina", True),
    ("深圳华强电子有限公司", "华强", "lina", True),
    ("恒达精密制造有限公司", "恒达精密", "lina", True),
    ("苏州长城金属制品有限公司", "长城金属", "lina", True),
    ("无锡永固紧固件有限公司", "永固", "lina", True),
    ("乐清正源电气有限公司", "正源电气", "lina", True),
    ("重庆嘉陵铸造有限公司", "嘉陵铸造", "lina", True),
    ("佛山南海铝业有限公司", "南海铝业", "lina", True),
    ("青岛海岳橡胶有限公司", "海岳橡胶", "zhouqiang", True),
    ("杭州西溪包装有限公司", "西溪包装", "zhouqiang", False),
    ("华强北科技有限公司", "华强北科技", "zhouqiang", False),
)
# user, name, position, customer's short name
CONTACTS = (
    ("zhangwei", "张伟", "质量经理", "华强"),
    ("hefang", "何芳", "销售总监", "宁波精工"),
)
# chat, title, purpose, audience
ROOMS = (
    ("room:cases", "质量与个案", "cases", (Department.QUALITY, Department.SALES)),
    ("room:sales", "销售部", "sales", (Department.SALES,)),
)


def seed(db: Transaction, now: datetime, zone: ZoneInfo, policy: Policy) -> None:
    """Fill an empty database with the sample company, and mark it as one."""
    house.put(db, SAMPLE, value=True)
    ids = _staff(db, now)
    desk = Desk(
        db=db,
        actor=Actor(account_id=0, name="Headwater"),
        source=Source("", "", ""),
        now=now,
        recorded_at=now,
        machine_now=now,
        zone=zone,
        policy=policy,
        deed="sample",
    )
    opened = {
        short: open_file(desk, name, short=short, owner_id=ids[owner], important=important)
        for name, short, owner, important in CUSTOMERS
    }
    _contacts(db, now, opened)
    _rooms(db, now, ids["zhao"])


def is_sample(db: Transaction) -> bool:
    """Whether this database was created as a sample."""
    return bool(house.get(db, SAMPLE))


def _staff(db: Transaction, now: datetime) -> dict[str, int]:
    ids: dict[str, int] = {}
    for user, name, department, head, superior, admin in STAFF:
        row = Person(name=name, superior_id=ids.get(superior), admin=admin, created_at=now)
        ids[user] = people.add(db, row)
        people.place(db, ids[user], {department.value: head})
        people.add_account(db, account_of(user, name, now, person_id=ids[user]))
    return ids


def _contacts(db: Transaction, now: datetime, opened: dict[str, Ref]) -> None:
    for user, name, title, short in CONTACTS:
        row = Contact(customer_id=opened[short].id, name=name, title=title, created_at=now)
        made = customers.add_contact(db, row)
        people.add_account(db, account_of(user, name, now, contact_id=made))
    people.add_account(db, account_of("stranger", "陌生人", now))


def account_of(
    user: str,
    name: str,
    now: datetime,
    *,
    person_id: int | None = None,
    contact_id: int | None = None,
) -> Account:
    """An account of the local chat."""
    return Account(
        platform=PLATFORM,
        workspace=WORKSPACE,
        user=user,
        name=name,
        person_id=person_id,
        contact_id=contact_id,
        chat=f"dm:{user}",
        used_at=now,
    )


def _rooms(db: Transaction, now: datetime, admin: int) -> None:
    for chat, title, purpose, audience in ROOMS:
        row = Place(
            platform=PLATFORM,
            workspace=WORKSPACE,
            chat=chat,
            title=title,
            purpose=purpose,
            audience=sorted(d.value for d in audience),
            bound_by=admin,
            bound_at=now,
        )
        places.bind(db, row)
