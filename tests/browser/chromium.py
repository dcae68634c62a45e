"""Debian's chromium, kept off the network, and what a person does in it, counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    expect,
    sync_playwright,
)

CHROMIUM = Path("/usr/bin/chromium")
# The first because the tests may run as root; the others so that it asks nobody for anything.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1",
]
# Two browsers and a bot share two cores, and what a page shows in the end is what counts.
PATIENCE_MS = 30_000
SHOWN = 1500


@contextmanager
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Hands:
    """Somebody at a page: every click and every line typed counts as one action."""

    page: Page
    actions: int = 0
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._failed)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _failed(self, error: Error) -> None:
        self.complaints.append(str(error))

    def opens(self, address: str) -> None:
        self.actions += 1
        self.page.goto(address)

    def clicks(self, what: str | Locator) -> None:
        self.actions += 1
        (self.page.locator(what) if isinstance(what, str) else what).click()

    def types(self, text: str) -> None:
        """Write into the box and send."""
        self.actions += 1
        self.page.locator("#words").fill(text)
        self.page.locator("#words").press("Enter")

    def waits_for(self, what: str, *, text: str = "") -> Locator:
        found = self.page.locator(what, has_text=text).last
        found.wait_for()
        return found


@contextmanager
def at(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 860,
    dark: bool = False,
    locale: str = "zh-CN",
) -> Iterator[Hands]:
    """A window of its own; whatever the page complained of fails the test."""
    phone = width <= 480
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=phone,
        has_touch=phone,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale=locale,
    )
    try:
        hands = Hands(context.new_page())
        with what_was_seen(hands):
            yield hands
        assert not hands.complaints, hands.complaints
    finally:
        context.close()


@contextmanager
def what_was_seen(hands: Hands) -> Iterator[None]:
    """Whatever fails says what the page showed and complained of."""
    try:
        yield
    except (AssertionError, Error) as failed:
        shown = hands.page.locator("body").inner_text()[-SHOWN:]
        failed.add_note(f"The page ends with:\n{shown}\nIt complained of: {hands.complaints}")
        raise
