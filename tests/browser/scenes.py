"""What the pages for people show: each scene done by hand in the running chat, then pictured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import FilePayload

from tests.browser.chromium import Hands
from tests.browser.test_photos import rusty

MOST_MOVES = 8
SETTLED_MS = 2500


@dataclass(frozen=True, slots=True)
class Lines:
    """What is typed in one language."""

    complaint: str
    answer: str
    away: str
    prospect: str
    judged: str
    planned: str
    reported: str


LINES = {
    "zh": Lines(
        complaint="投诉 第3批螺栓锈蚀约200件，我们已停线",
        answer="答复 已安排换货，明天上午送到",
        away="请假 周五 deputy: 周强",
        prospect="准入 宁海明达模具有限公司",
        judged="准入评估 宁海明达 credentials: 达标 capacity: 达标 quality: 待改进"
        " price: 达标 service: 达标",
        planned="/admission_plan A-2026-0001 今天 visitor: 李娜",
        reported="/admission_report A-2026-0001 opinion: 有条件准入 condition: 取得IATF 16949证书"
        " by_day: 2027-12-31 report: 设备新，质检完整，月供两万套",
    ),
    "en": Lines(
        complaint="complaint: batch 3, about 200 bolts are rusty, our line is down",
        answer="reply New bolts are on their way and arrive tomorrow morning",
        away="/away Friday deputy: 周强",
        prospect="/prospect Ninghai Mingda Moulds Ltd",
        judged="/admission_evaluate Ninghai Mingda credentials: met capacity: met"
        " quality: to be improved price: met service: met",
        planned="/admission_plan A-2026-0001 today visitor: 李娜",
        reported="/admission_report A-2026-0001 opinion: recommend with conditions"
        " condition: IATF 16949 certificate by_day: 2027-12-31"
        " report: new machines, sound inspection, 20,000 sets a month",
    ),
}


def scenes(hands: Hands, language: str) -> Iterator[str]:
    """A complaint from its receipt to its answer, then what people set and see."""
    lines = LINES[language]
    yield from _complaint(hands, lines)
    yield from _answer(hands, lines)
    yield from _asked(hands, "wang", {"people": "/people", "person": "/person 李娜"})
    yield from _asked(hands, "lina", {"today": "/today", "settings": "/settings"})
    yield from _asked(hands, "lina", {"away": lines.away})
    yield from _admitted(hands, lines)


def _complaint(hands: Hands, lines: Lines) -> Iterator[str]:
    photo = FilePayload(name="rust.jpg", mimeType="image/jpeg", buffer=rusty())
    goes(hands, "zhangwei")
    hands.page.locator("#photos").set_input_files([photo])
    hands.types(lines.complaint)
    hands.waits_for(".bot .card", text="C-")
    yield "receipt"
    goes(hands, "lina")
    _shows(hands, ".card:has(img.picture)")
    yield "complaint"
    until(hands, ".card:has(.sign-time)")
    yield "warning"


def _answer(hands: Hands, lines: Lines) -> Iterator[str]:
    number = "C-2026-0001"
    command, _, words = lines.answer.partition(" ")
    hands.types(f"{command} {number} {words}")
    hands.page.wait_for_timeout(SETTLED_MS)
    goes(hands, "zhangwei")
    hands.page.wait_for_timeout(SETTLED_MS)
    yield "answer"


def _admitted(hands: Hands, lines: Lines) -> Iterator[str]:
    """A prospect on its way to the decision."""
    for user, typed in (
        ("liuyang", lines.prospect),
        ("liuyang", lines.judged),
        ("wang", lines.planned),
        ("lina", lines.reported),
    ):
        list(_asked(hands, user, {"": typed}))
    goes(hands, "zhao")
    hands.waits_for(".card", text="A-2026-0001").scroll_into_view_if_needed()
    hands.page.wait_for_timeout(SETTLED_MS)
    yield "decision"


def _asked(hands: Hands, user: str, asked: dict[str, str]) -> Iterator[str]:
    goes(hands, user)
    for name, typed in asked.items():
        before = hands.page.locator(".bot .card").count()
        hands.types(typed)
        hands.page.wait_for_function(
            "(n) => document.querySelectorAll('.bot .card').length > n", arg=before
        )
        hands.page.wait_for_timeout(500)
        yield name


def goes(hands: Hands, user: str) -> None:
    """Be somebody, in their direct chat with the bot."""
    hands.opens(address(hands, user, f"dm:{user}"))


def address(hands: Hands, user: str, chat: str) -> str:
    """The address of a conversation as somebody sees it."""
    return f"{hands.page.url.partition('?')[0]}?as={user}&in={chat}"


def until(hands: Hands, card: str) -> None:
    """Move the clock from one due time to the next until this card has arrived."""
    for _ in range(MOST_MOVES):
        found = hands.page.locator(card)
        if found.count():
            found.last.scroll_into_view_if_needed()
            return
        shown = hands.page.locator("#now").inner_text()
        hands.page.locator("[data-clock=next]").last.dispatch_event("click")
        hands.page.wait_for_function(
            "(shown) => document.getElementById('now').innerText !== shown", arg=shown
        )
        # What the move has caused arrives in the course of a second or two.
        hands.page.wait_for_timeout(SETTLED_MS)
    raise AssertionError(f"nothing like {card} arrived")


def _shows(hands: Hands, what: str) -> None:
    hands.waits_for(what).scroll_into_view_if_needed()
    hands.page.wait_for_function(
        "() => [...document.querySelectorAll('img.picture')].every(one => one.naturalWidth)"
    )
