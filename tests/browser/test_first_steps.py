"""A newcomer, from `make run` to a first visit, a first complaint, and a first reminder."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import at
from tests.browser.process import Started

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
MOST_ACTIONS = 6
STOPS_WITHIN_S = 5.0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_first_visit_takes_at_most_six_actions(
    browser: Browser, bot: Started, width: int
) -> None:
    with at(browser, width=width) as newcomer:
        newcomer.opens(bot.link)
        newcomer.clicks(".step-do.primary")
        newcomer.clicks(".send")
        card = newcomer.waits_for(".card", text="宁波精工")
        assert newcomer.actions <= MOST_ACTIONS
        assert card.locator(".sign-done").count() == 1
        assert "Q3" in card.inner_text()


def test_a_complaint_comes_in_and_what_is_due_can_be_seen(browser: Browser, bot: Started) -> None:
    with at(browser) as newcomer:
        newcomer.opens(bot.link)
        newcomer.clicks(".step-do.primary")
        newcomer.clicks(".send")
        newcomer.waits_for(".card", text="宁波精工")
        newcomer.clicks(".step-do.primary")
        newcomer.clicks(".send")
        newcomer.waits_for(".card", text="C-")
        newcomer.clicks(".step-do.primary")
        newcomer.waits_for("body.moved")
        newcomer.clicks(newcomer.page.locator(".person", has_text="李娜"))
        newcomer.waits_for(".card:has(.sign-time)", text="C-")


@pytest.mark.parametrize("how", ["button", "escape", "page"])
def test_a_form_that_is_closed_asks_no_more(browser: Browser, bot: Started, how: str) -> None:
    with at(browser) as newcomer:
        newcomer.opens(bot.link)
        newcomer.types("/visit 永固")
        newcomer.waits_for("#form textarea").fill("谈了Q3")
        match how:
            case "button":
                newcomer.clicks("#form [data-cancel]")
                newcomer.waits_for(".toast")
            case "escape":
                newcomer.page.keyboard.press("Escape")
                newcomer.waits_for(".toast")
            case _:
                newcomer.page.goto("about:blank")
                newcomer.page.go_back()
        expect(newcomer.page.locator("#form")).to_be_hidden()
        newcomer.types("午饭吃什么")
        newcomer.waits_for(".only-you .card")
        expect(newcomer.page.locator(".card .sign-done")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_without_a_session_the_page_says_what_to_do_and_covers_nothing(
    browser: Browser, bot: Started, width: int
) -> None:
    with at(browser, width=width) as newcomer:
        newcomer.opens(bot.link)
        box = newcomer.page.locator("#words")
        box.fill("写了一半")
        newcomer.page.context.clear_cookies()
        newcomer.page.evaluate("refresh()")
        banner = newcomer.waits_for("#offline:visible")
        assert re.search("终端|terminal", banner.inner_text())
        above, below = banner.bounding_box(), newcomer.page.locator("#composer").bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"]
        newcomer.page.reload()
        newcomer.waits_for("body.locked")
        newcomer.complaints.clear()


def test_what_was_being_written_outlives_a_reload(browser: Browser, bot: Started) -> None:
    with at(browser) as newcomer:
        newcomer.opens(bot.link)
        newcomer.page.locator("#words").fill("写了一半")
        newcomer.page.reload()
        expect(newcomer.page.locator("#words")).to_have_value("写了一半")


def test_the_bot_stops_at_once_while_somebody_watches(browser: Browser, bot: Started) -> None:
    with at(browser) as watcher:
        watcher.opens(bot.link)
        watcher.waits_for("#side .person")
        assert bot.stop() < STOPS_WITHIN_S
        watcher.complaints.clear()
