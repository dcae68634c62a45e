"""What the tests of the local chat share: a small company, a gate, a clock moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from bot.core import build
from bot.house import House
from bot.pages import Page
from bot.platform import Address, Landed, Parcel, Reply, Request, Silent
from bot.web import health
from bot.web.files import FilePage
from bot.web.live import Live
from bot.web.rehearsal import Rehearsal
from bot.web.send import WebPlatform
from bot.web.setting import Guide, Setting
from storage import customers, people, places
from storage.customers import Contact, Customer
from storage.database import Database, Gone, Transaction
from storage.keyring import Keyring
from storage.people import Account, Person
from storage.places import Place

START = datetime(2026, 10, 14, 1, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECRET = b"not for anything real"
LABELS = {
    "Management": "管理层",
    "Sales": "销售部",
    "Quality": "质量部",
    "Production": "生产部",
    "Finance": "财务部",
}
COMMANDS = {
    "en": [("visit", "Log a visit to a customer"), ("complaint", "Receive a complaint")],
    "zh": [("visit", "记录拜访"), ("complaint", "受理投诉")],
}


class HandClock:
    """Stands still until it is moved; a due thing may be put on it."""

    def __init__(self) -> None:
        self.at = START
        self.due: tuple[datetime, dict[str, str]] | None = None
        self.moved: Callable[[], Awaitable[None]] | None = None

    def now(self) -> datetime:
        return self.at

    def put(self, minutes: int, what: str) -> None:
        """Something is due in so many minutes."""
        self.due = (self.at + timedelta(minutes=minutes), {"en": what, "zh": what})

    async def move(self, by: timedelta) -> None:
        self.at += by
        if self.moved:
            await self.moved()

    async def next_due(self, language: str) -> tuple[datetime, str] | None:
        return (self.due[0], self.due[1][language]) if self.due else None


@dataclass
class StubGate:
    """Remembers every request and answers as told; `gone` times the database is lost."""

    heard: list[Request] = field(default_factory=list)
    answer: Callable[[Request], Reply | Awaitable[Reply]] = lambda _request: Silent()
    offers: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[int, str, str]] = field(default_factory=list)
    gone: int = 0
    troubles: list[str] = field(default_factory=list)

    async def handle(self, request: Request) -> Reply:
        if self.gone:
            self.gone -= 1
            raise Gone("lost")
        self.heard.append(request)
        answer = self.answer(request)
        return await answer if isinstance(answer, Awaitable) else answer

    async def options(
        self, request: Request, draft: int, field: str, text: str
    ) -> list[tuple[str, str]]:
        self.asked.append((draft, field, text))
        return [offer for offer in self.offers if text in offer[1]]

    async def shared(self, address: Address, *, external: bool) -> None:
        raise AssertionError("no other company reads here")

    async def set_aside(self, platform: str, raw: bytes, reason: str) -> None:
        raise AssertionError(reason)

    @property
    def last(self) -> Request:
        return self.heard[-1]


@dataclass(frozen=True)
class Stage:
    """A chat that runs, with everything behind it."""

    database: Database
    clock: HandClock
    gate: StubGate
    live: Live
    rehearsal: Rehearsal
    platform: WebPlatform
    app: Starlette
    house: House

    async def post(self, chat: str, page: Page, *, key: str = "", thread: str = "") -> Landed:
        """The bot says something."""
        address = Address("web", "rehearsal", chat, thread)
        return await self.platform.send(Parcel(address, page, key))


@asynccontextmanager
async def staged(
    path: Path, *, seed: Callable[[Transaction], None] | None = None, language: str = "zh"
) -> AsyncIterator[Stage]:
    """A chat in a database that is migrated, and empty but for that."""
    database = Database(f"sqlite:///{path}")
    database.keyring = Keyring((b"a key of this stage",))
    await database.write(seed or small_company)
    made = stage(database, language)
    yield made
    await made.platform.stop()
    database.close()


def stage(database: Database, language: str = "zh") -> Stage:
    clock, gate, live = HandClock(), StubGate(), Live(beat=0.05)
    guide = Guide(visitor="lina", complainer="zhou")
    setting = Setting(SHANGHAI, language, {"zh": LABELS}, COMMANDS, guide)
    house = build(database, language=language, zone=SHANGHAI).house
    rehearsal = Rehearsal(
        gate, database, clock, live, SECRET, setting, files=FilePage(database, house, played=True)
    )
    platform = WebPlatform(database, clock.now, live, house.passes.path)

    async def look() -> list[str] | None:
        return None if gate.gone else gate.troubles

    app = Starlette(routes=[*rehearsal.routes(), *health.routes(look)])
    return Stage(database, clock, gate, live, rehearsal, platform, app, house)


# --- who is there ---------------------------------------------------------------------------------

STAFF: Mapping[str, tuple[str, Mapping[str, bool], bool]] = {
    "lina": ("李娜", {"sales": False}, False),
    "wang": ("王强", {"sales": True}, False),
    "chen": ("陈立", {"quality": True}, False),
    "admin": ("刘芳", {"management": False}, True),
}


def small_company(db: Transaction) -> None:
    """Four colleagues, a customer's contact, a stranger, and two rooms."""
    for user, (name, departments, admin) in STAFF.items():
        colleague(db, user, name, departments, admin=admin)
    contact(db, "zhou", "周建国", "华强紧固件")
    db.add(
        Account(platform="web", workspace="rehearsal", user="who", name="Ann Other", used_at=START)
    )
    db.add(Account(platform="other", workspace="w", user="elsewhere", name="E", used_at=START))
    channel(db, "room:quality", "质量", ["quality", "sales"])
    channel(db, "room:public", "公告", [])


def colleague(
    db: Transaction, user: str, name: str, departments: Mapping[str, bool], *, admin: bool = False
) -> None:
    person_id = people.add(db, Person(name=name, admin=admin, created_at=START))
    people.place(db, person_id, dict(departments))
    account = Account(
        platform="web",
        workspace="rehearsal",
        user=user,
        name=name,
        person_id=person_id,
        used_at=START,
    )
    people.add_account(db, account)


def contact(db: Transaction, user: str, name: str, firm: str) -> None:
    customer_id = customers.add(db, Customer(name=firm, created_at=START))
    row = Contact(customer_id=customer_id, name=name, created_at=START)
    contact_id = db.add(row)
    account = Account(
        platform="web",
        workspace="rehearsal",
        user=user,
        name=name,
        contact_id=contact_id,
        used_at=START,
    )
    people.add_account(db, account)


def channel(db: Transaction, chat: str, title: str, audience: list[str]) -> None:
    place = Place(
        platform="web",
        workspace="rehearsal",
        chat=chat,
        title=title,
        purpose="cases",
        audience=audience,
        bound_at=START,
    )
    places.bind(db, place)
