"""Whatever reads what people and platforms send, with good inputs to begin from."""

from __future__ import annotations

import asyncio
import json
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bot import kinds, pictures
from bot.core import Core, build
from bot.door import FAILED, Served, _cleaned
from bot.kinds import NotKept
from bot.platform import Address, Pressed, Request, Typed
from bot.slack import hear as slack_hear
from bot.telegram import events as telegram_events
from bot.telegram import hear as telegram_hear
from bot.telegram.api import Delivery
from commands.kit import tables
from commands.kit.dates import AmbiguousDate, NotADate, parse_date
from commands.kit.errors import Refused
from commands.kit.moments import NotAMoment, parse_moment
from commands.kit.money import NotMoney, parse_money
from storage.database import Database, Transaction
from tests import samples, stages
from tests.faults import mutations
from tests.house import BEGUN, ZONE, TestClock, prepared

Json = Any
LONGEST = 400
VISITS = (
    *("拜访宁波精工昨天谈了Q3涨价3%", "/visit 永固 上周五 样品寄出", "拜访 nbjg", "/visit"),
    *("/visit 华强 day: 10-13 notes: 谈了报价 3.5万", "拜访永固和宁波精工", "visited 长成金属"),
)
COMPLAINTS = (
    *("投诉 华强 第3批螺栓锈蚀约200件", "/complaint 永固 received: 昨天下午3点 rust", "/投诉"),
    *("C-2026-0001 答复 已换货", "/case C-2026-0001", "/case_why C-2026-0001", "答复 已换货"),
)
OTHERS = (
    *("/customer nbjg", "/today", "/away Friday deputy: 周强", "/help", "/people", "/语言 en"),
    *("今日", "/person_add 王芳 sales", "/settings", "/join 123456", "hello", "永固"),
)
DATES = (
    *("昨天", "上周五", "10月13日", "2026-10-13", "10-13", "三天前", "下周一", "last friday"),
    *("13 Oct", "十月十三号", "月底", "前天下午3点半", "yesterday 14:10", "2小时前", "春节"),
)
MONEY = (
    *("3.5万", "1,200.50", "三万五", "叁万伍仟元整", "3块5", "12k", "$3.5m", "¥120", "两百五"),
    *("1亿2千万", "RMB 3,000", "12.5万元", "一百零五块", "€99.99"),
)
TAPS = (
    *("case_take:case7:12", 'name_customer:case7:3:{"customer":5}', "help", "~go:draft12"),
    *("case_reply:case1:1", "visit_undo:visit3:1", "sheet_go:sheet2:4", "cancel:draft1"),
)


class Undo(Exception):
    """Everything was looked at; nothing of it is kept."""


@dataclass
class Parser:
    """`read` gives what sort of input it was; what it raises is unhandled."""

    make: Callable[[random.Random], Any]
    read: Callable[[Any], str]


# --- words ----------------------------------------------------------------------------------------


def words(good: Sequence[str]) -> Callable[[random.Random], str]:
    return lambda chance: mutations.text(chance, good, LONGEST)


def _size(text: str) -> str:
    return "long" if len(text) > LONGEST / 4 else "short"


def read_date(text: str) -> str:
    today = BEGUN.astimezone(ZONE).date()
    with suppress(AmbiguousDate, NotADate):
        parse_date(text, today)
    with suppress(NotAMoment):
        parse_moment(text, BEGUN, ZONE)
    return _size(text)


def read_money(text: str) -> str:
    with suppress(NotMoney):
        parse_money(text)
    return _size(text)


@contextmanager
def dates(_folder: Path) -> Iterator[Parser]:
    yield Parser(words(DATES), read_date)


@contextmanager
def money(_folder: Path) -> Iterator[Parser]:
    yield Parser(words(MONEY), read_money)


# --- what goes through the door -------------------------------------------------------------------


@dataclass
class Door:
    """The real door on a real database; what is done there is undone again."""

    core: Core
    count: int = 0

    def hear(self, request: Request) -> str:
        """How it ended, and with what kind of answer. Raises if that was a bug's apology."""
        served: list[Served] = []
        with suppress(Undo):
            self.core.database.write_now(partial(self._serve, request=request, served=served))
        (one,) = served
        if one.outcome == FAILED:
            raise AssertionError("an apology for a bug of ours")
        return f"{one.outcome} {type(one.reply).__name__} {type(request.said).__name__}"

    def _serve(self, db: Transaction, *, request: Request, served: list[Served]) -> None:
        served.append(self.core.door._serve(db, _cleaned(request)))  # noqa: SLF001
        raise Undo

    def request(self, said: Typed | Pressed) -> Request:
        self.count += 1
        at = Address("web", "rehearsal", "dm:lina")
        key = f"k{self.count}"
        return Request(at, "lina", said, BEGUN, key=key, message=key, inline=True, opens=True)


@contextmanager
def door(folder: Path, platform: str = "web") -> Iterator[Door]:
    url = f"sqlite:///{folder / 'door.db'}"
    prepared(url, platform, "zh")
    database = Database(url)
    try:
        yield Door(build(database, language="zh", zone=ZONE, clock=TestClock()))
    finally:
        database.close()


@contextmanager
def commands(folder: Path) -> Iterator[Parser]:
    """One-message commands, understood and carried out."""
    with door(folder) as at:
        good = (*VISITS, *COMPLAINTS, *OTHERS)
        yield Parser(words(good), lambda text: at.hear(at.request(Typed(text))))


@contextmanager
def callbacks(folder: Path) -> Iterator[Parser]:
    """What buttons hold: forged, and sealed by ourselves though it means nothing."""
    with door(folder) as at:
        home, seal = Address("web", "rehearsal", "dm:lina"), at.core.house.seal

        def press(text: str) -> str:
            from bot.seal import _mark

            sealed = f"{text}~{_mark(seal.keys[0], text, home)}" if len(text) % 2 else text
            return at.hear(at.request(Pressed(sealed)))

        yield Parser(lambda chance: _writable(mutations.text(chance, TAPS, 100)), press)


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


# --- what platforms send --------------------------------------------------------------------------


async def overheard(platform: str, url: str) -> list[Json]:
    """What a platform sends while people use the bot."""
    prepared(url, platform, "zh")
    stage = stages.slack_socket if platform == "slack" else stages.telegram
    async with stage(url, "zh", ()) as house:
        await house.lina.says("拜访永固 谈了报价")
        await house.settle()
        await house.chenjing.says("投诉 永固 螺栓锈蚀")
        await house.lina.says("/visit")
        await house.settle()
        await house.lina.closes()
        await house.settle()
        await house.lina.sends_photo("投诉 永固 见照片")
        await house.settle()
        await house.lina.presses("我来处理")
        await house.lina.says("收到", where="质量与个案")
        await house.settle()
        match house.wire:
            case stages.SlackWire(fake=at_slack):
                return [envelope["payload"] for envelope in at_slack.socket.sent]
            case _:
                log = stages.telegram_of(house).updates.log
                return [json.loads(update.raw) for update in log]


def slack_sort(body: Json) -> str:
    for sort, key in (("command", "command"), ("event", "event"), ("action", "actions")):
        if isinstance(body, dict) and key in body:
            return sort
    return "view"


READS: Mapping[str, Callable[[slack_hear.Payload], Request | None]] = {
    "command": slack_hear.command,
    "event": lambda payload: slack_hear.message(payload, "UBOT"),
    "action": slack_hear.press,
    "view": slack_hear.closing,
}


@contextmanager
def slack(folder: Path) -> Iterator[Parser]:
    """Bodies of Slack's: commands, events, presses, forms."""
    good = asyncio.run(overheard("slack", f"sqlite:///{folder / 'heard.db'}"))
    with door(folder, "slack") as at:

        def read(body: Json) -> str:
            sort = slack_sort(body)
            payload = slack_hear.Payload(body, b"{}", datetime.now(UTC))
            try:
                request = READS[sort](payload)
            except slack_hear.UNREADABLE as error:  # set aside, with its bytes
                return f"{sort} {type(error).__name__}"
            return f"{sort} {at.hear(request)}" if request else f"{sort} nothing"

        yield Parser(lambda chance: mutations.body(chance, chance.choice(good)), read)


@contextmanager
def telegram(folder: Path) -> Iterator[Parser]:
    """Updates of Telegram's."""
    good = asyncio.run(overheard("telegram", f"sqlite:///{folder / 'heard.db'}"))
    me = telegram_hear.Me("700", "headwater_bot")
    with door(folder, "telegram") as at:

        def read(raw: Json) -> str:
            telegram_hear.update_id(raw)
            telegram_hear.lane(raw)
            try:
                if telegram_events.event(raw, me):
                    return "event"
                heard = telegram_hear.read(Delivery(raw, b"{}"), me, BEGUN)
            except telegram_hear.Unreadable:
                return "unreadable"
            return at.hear(heard.request) if heard.request else "nothing"

        yield Parser(lambda chance: mutations.body(chance, chance.choice(good)), read)


# --- files ----------------------------------------------------------------------------------------

FILES: Mapping[str, bytes] = {
    "png": samples.picture("PNG", (40, 30)),
    "gif": samples.picture("GIF", (40, 30)),
    "jpeg": samples.photo(),
    "webp": samples.picture("WEBP", (40, 30)),
    "pdf": samples.pdf(),
    "xlsx": samples.spreadsheet(),
    "heic": samples.heic(),
    "ogg": samples.ogg(b"OpusHead"),
    "mp3": samples.FRAME * 4,
    "csv": "名称,简称\n宁波精工机械有限公司,宁波精工\n".encode(),
    "gbk": "名称\t简称\n永固\t永固\n".encode("gb18030"),
    "text": "今天谈了报价".encode(),
}


def read_file(given: tuple[str, bytes]) -> str:
    """As a file that somebody sent, and as a table.

    A picture that can be drawn anew takes its time for each pixel; most that are broken do not.
    """
    sort, content = given
    with suppress(NotKept):
        kind = kinds.kind_of(content)
        if kind.family is kinds.Family.PICTURE:
            signs = _claimed(content)
            sort = f"{sort} of {signs} signs of pixels, broken"
            pictures.remade(content, 2048)
            sort = f"picture of {signs} signs of pixels, drawn anew"
    with suppress(Refused):
        list(tables.lines(content))
    return sort


def _claimed(content: bytes) -> int:
    """How many pixels a picture says that it has, in powers of two: they are all looked at."""
    with suppress(*pictures.DAMAGED, Image.DecompressionBombError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        width, height = Image.open(BytesIO(content)).size
        return (width * height).bit_length()
    return 0


@contextmanager
def uploads(_folder: Path) -> Iterator[Parser]:
    def make(chance: random.Random) -> tuple[str, bytes]:
        sort, good = chance.choice(list(FILES.items()))
        return sort, mutations.raw(chance, good, 100_000)

    yield Parser(make, read_file)


PARSERS: Mapping[str, Callable[[Path], AbstractContextManager[Parser]]] = {
    "commands": commands,
    "dates": dates,
    "money": money,
    "callback-data": callbacks,
    "slack-bodies": slack,
    "telegram-updates": telegram,
    "uploads": uploads,
}
