"""Takes the pictures of the chat anew: `make screenshots` runs it as a program."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import CHROMIUM, Hands, at, chromium
from tests.browser.process import ROOT, running

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
MOST_MOVES = 8


def main() -> int:
    if not CHROMIUM.exists():
        print(f"There is no {CHROMIUM}. On Debian: apt-get install chromium fonts-droid-fallback")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for language in LANGUAGES:
            for size in SIZES:
                _pictures(browser, language, size)
    return 0


def _pictures(browser: Browser, language: str, size: str) -> None:
    """One evening of a newcomer, on a bot of its own."""
    width, height = SIZES[size]
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), language) as bot,
        at(browser, width=width, height=height, locale=LANGUAGES[language]) as hands,
    ):
        hands.opens(bot.link)
        for name in _story(hands):
            path = FOLDER / f"{name}-{size}-{language}.png"
            hands.page.mouse.move(0, 0)
            hands.waits_for("body:not(:has(.toast))")
            hands.page.screenshot(path=path)
            print(path.relative_to(ROOT))


def _story(hands: Hands) -> Iterator[str]:
    """Do what is worth a picture, and name it."""
    yield "first"
    _sends(hands)
    yield "visit"
    hands.types("/visit")
    hands.waits_for("#form .primary")
    yield "form"
    hands.clicks("#form [data-cancel]")
    _sends(hands)
    hands.opens(_at(hands, "chenjing", "room:cases"))
    hands.waits_for(".card", text="C-")
    yield "case"
    _until_late(hands)
    yield "late"


def _sends(hands: Hands) -> None:
    """Let the guide write, and send it."""
    hands.clicks(".step-do.primary")
    hands.page.wait_for_function("document.getElementById('words').value")
    hands.clicks(".send")
    hands.waits_for(".bot .card")


def _until_late(hands: Hands) -> None:
    """Move the clock from one due time to the next until somebody's superior has been told."""
    hands.opens(_at(hands, "wang", "dm:wang"))
    for _ in range(MOST_MOVES):
        late = hands.page.locator(".card:has(.sign-late, .sign-alarm)")
        if late.count():
            late.last.scroll_into_view_if_needed()
            return
        shown = hands.page.locator("#now").inner_text()
        hands.page.locator("[data-clock=next]").last.dispatch_event("click")
        hands.page.wait_for_function(
            "(shown) => document.getElementById('now').innerText !== shown", arg=shown
        )
        # What the move has caused arrives in the course of a second or two.
        hands.page.wait_for_timeout(2500)
    raise AssertionError("nobody was told that the reply is late")


def _at(hands: Hands, user: str, chat: str) -> str:
    return f"{hands.page.url.partition('?')[0]}?as={user}&in={chat}"


if __name__ == "__main__":
    sys.exit(main())
