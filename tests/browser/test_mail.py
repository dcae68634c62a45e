"""A greeting by e-mail as a phone shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address as Mailbox
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.mail import draw
from bot.mail.draw import Paper
from bot.pages import Image, Link, Page, Quoted, Say, Small, Table
from bot.platform import Address, Parcel
from tests.browser.chromium import at

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = "https://bot.example.com/f/" + "0123456789abcdef" * 12
LETTERS = {
    "zh": (
        "宁波海岳精密机械有限公司",
        "中秋快乐",
        "张伟经理：中秋将至，感谢您一年来的信任与支持，祝您和家人月圆人圆，阖家安康！",
        "您收到这封邮件，是因为您是宁波海岳精密机械有限公司登记的联系人。如不想再收到，请回复告知。",
    ),
    "en": (
        "Headwater Precision Castings Ltd.",
        "Happy birthday, Ms Hart",
        "All of us wish you a very happy birthday, and thank you for five good years together.",
        "You get this because Headwater Precision Castings Ltd. has you as a contact.",
    ),
}


@pytest.mark.parametrize("language", LETTERS)
@pytest.mark.parametrize("width", [320, 390])
def test_a_greeting_fits_a_phone(
    browser: Browser, language: str, width: int, tmp_path: Path
) -> None:
    company, title, words, footer = LETTERS[language]
    page = Page(
        title,
        (
            Say(words),
            Quoted(words, "Wang"),
            Table((("2026-10-03", words), ("x" * 80, "y" * 80))),
            Image(7, "z" * 90),
            Link(LONG, LONG),
            Small("w" * 120),
        ),
    )
    paper = Paper(
        Mailbox(company, "hello", "example.com"),
        Mailbox("", "to", "example.com"),
        datetime(2026, 9, 25, tzinfo=UTC),
        footer,
    )
    parcel = Parcel(Address("mail", "", "to@example.com"), page, "1", language=language)
    file = tmp_path / "letter.html"
    file.write_text(draw.html(parcel, paper, {}), encoding="utf-8")
    with at(browser, width=width, height=844) as hands:
        hands.opens(file.as_uri())
        shown = hands.page
        assert shown.evaluate("document.documentElement.scrollWidth") == width
        card = shown.locator("body > div").bounding_box()
        assert card is not None
        assert card["x"] >= 0
        assert card["x"] + card["width"] <= width
        assert shown.locator("h1").inner_text() == title
