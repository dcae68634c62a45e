"""A newcomer, from `make run` to a first visit, a first complaint, and a first reminder."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

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


def test_the_bot_stops_at_once_while_somebody_watches(browser: Browser, bot: Started) -> None:
    with at(browser) as watcher:
        watcher.opens(bot.link)
        watcher.waits_for("#side .person")
        assert bot.stop() < STOPS_WITHIN_S
        watcher.complaints.clear()
