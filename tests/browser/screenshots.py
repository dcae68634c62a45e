"""Takes the pictures of the chat anew: `make screenshots` runs it as a program."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.chromium import CHROMIUM, Hands, at, chromium
from tests.browser.process import ROOT, running
from tests.browser.scenes import address, goes, scenes, until

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
Story = Callable[[Hands, str], Iterator[str]]


def main() -> int:
    if not CHROMIUM.exists():
        print(f"There is no {CHROMIUM}. On Debian: apt-get install chromium fonts-droid-fallback")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for language in LANGUAGES:
            for size in SIZES:
                _pictures(browser, language, size, _newcomer)
            _pictures(browser, language, "phone", scenes)
    return 0


def _pictures(browser: Browser, language: str, size: str, story: Story) -> None:
    """One story, told on a bot of its own."""
    width, height = SIZES[size]
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), language) as bot,
        at(browser, width=width, height=height, locale=LANGUAGES[language]) as hands,
    ):
        hands.opens(bot.link)
        for name in story(hands, language):
            path = FOLDER / f"{name}-{size}-{language}.png"
            hands.page.mouse.move(0, 0)
            hands.waits_for("body:not(:has(.toast))")
            hands.page.screenshot(path=path)
            _shrink(path)
            print(path.relative_to(ROOT))


def _shrink(path: Path) -> None:
    """The same picture in at most 256 colours: a page with many of them loads on a phone."""
    with Image.open(path) as taken:
        small = taken.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def _newcomer(hands: Hands, _language: str) -> Iterator[str]:
    """The first evening of whoever starts the bot."""
    yield "first"
    _sends(hands)
    yield "visit"
    hands.types("/visit")
    hands.waits_for("#form .primary")
    yield "form"
    hands.clicks("#form [data-cancel]")
    _sends(hands)
    hands.opens(address(hands, "chenjing", "room:cases"))
    hands.waits_for(".card", text="C-")
    yield "case"
    goes(hands, "wang")
    until(hands, ".card:has(.sign-late, .sign-alarm)")
    yield "late"


def _sends(hands: Hands) -> None:
    """Let the guide write, and send it."""
    hands.clicks(".step-do.primary")
    hands.page.wait_for_function("document.getElementById('words').value")
    hands.clicks(".send")
    hands.waits_for(".bot .card")


if __name__ == "__main__":
    sys.exit(main())
