"""A rehearsal for the browser: a company of ten, and a gate with the cards of the design."""

from __future__ import annotations

from datetime import timedelta

from bot.pages import (
    Date,
    DateAndTime,
    Field,
    Form,
    Input,
    Key,
    Keys,
    Line,
    Page,
    Quoted,
    Say,
    Search,
    Select,
    Small,
    Table,
    Upload,
)
from bot.platform import (
    Marked,
    Open,
    Opened,
    Parcel,
    Pressed,
    Reply,
    Request,
    Show,
    Silent,
    Started,
    Submitted,
    Toast,
    Typed,
    Wrong,
)
from storage import people
from storage.database import Transaction
from storage.people import Account
from tests.bot.web.stage import START, Stage, channel, colleague, contact

CUSTOMERS = (
    ("#1", "宁波精工"),
    ("#2", "华强紧固件"),
    ("#3", "恒达精密"),
    ("#4", "Northwind Castings"),
)
FIRST_REPLY = timedelta(hours=24)


def company(db: Transaction) -> None:
    """Everybody who can be played, and three rooms."""
    colleague(db, "lina", "李娜", {"sales": False})
    colleague(db, "wang", "王强", {"sales": True})
    colleague(db, "sun", "孙悦", {"sales": False})
    colleague(db, "chen", "陈立", {"quality": True})
    colleague(db, "he", "何静", {"production": True})
    colleague(db, "zhao", "赵明", {"management": True})
    colleague(db, "liu", "刘芳", {"finance": True}, admin=True)
    contact(db, "zhou", "周建国", "华强紧固件")
    contact(db, "maya", "Maya Brandt", "Northwind Castings")
    stranger = Account(
        platform="web", workspace="rehearsal", user="new", name="新来的人", used_at=START
    )
    people.add_account(db, stranger)
    channel(db, "room:quality", "质量与投诉", ["quality", "sales"])
    channel(db, "room:sales", "销售", ["sales"])
    channel(db, "room:board", "管理层", ["management"])


class Demo:
    """Answers a stage's gate."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.photos: tuple[str, ...] = ()
        stage.gate.answer = self.answer
        stage.gate.offers = list(CUSTOMERS)
        stage.clock.moved = self.moved

    async def answer(self, request: Request) -> Reply:
        match request.said:
            case Typed(command="language"):
                return await self._language(request)
            case Typed():
                return await self._typed(request, request.said.text)
            case Pressed():
                return await self._pressed(request, request.said.data)
            case Submitted():
                return await self._submitted(request, request.said)
            case Started():
                await self._say(request, hello(request.language))
            case Marked() | Opened():
                raise AssertionError("the local chat has neither")
        return Silent()

    async def _language(self, request: Request) -> Reply:
        assert isinstance(request.said, Typed)
        to = request.said.text

        def choose(db: Transaction) -> None:
            account = people.account(db, "web", "rehearsal", request.user)
            assert account
            people.set_account_language(db, account.id or 0, to)
            if account.person_id:
                people.set_language(db, account.person_id, to)

        await self.stage.database.write(choose)
        return Silent()

    async def _typed(self, request: Request, text: str) -> Reply:
        language = request.language
        if text.strip() in {"/visit", "拜访"}:
            return Open(form(language))
        if text.startswith(("/visit", "拜访")):
            await self._say(request, visit(language))
        elif text.startswith(("complaint", "/complaint", "投诉")):
            await self._complain(request)
        elif request.address.thread:
            return Toast(one(language, "已记入个案。", "Kept with the case."))
        elif request.direct:
            return Show(puzzled(language))
        return Silent()

    async def _complain(self, request: Request) -> None:
        due = self.stage.clock.now() + FIRST_REPLY
        words = {"zh": "C-2026-0007 首次答复", "en": "C-2026-0007 first reply"}
        self.stage.clock.due = (due, words)
        await self._say(request, receipt(request.language))
        await self.stage.post("room:quality", case("zh"))
        await self.stage.post("dm:lina", task("zh"))

    async def moved(self) -> None:
        due = self.stage.clock.due
        if due and self.stage.clock.now() >= due[0]:
            self.stage.clock.due = None
            await self.stage.post("dm:lina", late("zh"))
            await self.stage.post("dm:wang", late("zh"))
            await self.stage.post("room:quality", late("zh"))

    async def _pressed(self, request: Request, data: str) -> Reply:
        language = request.language
        if data in {"edit", "reply"}:
            return Open(form(language))
        if data == "undo":
            page = Page(one(language, "↩️ 已撤销这次拜访", "↩️ Visit undone"))
            await self._redraw(request, page)
            return Silent()
        return Toast(
            one(language, "好的，周五上午9点提醒您。", "I will remind you on Friday at 9.")
        )

    async def _redraw(self, request: Request, page: Page) -> None:
        await self.stage.platform.redraw(self._parcel(request, page), request.message)

    async def _submitted(self, request: Request, said: Submitted) -> Reply:
        known = {value for value, _ in CUSTOMERS} | {name for _, name in CUSTOMERS}
        if said.answers["customer"] not in known:
            words = "没有叫这个名字的客户。", "No customer is called that."
            return Wrong({"customer": one(request.language, *words)})
        await self._say(request, visit(request.language))
        return Toast(one(request.language, "已记录。", "Logged."))

    async def _say(self, request: Request, page: Page) -> None:
        at = request.address
        await self.stage.post(at.chat, page, thread=at.thread)

    def _parcel(self, request: Request, page: Page) -> Parcel:
        return Parcel(request.address, page, "")


# --- what is said ---------------------------------------------------------------------------------


def one(language: str, chinese: str, english: str) -> str:
    return chinese if language == "zh" else english


def visit(language: str) -> Page:
    if language == "zh":
        return Page(
            "✅ 已记录：拜访宁波精工 · 昨天（10月13日）",
            (
                Quoted("谈了Q3"),
                Say("本月重点客户已访 5/8，下一家：华强"),
                Keys(
                    (
                        Key("周五提醒我", "remind", "primary"),
                        Key("加照片", "edit"),
                        Key("改日期", "edit"),
                        Key("撤销", "undo", "danger", "确定撤销这次拜访吗？"),
                    )
                ),
            ),
        )
    return Page(
        "✅ Visit logged: Ningbo Jinggong · yesterday (13 Oct)",
        (
            Quoted("We talked about Q3"),
            Say("Important customers: 5 of 8 visited. Next: Huaqiang"),
            Keys(
                (
                    Key("Remind me Friday", "remind", "primary"),
                    Key("Add photo", "edit"),
                    Key("Change day", "edit"),
                    Key("Undo", "undo", "danger", "Undo this visit?"),
                )
            ),
        ),
    )


def receipt(language: str) -> Page:
    if language == "zh":
        return Page(
            "📥 已收到您的投诉 C-2026-0007",
            (Say("李娜会在明天 09:30 前首次答复您。"), Small("收到回执不等于已答复。")),
        )
    return Page(
        "📥 We have your complaint: C-2026-0007",
        (
            Say("Li Na will give you a first reply by tomorrow 09:30."),
            Small("This receipt is not yet the reply."),
        ),
    )


def case(language: str) -> Page:
    return Page(
        "📋 C-2026-0007 华强：第3批螺栓锈蚀",
        (
            Quoted("第3批螺栓锈蚀约200件，我们已停线", "周建国 · 华强紧固件"),
            Table(
                (
                    ("负责", "李娜（销售部）"),
                    ("首次答复", "明天 09:30 前"),
                    ("解决方案", "10月19日 09:30 前"),
                    ("影响", "客户已停线"),
                )
            ),
            Keys((Key("接手", "remind", "primary"), Key("看材料", "remind"))),
        ),
    )


def task(language: str) -> Page:
    return Page(
        "⏰ C-2026-0007 华强：还剩24小时，明天09:30前须首次答复",
        (
            Quoted("第3批螺栓锈蚀约200件，我们已停线"),
            Say("您负责，尚未答复；逾期将通知王强"),
            Keys(
                (
                    Key("写答复", "reply", "primary"),
                    Key("已电话答复", "remind"),
                    Key("转交", "remind"),
                    Key("1小时后提醒", "remind"),
                )
            ),
        ),
    )


def late(language: str) -> Page:
    return Page(
        "🔴 C-2026-0007 华强：首次答复已逾期",
        (
            Say("李娜应在 09:30 前首次答复，至今没有答复。已升级至王强。"),
            Small("制度 4.2.1 · 24小时内首次答复"),
            Keys((Key("写答复", "reply", "primary"), Key("转交", "remind"))),
        ),
    )


def hello(language: str) -> Page:
    text = one(
        language, "您好，我是源头。需要什么，直接说就行。", "Hello, I am Headwater. Just say."
    )
    return Page(text)


def puzzled(language: str) -> Page:
    return Page(
        one(language, "我没有看懂这句话。您想做什么？", "I did not understand. What is this?"),
        (
            Keys(
                (
                    Key(one(language, "记录拜访", "Log a visit"), "edit"),
                    Key(one(language, "受理投诉", "A complaint"), "remind"),
                )
            ),
            Small(one(language, "发送“帮助”可看到全部命令。", "Send “help” for all commands.")),
        ),
    )


def form(language: str) -> Form:
    zh = language == "zh"

    def asked(name: str, words: str, kind: Input, *, required: bool = False) -> Field:
        return Field(name, words, kind, required)

    kinds = (
        (("visit", "上门"), ("call", "电话"), ("video", "视频"))
        if zh
        else (
            ("visit", "In person"),
            ("call", "By phone"),
            ("video", "By video"),
        )
    )
    return Form(
        7,
        "记录拜访" if zh else "Log a visit",
        (
            asked(
                "customer",
                one(language, "拜访哪家客户？", "Which customer?"),
                Search("", CUSTOMERS),
                required=True,
            ),
            asked(
                "notes",
                one(language, "谈了什么？", "What was discussed?"),
                Line(True, 3000),
                required=True,
            ),
            asked("how", one(language, "以什么方式？", "How?"), Select(kinds)),
            asked("day", one(language, "哪一天？", "Which day?"), Date()),
            asked("next", one(language, "下次联系？", "Next contact?"), DateAndTime()),
            asked("photos", one(language, "照片", "Photos"), Upload(10)),
        ),
        one(language, "发送", "Send"),
        one(language, "取消", "Cancel"),
    )
